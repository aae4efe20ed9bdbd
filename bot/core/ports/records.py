"""What a workspace has decided, who changed what, and looking back at what was made. Raises StoreError."""

from datetime import datetime
from typing import Protocol

from bot.core.models import (
    AuditEvent,
    BrandJob,
    Generation,
    HistoryFilter,
    Preferences,
    Spending,
    Spent,
)


class PreferenceStore(Protocol):
    """What workspaces have decided, every revision of it."""

    async def preferences(self, workspace_id: str, revision: int | None = None) -> Preferences:
        """Return a revision, the latest unless one is named; one that never was is what there is before the first."""
        ...

    async def save_preferences(self, workspace_id: str, preferences: Preferences) -> bool:
        """Write the next revision; False, and nothing written, when somebody else has written it already."""
        ...


class AuditStore(Protocol):
    """Who changed what."""

    async def record_event(self, event: AuditEvent) -> None: ...
    async def events(
        self, workspace_id: str, since: datetime, until: datetime, *, after: str | None = None, limit: int = 500
    ) -> tuple[AuditEvent, ...]:
        """Return what happened from ``since`` until before ``until``, oldest first, ``after`` the event of that id."""
        ...


class HistoryStore(Protocol):
    """What was made, and what it cost."""

    async def history(
        self, workspace_id: str, wanted: HistoryFilter, *, before: str | None = None, limit: int = 10
    ) -> tuple[Generation, ...]:
        """Return generations that have images, the newest first, older than the one with the id ``before``."""
        ...

    async def generations_between(
        self, workspace_id: str, since: datetime, until: datetime, *, after: str | None = None, limit: int = 500
    ) -> tuple[Generation, ...]:
        """Return all begun from ``since`` until before ``until``, oldest first, ``after`` the one of that id."""
        ...

    async def has_images(self, workspace_id: str) -> bool:
        """Tell whether any image was ever delivered here."""
        ...

    async def spent(self, workspace_id: str, user_id: str, since: datetime) -> Spent:
        """Return the credits spent since then; what is under way counts in full, what cost nothing does not."""
        ...

    async def spending(self, workspace_id: str, since: datetime, until: datetime) -> Spending:
        """Return the credits spent from ``since`` until before ``until``, by person, channel and brand."""
        ...

    async def unfinished_of_brand(self, workspace_id: str, brand_id: str) -> int:
        """Return how many generations of a brand are under way."""
        ...


class BrandJobStore(Protocol):
    """Brands that somebody waits for."""

    async def save_brand_job(self, job: BrandJob) -> None:
        """Write it down, in place of what stood under its id."""
        ...

    async def end_brand_job(self, job_id: str) -> None:
        """Forget one that nobody waits for any more."""
        ...

    async def brand_jobs(self, workspace_id: str | None = None) -> tuple[BrandJob, ...]:
        """Return those of a workspace, or all, the oldest first; one that cannot be read is logged and left out."""
        ...
