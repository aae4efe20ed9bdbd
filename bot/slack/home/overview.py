"""The first page: where to start, the brands, and whose account at Bloom pays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slack_sdk.models.blocks import Block

from bot.core.models import BloomWorkspace
from bot.core.services import Core
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.home.overview import Overview, overview


class OverviewPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._workspaces: dict[str, tuple[BloomWorkspace, ...]] = {}
        """What there is to choose from at Bloom, as managers saw it last."""
        core.connections.when_changed(lambda workspace_id: self._workspaces.pop(workspace_id, None))

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask for brands and credits first, then for the workspaces that can pay."""
        return {"brands": self._refresh_brands, "payer": self._refresh_workspaces}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        return overview(await self._stored(viewer, troubles))

    async def _stored(self, viewer: Viewer, troubles: Mapping[str, str]) -> Overview:
        workspace_id = viewer.workspace_id
        connection = await self._core.connections.current(workspace_id)
        shown = Overview(connection, offers_sign_in=self._core.sign_in is not None)
        if viewer.is_manager:
            named = await self._core.managers.named(workspace_id)
            workspaces = self._workspaces.get(workspace_id)
            shown = replace(shown, manager=viewer.user_id, named=named, workspaces=workspaces)
        elif connection is None or connection.is_broken:
            shown = replace(shown, to_ask=await self._core.managers.to_ask(workspace_id))
        if connection is None:
            return shown
        known = await self._core.brands.known(workspace_id)
        return replace(
            shown,
            brands=known.brands if known.seen_at else None,
            credits=self._core.usage.known_credits(workspace_id, known.payer()),
            trouble=troubles.get("brands", ""),
            payer_trouble=troubles.get("payer", ""),
        )

    async def _refresh_brands(self, viewer: Viewer, sight: Sight) -> None:
        if await self._core.connections.current(viewer.workspace_id) is None:
            return
        known = await self._core.brands.refresh(viewer.workspace_id)
        await self._core.usage.credits(viewer.workspace_id, known.payer())

    async def _refresh_workspaces(self, viewer: Viewer, sight: Sight) -> None:
        """Ask where somebody who sees the menu can choose: others cannot, and with a broken connection nobody can."""
        connection = await self._core.connections.current(viewer.workspace_id)
        if viewer.is_manager and connection is not None and not connection.is_broken:
            self._workspaces[viewer.workspace_id] = await self._core.connections.workspaces(viewer.workspace_id)
