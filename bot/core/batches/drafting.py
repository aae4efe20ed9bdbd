"""From what somebody gives to a draft: rows that are checked, kept, and priced before anything is spent."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import structlog

from bot.core.batches.table import spreadsheets
from bot.core.batches.table.judging import Judged, judge
from bot.core.brands import Brands, KnownBrands
from bot.core.clock import Clock, given
from bot.core.connections import Connections
from bot.core.errors import BloomError, BloomTimeout, NotConnected
from bot.core.models import Batch, BatchRequest, Brand, Defaults, Outlook, Payer, RowDefaults
from bot.core.policy import Policy
from bot.core.ports import Store
from bot.core.usage import Usage

log = structlog.get_logger(__name__)

T = TypeVar("T")

BRANDS_PATIENCE = 5.0
"""Seconds that Bloom is given to say which brands there are, where nobody has looked yet."""
OUTLOOK_PATIENCE = 2.0
"""Seconds that it is given to say what is left, and again to say how long it takes."""


class Drafting:
    """Makes drafts, and says what starting one would mean."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        brands: Brands,
        policy: Policy,
        usage: Usage,
        *,
        row_limit: int,
        clock: Clock,
    ) -> None:
        self._store = store
        self._connections = connections
        self._brands = brands
        self._policy = policy
        self._usage = usage
        self._row_limit = row_limit
        self._clock = clock

    async def draft(self, request: BatchRequest) -> Batch:
        """Check the rows and keep them as a draft, unless none is good.

        Raises OutsideLimits (channel or person), TableUnreadable, NotConnected, StoreError, and BloomError where Bloom
        does not say which brands there are, and never did.
        """
        await self._policy.let_in(request.workspace_id, request.user_id, request.channel_id)
        known = await self._known(request.workspace_id)
        preferences = await self._store.preferences(request.workspace_id)
        defaults = _filled(request.defaults, preferences.defaults_in(request.channel_id))
        judged, ignored = await asyncio.to_thread(_judged, request, known.brands, defaults, self._row_limit)
        batch = self._new(request).but(rows=judged.good, bad_rows=judged.bad, ignored_columns=ignored)
        if batch.rows:
            await self._store.add_batch(batch)
        return batch

    async def outlook(self, batch: Batch) -> Outlook:
        """Return what starting it would mean; what Bloom does not say in time is left open."""
        standing = await self._policy.standing(batch.workspace_id, batch.user_id)
        credits = await self._in_time(self._usage.credits(batch.workspace_id, await self._payer(batch)))
        return Outlook(
            seconds=await self._in_time(self._forecast(batch)),
            credits_left=int(credits.balance) if credits and not credits.unlimited else None,
            cap_left=standing.left,
        )

    async def _known(self, workspace_id: str) -> KnownBrands:
        """Return the brands as last seen; where nobody has looked yet, as they are."""
        await self._connections.present(workspace_id)
        known = await self._brands.known(workspace_id)
        if known.seen_at is not None:
            return known
        if not await given(self._clock, BRANDS_PATIENCE, self._brands.refresh(workspace_id)):
            raise BloomTimeout("the brands did not come in time")
        return await self._brands.known(workspace_id)

    def _new(self, request: BatchRequest) -> Batch:
        return Batch(
            id=uuid4().hex,
            workspace_id=request.workspace_id,
            user_id=request.user_id,
            channel_id=request.channel_id,
            thread_id=request.thread_id,
            created_at=self._clock.now(),
            title=request.title,
            rows=(),
        )

    async def _payer(self, batch: Batch) -> Payer | None:
        """Return who pays for all rows, None where that depends."""
        known = await self._brands.known(batch.workspace_id)
        payers = {known.payer(brand_id) for brand_id in {row.parameters.brand_id for row in batch.rows}}
        return payers.pop() if len(payers) == 1 else None

    async def _forecast(self, batch: Batch) -> float:
        bloom = await self._connections.bloom(batch.workspace_id)
        return await bloom.forecast(sum(len(row.parameters.orders) for row in batch.rows))

    async def _in_time(self, question: Coroutine[Any, Any, T]) -> T | None:
        """Return what Bloom says, None if it does not, or not in time."""
        answers: list[T] = []

        async def ask() -> None:
            answers.append(await question)

        try:
            await given(self._clock, OUTLOOK_PATIENCE, ask())
        except (BloomError, NotConnected) as trouble:
            log.info("Bloom does not say what a batch would mean", reason=repr(trouble))
        return answers[0] if answers else None


def _filled(chosen: RowDefaults, usual: Defaults) -> RowDefaults:
    """Return what rows have that say nothing: what was chosen for them, else what is usual where they are asked for."""
    return RowDefaults(
        brand_id=chosen.brand_id or usual.brand_id,
        shape=chosen.shape or usual.shape,
        model=chosen.model or usual.model,
        size=chosen.size or usual.size,
        variants=chosen.variants,
    )


def _judged(
    request: BatchRequest, brands: tuple[Brand, ...], defaults: RowDefaults, row_limit: int
) -> tuple[Judged, tuple[str, ...]]:
    """Return what was given as rows, and the columns that nobody understood.

    It takes a second for a file of some megabytes.
    """
    if request.table is None:
        table = spreadsheets.typed(request.lines, row_limit)
    else:
        table = spreadsheets.read(request.table, row_limit)
    return judge(table, brands, defaults), table.ignored_columns
