"""Asking Bloom to take a brand on, once: there is no idempotency key, so after a lost answer it is looked for first."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from bot.core.audit import Audit
from bot.core.brands.catalogue import all_brands
from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRefused, BloomUnavailable, BloomUnreadable, NotConnected
from bot.core.models import (
    OWNER_NEEDED,
    AuditAction,
    BloomWorkspace,
    Brand,
    BrandJob,
    Connection,
    NewBrand,
)
from bot.core.ports import Bloom, Store

CLOCK_SKEW = timedelta(minutes=2)
"""How far Bloom's clock may be behind ours."""
SETTLING, LOOK_EVERY = 30.0, 5.0
"""Seconds that a brand may take into Bloom's list after a lost answer, and between two looks for it."""
PERSONAL = BloomWorkspace(None, "", is_personal=True)


class Intake:
    """Takes wanted brands to Bloom, in whichever account the wish is on record for."""

    def __init__(self, store: Store, connections: Connections, audit: Audit, clock: Clock) -> None:
        self._store = store
        self._connections = connections
        self._audit = audit
        self._clock = clock

    async def require(self, job: BrandJob) -> None:
        """Let through a job that is on record. Raises NotConnected: it went with its account, or its brand."""
        if job.id not in {one.id for one in await self._store.brand_jobs(job.workspace_id)}:
            raise NotConnected(job.workspace_id)

    async def bloom(self, job: BrandJob) -> Bloom:
        """Return the account that the job is in; by its newer connection, if the job's own is broken.

        Raises NotConnected when it is gone, and BloomUnauthorized.
        """
        connection = await self._connection(job)
        present = await self._connections.current(job.workspace_id)
        if connection.is_broken and present and present.account.email == connection.account.email:
            connection = present
        return await self._connections.bloom_of(connection.id, job.workspace_id)

    async def is_in_use(self, job: BrandJob, brand: Brand) -> bool:
        """Whether a job's brand is in the account, and the Bloom workspace, that are used now."""
        asked = await self._connections.by_id(job.connection_id, job.workspace_id)
        present = await self._connections.current(job.workspace_id)
        if asked is None or present is None or present.account.email != asked.account.email:
            return False
        chosen = present.bloom_workspace
        return chosen is None or chosen.id == brand.bloom_workspace_id

    async def ask(self, job: BrandJob, wanted: NewBrand) -> BrandJob:
        """Ask Bloom, and write down which brand it is. Raises BloomError, NotConnected, StoreError."""
        job, wanted = await self._owned(job, wanted)
        bloom = await self.bloom(job)
        try:
            brand_id = await bloom.create_brand(
                wanted.url,
                logo_url=wanted.logo_url,
                collect_images=wanted.collect_images,
                bloom_workspace_id=_owner(wanted).id,
            )
        except BloomUnreadable as answer:
            raise BloomUnavailable("Bloom took a brand on and does not say which") from answer
        return await self._taken_on(job, wanted, brand_id)

    async def find_or_ask(self, job: BrandJob, wanted: NewBrand) -> BrandJob:
        """Look for the brand that Bloom may have taken on already, for as long as it may take to show, then ask."""
        job, wanted = await self._owned(job, wanted)
        began = self._clock.monotonic()
        while True:
            if brand_id := await _found(job, wanted, await self.bloom(job)):
                return await self._taken_on(job, wanted, brand_id)
            if self._clock.monotonic() - began >= SETTLING:
                return await self.ask(job, wanted)
            await self._clock.sleep(LOOK_EVERY)

    async def _connection(self, job: BrandJob) -> Connection:
        connection = await self._connections.by_id(job.connection_id, job.workspace_id)
        if connection is None:
            raise NotConnected(job.workspace_id)
        return connection

    async def _owned(self, job: BrandJob, wanted: NewBrand) -> tuple[BrandJob, NewBrand]:
        """Write down who is to own the brand, if nobody has said so: the workspace that is used, or the only one.

        Raises BloomRefused (OWNER_NEEDED) where there is a choice: that is the person's.
        """
        if wanted.bloom_workspace is None:
            wanted = replace(wanted, bloom_workspace=await self._only_owner(job))
            job = replace(job, wanted=wanted)
            await self.require(job)
            await self._store.save_brand_job(job)
        return job, wanted

    async def _only_owner(self, job: BrandJob) -> BloomWorkspace:
        if used := (await self._connection(job)).bloom_workspace:
            return used
        owners = await (await self.bloom(job)).workspaces()
        if len(owners) > 1:
            raise BloomRefused(OWNER_NEEDED, 400)
        return owners[0] if owners else PERSONAL

    async def _taken_on(self, job: BrandJob, wanted: NewBrand, brand_id: str) -> BrandJob:
        await self.require(job)
        job = replace(job, brand_id=brand_id)
        await self._store.save_brand_job(job)
        await self._audit.record(job.workspace_id, job.asked_by, AuditAction.BRAND_ADDED, wanted.url)
        return job


def is_alike(one: NewBrand, other: NewBrand) -> bool:
    """Whether they can be of the same page and the same owner, however the address is spelled."""
    owners = {owner.id for owner in (one.bloom_workspace, other.bloom_workspace) if owner}
    return _spelled(one.url) == _spelled(other.url) and len(owners) < 2


async def _found(job: BrandJob, wanted: NewBrand, bloom: Bloom) -> str | None:
    """Return the latest brand at Bloom that can be the wanted one: same page, same owner, made since."""
    since, page = job.created_at - CLOCK_SKEW, _spelled(wanted.url)
    brands = await all_brands(bloom, _owner(wanted))
    made = [(one.created_at, one.id) for one in brands if one.created_at and _spelled(one.url) == page]
    return max(((at, brand_id) for at, brand_id in made if at >= since), default=(None, None))[1]


def _owner(wanted: NewBrand) -> BloomWorkspace:
    return wanted.bloom_workspace or PERSONAL


def _spelled(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url, "", ""
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query
