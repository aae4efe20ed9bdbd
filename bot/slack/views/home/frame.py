"""Around every page: the buttons that lead to the others, and what came of what the person just did."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, InputBlock
from slack_sdk.models.views import View

from bot.slack.sights import PageName, Sight
from bot.slack.views.buttons import ActionId, row
from bot.slack.views.message import context, escape, modal, section
from bot.slack.views.trouble import UNEXPECTED

CALLBACK_ID = "page"
TITLE = "Bloom"
NAVIGATION = "pages"
"""The id of the block of buttons."""
LABELS = {
    PageName.OVERVIEW: "Overview",
    PageName.BRANDS: "Brands",
    PageName.HISTORY: "History",
    PageName.USAGE: "Usage",
    PageName.SETTINGS: "Settings",
}
SEARCH = "Search"
LOADING = "One moment…"


def on_home(sight: Sight, blocks: Sequence[Block], notice: str = "") -> dict[str, Any]:
    """Return the Home tab; ``notice`` is escaped already."""
    shown = _framed(sight, blocks, notice)
    return View(type="home", private_metadata=sight.model_dump_json(exclude_defaults=True), blocks=shown).to_dict()


def in_modal(sight: Sight, blocks: Sequence[Block], notice: str = "") -> dict[str, Any]:
    """Return the same as a modal. Slack wants a button to send it by where something can be typed."""
    return modal(
        CALLBACK_ID,
        TITLE,
        _framed(sight, blocks, notice),
        close="Close",
        submit=SEARCH if any(isinstance(block, InputBlock) for block in blocks) else None,
        private_metadata=sight.model_dump_json(exclude_defaults=True),
    )


def loading() -> list[Block]:
    """Stand in for a page that takes longer than Slack waits for a modal."""
    return [context(LOADING)]


def broken(reference: str) -> list[Block]:
    """Stand in for a page that broke; the reference stands in the log beside the reason."""
    return [section(f":warning: {UNEXPECTED.format(reference=escape(reference))}")]


def page_button(page: PageName, text: str = "", *, primary: bool = False) -> ButtonElement:
    """Return a button that turns to a page."""
    return ButtonElement(
        text=text or LABELS[page],
        action_id=f"{ActionId.PAGE}:{page}",
        value=page.value,
        style="primary" if primary else None,
    )


def _framed(sight: Sight, blocks: Sequence[Block], notice: str) -> list[Block]:
    told = [section(notice), DividerBlock()] if notice else []
    return [_navigation(sight.page), DividerBlock(), *told, *blocks]


def _navigation(current: PageName) -> Block:
    return row(*(page_button(page, primary=page is current) for page in PageName), block_id=NAVIGATION)
