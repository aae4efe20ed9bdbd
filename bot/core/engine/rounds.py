"""Finds what nobody works on: rows that no living worker has, and rows of ours that were left lying."""

import asyncio
from contextlib import suppress

import structlog

from bot.core.clock import Clock
from bot.core.engine.engine import Engine
from bot.core.engine.faults import Faults
from bot.core.errors import StoreError
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
        self._claiming = asyncio.Lock()
        engine.when_room(lambda: tasks.start(self.claim(), name="claim"))

    async def go(self) -> None:
        """Make one round. What the database cannot do now is left to the next."""
        try:
            await self.claim()
            await self._attend()
            await self._faults.acquit()
        except StoreError as exc:
            log.warning("no generation could be claimed", reason=repr(exc))

    async def claim(self) -> None:
        """Take on what nobody has, oldest first, as far as there is room. Raises StoreError."""
        async with self._claiming:
            while room := min(PAGE, self._engine.room):
                claimed = await self._store.claim_generations(self._worker_id, now=self._clock.now(), limit=room)
                self._faults.suspect(claimed)
                for generation in claimed:
                    self._engine.take(generation.as_found())
                if not claimed:
                    return

    async def _attend(self) -> None:
        """Take up what is ours on record at two rounds and nobody is at work on, however it came to that."""
        unattended = await self._store.owned_ids(self._worker_id) - self._engine.ids
        found, self._unattended = unattended & self._unattended, unattended
        for generation_id in found:
            if not self._engine.room:
                return
            with suppress(StoreError):  # a row that cannot be read was logged when it was claimed
                row = await self._store.generation(generation_id)
                if row is not None:
                    self._engine.take(row.as_found())
