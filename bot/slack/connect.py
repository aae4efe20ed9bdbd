"""Connecting a workspace to Bloom by an API key, checked with Bloom before it is kept."""

from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import BloomUnauthorized, BotError, SlackRefused
from bot.core.retrying import after_pauses
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded, whisper, workspace_of
from bot.slack.home import Home
from bot.slack.views import connect as view
from bot.slack.views.message import escape
from bot.slack.views.problems import explain, failure_of
from bot.slack.views.trouble import note

log = structlog.get_logger(__name__)

NOT_ACCEPTED = "Bloom does not know this key. Copy it again from Bloom's settings."
CONNECTED = "Bloom is connected as {}."
NO_KEY = "Paste an API key from Bloom's settings."
ACK_PAUSES = (0.2, 0.5, 1.0, 3.0)
"""Seconds before Slack is asked again for a view that it may know from the acknowledgement only later."""


class Connect:
    """Asks for the key, checks it, keeps it."""

    def __init__(self, core: Core, home: Home, clock: Clock) -> None:
        self._core = core
        self._home = home
        self._clock = clock

    async def open(self, args: AsyncArgs) -> None:
        """Acknowledge and open the form for the key."""
        await args.ack()
        connection = await self._core.connections.current(workspace_of(args))
        rendered = view.connect(connection)
        with slack_errors():
            await args.client.views_open(trigger_id=args.body["trigger_id"], view=rendered)

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form from a Connect button."""
        await self.open(args)

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Show that the key is being checked, then whose it is or what is wrong with it."""
        key = view.key_of(args.body["view"])
        if not key:
            await args.ack(response_action="errors", errors=view.key_error(NO_KEY))
            return
        connection = await self._core.connections.current(workspace_of(args))
        name = f"check:{args.body['view']['id']}:{args.body['view']['hash']}"
        await args.ack(response_action="update", view=view.checking(connection) | {"external_id": name})
        self._core.tasks.start(self._check(args, key, name), name="check a key with Bloom")

    async def _check(self, args: AsyncArgs, key: str, name: str) -> None:
        workspace_id = workspace_of(args)
        try:
            connection = await self._core.connections.connect(workspace_id, key, args.context.user_id)
        except BotError as error:
            before = await self._core.connections.current(workspace_id)
            refused = isinstance(error, BloomUnauthorized)
            sentence = NOT_ACCEPTED if refused else explain(failure_of(error)).sentence
            await self._show(args, name, view.connect(before, problem=sentence), sentence)
            return
        self._core.usage.forget(workspace_id)
        await self._show(args, name, view.connected(connection.account), CONNECTED.format(connection.account.email))
        await self._home.show(args)

    async def _show(self, args: AsyncArgs, name: str, shown: dict[str, Any], sentence: str) -> None:
        """Replace the checking view, or write to a person who has closed it.

        The view is found by its name, so never before Slack has put it in the form's place.
        """

        async def update() -> None:
            with slack_errors():
                await args.client.views_update(external_id=name, view=shown)

        try:
            await after_pauses(self._clock, ACK_PAUSES, when=_is_not_there_yet)(update)
        except SlackRefused as refusal:
            log.info("nobody looks at the outcome of the check any more", error=refusal.error)
            await whisper(args, note(escape(sentence)))


def _is_not_there_yet(error: BaseException) -> bool:
    return isinstance(error, SlackRefused) and error.error == "not_found"
