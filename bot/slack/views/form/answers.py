"""What people filled in: the form that Slack sends back, as a draft, and what is wrong with it at each field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.models import (
    EDIT_REFERENCE_LIMIT,
    PROMPT_LIMIT,
    REFERENCE_LIMIT,
    AspectRatio,
    Brand,
    ImageModel,
    ImageSize,
)
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import Field
from bot.slack.views.command_errors import too_many_images
from bot.slack.views.form.choices import VARIANTS
from bot.slack.views.form.references import read_references, reference_errors
from bot.slack.views.inputs import chosen, entry, member
from bot.slack.views.wording import not_ready_sentence

MISSING_PROMPT = "Describe the image you want."
MISSING_BRAND = "Choose a brand."
MISSING_CHANNEL = "Choose where to post it."
MISSING_CHANGE = "Say what should change."
NOT_OFFERED = "Choose one of the options."
NO_BRAND_YET = "There is no brand to choose yet; see below."

_FIELDS = {
    "prompt": Field.PROMPT,
    "brand_id": Field.BRAND,
    "aspect_ratio": Field.RATIO,
    "further_ratios": Field.RATIO,
    "size": Field.SIZE,
    "model": Field.MODEL,
    "variants": Field.VARIANTS,
}
_REFERENCES = ("reference_ids", "attachments")
"""What `draft_errors` looks at: it knows which input has how many."""


def read(view: Mapping[str, Any]) -> tuple[Draft, Origin]:
    """Return what was filled in and where it came from; what is missing or unknown is as in a new draft."""
    origin = Origin.of_view(view)
    channel = entry(view, Field.CHANNEL).get("selected_conversation")
    brand_id = chosen(view, Field.BRAND)
    reference_ids, attachments = read_references(view)
    draft = Draft(
        prompt=entry(view, Field.PROMPT).get("value") or "",
        brand_id=brand_id,
        brand=None if brand_id else origin.brand,
        shapes=_shapes(view),
        size=member(ImageSize, chosen(view, Field.SIZE)),
        model=member(ImageModel, chosen(view, Field.MODEL)),
        variants=int(member(VARIANTS, chosen(view, Field.VARIANTS)) or 1),
        reference_ids=reference_ids,
        attachments=attachments,
        is_preview=bool(entry(view, Field.PREVIEW).get("selected_options")),
    )
    return draft, origin.model_copy(update={"channel_id": channel}) if channel else origin


def draft_errors(view: Mapping[str, Any], draft: Draft, origin: Origin) -> dict[str, str]:
    """Return a sentence for each input whose answers cannot go together, whatever else is wrong."""
    errors = reference_errors(view, reference_limit(origin))
    return errors | ({Field.RATIO: _too_many(draft)} if draft.is_too_many else {})


def field_errors(error: ValidationError, view: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each input of the view that Bloom would refuse, but for those of references."""
    draft, origin = read(view)
    sentences: dict[str, str] = {}
    for problem in error.errors():
        if (name := _name(problem)) in _REFERENCES:
            continue
        field = _FIELDS.get(name, Field.PROMPT)
        if has_input(view, field):
            sentences.setdefault(field, _field_error(field, problem, draft, origin))
        else:  # Slack shows an error only at an input that is there
            sentences.setdefault(Field.PROMPT, _elsewhere(field, problem, draft, origin))
    return sentences


def reference_limit(origin: Origin) -> int:
    """Return how many references Bloom takes for what the form asks for."""
    return EDIT_REFERENCE_LIMIT if origin.subject_id else REFERENCE_LIMIT


def brand_refusal(brand: Brand) -> dict[str, str]:
    """Return the error at the picker for a brand that cannot generate."""
    return {Field.BRAND: not_ready_sentence(brand)}


def has_input(view: Mapping[str, Any], field: Field) -> bool:
    """Whether an input is on the screen."""
    return any(block.get("block_id") == field for block in view.get("blocks") or ())


def _name(problem: ErrorDetails) -> str:
    """Return the field that is wrong; what only shows in several together says it in its message."""
    if problem["loc"]:
        return str(problem["loc"][0])
    return str(problem.get("ctx", {}).get("error", ""))


def _field_error(field: Field, problem: ErrorDetails, draft: Draft, origin: Origin) -> str:
    match field:
        case Field.PROMPT:
            return _prompt_error(problem, origin)
        case Field.BRAND:
            return MISSING_BRAND
        case Field.RATIO if draft.is_too_many:
            return _too_many(draft)
        case _:
            return NOT_OFFERED


def _elsewhere(field: Field, problem: ErrorDetails, draft: Draft, origin: Origin) -> str:
    """Return what is wrong with an input that is not on the screen."""
    return NO_BRAND_YET if field is Field.BRAND else _field_error(field, problem, draft, origin)


def _prompt_error(problem: ErrorDetails, origin: Origin) -> str:
    if problem["type"] == "string_too_long":
        return f"Use at most {PROMPT_LIMIT:,} characters; this has {len(str(problem['input'])):,}."
    return MISSING_CHANGE if origin.subject_id else MISSING_PROMPT


def _too_many(draft: Draft) -> str:
    return too_many_images(len(draft.shapes or ()), draft.variants)


def _shapes(view: Mapping[str, Any]) -> tuple[AspectRatio, ...] | None:
    """Return the shapes in the order they were chosen; None where the form does not ask for any."""
    options = entry(view, Field.RATIO).get("selected_options")
    if options is None:  # or it was opened before there were sets, and asks for one
        one = member(AspectRatio, chosen(view, Field.RATIO))
        return (one,) if one else None
    found = (member(AspectRatio, option["value"]) for option in options)
    return tuple(shape for shape in found if shape)
