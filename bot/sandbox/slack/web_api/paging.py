"""Pages of a long list, by cursor."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.web_api.arguments import Arguments

Item = TypeVar("Item")


def page(items: Sequence[Item], arguments: Arguments, *, default: int) -> tuple[list[Item], Json]:
    """Return the page that the arguments ask for, and the metadata that leads to the next one."""
    limit = max(1, min(1000, arguments.number("limit", default)))
    start = _position(arguments.text("cursor"))
    following = start + limit
    cursor = base64.b64encode(f"at:{following}".encode()).decode() if following < len(items) else ""
    return list(items[start:following]), {"response_metadata": {"next_cursor": cursor}}


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("at:"))
    except ValueError:
        raise SlackRefusal("invalid_cursor") from None
