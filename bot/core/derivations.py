"""What can be made of an image, and what Bloom has to be told for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.models import (
    REFERENCE_LIMIT,
    AspectRatio,
    Attachment,
    Derivation,
    Generation,
    Image,
    ImageModel,
    ImageSize,
    Operation,
    Parameters,
    Source,
)

SAME_SHAPE = 0.02
"""How far the sides of an image may be from those of its shape: Bloom rounds to whole pixels, and to multiples."""
_OF_PIXELS = (Derivation.EDIT, Derivation.RESIZE, Derivation.VECTORIZE, Derivation.REFERENCE)
_POSSIBLE: dict[Operation, tuple[Derivation, ...]] = {
    Operation.GENERATE: (Derivation.VARY, Derivation.ENLARGE, Derivation.REMOVE_BACKGROUND, *_OF_PIXELS),
    Operation.EDIT: (Derivation.VARY, Derivation.ENLARGE, Derivation.REMOVE_BACKGROUND, *_OF_PIXELS),
    Operation.RESIZE: (Derivation.VARY, Derivation.REMOVE_BACKGROUND, *_OF_PIXELS),
    Operation.REMOVE_BACKGROUND: _OF_PIXELS,
    Operation.VECTORIZE: (),
}


@dataclass(frozen=True, slots=True)
class Made:
    """An image, and the generation that made it."""

    generation: Generation
    image: Image

    @property
    def order(self) -> Parameters:
        """Return what Bloom was asked for when it made the image."""
        return self.generation.order_of(self.image.id)

    @property
    def is_present(self) -> bool:
        """Whether it was made and is there still."""
        return self.image in self.generation.present

    @property
    def ratio(self) -> AspectRatio | None:
        """Return the image's shape, as far as anybody knows; where nobody said it, its sides tell."""
        return self.image.aspect_ratio or self.order.aspect_ratio or _ratio_of_sides(self.image)

    @property
    def other_ratios(self) -> tuple[AspectRatio, ...]:
        """Return the shapes that it can be brought into."""
        return tuple(ratio for ratio in AspectRatio if ratio is not self.ratio)

    @property
    def settings(self) -> Parameters:
        """Return the order for one image more. What was given at Slack for it is a reference at Bloom by now."""
        references = tuple(dict.fromkeys((*self.order.reference_ids, *self.generation.gathered_ids)))
        return self.order.but(variants=1, reference_ids=references, attachments=())

    def allows(self, derivation: Derivation) -> bool:
        """Whether something can be made of it in this way; a vector, or what is deleted, is as it is."""
        if not self.is_present or derivation not in _POSSIBLE[self.order.operation]:
            return False
        return derivation is not Derivation.ENLARGE or self.order.size is not ImageSize.SIZE_4K

    def source(self, derivation: Derivation, *, channel_id: str, message_id: str, thread_id: str) -> Source:
        """Return it as what another is derived from, where somebody says so."""
        asked_by = self.generation.request.user_id
        return Source(self.image.id, derivation, channel_id, message_id, thread_id, asked_by)


def varied(made: Made) -> Parameters:
    """Ask for one more of the same settings."""
    return made.settings


def enlarged(made: Made) -> Parameters:
    """Ask for it again at 4K, with itself as a reference where there is room for one: it is to look the same."""
    order = made.settings
    is_room = order.operation is Operation.GENERATE and order.reference_count < REFERENCE_LIMIT
    references = (*order.reference_ids, made.image.id) if is_room else order.reference_ids
    return order.but(size=ImageSize.SIZE_4K, aspect_ratio=made.ratio, reference_ids=references)


def referring(made: Made) -> Parameters:
    """Ask for a new image with this one as a reference, beside as many of its own as there is room for."""
    order = made.settings
    return order.but(
        operation=Operation.GENERATE,
        subject_id=None,
        aspect_ratio=made.ratio,
        reference_ids=(*order.reference_ids[: REFERENCE_LIMIT - 1], made.image.id),
    )


def without_background(made: Made) -> Parameters:
    """Ask for it with a transparent background."""
    return _from(made, Operation.REMOVE_BACKGROUND)


def vectorized(made: Made) -> Parameters:
    """Ask for it as a vector."""
    return _from(made, Operation.VECTORIZE)


def resized(made: Made, ratios: Sequence[AspectRatio]) -> Parameters:
    """Ask for it in other shapes. Raises pydantic's ValidationError, for no shape too."""
    return _from(made, Operation.RESIZE, aspect_ratio=next(iter(ratios), None), further_ratios=tuple(ratios[1:]))


def edited(
    made: Made,
    prompt: str,
    *,
    size: ImageSize,
    model: ImageModel,
    reference_ids: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
) -> Parameters:
    """Ask for a change of it. Raises pydantic's ValidationError, naming the field."""
    return Parameters(
        prompt=prompt,
        brand_id=made.order.brand_id,
        aspect_ratio=made.ratio,
        size=size,
        model=model,
        reference_ids=tuple(reference_ids),
        attachments=tuple(attachments),
        operation=Operation.EDIT,
        subject_id=made.image.id,
    )


def _from(made: Made, operation: Operation, **changes: object) -> Parameters:
    """Ask for what takes no words: those of the image are kept, to tell what it shows."""
    plain = {"variants": 1, "reference_ids": (), "attachments": (), "further_ratios": (), "aspect_ratio": made.ratio}
    return made.order.but(**{**plain, "operation": operation, "subject_id": made.image.id, **changes})


def _ratio_of_sides(image: Image) -> AspectRatio | None:
    """Return the shape that an image has to within a few pixels."""
    if not image.width or not image.height:
        return None
    sides = image.width / image.height
    return next((ratio for ratio in AspectRatio if abs(sides / _quotient(ratio) - 1) < SAME_SHAPE), None)


def _quotient(ratio: AspectRatio) -> float:
    width, height = map(int, ratio.value.split(":"))
    return width / height
