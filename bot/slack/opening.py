"""Opening modals: over the conversation, or over the modal that the person acts in."""

from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.client import slack_errors


async def open_view(args: AsyncArgs, view: dict[str, Any]) -> dict[str, Any]:
    """Open a view and return what Slack makes of it. Raises SlackRefused."""
    is_over_modal = (args.body.get("view") or {}).get("type") == "modal"
    open_or_push = args.client.views_push if is_over_modal else args.client.views_open
    with slack_errors():
        answer = await open_or_push(trigger_id=args.body["trigger_id"], view=view)
    opened: dict[str, Any] = answer["view"]
    return opened
