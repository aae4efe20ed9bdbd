"""Every brand, a part of the list at a time, and one brand in full where the sight names one."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.brands import KnownBrands, labels
from bot.core.models import Connection
from bot.core.services import Core
from bot.slack.home.brands.details import BrandDetails
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.brands import detail as detail_view
from bot.slack.views.home import brands as view

LIST = "brands"
DETAIL = "detail"


class BrandsPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._details = BrandDetails(core)

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask for the one brand that somebody looks at first, then for all."""
        return {DETAIL: self._refresh_detail, LIST: self._refresh_list}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        connection = await self._core.connections.current(viewer.workspace_id)
        if connection is None:
            return view.not_connected(is_manager=viewer.is_manager, to_ask=await self._to_ask(viewer))
        known = await self._core.brands.known(viewer.workspace_id)
        if sight.brand_id is None:
            return await self._list(viewer, sight, troubles.get(LIST, ""), known, connection)
        return await self._detail(viewer, sight.brand_id, troubles.get(DETAIL, ""), known)

    async def _list(
        self, viewer: Viewer, sight: Sight, trouble: str, known: KnownBrands, connection: Connection
    ) -> list[Block]:
        waiting = await self._core.onboarding.pending(viewer.workspace_id)
        needs_help = not viewer.is_manager and (connection.is_broken or not known.brands)
        shown = view.BrandList(
            known.brands if known.seen_at else None,
            await self._core.preferences.current(viewer.workspace_id),
            pending=[job.wanted.url for job in waiting if job.wanted],
            query=sight.query,
            offset=sight.offset,
            is_manager=viewer.is_manager,
            is_broken=connection.is_broken,
            to_ask=await self._to_ask(viewer) if needs_help else (),
            trouble=trouble,
        )
        return view.brand_list(shown)

    async def _detail(self, viewer: Viewer, brand_id: str, trouble: str, known: KnownBrands) -> list[Block]:
        brand = known.get(brand_id)
        if brand is None:
            return detail_view.brand_gone(is_loading=known.seen_at is None, trouble=trouble)
        detail = self._details.known(viewer.workspace_id, brand)
        shown = detail_view.BrandView(
            brand,
            labels(known.brands)[brand_id],
            await self._core.preferences.current(viewer.workspace_id),
            detail=detail,
            under_way=await self._core.brands.under_way(viewer.workspace_id, brand_id),
            is_manager=viewer.is_manager,
            trouble=trouble,
        )
        return detail_view.brand_detail(shown)

    async def _to_ask(self, viewer: Viewer) -> tuple[str, ...]:
        return () if viewer.is_manager else await self._core.managers.to_ask(viewer.workspace_id)

    async def _refresh_list(self, viewer: Viewer, sight: Sight) -> None:
        connection = await self._core.connections.current(viewer.workspace_id)
        if connection is not None and not connection.is_broken:
            await self._core.brands.refresh(viewer.workspace_id)

    async def _refresh_detail(self, viewer: Viewer, sight: Sight) -> None:
        if sight.brand_id and await self._core.connections.current(viewer.workspace_id):
            await self._details.ask(viewer.workspace_id, sight.brand_id)
