"""A clock that moves only when a test moves it."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class ManualClock:
    """Time stands still until ``advance``; sleepers wake in the order of their deadlines."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        await woken

    async def patience(self, seconds: float) -> None:
        await self.sleep(seconds)

    @property
    def sleepers(self) -> int:
        """Return how many tasks wait for time to pass."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once, waking everyone whose time has come."""
        deadline = self._elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= deadline:
            self._elapsed, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await asyncio.sleep(0)
        self._elapsed = deadline
        await asyncio.sleep(0)


class SwiftClock(ManualClock):
    """Nobody waits: a sleep moves the clock on at once and is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.advance(seconds)
