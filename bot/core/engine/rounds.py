"""Finds what nobody works on: rows that no living worker has, and rows of ours that were left lying."""

import asyncio

import structlog

from bot.core.clock import Clock
from bot.core.engine.engine import Engine
from bot.core.engine.faults import TRIAL_AFTER, Faults
from bot.core.errors import StoreError
from bot.core.models import Generation
from bot.core.ports import Store
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

PAGE = 200
"""Generations claimed at once."""


class Rounds:
    """Takes up work for the engine of one worker."""

    def __init__(
        self, store: Store, engine: Engine, faults: Faults, worker_id: str, *, clock: Clock, tasks: Tasks
    ) -> None:
        self._store = store
        self._engine = engine
        self._faults = faults
        self._worker_id = worker_id
        self._clock = clock
        self._unattended: frozenset[str] = frozenset()
        """Ours on record, and nobody was at work on it at the last round."""
        self._unreadable: frozenset[str] = frozenset()
        """Ours on record, and left lying from now on."""
        self._trial = 1
        """How many of those with many faults are tried next: twice as many whenever some did no harm."""
        self._claiming = asyncio.Lock()
        engine.when_room(lambda: tasks.start(self.claim(), name="claim"))

    async def go(self) -> None:
        """Make one round. What the database cannot do now is left to the next."""
        try:
            await self._faults.acquit()
            await self.claim()
            await self._attend()
        except StoreError as exc:
            log.warning("no generation could be claimed", reason=repr(exc))

    async def claim(self) -> None:
        """Take on what nobody has, oldest first, as far as there is room; few that may kill us. Raises StoreError."""
        async with self._claiming:
            while await self._claim(PAGE, most_faults=TRIAL_AFTER - 1):
                pass
            if not self._faults.is_trying and await self._claim(self._trial):
                self._trial = min(PAGE, 2 * self._trial)

    async def _claim(self, limit: int, *, most_faults: int | None = None) -> tuple[Generation, ...]:
        if not (room := min(limit, self._engine.room)):
            return ()
        claimed = await self._store.claim_generations(
            self._worker_id, now=self._clock.now(), limit=room, most_faults=most_faults
        )
        self._faults.suspect(claimed)
        for generation in claimed:
            self._engine.take(generation.as_found())
        return claimed

    async def _attend(self) -> None:
        """Take up what is ours on record at two rounds and nobody is at work on, however it came to that.

        A row that cannot be read, as the log says by now, is not tried again.
        """
        unattended = await self._store.owned_ids(self._worker_id) - self._engine.ids - self._unreadable
        found, self._unattended = unattended & self._unattended, unattended
        for generation_id in found:
            if not self._engine.room:
                return
            row = await self._store.generation(generation_id)
            if row is not None:
                self._engine.take(row.as_found())
            else:
                self._unreadable |= {generation_id}
