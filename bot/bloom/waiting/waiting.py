"""Waiting for images: a held request for each while the budget allows, shared looks when it does not."""

from collections.abc import Sequence

from bot.bloom.access import Access
from bot.bloom.budget import Budget, Slot
from bot.bloom.waiting.collector import Collector
from bot.bloom.waiting.holds import OWN_HOLD, Holds
from bot.bloom.waiting.looks import Looks
from bot.bloom.waiting.watcher import Durations, Watcher
from bot.bloom.wire.call import ID_LIMIT, check_range
from bot.core.clock import Clock
from bot.core.models import Image
from bot.core.tasks import Tasks


class Waiting:
    """The watches within one budget."""

    def __init__(self, budget: Budget, holds: Holds, *, clock: Clock, tasks: Tasks) -> None:
        self.budget = budget
        self._durations = Durations()
        self._holds = holds
        self._clock = clock
        self._watches = 0
        self._looks = Looks(holds, self._durations, clock)
        self._collector = Collector(budget, self._looks, holds, self._durations, clock=clock, tasks=tasks)

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be lost if this were forgotten."""
        return not self._watches and self.budget.is_idle

    async def forecast(self, orders: int) -> float:
        """Return the seconds until so many more generations, and all before them, would be done; a guess.

        It is told by how long images took of late, and by whose turn comes when.
        """
        return await self.budget.until_last(orders) + self._durations.typical

    async def watch(self, access: Access, ids: Sequence[str], seconds: float) -> tuple[Image, ...]:
        """Return these images (at most 50) as they are once all are settled, or after so many seconds.

        What Bloom leaves out is gone. When the budget is short it takes as long as it takes to look once.
        """
        check_range("ids", len(ids), 1, ID_LIMIT)
        self._watches += 1
        try:
            return await self._watch(access, tuple(ids), seconds)
        finally:
            self._watches -= 1

    async def _watch(self, access: Access, ids: tuple[str, ...], seconds: float) -> tuple[Image, ...]:
        await self.budget.recall()
        now = self._clock.monotonic()
        watcher = Watcher(access, ids, began=now, until=now + seconds, due=now)
        while not watcher.is_done:
            slot = self._own_slot(watcher) or await self._collector.share(watcher)
            if slot:
                await self._look_alone(watcher, slot)
        return watcher.result()

    def _own_slot(self, watcher: Watcher) -> Slot | None:
        """Return a slot for a request of its own, if it is worth looking now and there is enough of everything."""
        is_due = watcher.due <= self._clock.monotonic()
        return self._holds.own_slot(self.budget) if is_due else None

    async def _look_alone(self, watcher: Watcher, slot: Slot) -> None:
        try:
            now = self._clock.monotonic()
            await self._looks.look([watcher], slot, min(self._holds.longest(now), OWN_HOLD, watcher.until - now))
        finally:
            self._holds.own -= 1
