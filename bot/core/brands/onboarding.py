"""Making and mending brands: Bloom analyzes a website for minutes, and whoever asked for it is told what comes of it.

A wish is on disk before Bloom hears of it, so that a restart goes on waiting. Each brand that somebody waits for is
one held request to Bloom, within the request budget.
"""

from bot.core.audit import Audit
from bot.core.brands.catalogue import Brands
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.managers import Managers
from bot.core.models import BrandDetail, BrandLogo, NewBrand
from bot.core.notices import Notices
from bot.core.ports import Store
from bot.core.tasks import Tasks


class Onboarding:
    """Adds brands, gives them logos, deletes them, and waits for Bloom's analyses."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        brands: Brands,
        managers: Managers,
        *,
        notices: Notices,
        audit: Audit,
        changes: Changes,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._connections = connections
        self._brands = brands
        self._managers = managers
        self._notices = notices
        self._audit = audit
        self._changes = changes
        self._clock = clock
        self._tasks = tasks

    async def resume(self) -> None:
        """Go on waiting for every brand that somebody waited for when the last process ended. Raises StoreError."""
        raise NotImplementedError

    async def add(self, workspace_id: str, user_id: str, wanted: NewBrand) -> str:
        """Let Bloom analyze a brand and return its id; who asked is told later what comes of it.

        Raises NotAllowed unless a manager asks, BloomRefused with Bloom's code (`INVALID_URL`, `INVALID_LOGO`,
        `WORKSPACE_NOT_FOUND`…), any other BloomError, NotConnected. After BloomUnavailable that may have been heard,
        the wish stays on record and is followed up behind: `BloomUnavailable.sent` says so.
        """
        raise NotImplementedError

    async def give_logo(self, workspace_id: str, user_id: str, brand_id: str, logo: str | BrandLogo) -> None:
        """Give a brand a logo, by its address or as a file; Bloom analyzes the brand anew. Raises as `add`."""
        raise NotImplementedError

    async def delete(self, workspace_id: str, user_id: str, brand_id: str) -> None:
        """Delete a brand at Bloom; defaults that named it name none. Raises as `add`; one that is gone is deleted."""
        raise NotImplementedError

    async def detail(self, workspace_id: str, brand_id: str) -> BrandDetail:
        """Ask Bloom for a brand in full. Raises BloomError or NotConnected."""
        raise NotImplementedError
