"""Around every page: the buttons that lead to the others, and what came of what the person just did."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, InputBlock
from slack_sdk.models.views import View

from bot.slack.sights import PageName, Sight
from bot.slack.views.buttons import ActionId, row
from bot.slack.views.message import section

CALLBACK_ID = "page"
TITLE = "Bloom"
SEARCH = "Search"
NAVIGATION = "pages"
"""The id of the block of buttons."""
LABELS = {
    PageName.OVERVIEW: "Overview",
    PageName.BRANDS: "Brands",
    PageName.HISTORY: "History",
    PageName.USAGE: "Usage",
    PageName.SETTINGS: "Settings",
}


def on_home(sight: Sight, blocks: Sequence[Block], notice: str = "") -> dict[str, Any]:
    """Return the Home tab; ``notice`` is escaped already."""
    shown = _framed(sight, blocks, notice)
    return View(type="home", private_metadata=sight.model_dump_json(exclude_defaults=True), blocks=shown).to_dict()


def in_modal(sight: Sight, blocks: Sequence[Block], notice: str = "") -> dict[str, Any]:
    """Return the same as a modal; one with a field to type into has to have a button to send it."""
    view = View(
        type="modal",
        callback_id=CALLBACK_ID,
        title=TITLE,
        close="Close",
        submit=SEARCH if any(isinstance(block, InputBlock) for block in blocks) else None,
        private_metadata=sight.model_dump_json(exclude_defaults=True),
        blocks=_framed(sight, blocks, notice),
    )
    return view.to_dict()


def _framed(sight: Sight, blocks: Sequence[Block], notice: str) -> list[Block]:
    told = [section(notice), DividerBlock()] if notice else []
    return [_navigation(sight.page), *told, *blocks]


def _navigation(current: PageName) -> Block:
    return row(*(_page_button(page, is_current=page is current) for page in PageName), block_id=NAVIGATION)


def _page_button(page: PageName, *, is_current: bool) -> ButtonElement:
    return ButtonElement(
        text=LABELS[page],
        action_id=f"{ActionId.PAGE}:{page}",
        value=page.value,
        style="primary" if is_current else None,
    )
