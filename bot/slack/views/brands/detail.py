"""One brand with everything Bloom learned about it, and what can be done with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    ImageElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextSectionElement,
)

from bot.core.brands.addresses import ADDRESS_LIMIT
from bot.core.models import Brand, BrandDetail, BrandState, Preferences
from bot.slack.views.brands.facts import channels_of, facts_text, reason_text, site_text, title_text
from bot.slack.views.buttons import MAKE_AN_IMAGE, ActionId, button, row
from bot.slack.views.message import NAME_LIMIT, bold, context, escape, section, shorten, shorten_middle, warning, words
from bot.slack.views.wording import day

BUTTONS = "brand"
"""The id of the block of buttons: the page may be drawn anew while somebody is asked whether they mean it."""
COLOURS_SHOWN = 12
FONTS_LIMIT = 300
AESTHETIC_LIMIT = 600
SUMMARY_LIMIT = 1500
URL_LIMIT = 3000

LOADING = "Asking Bloom what it knows about this brand…"
STAYS = "It shows here when Bloom is done, in a few minutes; whoever asked for it gets a message."
GONE = "This brand isn't at Bloom any more, or belongs to a Bloom workspace that isn't used here."
ALL_BRANDS = "All brands"
REPLACE_LOGO = "Replace logo"
GIVE_LOGO = "Add a logo"
TRY_ANOTHER = "Try another address"
MAKE_DEFAULT = "Make default"
DELETE = "Delete"
STOPS = "Nobody can make images with it any more. Images already posted stay."


@dataclass(frozen=True, slots=True)
class BrandView:
    """What the page is made of for one person. ``detail`` is None while Bloom has not told it."""

    brand: Brand
    name: str
    """What tells it from other brands."""
    preferences: Preferences
    detail: BrandDetail | None = None
    under_way: int = 0
    """Requests for images of it that have not come to their end."""
    is_manager: bool = False
    trouble: str = ""
    """Why Bloom has not told more, in plain text."""


def brand_gone(*, is_loading: bool, trouble: str = "") -> list[Block]:
    """Return what stands in for a brand that is not known, or not yet."""
    said = context(warning(trouble)) if trouble else context(LOADING) if is_loading else section(GONE)
    return [said, row(button(ALL_BRANDS, ActionId.ALL_BRANDS))]


def brand_detail(shown: BrandView) -> list[Block]:
    """Return the page."""
    blocks: list[Block] = [_head(shown)]
    if shown.trouble:
        blocks.append(context(warning(shown.trouble)))
    elif shown.detail is None:
        blocks.append(context(LOADING))
    blocks += _learned(shown.detail) if shown.detail else []
    return [*blocks, context(*_origin(shown.brand)), row(*_buttons(shown), block_id=BUTTONS)]


def _head(shown: BrandView) -> Block:
    brand, detail = shown.brand, shown.detail
    title = bold(shorten_middle(title_text(brand, shown.name), NAME_LIMIT))
    lines = [title, site_text(brand), facts_text(brand, shown.preferences)]
    if brand.state is BrandState.ANALYZING:
        lines.append(STAYS)
    elif detail and (reason := reason_text(detail)):
        lines.append(reason)
    return section("\n".join(filter(None, lines)), accessory=_logo(shown))


def _logo(shown: BrandView) -> ImageElement | None:
    url = shown.detail.logo_url if shown.detail else None
    if not url or not url.startswith(("https://", "http://")) or len(url) > URL_LIMIT:
        return None
    return ImageElement(image_url=url, alt_text=f"Logo of {escape(shorten(shown.name, NAME_LIMIT)) or 'the brand'}")


def _learned(detail: BrandDetail) -> list[Block]:
    """Return what Bloom learned, in its words and to the letter."""
    colours = _colours(detail.colors)
    parts = _line("Colors", colours) if colours else []
    for label, text, limit in (
        ("Fonts", ", ".join(detail.fonts), FONTS_LIMIT),
        ("Style", detail.aesthetic or "", AESTHETIC_LIMIT),
        ("In short", detail.summary or "", SUMMARY_LIMIT),
    ):
        if told := shorten(text, limit):
            parts += _line(label, [words(told)])
    return [RichTextBlock(elements=[RichTextSectionElement(elements=parts[:-1])])] if parts else []


def _line(label: str, told: Sequence[RichTextElement]) -> list[RichTextElement]:
    return [words(f"{label}: ", is_bold=True), *told, words("\n")]


def _colours(colours: Sequence[str]) -> list[RichTextElement]:
    """Return colours by their codes, which Slack shows with a swatch each."""
    parts: list[RichTextElement] = []
    for colour in filter(None, (shorten(one, 30) for one in colours[:COLOURS_SHOWN])):
        is_code = re.fullmatch("#[0-9A-Fa-f]{6}", colour)
        parts += [RichTextElementParts.Color(value=colour) if is_code else words(colour), words("  ")]
    return parts


def _origin(brand: Brand) -> list[str]:
    workspace = escape(shorten(brand.bloom_workspace_name, NAME_LIMIT)) or "Personal"
    owner = f"In the Bloom workspace {workspace}"
    return [f"{owner}, since {day(brand.created_at)}" if brand.created_at else owner]


def _buttons(shown: BrandView) -> list[ButtonElement]:
    brand = shown.brand
    buttons: list[ButtonElement] = []
    if brand.state is BrandState.READY:
        buttons.append(button(MAKE_AN_IMAGE, ActionId.MAKE_FOR_BRAND, value=brand.id, primary=True))
    if shown.is_manager:
        buttons += _controls(shown)
    return [*buttons, button(ALL_BRANDS, ActionId.ALL_BRANDS)]


def _controls(shown: BrandView) -> list[ButtonElement]:
    brand = shown.brand
    controls: list[ButtonElement] = []
    if brand.state is BrandState.FAILED:
        controls.append(another_address_button(brand.url))
    needs_logo = brand.state is BrandState.LOGO_REQUIRED
    label = GIVE_LOGO if needs_logo else REPLACE_LOGO
    controls.append(button(label, ActionId.GIVE_LOGO, value=brand.id, primary=needs_logo))
    if brand.state is BrandState.READY and shown.preferences.defaults.brand_id != brand.id:
        controls.append(button(MAKE_DEFAULT, ActionId.MAKE_DEFAULT, value=brand.id))
    return [*controls, _delete_button(shown)]


def another_address_button(address: str) -> ButtonElement:
    """Return the way to the form with an address in it, to be corrected."""
    value = address if len(address) <= ADDRESS_LIMIT else ""
    return button(TRY_ANOTHER, ActionId.ADD_BRAND, value=value or None, primary=True)


def _delete_button(shown: BrandView) -> ButtonElement:
    sure = ConfirmObject(
        title=f"Delete {shorten_middle(shown.name, NAME_LIMIT) or 'this brand'}?",
        text=PlainTextObject(text=" ".join(filter(None, [*_stops(shown), STOPS]))),
        confirm="Yes, delete it",
        deny="Keep it",
        style="danger",
    )
    return ButtonElement(
        text=DELETE, action_id=ActionId.DELETE_BRAND, value=shown.brand.id, style="danger", confirm=sure
    )


def _stops(shown: BrandView) -> list[str]:
    """Return what else ends with the brand, in plain text: Slack shows no channel's name here."""
    channels = len(channels_of(shown.brand.id, shown.preferences))
    places = ["this workspace"] if shown.preferences.defaults.brand_id == shown.brand.id else []
    if channels:
        places.append("a channel" if channels == 1 else f"{channels} channels")
    default = f"It is the default of {' and of '.join(places)}." if places else ""
    under_way = ""
    if shown.under_way:
        requests = "A request for it is" if shown.under_way == 1 else f"{shown.under_way} requests for it are"
        under_way = f"{requests} under way and may fail."
    return [default, under_way]
