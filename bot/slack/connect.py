"""Connecting a workspace to Bloom by an API key, checked with Bloom before it is kept."""

from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import BloomUnauthorized, BotError, SlackRefused
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded
from bot.slack.views import connect as view
from bot.slack.views.problems import explain, failure_of

NOT_ACCEPTED = "Bloom does not know this key. Copy it again from Bloom's settings."
NO_KEY = "Paste an API key from Bloom's settings."


class Connect:
    """Asks for the key, checks it, keeps it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(self, args: AsyncArgs) -> None:
        """Acknowledge and open the form for the key."""
        await args.ack()
        connection = await self._core.connections.current(str(args.context.team_id))
        with slack_errors():
            await args.client.views_open(trigger_id=args.body["trigger_id"], view=view.connect(connection))

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
        connection = await self._core.connections.current(str(args.context.team_id))
        await args.ack(response_action="update", view=view.checking(connection))
        self._core.tasks.start(self._check(args, key), name="check a key with Bloom")

    async def _check(self, args: AsyncArgs, key: str) -> None:
        workspace_id = str(args.context.team_id)
        try:
            connection = await self._core.connections.connect(workspace_id, key, args.context.user_id)
        except BotError as error:
            before = await self._core.connections.current(workspace_id)
            refused = isinstance(error, BloomUnauthorized)
            sentence = NOT_ACCEPTED if refused else explain(failure_of(error)).sentence
            await self._show(args, view.connect(before, problem=sentence))
            return
        self._core.usage.forget(workspace_id)
        await self._show(args, view.connected(connection.account))
        await self._core.brands.refresh(workspace_id)

    async def _show(self, args: AsyncArgs, shown: dict[str, Any]) -> None:
        try:
            with slack_errors():
                await args.client.views_update(view_id=args.body["view"]["id"], view=shown)
        except SlackRefused as refusal:
            if refusal.error != "not_found":
                raise
