"""What people filled in: the form that Slack sends back, as a draft, and what is wrong with it at each field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.core.models import PROMPT_LIMIT, AspectRatio, Brand, ImageModel, ImageSize
from bot.slack.form.drafts import Draft, Origin
from bot.slack.views.buttons import Field
from bot.slack.views.form.form import VARIANTS
from bot.slack.views.inputs import chosen, entry, member
from bot.slack.views.wording import not_ready_sentence

MISSING_PROMPT = "Describe the image you want."
MISSING_BRAND = "Choose a brand."
MISSING_CHANNEL = "Choose where to post it."
NO_BRAND_YET = "There is no brand to choose yet; see below."

_FIELDS = {
    "prompt": Field.PROMPT,
    "brand_id": Field.BRAND,
    "aspect_ratio": Field.RATIO,
    "size": Field.SIZE,
    "model": Field.MODEL,
    "variants": Field.VARIANTS,
}


def read(view: Mapping[str, Any]) -> tuple[Draft, Origin]:
    """Return what was filled in and where it came from; what is missing or unknown is as in a new draft."""
    origin = opened_from(view)
    channel = entry(view, Field.CHANNEL).get("selected_conversation")
    brand_id = chosen(view, Field.BRAND)
    draft = Draft(
        prompt=entry(view, Field.PROMPT).get("value") or "",
        brand_id=brand_id,
        brand=None if brand_id else origin.brand,
        shapes=_shapes(chosen(view, Field.RATIO)),
        size=member(ImageSize, chosen(view, Field.SIZE)),
        model=member(ImageModel, chosen(view, Field.MODEL)),
        variants=int(member(VARIANTS, chosen(view, Field.VARIANTS)) or 1),
    )
    return draft, origin.model_copy(update={"channel_id": channel}) if channel else origin


def opened_from(view: Mapping[str, Any]) -> Origin:
    """Return where the form was opened from, whatever was chosen in it since."""
    return Origin.model_validate_json(view.get("private_metadata") or "{}")


def field_errors(error: ValidationError, view: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each input of the view that Bloom would refuse."""
    sentences: dict[str, str] = {}
    for problem in error.errors():
        field = _FIELDS.get(str(problem["loc"][0]) if problem["loc"] else "", Field.PROMPT)
        sentences.setdefault(field, _field_error(field, problem["type"], problem["input"]))
    if Field.BRAND in sentences and not has_input(view, Field.BRAND):
        del sentences[Field.BRAND]  # Slack shows an error only at an input that is there
        sentences.setdefault(Field.PROMPT, NO_BRAND_YET)
    return sentences


def brand_refusal(brand: Brand) -> dict[str, str]:
    """Return the error at the picker for a brand that cannot generate."""
    return {Field.BRAND: not_ready_sentence(brand)}


def has_input(view: Mapping[str, Any], field: Field) -> bool:
    """Whether an input is on the screen."""
    return any(block.get("block_id") == field for block in view.get("blocks") or ())


def _field_error(field: Field, kind: str, value: object) -> str:
    if field is Field.PROMPT:
        if kind == "string_too_long":
            return f"Use at most {PROMPT_LIMIT:,} characters; this has {len(str(value)):,}."
        return MISSING_PROMPT
    return MISSING_BRAND if field is Field.BRAND else "Choose one of the options."


def _shapes(value: str | None) -> tuple[AspectRatio, ...]:
    ratio = member(AspectRatio, value)
    return (ratio,) if ratio else ()
