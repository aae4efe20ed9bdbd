"""A worker's promise to be alive, renewed at every beat.

Who cannot renew has to stop before the promise ends, because then somebody else may take over its generations. That
is measured on the clock that never goes backwards, from before the renewal was asked for.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.core.clock import Clock, done_within
from bot.core.errors import StoreError
from bot.core.ports import Store

log = structlog.get_logger(__name__)

BEAT = 15.0
"""Seconds between two renewals."""
PAUSE = 2.0
"""Seconds before a renewal that failed is tried once more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long one renewal holds, and after how many seconds without one the worker lets go.

    What is left of the lease then is time to do so.
    """

    holds: timedelta = timedelta(seconds=90)
    late_after: float = 75.0


class Lease:
    """The lease of this process's worker."""

    def __init__(self, store: Store, clock: Clock, worker_id: str, terms: Terms) -> None:
        self._store = store
        self._clock = clock
        self._terms = terms
        self._renewed_at = clock.monotonic()
        self.worker_id = worker_id
        self.is_held = False
        """Whether this worker may work: not before it began, after it was late, or once it has ended."""

    async def begin(self, *, crashed: bool = False) -> None:
        """Let go of everything that this worker had before, and count as alive from now on. Raises StoreError."""
        await self._store.hand_back(self.worker_id, crashed=crashed)
        await self._renew()
        self.is_held = True

    async def end(self) -> None:
        """Leave all generations to whoever comes next. Raises StoreError."""
        self.is_held = False
        await self._store.hand_back(self.worker_id)

    async def is_in_time(self, renewal: "asyncio.Task[None]") -> bool:
        """Wait for a renewal; False as soon as it is late; it goes on, but the lease is not held any more."""
        left = self._terms.late_after - (self._clock.monotonic() - self._renewed_at)
        is_in_time = left > 0 and await done_within(self._clock, left, renewal)
        self.is_held = self.is_held and is_in_time
        return is_in_time

    async def renew(self) -> None:
        """Renew the lease, however often that has to be tried."""
        while True:
            try:
                return await self._renew()
            except StoreError as exc:
                log.warning("lease could not be renewed", reason=repr(exc))
                await self._clock.sleep(PAUSE)

    async def _renew(self) -> None:
        began, until = self._clock.monotonic(), self._clock.now() + self._terms.holds
        await self._store.renew_lease(self.worker_id, until=until)
        self._renewed_at = began
