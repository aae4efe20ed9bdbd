"""The images of a POST whose answer was lost: Bloom has no idempotency key, so they are recognized by what they are."""

from datetime import datetime, timedelta

from bot.core.models import Generation, Image, Parameters
from bot.core.ports import Bloom, Store

CLOCK_SKEW = timedelta(minutes=2)
"""How far Bloom's clock may be behind ours. Like images from before the POST have an owner on record, as a rule."""
PAGE_LIMIT = 10
"""Pages of 100 images that a look may turn."""
NOT_MADE_FROM_ANOTHER = (None, "generation", "variant")


async def lost_images(generation: Generation, bloom: Bloom, store: Store) -> tuple[str, ...]:
    """Return the ids of images at Bloom that can only be this generation's: same words, shape and time, unowned.

    Among several the oldest, which came soonest after the POST. Images whose variant group Bloom does not tell are
    taken for one group. Raises BloomError.
    """
    wanted, since = generation.request.parameters, generation.submitted_at or generation.created_at
    generated = await _generated_since(bloom, wanted.brand_id, since - CLOCK_SKEW)
    alike = [image for image in generated if _could_be(image, wanted)]
    owned = await store.owned_image_ids([image.id for image in alike])
    groups: dict[str, list[str]] = {}
    for image in reversed(alike):
        if image.id not in owned:
            groups.setdefault(image.variant_group_id or "", []).append(image.id)
    count = wanted.variants
    fitting = (ids for group, ids in groups.items() if len(ids) == count or (not group and len(ids) > count))
    return tuple(next(fitting, ())[:count])


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
    """Whether words and shape are those wanted; Bloom may not tell the shape."""
    alike = wanted.aspect_ratio is None or image.aspect_ratio in (None, wanted.aspect_ratio)
    return alike and image.prompt == wanted.prompt and image.action in NOT_MADE_FROM_ANOTHER
