"""A worker's promise to be alive, renewed at every beat.

Who cannot renew has to stop before the promise ends, because then somebody else may take over its generations. That
is measured on the clock that never goes backwards, from before the renewal was asked for.
"""

import asyncio
from datetime import timedelta

import structlog

from bot.core.clock import Clock, done_within
from bot.core.errors import StoreError
from bot.core.ports import Store

log = structlog.get_logger(__name__)

BEAT = 15.0
"""Seconds between two renewals."""
LEASE = timedelta(seconds=90)
"""How long one renewal holds."""
LATE_AFTER = 75.0
"""Seconds without a renewal after which the worker lets go; what is left of the lease is time to do so."""
PAUSE = 2.0
"""Seconds before a renewal that failed is tried once more."""


class Lease:
    """The lease of this process's worker."""

    def __init__(self, store: Store, clock: Clock, worker_id: str) -> None:
        self._store = store
        self._clock = clock
        self._renewed_at = clock.monotonic()
        self.worker_id = worker_id

    async def begin(self, *, crashed: bool = False) -> None:
        """Let go of everything that this worker had before, and count as alive from now on. Raises StoreError."""
        await self._store.hand_back(self.worker_id, crashed=crashed)
        await self._renew()

    async def end(self) -> None:
        """Leave all generations to whoever comes next. Raises StoreError."""
        await self._store.hand_back(self.worker_id)

    async def is_in_time(self, renewal: "asyncio.Task[None]") -> bool:
        """Wait for a renewal; False as soon as it is late, and it goes on."""
        left = LATE_AFTER - (self._clock.monotonic() - self._renewed_at)
        return left > 0 and await done_within(self._clock, left, renewal)

    async def renew(self) -> None:
        """Renew the lease, however often that has to be tried."""
        while True:
            try:
                return await self._renew()
            except StoreError as exc:
                log.warning("lease could not be renewed", reason=repr(exc))
                await self._clock.sleep(PAUSE)

    async def _renew(self) -> None:
        began, until = self._clock.monotonic(), self._clock.now() + LEASE
        await self._store.renew_lease(self.worker_id, until=until)
        self._renewed_at = began
