"""Which rows of a batch are begun next, and what keeps them from it.

Few attempts stand in line at a time: the others cost nothing yet when a batch is paused, and nobody is refused for
them. The key of an attempt counts those before it, so wherever the process dies, none is made twice.
"""

from collections.abc import Sequence

import structlog

from bot.core.batches.pauses import pause_reason
from bot.core.batches.record import Record
from bot.core.batches.snapshot import Snapshot
from bot.core.batches.transitions import gone_on_with, paused
from bot.core.errors import OutsideLimits
from bot.core.generations import Generations, may_be_paid
from bot.core.models import (
    Batch,
    BatchState,
    GenerationRequest,
    Pause,
    PauseReason,
    RowOf,
    RowResult,
    results_of,
)
from bot.core.policy import ROW_PATIENCE
from bot.core.ports import Store

log = structlog.get_logger(__name__)

MOST_IN_LINE = 20
"""Attempts of a batch that stand in line, or wait for Bloom's answer."""


class Feeding:
    """Begins the rows of batches."""

    def __init__(self, store: Store, record: Record, generations: Generations) -> None:
        self._store = store
        self._record = record
        self._generations = generations

    async def step(self, snapshot: Snapshot) -> None:
        """Begin what has room in line, or take back what should not stand there.

        A batch pauses at what the next rows would meet as well.
        """
        if snapshot.batch.state is not BatchState.RUNNING:
            if snapshot.in_line and not _is_limited(snapshot.batch):
                await self._generations.take_back(snapshot.batch.id)
        elif (pause := await self._met(snapshot)) is not None:
            await self._pause(snapshot.batch, pause)
            await self._generations.take_back(snapshot.batch.id)  # at once: each of them would ask Bloom in vain
        elif snapshot.batch.place is not None and snapshot.in_line < MOST_IN_LINE and snapshot.waiting:
            await self._begin(snapshot, snapshot.waiting[: MOST_IN_LINE - snapshot.in_line])

    async def _met(self, snapshot: Snapshot) -> Pause | None:
        """Return what keeps all rows from being made, if an attempt that counts has met that."""
        for number in snapshot.waiting:
            tally = snapshot.tallies.get(number)
            if tally and not snapshot.is_unbegun(number) and (reason := pause_reason(tally.failure_code)):
                met = await self._store.generation(tally.generation_id)
                return Pause(reason=reason, action_url=met.failure.action_url if met and met.failure else None)
        return None

    async def _pause(self, batch: Batch, pause: Pause) -> None:
        log.info("batch paused", id=batch.id, reason=pause.reason.value)
        await self._record.change(batch.id, lambda now: paused(now.batch, pause))

    async def _begin(self, snapshot: Snapshot, numbers: Sequence[int]) -> None:
        batch, resumed = snapshot.batch, set[int]()
        rows = [row for row in batch.rows if row.number in numbers]
        tried = [number for number in numbers if number in snapshot.tallies]
        attempts = await self._store.batch_attempts(batch.id, tried) if tried else ()
        try:
            for result in results_of(rows, attempts):
                if not await self._runs(batch):
                    break
                if await self._begin_row(snapshot, result):
                    resumed.add(result.row.number)
        except OutsideLimits as met:
            await self._pause(batch, Pause(reason=PauseReason.LIMIT, limit=met.limit))
        if resumed:
            await self._record.keep(batch.id, lambda now: gone_on_with(now.batch, resumed))

    async def _runs(self, batch: Batch) -> bool:
        """Whether it runs still: meanwhile it may be paused, or the workspace left and what was made there erased."""
        now = await self._store.batch(batch.id)
        return now is not None and now.state is BatchState.RUNNING

    async def _begin_row(self, snapshot: Snapshot, result: RowResult) -> bool:
        """Ask for what a row lacks, or go on with what may be paid for already; tell whether it was that."""
        if result.latest is not None and may_be_paid(result.latest):
            await self._generations.resume(result.latest, snapshot.batch.user_id, patience=ROW_PATIENCE)
            return True
        request = _request(snapshot, result)
        await self._generations.start(request, confirmed=request.parameters.credits, place=snapshot.batch.place)
        return False


def _is_limited(batch: Batch) -> bool:
    """Whether it paused at a limit: rows in line were counted before, so they are made."""
    return batch.pause is not None and batch.pause.reason is PauseReason.LIMIT


def _request(snapshot: Snapshot, result: RowResult) -> GenerationRequest:
    """Return the next attempt at a row, for what it lacks."""
    batch, row, tally = snapshot.batch, result.row, snapshot.tallies.get(result.row.number)
    lacking = row.parameters.image_count - len(result.images)
    parameters = row.parameters.but(variants=lacking) if result.images else row.parameters
    return GenerationRequest(
        key=f"batch:{batch.id}:{row.number}:{tally.attempts + 1 if tally else 1}",
        workspace_id=batch.workspace_id,
        channel_id=batch.channel_id,
        user_id=batch.user_id,
        parameters=parameters,
        brand_name=row.brand_name,
        thread_id=batch.thread_id,
        batch=RowOf(batch.id, row.number),
    )
