"""A clock that runs faster than the wall's: for scenarios in which real sockets and waits of minutes meet.

Only patience is measured on the wall's clock, as what it is had with takes real time: two seconds would be 50 ms, which
a busy machine lets pass over nothing. A test that means it to run out says so with `lose_patience`.
"""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class ScaledClock:
    """Real time, `speed` times as fast."""

    def __init__(self, speed: float = 40.0) -> None:
        self._speed = speed
        self._patience: dict[float, list[asyncio.Event]] = {}
        self._somebody_waits = asyncio.Event()
        self._start = datetime.now(UTC)
        self._zero = time.monotonic()

    @property
    def setting(self) -> str:
        """Return what makes the same clock in another process of this machine; see `like`."""
        return f"{self._speed} {self._zero} {self._start.isoformat()}"

    @classmethod
    def like(cls, setting: str) -> "ScaledClock":
        """Return a clock that shows what another one shows."""
        speed, zero, start = setting.split()
        clock = cls(float(speed))
        clock._zero, clock._start = float(zero), datetime.fromisoformat(start)
        return clock

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._zero) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def patience(self, seconds: float) -> None:
        lost = asyncio.Event()
        having = self._patience.setdefault(seconds, [])
        having.append(lost)
        self._somebody_waits.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await lost.wait()
        finally:
            having.remove(lost)

    async def lose_patience(self, seconds: float) -> None:
        """Let whoever waits with this patience have waited for long enough; somebody may have to begin first."""
        async with asyncio.timeout(10):
            while not self._patience.get(seconds):
                self._somebody_waits.clear()
                await self._somebody_waits.wait()
        for lost in self._patience[seconds]:
            lost.set()

    def skip(self, seconds: float) -> None:
        """Let so much time have passed; whoever sleeps already sleeps on."""
        self._zero -= seconds / self._speed
