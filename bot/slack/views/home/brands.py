"""The page of brands: every brand with its state, a part at a time, and what to do where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement

from bot.core.brands import labels, search
from bot.core.models import Brand, Preferences
from bot.slack.views.brands.facts import facts_text, short_address, site_text, title_text
from bot.slack.views.buttons import ActionId, button, connect_button, row
from bot.slack.views.home.search import search_field
from bot.slack.views.managers import ADD_A_BRAND, CONNECT_AGAIN, can, connect_first, who_can
from bot.slack.views.message import NAME_LIMIT, bold, context, escape, section, shorten, shorten_middle, warning
from bot.slack.views.wording import LOADING_BRANDS, NO_BRAND

SHOWN = 20
SEARCHED_FROM = 6
"""Fewer brands than this are looked through faster than anybody types."""
PENDING_SHOWN = 5

TITLE = "*Brands*"
ADD = "Add a brand"
SEARCH = "Find a brand"
SEARCH_HINT = "A name or a website"
SHOW_ALL = "Show all brands"
NONE_YET = f"{NO_BRAND}."
HOW_TO_ADD = (
    f"{NONE_YET} Give Bloom a website or an Instagram profile: in a few minutes it learns the logo, the colors and "
    "the style, and everybody here can make images with them."
)
NO_MATCH = "No brand is called anything like “{query}”."
ON_ITS_WAY = ":hourglass_flowing_sand: On its way to Bloom"
BROKEN = ":warning: Bloom doesn't accept this workspace's connection any more. What is shown here may be outdated."


@dataclass(frozen=True, slots=True)
class BrandList:
    """What the page is made of for one person. ``brands`` are None while Bloom has not named them."""

    brands: Sequence[Brand] | None
    preferences: Preferences
    pending: Sequence[str] = ()
    """The addresses of brands that Bloom has not taken on yet."""
    query: str = ""
    offset: int = 0
    is_manager: bool = False
    is_broken: bool = False
    """Whether Bloom refuses the connection."""
    to_ask: Sequence[str] = ()
    """Whom those who do not manage Bloom can turn to."""
    trouble: str = ""
    """Why Bloom has not been asked just now, in plain text."""


def not_connected(*, is_manager: bool, to_ask: Sequence[str]) -> list[Block]:
    """Return what the page is before there is an account: the way to connect one."""
    return [section(TITLE), *connect_first(is_manager=is_manager, to_ask=to_ask)]


def brand_list(shown: BrandList) -> list[Block]:
    """Return the page."""
    found = search(shown.brands or (), shown.query)
    blocks = [_title(shown, len(found))]
    if shown.is_broken:
        again: list[Block] = [row(connect_button())] if shown.is_manager else who_can(CONNECT_AGAIN, shown.to_ask)
        blocks += [section(BROKEN), *again]
    elif shown.trouble:
        blocks.append(context(warning(shown.trouble)))
    if shown.query or len(shown.brands or ()) >= SEARCHED_FROM:
        blocks.append(search_field(shown.query, SEARCH, SEARCH_HINT))
    blocks += [_pending(address) for address in shown.pending[:PENDING_SHOWN]]
    return blocks + (_part(shown, found) if found else _none(shown))


def _title(shown: BrandList, found: int) -> Block:
    offset = _offset(shown, found)
    part = f" · {offset + 1}–{min(offset + SHOWN, found)} of {found:,}" if found > SHOWN else ""
    count = part or (f" · {found:,}" if found else "")
    if shown.query and found and not part:
        count += f" of {len(shown.brands or ()):,}"
    add = button(ADD, ActionId.ADD_BRAND, primary=True) if shown.is_manager else None
    return section(f"{TITLE}{count}", accessory=add)


def _pending(address: str) -> Block:
    return section(f"{bold(short_address(address))}\n{ON_ITS_WAY}")


def _none(shown: BrandList) -> list[Block]:
    """Say why there is nothing to see; while a brand is being added, that is."""
    if shown.brands is None:
        return [] if shown.trouble or shown.is_broken else [context(LOADING_BRANDS)]
    if shown.query:
        sentence = NO_MATCH.format(query=escape(shorten(shown.query, NAME_LIMIT)))
        return [section(sentence), row(button(SHOW_ALL, ActionId.ALL_BRANDS))]
    if shown.pending:
        return []
    if shown.is_manager:
        return [section(HOW_TO_ADD)]
    return [section(f"{NONE_YET} {can(ADD_A_BRAND, shown.to_ask)}")]


def _part(shown: BrandList, found: Sequence[Brand]) -> list[Block]:
    names, offset = labels(shown.brands or ()), _offset(shown, len(found))
    rows = [_brand(brand, names[brand.id], shown.preferences) for brand in found[offset : offset + SHOWN]]
    buttons: list[ButtonElement] = []
    if offset:
        buttons.append(button("Previous", ActionId.BRANDS_BEFORE, value=str(max(0, offset - SHOWN))))
    if offset + SHOWN < len(found):
        buttons.append(button("Next", ActionId.BRANDS_AFTER, value=str(offset + SHOWN)))
    if shown.query:
        buttons.append(button(SHOW_ALL, ActionId.ALL_BRANDS))
    return [*rows, row(*buttons)] if buttons else rows


def _brand(brand: Brand, name: str, preferences: Preferences) -> Block:
    head = f"{bold(shorten_middle(title_text(brand, name), NAME_LIMIT))} · {site_text(brand)}"
    details = button("Details", ActionId.BRAND_DETAILS, value=brand.id)
    return section(f"{head}\n{facts_text(brand, preferences)}", accessory=details)


def _offset(shown: BrandList, found: int) -> int:
    """Return where the part begins; a list that has become shorter shows its last."""
    last = max(0, (found - 1) // SHOWN * SHOWN)
    return min(max(0, shown.offset), last)
