"""Everything that makes an image, and is paid for."""

from collections.abc import Mapping

from pydantic import AliasChoices, Field

from bot.bloom.wire.answer import Answer, Id, Started
from bot.bloom.wire.call import Call, given, segment
from bot.core.errors import BloomRefused
from bot.core.models import AspectRatio, Parameters

EDIT_REFERENCE_LIMIT = 9


class _Generation(Answer[tuple[str, ...]]):
    """The images that were started, under either of the two names that Bloom's own sources give them."""

    ids: tuple[Id, ...] = Field(min_length=1, validation_alias=AliasChoices("ids", "imageIds"))

    def core(self) -> tuple[str, ...]:
        return self.ids


def generate(parameters: Parameters) -> Call[tuple[str, ...]]:
    """Ask for new images."""
    ratio = parameters.aspect_ratio
    body = _drawing(parameters) | given(aspectRatio=ratio and ratio.value, variantCount=parameters.variants)
    return Call("POST", "/images/generations", _Generation, json=body)


def edit(image_id: str, parameters: Parameters) -> Call[str]:
    """Ask for one changed image; it keeps its ratio, so the parameters' ratio and variants are not sent."""
    if len(parameters.reference_ids) > EDIT_REFERENCE_LIMIT:
        raise BloomRefused("REFERENCE_LIMIT_EXCEEDED", 400, f"an edit takes {EDIT_REFERENCE_LIMIT} references")
    return _from_image(image_id, "edit", _drawing(parameters))


def resize(image_id: str, brand_id: str, aspect_ratio: AspectRatio) -> Call[str]:
    """Ask for the image in another shape."""
    body = {"brandSessionId": brand_id, "targetAspectRatio": aspect_ratio.value}
    return _from_image(image_id, "resize", body)


def remove_background(image_id: str, brand_id: str) -> Call[str]:
    """Ask for the image with a transparent background."""
    return _from_image(image_id, "remove-background", {"brandSessionId": brand_id})


def vectorize(image_id: str, brand_id: str) -> Call[str]:
    """Ask for the image as SVG."""
    return _from_image(image_id, "vectorize", {"brandSessionId": brand_id})


def _from_image(image_id: str, action: str, body: Mapping[str, object]) -> Call[str]:
    return Call("POST", f"/images/{segment(image_id)}/{action}", Started, json=body)


def _drawing(parameters: Parameters) -> dict[str, object]:
    return given(
        prompt=parameters.prompt,
        brandSessionId=parameters.brand_id,
        imageSize=parameters.size.value,
        model=parameters.model.value,
        referenceImageIds=list(parameters.reference_ids) or None,
    )
