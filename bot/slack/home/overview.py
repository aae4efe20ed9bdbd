"""The first page: the first steps, then what is left and spent, the brands, and whose account at Bloom pays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slack_sdk.models.blocks import Block

from bot.core.models import Connection
from bot.core.services import Core
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.home.overview import Overview, overview


class OverviewPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core, bloom: BloomFacts) -> None:
        self._core = core
        self._bloom = bloom

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask for brands and credits first, then for the workspaces that can pay."""
        return {"brands": self._refresh_brands, "payer": self._refresh_workspaces}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        connection = await self._core.connections.current(viewer.workspace_id)
        shown = Overview(
            connection,
            manager=viewer.user_id if viewer.is_manager else None,
            offers_sign_in=self._core.sign_in is not None,
            has_images=await self._core.usage.has_images(viewer.workspace_id),
            trouble=troubles.get("brands", ""),
            payer_trouble=troubles.get("payer", ""),
        )
        if connection is not None:
            shown = await self._connected(shown, connection, viewer)
        if shown.asks_managers:
            shown = replace(shown, to_ask=await self._core.managers.to_ask(viewer.workspace_id))
        return overview(shown)

    async def _connected(self, shown: Overview, connection: Connection, viewer: Viewer) -> Overview:
        known = await self._core.brands.known(viewer.workspace_id)
        payer = known.payer()
        return replace(
            shown,
            brands=known.brands if known.seen_at else None,
            credits=self._bloom.credits(connection, payer),
            has_one_purse=payer is not None,
            standing=await self._core.policy.standing(viewer.workspace_id, viewer.user_id),
            workspaces=self._bloom.workspaces(connection) if viewer.is_manager else None,
        )

    async def _refresh_brands(self, viewer: Viewer, sight: Sight) -> None:
        if await self._core.connections.current(viewer.workspace_id) is not None:
            await self._bloom.ask_credits(viewer.workspace_id)

    async def _refresh_workspaces(self, viewer: Viewer, sight: Sight) -> None:
        """Ask where somebody who sees the menu can choose: others cannot, and with a broken connection nobody can."""
        connection = await self._core.connections.current(viewer.workspace_id)
        if viewer.is_manager and connection is not None and not connection.is_broken:
            await self._bloom.ask_workspaces(connection)
