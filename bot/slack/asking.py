"""Forms that Bloom has to answer: what is sent gives way at once to a note, and that to what came of it."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import SlackRefused
from bot.core.retrying import after_pauses
from bot.slack.client import slack_errors
from bot.slack.guard import whisper
from bot.slack.opening import only_if_current
from bot.slack.views.message import escape
from bot.slack.views.trouble import note

log = structlog.get_logger(__name__)

ACK_PAUSES = (0.2, 0.5, 1.0, 3.0)
"""Seconds before Slack is asked again for a view that it may know from the acknowledgement only later."""


async def begin_asking(args: AsyncArgs, waiting: dict[str, Any]) -> str:
    """Acknowledge a form with what stands in its place meanwhile, and return the name that it is found by."""
    form = args.body["view"]
    name = f"asking:{form['id']}:{form['hash']}"
    await args.ack(response_action="update", view=waiting | {"external_id": name})
    return name


async def begin_asking_above(args: AsyncArgs, waiting: dict[str, Any]) -> str:
    """Acknowledge a form with what stands above it meanwhile; it can be sent again as it is, so the sending counts."""
    name = f"asking:{args.body['view']['id']}:{args.body['trigger_id']}"
    await args.ack(response_action="push", view=waiting | {"external_id": name})
    return name


async def end_asking(args: AsyncArgs, clock: Clock, name: str, outcome: dict[str, Any], sentence: str) -> None:
    """Show the outcome in that place; who has closed it is written the ``sentence``, in plain text."""
    if not await show_outcome(args, clock, name, outcome):
        await whisper(args, note(escape(sentence)))


async def show_outcome(args: AsyncArgs, clock: Clock, name: str, outcome: dict[str, Any]) -> bool:
    """Show the outcome in that place, and return whether anybody still looks at it.

    The view is found by its name, so never before Slack knows it from the acknowledgement.
    """

    async def update() -> None:
        with slack_errors():
            await args.client.views_update(external_id=name, view=outcome)

    try:
        await after_pauses(clock, ACK_PAUSES, when=_is_not_there_yet)(update)
    except SlackRefused as refusal:
        log.info("nobody looks at what came of a form any more", error=refusal.error)
        return False
    return True


async def complete(args: AsyncArgs, opened: Mapping[str, Any], rendered: dict[str, Any]) -> None:
    """Put what came later into an open form, unless it is another by now or closed."""
    with only_if_current():
        await args.client.views_update(view_id=opened["id"], hash=opened["hash"], view=rendered)


def _is_not_there_yet(error: BaseException) -> bool:
    return isinstance(error, SlackRefused) and error.error == "not_found"
