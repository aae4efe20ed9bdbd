"""What managers do on the Home tab, and everybody else's way to ask them.

What came of it is said on top of the tab, or in the modal: neither has a message to answer to.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import BotError
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded
from bot.slack.home.home import Home
from bot.slack.payloads import action_of, person_of
from bot.slack.views import connect as connect_views
from bot.slack.views import connection as view
from bot.slack.views.buttons import ActionId
from bot.slack.views.home import frame
from bot.slack.views.managers import asked
from bot.slack.views.message import escape
from bot.slack.views.problems import sentence_of
from bot.slack.views.wording import PAYER_GONE

log = structlog.get_logger(__name__)

Act = Callable[[AsyncArgs, str, str], Coroutine[Any, Any, str]]
"""Does what somebody wants in a workspace, and returns what came of it, escaped; nothing where their tab shows it."""


class Manage:
    """Disconnecting, choosing who pays, and asking those who may."""

    def __init__(self, core: Core, home: Home) -> None:
        self._core = core
        self._home = home
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._acts: dict[str, Act] = {
            ActionId.DISCONNECT: self._disconnect,
            ActionId.CHOOSE_PAYER: self._choose_payer,
        }

    @guarded
    async def change(self, args: AsyncArgs) -> None:
        """Acknowledge, and do what a manager wants: Bloom may have to be asked for it."""
        await args.ack()
        self._core.tasks.start(self._change(args), name=action_of(args)["action_id"])

    @guarded
    async def ask(self, args: AsyncArgs) -> None:
        """Acknowledge, and ask those who may connect Bloom to do it."""
        await args.ack()
        self._core.tasks.start(self._ask(args), name="ask managers to connect Bloom")

    @guarded
    async def _change(self, args: AsyncArgs) -> None:
        """Do it for whoever may, one change after another in a workspace, and show the tab as it is then."""
        workspace_id, user_id = person_of(args)
        try:
            async with self._turns.setdefault(workspace_id, asyncio.Lock()):
                await self._core.managers.require(workspace_id, user_id)
                notice = await self._acts[action_of(args)["action_id"]](args, workspace_id, user_id)
        except BotError as error:
            log.warning("nothing came of what a manager wants", reason=repr(error))
            notice = escape(sentence_of(error))
        await self._home.show(args, notice)

    async def _disconnect(self, args: AsyncArgs, workspace_id: str, user_id: str) -> str:
        connection = await self._core.connections.current(workspace_id)
        is_told = await self._core.connections.disconnect(workspace_id, user_id)
        return view.disconnected(connection, is_told=is_told) if connection else ""

    async def _choose_payer(self, args: AsyncArgs, workspace_id: str, user_id: str) -> str:
        option = action_of(args)["selected_option"] or {}  # nothing when the person took their choice back
        value = str(option.get("value", view.EVERY_BRANDS_OWN))
        workspaces = await self._core.connections.workspaces(workspace_id)
        chosen = view.chosen_payer(value, workspaces)
        if chosen is None and value != view.EVERY_BRANDS_OWN:
            return PAYER_GONE
        await self._core.connections.choose_bloom_workspace(workspace_id, chosen, user_id)
        return ""

    @guarded
    async def _ask(self, args: AsyncArgs) -> None:
        workspace_id, user_id = person_of(args)
        connection = await self._core.connections.current(workspace_id)
        is_connected = connection is not None and not connection.is_broken
        sentence = asked(await self._core.managers.ask(workspace_id, user_id, connection), is_connected=is_connected)
        shown = args.body["view"]
        if shown["type"] == "home" or shown.get("callback_id") == frame.CALLBACK_ID:
            await self._home.show(args, sentence)
            return
        with slack_errors():
            await args.client.views_update(view_id=shown["id"], view=connect_views.told(sentence))
