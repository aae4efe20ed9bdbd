"""The brand in a form: picked where brands are known, and what stands in the picker's place where they are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ExternalDataSelectElement, InputBlock

from bot.core.models import Brand
from bot.slack.views.buttons import ActionId, Field, button, row
from bot.slack.views.menus import brand_option
from bot.slack.views.message import context, escape, section, warning
from bot.slack.views.wording import LOADING_BRANDS, NO_BRAND

NOTE_BLOCK = "brand_note"
EMPTY = (
    f"{NO_BRAND}. Add one on my Home tab under Brands, wait a few minutes until Bloom has analyzed it, then try again."
)


@dataclass(frozen=True, slots=True)
class Loading:
    """The brands are being fetched for the first time."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The brands to choose from; the draft's is chosen already. ``note`` is plain text beneath the picker."""

    brands: Sequence[Brand]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The brands could not be fetched; ``sentence`` says why, in plain text."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Empty:
    """There is no brand at Bloom yet."""


BrandPicker = Loading | Ready | Unreachable | Empty


def brand_blocks(
    picker: BrandPicker, field: Field, brand_id: str | None, *, is_optional: bool = False, follows: bool = True
) -> list[Block]:
    """Return the picker in its state; a form that ``follows`` hears of each choice, and can ask for brands anew."""
    reload: list[Block] = [row(button("Try again", ActionId.RELOAD_BRANDS))] if follows else []
    match picker:
        case Loading():
            return [context(LOADING_BRANDS, block_id=NOTE_BLOCK)]
        case Empty():
            return [section(EMPTY, NOTE_BLOCK), *reload]
        case Unreachable(sentence):
            return [section(warning(sentence), NOTE_BLOCK), *reload]
        case Ready(brands, note):
            element = _select(field, brand_id, brands)
            picking = InputBlock(
                block_id=field,
                label="Brand",
                element=element,
                optional=is_optional or None,
                dispatch_action=follows or None,
            )
            return [picking, context(escape(note), block_id=NOTE_BLOCK)] if note else [picking]


def _select(field: Field, brand_id: str | None, brands: Sequence[Brand]) -> ExternalDataSelectElement:
    chosen = next((brand.id for brand in brands if brand.id == brand_id), None)
    return ExternalDataSelectElement(
        action_id=field,
        min_query_length=0,
        placeholder="Search your brands",
        initial_option=brand_option(chosen, brands) if chosen else None,
    )
