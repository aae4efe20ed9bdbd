"""Time as a part that can be replaced: nothing in the bot reads the system's clock or sleeps by itself.

Tests put in a clock of their own and move it, so that a wait of two minutes takes none.
"""

import asyncio
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol


class Clock(Protocol):
    """What the bot asks of time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards; only differences mean something."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Suspend the caller for so many seconds."""
        ...

    async def patience(self, seconds: float) -> None:
        """Wait as long as a time-out allows: as `sleep`, but tests on a fast clock wait in real time here."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def patience(self, seconds: float) -> None:
        await self.sleep(seconds)


async def done_within(clock: Clock, seconds: float, work: asyncio.Future[Any]) -> bool:
    """Wait so many seconds for the work, and tell whether it has ended; it goes on if it has not."""
    timer = asyncio.ensure_future(clock.patience(seconds))
    try:
        await asyncio.wait({work, timer}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _ended(timer)
    return work.done()


async def given(clock: Clock, seconds: float, work: Coroutine[Any, Any, Any]) -> bool:
    """Do the work for so many seconds at most, and tell whether it came to its end; nothing of it goes on."""
    task = asyncio.ensure_future(work)
    try:
        if is_done := await done_within(clock, seconds, task):
            task.result()
        return is_done
    finally:
        await _ended(task)


async def sleep_until_woken(clock: Clock, at_most: float, woken: asyncio.Event) -> None:
    """Suspend the caller for so many seconds, or until the event is set."""
    waits = [asyncio.ensure_future(clock.sleep(at_most)), asyncio.ensure_future(woken.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            await _ended(wait)


async def _ended(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait({task})
