"""Making and mending brands: Bloom analyzes a website for minutes, and whoever asked for it is told what comes of it.

A wish is on disk before Bloom hears of it, so that a restart goes on waiting. Each brand that somebody waits for is
one held request to Bloom, within the request budget.
"""

import asyncio
from collections.abc import Callable
from uuid import uuid4
from weakref import WeakValueDictionary

from bot.core.audit import Audit
from bot.core.brands.analyses import Analyses
from bot.core.brands.catalogue import Brands
from bot.core.brands.intake import SETTLING, Intake, is_alike
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRefused, BloomUnavailable, BotError, StoreError
from bot.core.managers import Managers
from bot.core.models import AuditAction, BrandDetail, BrandJob, BrandLogo, NewBrand
from bot.core.notices import Notices
from bot.core.ports import Bloom, Store
from bot.core.preferences import WorkspacePreferences
from bot.core.tasks import Tasks

GONE = "BRAND_NOT_FOUND"
"""Bloom's word for a brand that it does not have, or not any more."""


class Onboarding:
    """Adds brands, gives them logos, deletes them, and waits for Bloom's analyses."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        brands: Brands,
        managers: Managers,
        *,
        preferences: WorkspacePreferences,
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
        self._preferences = preferences
        self._audit = audit
        self._changes = changes
        self._clock = clock
        self._intake = Intake(store, connections, audit, clock)
        self._analyses = Analyses(
            store, self._intake, brands, notices=notices, changes=changes, clock=clock, tasks=tasks
        )
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By workspace: a wish is on record before the next one is compared with it."""

    async def resume(self) -> None:
        """Go on waiting for every brand that somebody waited for when the last process ended. Raises StoreError."""
        for job in await self._store.brand_jobs():
            self._analyses.follow(job)

    async def pending(self, workspace_id: str) -> tuple[BrandJob, ...]:
        """Return the wishes whose brands nobody has seen at Bloom yet, the oldest first. Raises StoreError."""
        brands, _ = await self._store.brands(workspace_id)
        seen = {brand.id for brand in brands}
        jobs = await self._store.brand_jobs(workspace_id)
        return tuple(job for job in jobs if job.wanted and job.brand_id not in seen)

    async def add(self, workspace_id: str, user_id: str, wanted: NewBrand) -> str:
        """Let Bloom analyze a brand and return its id; who asked is told later what comes of it.

        Raises NotAllowed unless a manager asks, BloomRefused with Bloom's code (`INVALID_URL`, `INVALID_LOGO`,
        `WORKSPACE_NOT_FOUND`…) or OWNER_NEEDED when it is not said which of several Bloom workspaces is to own it, any
        other BloomError, NotConnected. After BloomUnavailable that may have been heard,
        the wish stays on record and is followed up behind: `BloomUnavailable.sent` says so. Who wishes the same again
        meanwhile has that answer at once, for a second brand is wanted by nobody.
        """
        await self._managers.require(workspace_id, user_id)
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            await self._refuse_twice(workspace_id, user_id, wanted)
            job = await self._put_on_record(workspace_id, user_id, wanted=wanted)
        try:
            taken_on = await self._intake.ask(job, wanted)
        except BotError as trouble:
            await self._go_on_or_end(job, trouble)
            raise
        self._analyses.follow(taken_on)
        return taken_on.brand_id or ""

    async def give_logo(self, workspace_id: str, user_id: str, brand_id: str, logo: str | BrandLogo) -> None:
        """Give a brand a logo, by its address or as a file; Bloom analyzes the brand anew. Raises as `add`."""
        await self._managers.require(workspace_id, user_id)
        name = await self._name(workspace_id, brand_id)
        job = await self._put_on_record(workspace_id, user_id, brand_id=brand_id)
        try:
            await _give(await self._intake.bloom(job), brand_id, logo)
        except BotError as trouble:
            await self._go_on_or_end(job, trouble)
            raise
        await self._end_jobs(workspace_id, brand_id, lambda one: one.asked_by == user_id and one.id != job.id)
        self._analyses.follow(job)
        await self._audit.record(workspace_id, user_id, AuditAction.LOGO_GIVEN, name or brand_id)

    async def delete(self, workspace_id: str, user_id: str, brand_id: str) -> None:
        """Delete a brand at Bloom; defaults that named it name none. Raises as `add`; one that is gone is deleted.

        After a lost answer nobody follows it up: to delete it again does no harm. It is on record once: what is not
        known here any more, nor at Bloom, is there already.
        """
        await self._managers.require(workspace_id, user_id)
        deletion = (workspace_id, brand_id)
        await self._analyses.deletions.join(deletion, lambda: self._delete(*deletion, user_id))

    async def _delete(self, workspace_id: str, brand_id: str, user_id: str) -> None:
        name = await self._name(workspace_id, brand_id)
        is_news = await _is_deleted(await self._connections.bloom(workspace_id), brand_id) or name
        await self._end_jobs(workspace_id, brand_id, lambda _: True)
        await self._preferences.forget_brand(workspace_id, user_id, brand_id)
        await self._brands.forget(workspace_id, brand_id)
        if is_news:
            await self._audit.record(workspace_id, user_id, AuditAction.BRAND_DELETED, name or brand_id)
        await self._analyses.renew(workspace_id)

    async def detail(self, workspace_id: str, brand_id: str) -> BrandDetail:
        """Ask Bloom for a brand in full. Raises BloomError or NotConnected."""
        return await (await self._connections.bloom(workspace_id)).brand(brand_id)

    async def _put_on_record(
        self, workspace_id: str, user_id: str, *, brand_id: str | None = None, wanted: NewBrand | None = None
    ) -> BrandJob:
        connection, now = await self._connections.present(workspace_id), self._clock.now()
        job = BrandJob(uuid4().hex, workspace_id, connection.id, user_id, now, brand_id=brand_id, wanted=wanted)
        await self._store.save_brand_job(job)
        self._changes.tell(workspace_id)
        return job

    async def _refuse_twice(self, workspace_id: str, user_id: str, wanted: NewBrand) -> None:
        for job in await self._store.brand_jobs(workspace_id):
            if job.brand_id is None and job.asked_by == user_id and job.wanted and is_alike(job.wanted, wanted):
                raise BloomUnavailable("Bloom is being asked for this brand already")

    async def _go_on_or_end(self, job: BrandJob, trouble: BotError) -> None:
        """Follow up what Bloom may have heard all the same; anything else was not done."""
        if isinstance(trouble, StoreError) or (isinstance(trouble, BloomUnavailable) and trouble.sent):
            self._analyses.follow(job, after=SETTLING if job.brand_id else 0.0)
            return
        await self._analyses.drop(job)

    async def _end_jobs(self, workspace_id: str, brand_id: str, which: Callable[[BrandJob], bool]) -> None:
        for job in await self._store.brand_jobs(workspace_id):
            if job.brand_id == brand_id and which(job):
                await self._store.end_brand_job(job.id)

    async def _name(self, workspace_id: str, brand_id: str) -> str:
        """Return what a brand is called here, empty if it is not known."""
        brands, _ = await self._store.brands(workspace_id)
        return next((brand.name or brand.url for brand in brands if brand.id == brand_id), "")


async def _is_deleted(bloom: Bloom, brand_id: str) -> bool:
    """Delete a brand; False when it was gone already."""
    try:
        await bloom.delete_brand(brand_id)
    except BloomRefused as refusal:
        if refusal.code != GONE:
            raise
        return False
    return True


async def _give(bloom: Bloom, brand_id: str, logo: str | BrandLogo) -> None:
    if isinstance(logo, str):
        return await bloom.set_logo(brand_id, logo)
    return await bloom.upload_logo(brand_id, logo.name, logo.content, logo.mime_type)
