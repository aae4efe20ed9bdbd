"""Opening modals, over the conversation or the modal that the person acts in, and letting go of those that went."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import SlackRefused
from bot.slack.client import slack_errors

OUTDATED = frozenset({"hash_conflict", "not_found", "view_not_found"})
"""Slack's words for a view that was closed, or is another by now."""


async def open_view(args: AsyncArgs, view: dict[str, Any]) -> dict[str, Any]:
    """Open a view and return what Slack makes of it. Raises SlackRefused."""
    is_over_modal = (args.body.get("view") or {}).get("type") == "modal"
    open_or_push = args.client.views_push if is_over_modal else args.client.views_open
    with slack_errors():
        answer = await open_or_push(trigger_id=args.body["trigger_id"], view=view)
    opened: dict[str, Any] = answer["view"]
    return opened


@contextmanager
def only_if_current() -> Iterator[None]:
    """Let go of a view that was closed or changed in the meantime."""
    try:
        with slack_errors():
            yield
    except SlackRefused as refusal:
        if refusal.error not in OUTDATED:
            raise
