"""App Home: shown at once from what is stored, again when Bloom has said what is true now."""

import asyncio
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import BotError, SlackRefused
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.guard import guarded, workspace_of
from bot.slack.views.home import Tab, home
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)


class Home:
    """Publishes a person's App Home."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._renewals: WeakValueDictionary[tuple[str, str], asyncio.Task[None]] = WeakValueDictionary()
        """By workspace and person, as long as they run: a tab that is shown anew ends what was to renew it."""

    @guarded
    async def open(self, args: AsyncArgs) -> None:
        """Publish the tab when the person looks at it."""
        await args.ack()
        if args.event is not None and args.event.get("tab") == "home":
            await self.show(args)

    async def show(self, args: AsyncArgs, notice: str = "") -> None:
        """Publish what is stored, and renew it in the background; ``notice`` is what came of what the person did."""
        person = (workspace_of(args), str(args.context.user_id))
        if renewal := self._renewals.get(person):
            renewal.cancel()
        tab = await self._stored(*person, notice)
        await self._publish(args, tab)
        if tab.connection is not None:
            self._renewals[person] = self._core.tasks.start(self._renew(args, tab), name="renew a home tab")

    async def _stored(self, workspace_id: str, user_id: str, notice: str) -> Tab:
        """Return the tab as far as it is known without asking Bloom."""
        connection = await self._core.connections.current(workspace_id)
        tab = Tab(connection, notice=notice, offers_sign_in=self._core.sign_in is not None)
        if await self._is_manager(workspace_id, user_id):
            tab = replace(tab, manager=user_id, named=await self._core.managers.named(workspace_id))
        elif connection is None or connection.is_broken:
            tab = replace(tab, to_ask=await self._core.managers.to_ask(workspace_id))
        if connection is None:
            return tab
        known = await self._core.brands.known(workspace_id)
        credits = self._core.usage.known_credits(workspace_id, known.payer())
        return replace(tab, brands=known.brands if known.seen_at else None, credits=credits)

    async def _is_manager(self, workspace_id: str, user_id: str) -> bool:
        """Tell whether they see controls; where Slack does not say just now who they are, they see the rest."""
        try:
            return await self._core.managers.is_manager(workspace_id, user_id)
        except SlackRefused as refusal:
            log.warning("a home tab goes without controls", error=refusal.error)
            return False

    async def _renew(self, args: AsyncArgs, shown: Tab) -> None:
        """Publish what Bloom says of brands and credits, then of the workspaces that can pay.

        The rest is read anew each time: somebody may have changed it, or Bloom refuses the connection since.
        """
        workspace_id, user_id = workspace_of(args), str(args.context.user_id)
        told: dict[str, Any] = {}
        for ask in (self._brands, self._workspaces):
            told |= await ask(workspace_id, shown)
            tab = replace(await self._stored(workspace_id, user_id, shown.notice), **told)
            if home(tab) != home(shown):
                await self._publish(args, tab)
            shown = tab

    async def _brands(self, workspace_id: str, shown: Tab) -> dict[str, Any]:
        try:
            known = await self._core.brands.refresh(workspace_id)
            return {"brands": known.brands, "credits": await self._core.usage.credits(workspace_id, known.payer())}
        except BotError as error:
            return {"trouble": sentence_of(error)}

    async def _workspaces(self, workspace_id: str, shown: Tab) -> dict[str, Any]:
        """Ask where somebody who sees the menu can choose: others cannot, and with a broken connection nobody can."""
        if shown.manager is None or shown.connection is None or shown.connection.is_broken:
            return {}
        try:
            return {"workspaces": await self._core.connections.workspaces(workspace_id)}
        except BotError as error:
            return {"payer_trouble": sentence_of(error)}

    async def _publish(self, args: AsyncArgs, tab: Tab) -> None:
        with slack_errors():
            await args.client.views_publish(user_id=str(args.context.user_id), view=home(tab))
