"""The form from anywhere: Slack's shortcut menu, and the menu of a message."""

import re

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import PROMPT_LIMIT
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.guard import guarded
from bot.slack.views.message import unescape

LINK = re.compile(r"<([@#!]?)([^>|]+)(?:\|([^>]*))?>")


class Shortcuts:
    """Opens the form."""

    def __init__(self, form: Form) -> None:
        self._form = form

    @guarded
    async def make_image(self, args: AsyncArgs) -> None:
        """Open an empty form that asks for the channel."""
        await self._form.open(args, Draft(), Origin())

    @guarded
    async def make_image_from_message(self, args: AsyncArgs) -> None:
        """Open the form with the message's words as the prompt; the image comes in its thread."""
        message = args.body["message"]
        origin = Origin(channel_id=args.body["channel"]["id"], thread_id=message.get("thread_ts") or message["ts"])
        await self._form.open(args, Draft(prompt=plain(message.get("text") or "")[:PROMPT_LIMIT]), origin)


def plain(mrkdwn: str) -> str:
    """Return a message's text as people read it; whom it calls is left out where Slack names them by id only."""

    def shown(link: re.Match[str]) -> str:
        kind, target, label = link.groups()
        return label or ("" if kind else target)

    return unescape(LINK.sub(shown, mrkdwn)).strip()
