"""Held requests: a connection stays open until something has ended, a time-out passes, or we stop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bot.core.clock import Clock
from bot.sandbox.bloom.agenda import ROUNDING
from bot.sandbox.bloom.faults import Faults


class ConnectionCut(Exception):
    """The connection ends here, without an answer."""


class Waits:
    """Waits by the clock, counts who waits, and lets everyone go at the end."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock, self._faults = clock, faults
        self._sleeps: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Condition()
        self._closing = False
        self.held = 0

    def open(self) -> None:
        """Allow waiting (again)."""
        self._closing = False

    def close(self) -> None:
        """Wake everyone; who comes later does not wait."""
        self._closing = True
        for sleep in self._sleeps:
            sleep.cancel()

    async def pause(self, seconds: float) -> None:
        """Suspend for so many seconds, or until we stop."""
        if seconds > 0:
            async with self._counted():
                await self._sleep_until(self._clock.monotonic() + seconds)

    async def until(self, event: asyncio.Event) -> None:
        """Suspend until the event, or until we stop."""
        async with self._counted():
            if not self._closing:
                await self._sleep_in(event.wait())

    async def hold(self, due: Callable[[], float | None], timeout: float) -> float:  # noqa: ASYNC109
        """Wait until ``due`` has no moment left to wait for, or ``timeout`` seconds passed.

        ``due`` tells, on the monotonic clock, when all could be done. Return how many seconds it took.
        """
        started = self._clock.monotonic()
        cut_after = self._faults.held_cut
        limit = started + (timeout if cut_after is None else min(timeout, cut_after))
        async with self._counted():
            while (moment := due()) is not None and self._remaining(limit) and not self._closing:
                await self._sleep_until(min(moment, limit))
        waited = self._clock.monotonic() - started
        if moment is not None and cut_after is not None and waited >= cut_after - ROUNDING:
            raise ConnectionCut
        return waited

    async def until_held(self, count: int) -> None:
        """Wait until at least so many requests are held or delayed: what a test awaits before it moves the clock."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.held >= count)

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        await self._count(1)
        try:
            yield
        finally:
            await self._count(-1)

    async def _count(self, change: int) -> None:
        async with self._changed:
            self.held += change
            self._changed.notify_all()

    def _remaining(self, moment: float) -> bool:
        return moment - self._clock.monotonic() > ROUNDING

    async def _sleep_until(self, moment: float) -> None:
        if not self._closing and self._remaining(moment):
            await self._sleep_in(self._sleep(moment))

    async def _sleep_in(self, work: Coroutine[Any, Any, Any]) -> None:
        sleep = asyncio.create_task(work)
        self._sleeps.add(sleep)
        try:
            await asyncio.wait({sleep})
        finally:
            sleep.cancel()
            self._sleeps.discard(sleep)

    async def _sleep(self, moment: float) -> None:
        """Sleep from now, not from when the task was made: a clock moved in between must not be slept twice."""
        if self._remaining(moment):
            await self._clock.sleep(moment - self._clock.monotonic())
