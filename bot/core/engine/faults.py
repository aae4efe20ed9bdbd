"""Faults on record: how often a generation went wrong for no known reason, the death of the process included.

Everything that a process had in hand when it died is a suspect. Who does no harm for a beat is not what it died of.
Processes that die again and again in their first beat may do so for a reason of their own, such as too little memory:
the suspects of many deaths are tried few at a time (see `rounds`), so that only those are blamed for the next.
"""

from collections.abc import Iterable
from contextlib import suppress

from bot.core.clock import Clock
from bot.core.engine.leases import BEAT
from bot.core.errors import StoreError
from bot.core.models import Generation
from bot.core.ports import Store

TRIAL_AFTER = 3
"""Faults from which on a generation is tried with few others."""


class Faults:
    """The faults of one worker's generations."""

    def __init__(self, store: Store, worker_id: str, clock: Clock) -> None:
        self._store = store
        self._worker_id = worker_id
        self._clock = clock
        self._suspects: dict[str, float] = {}
        """Claimed with a fault on record, and when."""
        self._on_trial: set[str] = set()

    @property
    def is_trying(self) -> bool:
        """Whether one that comes with many faults may yet do harm."""
        return bool(self._on_trial)

    def suspect(self, claimed: Iterable[Generation]) -> None:
        """Keep an eye on those that come with a fault."""
        now = self._clock.monotonic()
        for generation in claimed:
            if generation.faults:
                self._suspects[generation.id] = now
            if generation.faults >= TRIAL_AFTER:
                self._on_trial.add(generation.id)

    def forget(self, generation: Generation) -> None:
        """Leave a generation's faults as they are."""
        self._suspects.pop(generation.id, None)
        self._on_trial.discard(generation.id)

    async def count(self, generation: Generation) -> None:
        """Write one more down; a database that cannot is no reason to stop, for it counts in memory as well."""
        self.forget(generation)
        with suppress(StoreError):
            await self._store.count_fault(self._worker_id, generation.id)

    async def clear(self, generation: Generation) -> Generation:
        """Clear the faults of a state that was left in order or gone through once more without one."""
        if not generation.faults:
            return generation
        await self._store.forgive(self._worker_id, [generation.id])
        return generation.but(faults=0)

    async def acquit(self) -> None:
        """Clear what was counted against generations that did no harm for a beat."""
        now = self._clock.monotonic()
        if innocent := {one for one, since in self._suspects.items() if now - since >= BEAT}:
            await self._store.forgive(self._worker_id, innocent)
            self._on_trial -= innocent
            self._suspects = {one: since for one, since in self._suspects.items() if one not in innocent}
