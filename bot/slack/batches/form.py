"""The form that a batch begins with: opened by a command or from a message, and sent to be checked."""

import re
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import BotError
from bot.core.models import ANY_RATIO, RowDefaults, Shape
from bot.core.services import Core
from bot.slack.asking import begin_asking_above, complete
from bot.slack.batches.checking import Checking
from bot.slack.connect import Connect
from bot.slack.form.contents import Contents, FormContents
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded
from bot.slack.opening import open_view
from bot.slack.payloads import person_of
from bot.slack.views.batches import form as view
from bot.slack.views.batches.preview import checking
from bot.slack.views.batches.table_files import table_of
from bot.slack.views.form.brand import Loading, Unreachable
from bot.slack.views.message import plain
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

_LIST_MARK = re.compile(r"^[ \t]*(?:[•◦▪]\ufe0e?|\d{1,3}\.)[ \t]+", re.MULTILINE)
"""What Slack puts before each item where somebody wrote a list."""


class BatchForm:
    """Opens the form, fills it in, and has checked what is sent."""

    def __init__(self, core: Core, connect: Connect, refusals: Refusals, clock: Clock, *, row_limit: int) -> None:
        self._core = core
        self._connect = connect
        self._refusals = refusals
        self._row_limit = row_limit
        self._contents = FormContents(core)
        self._checking = Checking(core, refusals, clock)

    async def open(self, args: AsyncArgs, origin: view.BatchOrigin, lines: str = "") -> None:
        """Open the form however slow Bloom is; in its place the way to connect, or what a limit refuses."""
        await args.ack()
        if await self._core.connections.current(person_of(args)[0]) is None:
            await self._connect.open(args)
            return
        if refused := await self._refusals.in_place_of_form(args, origin.channel_id, view.TITLE):
            await open_view(args, refused)
            return
        contents = await self._look(args, origin)
        opened = await open_view(args, self._drawn(contents, origin, lines))
        if isinstance(contents.picker, Loading):
            self._core.tasks.start(self._load(args, opened, contents, origin, lines), name="fill the form of a batch")

    @guarded
    async def open_from_message(self, args: AsyncArgs) -> None:
        """Open the form with the message's table, or else its lines; the batch comes in its thread."""
        message, channel_id = args.body["message"], str(args.body["channel"]["id"])
        table = table_of(message.get("files") or ())
        thread_id = str(message.get("thread_ts") or message["ts"])
        origin = view.BatchOrigin(channel_id=channel_id, thread_id=thread_id, table=table)
        await self.open(args, origin, "" if table else _LIST_MARK.sub("", plain(message.get("text") or "")))

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Say at its field what cannot be; else have the rows checked, which is shown above the form."""
        form = args.body["view"]
        if errors := view.errors(form, self._row_limit):
            await args.ack(response_action="errors", errors=errors)
            return
        name = await begin_asking_above(args, checking())
        check = self._checking.check(args, view.read(form), view.BatchOrigin.of_view(form), name)
        self._core.tasks.start(check, name="check the rows of a batch")

    async def _load(
        self, args: AsyncArgs, opened: dict[str, Any], contents: Contents, origin: view.BatchOrigin, lines: str
    ) -> None:
        """Fill the brands in when Bloom has named them, unless the form is closed by then.

        That a template was sent meanwhile makes it no other form.
        """
        try:
            await self._core.brands.refresh(person_of(args)[0])
            contents = await self._look(args, origin)
        except BotError as error:
            log.warning("the form of a batch gets no brands", reason=repr(error))
            contents = _without_brands(contents, error)
        await complete(args, {"id": opened["id"], "hash": None}, self._drawn(contents, origin, lines))

    async def _look(self, args: AsyncArgs, origin: view.BatchOrigin) -> Contents:
        """Return what the other form would open with there."""
        return await self._contents.look(*person_of(args), Draft(), Origin(channel_id=origin.channel_id))

    def _drawn(self, contents: Contents, origin: view.BatchOrigin, lines: str) -> dict[str, Any]:
        defaults = _defaults(contents.draft)
        return view.form(origin, defaults, picker=contents.picker, row_limit=self._row_limit, lines=lines)


def _defaults(draft: Draft) -> RowDefaults:
    shape: Shape = draft.shapes[0] if draft.shapes else ANY_RATIO
    return RowDefaults(draft.brand_id, shape, draft.model, draft.size)


def _without_brands(contents: Contents, error: BotError) -> Contents:
    return replace(contents, picker=Unreachable(sentence_of(error)))
