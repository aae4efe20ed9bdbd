"""Somebody at work on each batch that is not finished: what is begun and what is told, side by side.

A conductor knows nothing that is not on record, so whoever comes after a crash goes on where it was. It looks once a
second, and at once when somebody has decided something.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.core.batches.best_effort import backoff
from bot.core.batches.feeding import Feeding
from bot.core.batches.record import Record
from bot.core.batches.reporting import Reporting
from bot.core.batches.snapshot import Snapshot
from bot.core.clock import Clock, sleep_until_woken
from bot.core.errors import BotError
from bot.core.models import BatchState
from bot.core.tasks import Tasks, end

log = structlog.get_logger(__name__)

TICK = 1.0
"""Seconds between two looks."""


class Conductor:
    """Works on one batch until it is finished, or paused with everything posted."""

    def __init__(
        self, batch_id: str, record: Record, feeding: Feeding, reporting: Reporting, *, clock: Clock, tasks: Tasks
    ) -> None:
        self._batch_id = batch_id
        self._record = record
        self._feeding = feeding
        self._reporting = reporting
        self._clock = clock
        self._tasks = tasks
        self._feed_again, self._tell_again = asyncio.Event(), asyncio.Event()

    @property
    def is_poked(self) -> bool:
        """Whether somebody decided something that was not looked at yet."""
        return self._feed_again.is_set() or self._tell_again.is_set()

    def poke(self) -> None:
        """Let it look at what was decided."""
        self._feed_again.set()
        self._tell_again.set()

    async def conduct(self) -> None:
        """Work until the batch is finished, or waits for somebody with everything told; after a poke, begin again."""
        reports = self._tasks.start(
            self._loop(self._reporting.step, self._tell_again), name=f"tell batch {self._batch_id}"
        )

        async def feed(snapshot: Snapshot) -> bool:
            if reports.done():
                return True
            await self._feeding.step(snapshot)
            is_paused = snapshot.batch.state is BatchState.PAUSED
            return is_paused and snapshot.is_idle and self._reporting.has_told_all(snapshot.batch)

        try:
            await self._loop(feed, self._feed_again)
        finally:
            await end([reports])

    async def _loop(self, step: Callable[[Snapshot], Awaitable[bool]], poked: asyncio.Event) -> None:
        """Take steps until one says that it was the last, whatever comes in between."""
        troubles = 0
        while True:
            poked.clear()
            wait = TICK
            try:
                snapshot = await self._record.snapshot(self._batch_id)
                if snapshot is None or not snapshot.batch.state.is_open or await step(snapshot):
                    return
                troubles = 0
            except Exception as trouble:  # noqa: BLE001 -- whatever it was, the batch must reach its end
                troubles += 1
                wait = backoff(trouble, troubles)
                self._log(trouble)
            await sleep_until_woken(self._clock, wait, poked)

    def _log(self, trouble: Exception) -> None:
        if isinstance(trouble, BotError):
            log.warning("batch held up", id=self._batch_id, reason=repr(trouble))
        else:
            log.error("batch broke", id=self._batch_id, exc_info=trouble)
