"""What was asked for in the form of a batch, read and checked: the preview takes the place of the waiting."""

from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import BotError, OutsideLimits, SlackRefused, SlackUnavailable, TableUnreadable
from bot.core.models import TABLE_LIMIT, Batch, BatchRequest
from bot.core.services import Core
from bot.slack.asking import show_outcome
from bot.slack.downloads import TOO_LARGE, download_file
from bot.slack.form.refusals import Refusals
from bot.slack.payloads import person_of
from bot.slack.views.batches import preview as view
from bot.slack.views.batches.form import TABLE_TOO_LARGE, BatchOrigin, BatchWish
from bot.slack.views.limits import why
from bot.slack.views.message import escape
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

NOT_READ = "Slack didn't let me read that file. Go back and upload it again."
SLACK_AWAY = "Slack isn't answering right now; go back and try again in a moment."


class Checking:
    """Makes drafts of what people wish for, and shows what these would mean."""

    def __init__(self, core: Core, refusals: Refusals, clock: Clock) -> None:
        self._core = core
        self._refusals = refusals
        self._clock = clock

    async def check(self, args: AsyncArgs, wish: BatchWish, origin: BatchOrigin, name: str) -> None:
        """Show the preview, or why there is none, in the view of that name; forget a draft that nobody looks at."""
        batch: Batch | None = None
        try:
            batch = await self._core.batches.draft(await _request(args, wish, origin))
            shown = await self._preview(batch)
        except BotError as error:
            log.warning("nothing comes of a batch", reason=repr(error))
            shown = view.nothing_started(await self._sentence(args, error, origin))
        if not await show_outcome(args, self._clock, name, shown) and batch is not None:
            await self._core.batches.discard(batch.id, batch.user_id)

    async def _preview(self, batch: Batch) -> dict[str, Any]:
        return view.preview(batch, await self._core.batches.outlook(batch) if batch.rows else None)

    async def _sentence(self, args: AsyncArgs, error: BotError, origin: BatchOrigin) -> str:
        """Return what is wrong, in mrkdwn."""
        match error:
            case OutsideLimits():
                return why(await self._refusals.explained(args, error, channel_id=origin.channel_id))
            case TableUnreadable():
                return escape(str(error))
            case SlackUnavailable():
                return SLACK_AWAY
            case SlackRefused():
                return TABLE_TOO_LARGE if error.error == TOO_LARGE else NOT_READ
            case _:
                return escape(sentence_of(error))


async def _request(args: AsyncArgs, wish: BatchWish, origin: BatchOrigin) -> BatchRequest:
    """Return the wish with its table as it was uploaded. Raises SlackRefused."""
    workspace_id, user_id = person_of(args)
    table = wish.table
    return BatchRequest(
        workspace_id=workspace_id,
        user_id=user_id,
        channel_id=origin.channel_id,
        defaults=wish.defaults,
        lines=wish.lines,
        table=await download_file(args.client, table.id, at_most=TABLE_LIMIT) if table else None,
        title=table.name if table else "",
        thread_id=origin.thread_id,
    )
