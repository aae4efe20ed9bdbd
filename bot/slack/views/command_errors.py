"""What one person sees when a command could not be carried out: what is wrong, what is valid, what they typed."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from slack_sdk.models.blocks import Block

from bot.core.brands import labels
from bot.core.models import SET_LIMIT, Brand, BrandState
from bot.slack.views.message import (
    NAME_LIMIT,
    Message,
    bold,
    bullets,
    context,
    escape,
    message,
    preview,
    section,
    shorten,
    shorten_middle,
    typed_text,
    words,
)
from bot.slack.views.wording import NO_BRAND, brand_label, brand_text, not_ready_sentence

NAMES_SHOWN = 15
PROBLEMS_SHOWN = 8
PROBLEM_LIMIT = 300
LABEL_LIMIT = 120
"""Characters of a brand's name with its state."""

NOT_UNDERSTOOD = "I haven't made anything yet:"
TYPED = "This is what you typed, to correct and send again. `/bloom help` explains the flags."
VALID_NAMES = "These are the brands:"
DEFAULT_GONE = "The default brand here isn't at Bloom any more. Choose another."
NOT_READY_NOTES = {
    BrandState.ANALYZING: "is still being analyzed",
    BrandState.LOGO_REQUIRED: "needs a logo first",
    BrandState.FAILED: "could not be set up",
}
MORE_NAMES = "and {count} more; `/bloom` opens a form in which you can search them"


def bad_command(problems: Iterable[str], typed: str) -> Message:
    """Say what is wrong with a command and give back what was typed; both are plain text."""
    lines = [shorten(problem, PROBLEM_LIMIT) for problem in problems][:PROBLEMS_SHOWN]
    text = f"{NOT_UNDERSTOOD} {preview(' '.join(lines))}"
    return message(text, section(NOT_UNDERSTOOD), bullets(*([words(line)] for line in lines)), *_typed(typed))


def too_many_images(shapes: int, variants: int) -> str:
    """Say how many images these would be, in plain text, and how many one reply has room for."""
    each = f"{variants} images" if variants > 1 else "1 image"
    return f"{shapes} shapes × {each} make {shapes * variants}; a set has {SET_LIMIT} at most."


def unknown_brand_note(text: str) -> str:
    """Say that no brand is called that, in plain text."""
    return f"No brand is called “{shorten(text, NAME_LIMIT)}”. Choose one."


def ambiguous_brand_note(text: str) -> str:
    """Say that several brands can be meant, in plain text."""
    return f"Several brands match “{shorten(text, NAME_LIMIT)}”. Choose one."


def default_brand_note(brand: Brand | None) -> str:
    """Say why the default brand is not chosen, in plain text; None is one that is gone."""
    if brand is None:
        return DEFAULT_GONE
    return f"{brand_text(brand.name)}, the default here, {NOT_READY_NOTES[brand.state]}. Choose another."


def usual_brand_note(brand: Brand) -> str:
    """Say which brand the channel that was just chosen has as its default, in plain text."""
    return f"In that channel, the default is {brand_text(brand.name)}."


def unknown_brand(text: str, brands: Sequence[Brand], typed: str = "") -> Message:
    """Say that no brand is called that, and which there are."""
    names = labels(brands)
    close = get_close_matches(text.casefold(), {name.casefold(): name for name in names.values()}, 1)
    meant = next((name for name in names.values() if close and name.casefold() == close[0]), "")
    sentence = f"No brand is called “{escape(shorten(text, NAME_LIMIT))}”."
    if meant:
        sentence += f" Did you mean {bold(shorten_middle(meant, NAME_LIMIT))}?"
    return message(sentence, section(sentence), *_names(brands, names), *_typed(typed))


def ambiguous_brand(text: str, brands: Sequence[Brand], typed: str = "") -> Message:
    """Say which brands a name can mean; ``brands`` are those, told apart by their labels."""
    sentence = f"“{escape(shorten(text, NAME_LIMIT))}” can be any of {len(brands)} brands. Type more of its name."
    return message(sentence, section(sentence), *_names(brands, labels(brands)), *_typed(typed))


def brand_not_ready(brand: Brand, typed: str = "") -> Message:
    """Say why a brand cannot generate yet."""
    sentence = escape(not_ready_sentence(brand))
    return message(sentence, section(sentence), *_typed(typed))


def _names(brands: Sequence[Brand], names: dict[str, str]) -> list[Block]:
    if not brands:
        return [section(f"{NO_BRAND}. `/bloom brands` is where one is added.")]
    ordered = sorted(brands, key=lambda brand: names[brand.id].casefold())
    shown = bullets(*([words(brand_label(brand, names[brand.id], LABEL_LIMIT))] for brand in ordered[:NAMES_SHOWN]))
    blocks: list[Block] = [context(VALID_NAMES), shown]
    if len(brands) > NAMES_SHOWN:
        blocks.append(context(MORE_NAMES.format(count=len(brands) - NAMES_SHOWN)))
    return blocks


def _typed(typed: str) -> list[Block]:
    return [context(TYPED), typed_text(typed)] if typed else []
