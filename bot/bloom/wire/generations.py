"""Everything that makes an image, and is paid for."""

from collections.abc import Callable, Mapping

from pydantic import AliasChoices, Field

from bot.bloom.wire.answer import Answer, Id
from bot.bloom.wire.call import Call, given, segment
from bot.core.models import Operation, Parameters


class _Derived(Answer[tuple[str, ...]]):
    """The image that was started from another."""

    id: Id

    def core(self) -> tuple[str, ...]:
        return (self.id,)


class _Generation(Answer[tuple[str, ...]]):
    """The images that were started, under either of the two names that Bloom's own sources give them."""

    ids: tuple[Id, ...] = Field(min_length=1, validation_alias=AliasChoices("ids", "imageIds"))

    def core(self) -> tuple[str, ...]:
        return self.ids


def order(parameters: Parameters) -> Call[tuple[str, ...]]:
    """Ask for one order, whatever its operation; of a set that is one shape."""
    make = _MAKING[parameters.operation]
    return make(parameters)


def _generate(parameters: Parameters) -> Call[tuple[str, ...]]:
    ratio = parameters.aspect_ratio
    body = _drawing(parameters) | given(aspectRatio=ratio and ratio.value, variantCount=parameters.variants)
    return Call("POST", "/images/generations", _Generation, json=body)


def _edit(parameters: Parameters) -> Call[tuple[str, ...]]:
    """It keeps its shape, so none is sent."""
    return _from_subject(parameters, "edit", _drawing(parameters))


def _resize(parameters: Parameters) -> Call[tuple[str, ...]]:
    ratio = parameters.aspect_ratio
    return _from_subject(parameters, "resize", _for_brand(parameters) | given(targetAspectRatio=ratio and ratio.value))


def _remove_background(parameters: Parameters) -> Call[tuple[str, ...]]:
    return _from_subject(parameters, "remove-background", _for_brand(parameters))


def _vectorize(parameters: Parameters) -> Call[tuple[str, ...]]:
    return _from_subject(parameters, "vectorize", _for_brand(parameters))


_MAKING: Mapping[Operation, Callable[[Parameters], Call[tuple[str, ...]]]] = {
    Operation.GENERATE: _generate,
    Operation.EDIT: _edit,
    Operation.RESIZE: _resize,
    Operation.REMOVE_BACKGROUND: _remove_background,
    Operation.VECTORIZE: _vectorize,
}


def _from_subject(parameters: Parameters, action: str, body: Mapping[str, object]) -> Call[tuple[str, ...]]:
    return Call("POST", f"/images/{segment(parameters.subject_id or '')}/{action}", _Derived, json=body)


def _for_brand(parameters: Parameters) -> dict[str, object]:
    return {"brandSessionId": parameters.brand_id}


def _drawing(parameters: Parameters) -> dict[str, object]:
    return given(
        prompt=parameters.prompt,
        brandSessionId=parameters.brand_id,
        imageSize=parameters.size.value,
        model=parameters.model.value,
        referenceImageIds=list(parameters.reference_ids) or None,
    )
