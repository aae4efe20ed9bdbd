"""Where a derived image came from: which image, whose, and what changed."""

from slack_sdk.models.blocks import Block

from bot.core.models import Derivation, GenerationRequest, Operation, Parameters
from bot.slack.views.message import bold, context, link, mention, preview, quote
from bot.slack.views.wording import brand_text, images_text, shapes_text, wanted_text

URL_LIMIT = 500
"""Characters of a link's address: it stands in the text of notifications too."""
THIS_IMAGE, SOME_IMAGE = "this image", "an earlier image"

_PHRASES = {
    Derivation.VARY: "a variation of {it} for {brand}",
    Derivation.EDIT: "an edit of {it} for {brand}",
    Derivation.RESIZE: "{it} in {shapes} for {brand}",
    Derivation.REMOVE_BACKGROUND: "{it} without its background for {brand}",
    Derivation.VECTORIZE: "{it} as a vector (SVG) for {brand}",
    Derivation.ENLARGE: "{it} in {size} for {brand}",
    Derivation.REFERENCE: "{images} for {brand} with {it} as a reference",
}
_BY_OPERATION = {
    Operation.EDIT: Derivation.EDIT,
    Operation.RESIZE: Derivation.RESIZE,
    Operation.REMOVE_BACKGROUND: Derivation.REMOVE_BACKGROUND,
    Operation.VECTORIZE: Derivation.VECTORIZE,
}


def derivation_of(request: GenerationRequest) -> Derivation | None:
    """Return how this was derived from another image, if it was; also where nobody wrote down from which message."""
    return request.source.derivation if request.source else _BY_OPERATION.get(request.parameters.operation)


def wanted(request: GenerationRequest, source_url: str = "") -> str:
    """Return what somebody asked for, in mrkdwn: of a derived image, what it came from and what changed."""
    parameters, brand = request.parameters, bold(brand_text(request.brand_name))
    if (derivation := derivation_of(request)) is None:
        return f"{wanted_text(parameters)} for {brand}"
    return _PHRASES[derivation].format(
        it=_source(request, source_url),
        brand=brand,
        images=wanted_text(parameters),
        shapes=shapes_text(parameters),
        size=parameters.size,
    )


def part_of(made: int, request: GenerationRequest, source_url: str = "") -> str:
    """Return what came of it where some images are missing, in mrkdwn."""
    asked = images_text(request.parameters.image_count)
    text = f"{made} of {asked} for {bold(brand_text(request.brand_name))}"
    return f"{text}, made from {_source(request, source_url)}" if derivation_of(request) else text


def said(parameters: Parameters) -> Block:
    """Return the words that Bloom was told; where it was told none, what the image was made from."""
    return quote(parameters.prompt) if parameters.operation.is_in_words else context(f"“{preview(parameters.prompt)}”")


def _source(request: GenerationRequest, source_url: str) -> str:
    """Return the image it came from, and who had asked for that unless it is the same person."""
    image = link(source_url, THIS_IMAGE) if 0 < len(source_url) <= URL_LIMIT else SOME_IMAGE
    author = request.source.asked_by if request.source else ""
    return image if author in ("", request.user_id) else f"{image} by {mention(author)}"
