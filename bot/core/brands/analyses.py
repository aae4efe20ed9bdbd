"""Waiting for Bloom's analyses: one owned task for each brand that somebody waits for, until they are told.

    on record ──▶ taken on (it has a `brand_id`) ──▶ settled ──▶ told ──▶ off the record

A job that is found without a brand was cut off while Bloom was asked. Whoever takes a job off the record ends it, so
it is looked up before each wait and before anybody is told. It goes off the record only when Slack has the notice: a
crash in between tells twice rather than never.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import ParamSpec, TypeVar

import structlog

from bot.core.brands.catalogue import Brands
from bot.core.brands.intake import Intake
from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BotError,
    NotConnected,
    SlackRefused,
    SlackUnavailable,
    StoreError,
)
from bot.core.models import Brand, BrandDetail, BrandJob, BrandState, FailureCode, Notice, NoticeKind
from bot.core.notices import Notices
from bot.core.ports import Store
from bot.core.retrying import PAUSES, after_pauses
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

P = ParamSpec("P")
T = TypeVar("T")

HOLD, SHORT_HOLD = 120.0, 15.0
"""Seconds that one wait may last; the short one where others stand in line to wait."""
SHORTEST_HOLD = 5.0
"""Seconds between two waits for a brand, should one end early although the analysis has not."""
HELD_LIMIT = 50
"""Waits that Bloom holds at once, for all workspaces together."""
PATIENCE = timedelta(minutes=60)
"""How long an analysis may take before who waits for it is told that it still does."""
SLACK_PAUSES = (*PAUSES, *[60.0] * 58)
"""About an hour; then the notice is left to the next start."""

log = structlog.get_logger(__name__)


class Analyses:
    """Follows brand jobs to their end."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        brands: Brands,
        *,
        notices: Notices,
        changes: Changes,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._intake = intake
        self._brands = brands
        self._notices = notices
        self._changes = changes
        self._clock = clock
        self._tasks = tasks
        self._held = asyncio.Semaphore(HELD_LIMIT)
        self.deletions: SingleFlight[tuple[str, str], None] = SingleFlight(tasks, "delete brand")
        """By workspace and brand: what Bloom says of one meanwhile is no news to anybody."""

    def follow(self, job: BrandJob, *, after: float = 0.0) -> None:
        """Wait for the brand behind everybody's back, beginning after so many seconds."""
        self._tasks.start(self._follow(job, after), name=f"wait for brand job {job.id}")

    async def drop(self, job: BrandJob) -> None:
        """Take a job off the record that nobody is to wait for; if the database fails, behind everybody's back."""
        try:
            await self._store.end_brand_job(job.id)
        except StoreError:
            self._tasks.start(self._end(job), name=f"drop brand job {job.id}")
        self._changes.tell(job.workspace_id)

    async def renew(self, workspace_id: str) -> None:
        """Bring what is shown of a workspace's brands up to date, as far as Bloom can be asked."""
        with suppress(BotError):
            await self._brands.look_anew(workspace_id)
        self._changes.tell(workspace_id)

    async def _follow(self, job: BrandJob, after: float) -> None:
        await self._clock.sleep(after)
        try:
            notice = await self._outcome(job)
            await self._persisting(self._intake.require, job)
            await self._tell(job, notice)
        except NotConnected:
            log.info("nobody waits for a brand any more", job=job.id, workspace=job.workspace_id)
        await self._end(job)

    async def _end(self, job: BrandJob) -> None:
        await self._persisting(self._store.end_brand_job, job.id)
        self._changes.tell(job.workspace_id)

    async def _outcome(self, job: BrandJob) -> Notice:
        """Take a job to its end, and return what there is to say of it."""
        try:
            job = await self._take_on(job)
            detail = await self._until_settled(job)
        except _TooLong:
            if job.brand_id is None:
                return await self._refused(job, FailureCode.UNAVAILABLE)
            detail = None
        except BloomRefused as refusal:
            await self.deletions.landed((job.workspace_id, job.brand_id or ""))
            return await self._refused(job, refusal.code)
        await self.renew(job.workspace_id)
        detail = detail or BrandDetail(await self._known(job))
        is_elsewhere = not await self._persisting(self._intake.is_in_use, job, detail.brand)
        return Notice(NoticeKind.BRAND_SETTLED, brand=detail, is_elsewhere=is_elsewhere)

    async def _take_on(self, job: BrandJob) -> BrandJob:
        wanted = job.wanted
        if job.brand_id is None and wanted:
            job = await self._patiently(job, lambda: self._intake.find_or_ask(job, wanted))
        await self.renew(job.workspace_id)
        return job

    async def _until_settled(self, job: BrandJob) -> BrandDetail:
        return await self._patiently(job, lambda: self._look(job))

    async def _look(self, job: BrandJob) -> BrandDetail | None:
        """Let Bloom answer when the analysis is over; None if it still is not."""
        hold = SHORT_HOLD if self._held.locked() else HOLD
        async with self._held:
            began = self._clock.monotonic()
            bloom = await self._intake.bloom(job)
            detail = await bloom.brand(job.brand_id or "", wait=hold)
        if detail.brand.state is not BrandState.ANALYZING:
            return detail
        await self._clock.sleep(SHORTEST_HOLD - (self._clock.monotonic() - began))
        return None

    async def _patiently(self, job: BrandJob, step: Callable[[], Awaitable[T | None]]) -> T:
        """Take a step until it gives something; what may pass by itself is waited out. Raises _TooLong."""

        async def attempt() -> T | None:
            await self._intake.require(job)
            return await step()

        while True:
            try:
                if result := await self._enduring(attempt):
                    return result
            except (BloomError, StoreError) as trouble:
                if not _may_pass(trouble):
                    raise
                log.warning("cannot wait for a brand", job=job.id, reason=repr(trouble))
            if self._clock.now() - job.created_at > PATIENCE:
                raise _TooLong

    async def _enduring(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = await after_pauses(self._clock, PAUSES, when=_may_pass)(work, *args, **kwargs)
        return result

    async def _persisting(self, work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `_enduring`, for however long the database fails: nobody else would look after the job."""
        while True:
            try:
                return await self._enduring(work, *args, **kwargs)
            except StoreError as trouble:
                log.error("a brand job waits for the database", reason=repr(trouble))

    async def _refused(self, job: BrandJob, code: str) -> Notice:
        log.info("a brand that is waited for will not come", job=job.id, code=code)
        address = job.wanted.url if job.wanted else (await self._known(job)).url
        return Notice(NoticeKind.BRAND_REFUSED, address=address, reason=code)

    async def _known(self, job: BrandJob) -> Brand:
        """Return the brand as it was last seen, if it was."""
        brands, _ = await self._persisting(self._store.brands, job.workspace_id)
        address = job.wanted.url if job.wanted else ""
        unseen = Brand(job.brand_id or "", address, address, BrandState.ANALYZING)
        return next((brand for brand in brands if brand.id == job.brand_id), unseen)

    async def _tell(self, job: BrandJob, notice: Notice) -> None:
        try:
            await self._notices.tell(job.workspace_id, job.asked_by, notice, pauses=SLACK_PAUSES)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("nobody could be told of a brand", job=job.id, error=refusal.error)


class _TooLong(Exception):
    """What is waited for takes longer than anybody is kept waiting."""


def _may_pass(trouble: BaseException) -> bool:
    """Whether it may go better in a while; a broken connection may be connected anew."""
    if isinstance(trouble, BloomRefused):
        return isinstance(trouble, BloomRateLimited | BloomUnauthorized)
    return isinstance(trouble, BloomError | StoreError)
