"""Which images of a generation are missing, and why: once a reason, of a set by their shapes."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.core.models import AspectRatio, Failure, FailureCode, Generation, Image, Parameters
from bot.slack.views.buttons import row
from bot.slack.views.error_codes import Problem
from bot.slack.views.message import escape, section
from bot.slack.views.problems import explain_of, step_buttons
from bot.slack.views.wording import images_count, joined


def missing_blocks(generation: Generation) -> list[Block]:
    """Say for each reason how many images are missing, of a set in which shapes, and what helps to get them."""
    missing = missing_images(generation)
    if not missing:
        return []
    steps = step_buttons(missing[0][1], generation.id)
    lines = [f"{which} couldn't be made. {escape(problem.sentence)}" for which, problem in missing]
    return [*map(section, lines), *([row(*steps)] if steps else [])]


def missing_images(generation: Generation) -> list[tuple[str, Problem]]:
    """Return "2 images in 9:16", or what else is missing, with the problem, once for each reason."""
    lost: dict[Failure, list[AspectRatio | None]] = {}
    for failure, shape in _lost(generation):
        lost.setdefault(failure, []).append(shape)
    parameters = generation.request.parameters
    return [(_which(shapes), explain_of(generation, why, _part(parameters, shapes))) for why, shapes in lost.items()]


def _part(parameters: Parameters, shapes: Sequence[AspectRatio | None]) -> Parameters:
    """Return what was asked for of a set in these shapes alone: what that costs, the others did not."""
    first, *further = dict.fromkeys(shapes)
    return parameters.but(aspect_ratio=first, further_ratios=further) if first else parameters


def _which(shapes: Sequence[AspectRatio | None]) -> str:
    """Return "2 images" or, of a set, "2 images in 9:16 and 16:9"."""
    named = joined(list(dict.fromkeys(shape.value for shape in shapes if shape)))
    return f"{images_count(len(shapes))} in {named}" if named else images_count(len(shapes))


def _lost(generation: Generation) -> Iterator[tuple[Failure, AspectRatio | None]]:
    """Yield why an image is not there, and its shape where it is one of a set.

    An order that Bloom never took has no images: what ended the generation then is the reason.
    """
    parameters, made = generation.request.parameters, {image.id for image in generation.pictures}
    by_id = {image.id: image for image in generation.images}
    yields = generation.yields or (len(generation.image_ids),)
    start = 0
    for number, order in enumerate(parameters.orders):
        count = yields[number] if number < len(yields) else 0
        ids, start = generation.image_ids[start : start + count], start + count
        shape = order.aspect_ratio if parameters.further_ratios else None
        yield from ((_reason(by_id.get(one)), shape) for one in ids if one not in made)
        never = ((generation.shortfall or generation.failure) if not count else None) or Failure(
            FailureCode.IMAGE_FAILED
        )
        yield from ((never, shape) for _ in range(order.variants - count))


def _reason(image: Image | None) -> Failure:
    if image is None or image.is_settled:
        return Failure((image and image.failure_reason) or FailureCode.IMAGE_FAILED)
    return Failure(FailureCode.TIMED_OUT)
