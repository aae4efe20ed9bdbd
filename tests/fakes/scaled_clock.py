"""A clock that runs faster than the wall's: for scenarios in which real sockets and waits of minutes meet."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class ScaledClock:
    """Real time, `speed` times as fast."""

    def __init__(self, speed: float = 40.0) -> None:
        self._speed = speed
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

    def skip(self, seconds: float) -> None:
        """Let so much time have passed; whoever sleeps already sleeps on."""
        self._zero -= seconds / self._speed
