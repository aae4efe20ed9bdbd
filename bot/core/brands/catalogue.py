"""The brands of a workspace: remembered from the last look at Bloom, refreshed behind people's backs.

A form must open at once however slow Bloom is, so everything here answers from the store; a refresh runs
beside it, at most one a workspace at a time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomError, NotConnected
from bot.core.models import BloomWorkspace, Brand, BrandState, Connection, Payer
from bot.core.ports import Bloom, Store
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

PAGE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class KnownBrands:
    """A workspace's brands as last seen; ``seen_at`` is None when nobody has looked yet.

    ``chosen`` is whose brands they are, and who pays for all of them; None when each brand's own workspace does.
    """

    brands: tuple[Brand, ...]
    seen_at: datetime | None
    chosen: BloomWorkspace | None = None

    def get(self, brand_id: str | None) -> Brand | None:
        """Return the brand with this id."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)

    def lacks(self, brand_id: str) -> bool:
        """Whether a brand is gone: where nobody has looked yet, Bloom has the word."""
        return self.seen_at is not None and self.get(brand_id) is None

    def payer(self, brand_id: str | None = None) -> Payer | None:
        """Return who pays for the brand; before one is chosen, who pays whichever it is, None when that depends."""
        if self.chosen:
            return Payer(self.chosen.id)
        brand = self.get(brand_id)
        payers = {Payer(one.bloom_workspace_id) for one in ([brand] if brand else self.brands)} or {Payer()}
        return payers.pop() if len(payers) == 1 else None

    @property
    def ready(self) -> tuple[Brand, ...]:
        """Return the brands that can generate."""
        return tuple(brand for brand in self.brands if brand.state is BrandState.READY)


class Brands:
    """Answers from the store at once and looks at Bloom behind people's backs."""

    FRESH_FOR = timedelta(seconds=60)

    def __init__(self, store: Store, connections: Connections, changes: Changes, *, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._connections = connections
        self._changes = changes
        self._clock = clock
        self._refreshes: SingleFlight[str, KnownBrands] = SingleFlight(tasks, "refresh brands of")

    async def known(self, workspace_id: str) -> KnownBrands:
        """Return the brands as last seen, without waiting for Bloom; a stale look is renewed in the background."""
        connection = await self._connections.current(workspace_id)
        brands, seen_at = await self._store.brands(workspace_id)
        stale = seen_at is None or self._clock.now() - seen_at > self.FRESH_FOR
        if stale and connection and not connection.is_broken:
            self._refreshes.begin(workspace_id, lambda: self._look(workspace_id))
        return KnownBrands(brands, seen_at, connection.bloom_workspace if connection else None)

    async def refresh(self, workspace_id: str) -> KnownBrands:
        """Look at Bloom now. Raises BloomError or NotConnected."""
        return await self._refreshes.join(workspace_id, lambda: self._look(workspace_id))

    async def under_way(self, workspace_id: str, brand_id: str) -> int:
        """Return how many requests for images of a brand have not come to their end yet."""
        return await self._store.unfinished_of_brand(workspace_id, brand_id)

    async def forget(self, workspace_id: str, brand_id: str) -> None:
        """Show a brand no more that is at Bloom no more, before the next look can tell."""
        brands, seen_at = await self._store.brands(workspace_id)
        if seen_at:
            kept = tuple(brand for brand in brands if brand.id != brand_id)
            await self._store.replace_brands(workspace_id, kept, seen_at)

    async def look_anew(self, workspace_id: str) -> KnownBrands:
        """Look at Bloom as it is from now on: what is under way may have missed something. Raises as `refresh`."""
        await self._refreshes.landed(workspace_id)
        return await self.refresh(workspace_id)

    async def _look(self, workspace_id: str) -> KnownBrands:
        """Look at Bloom, and again whenever the account, or whose brands are used, is another meanwhile."""
        while True:
            connection = await self._connections.present(workspace_id)
            try:
                bloom = await self._connections.bloom_of(connection.id, workspace_id)
                brands = await all_brands(bloom, connection.bloom_workspace)
            except (BloomError, NotConnected):
                if not await self._is_another(connection):
                    raise
            else:
                if not await self._is_another(connection):
                    known = KnownBrands(brands, self._clock.now(), connection.bloom_workspace)
                    await self._keep(workspace_id, known)
                    return known

    async def _keep(self, workspace_id: str, known: KnownBrands) -> None:
        """Remember a look, and say so if it shows anything else than the one before."""
        brands, seen_at = await self._store.brands(workspace_id)
        await self._store.replace_brands(workspace_id, known.brands, self._clock.now())
        if seen_at is None or brands != known.brands:
            self._changes.tell(workspace_id)

    async def _is_another(self, connection: Connection) -> bool:
        now = await self._connections.current(connection.workspace_id)
        return now is None or (now.id, now.bloom_workspace) != (connection.id, connection.bloom_workspace)


async def all_brands(bloom: Bloom, chosen: BloomWorkspace | None) -> tuple[Brand, ...]:
    """Return the brands of one of Bloom's workspaces, or of all; the personal one has no id to ask by."""
    brands: list[Brand] = []
    cursor = None
    for _ in range(PAGE_LIMIT):
        page = await bloom.brands(cursor=cursor, bloom_workspace_id=chosen.id if chosen else None)
        brands += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    is_personal = chosen is not None and chosen.id is None
    return tuple(brand for brand in brands if brand.bloom_workspace_id is None or not is_personal)
