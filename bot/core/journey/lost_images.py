"""The images of an order whose answer was lost: Bloom has no idempotency key, so they are known by what they are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.models import Generation, Image, Operation, Parameters
from bot.core.ports import Bloom, Store

CLOCK_SKEW = timedelta(minutes=2)
"""How far Bloom's clock may be behind ours. Like images from before the POST have an owner on record, as a rule."""
PAGE_LIMIT = 10
"""Pages of 100 images that a look may turn."""
NOT_MADE_FROM_ANOTHER = (None, "generation", "variant")


async def lost_images(generation: Generation, bloom: Bloom, store: Store) -> tuple[str, ...]:
    """Return the ids of images at Bloom that can only be this order's: made alike in that time, and unowned.

    Among several the oldest, which came soonest after the POST. Images whose variant group Bloom does not tell are
    taken for one group. Raises BloomError.
    """
    wanted, since = generation.next_order, generation.submitted_at or generation.created_at
    generated = await _generated_since(bloom, wanted.brand_id, since - CLOCK_SKEW)
    alike = [image for image in generated if _could_be(image, wanted)]
    owned = await store.owned_image_ids([image.id for image in alike])
    unowned = [image for image in reversed(alike) if image.id not in owned]
    return _drawn(unowned, wanted) if wanted.operation is Operation.GENERATE else _derived(unowned, wanted)


def _drawn(images: Sequence[Image], wanted: Parameters) -> tuple[str, ...]:
    groups: dict[str, list[str]] = {}
    for image in images:
        groups.setdefault(image.variant_group_id or "", []).append(image.id)
    count = wanted.variants
    fitting = (ids for group, ids in groups.items() if len(ids) == count or (not group and len(ids) > count))
    return tuple(next(fitting, ())[:count])


def _derived(images: Sequence[Image], wanted: Parameters) -> tuple[str, ...]:
    """Return one: Bloom does not tell from which it came, so rather one of the same words, where it tells those."""
    likeliest = sorted(images, key=lambda image: image.prompt != wanted.prompt)
    return tuple(image.id for image in likeliest[:1])


async def _generated_since(bloom: Bloom, brand_id: str, since: datetime) -> list[Image]:
    """Return the images generated for a brand since then, newest first."""
    generated: list[Image] = []
    cursor = None
    for _ in range(PAGE_LIMIT):
        page = await bloom.images(brand_id=brand_id, source="generated", cursor=cursor, limit=100)
        recent = [image for image in page.items if image.created_at and image.created_at >= since]
        generated += recent
        cursor = page.next_cursor
        if cursor is None or len(recent) < len(page.items):
            break
    return generated


def _could_be(image: Image, wanted: Parameters) -> bool:
    """Whether it was made as wanted: in these words, if Bloom was told any, and in this shape, which it may not tell.

    A shape that was asked for of an image is all that tells it from others, so there it must be told.
    """
    operation = wanted.operation
    actions = NOT_MADE_FROM_ANOTHER if operation is Operation.GENERATE else (operation.value,)
    shapes = (wanted.aspect_ratio,) if operation is Operation.RESIZE else (None, wanted.aspect_ratio)
    in_shape = wanted.aspect_ratio is None or image.aspect_ratio in shapes
    in_words = image.prompt == wanted.prompt or not operation.is_in_words
    return image.action in actions and in_shape and in_words
