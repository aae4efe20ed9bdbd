"""What outlives the process of a credential's window: each request is on disk before it is sent.

A log that fails or hangs never keeps a request back. The window in memory is exact all the same; what is risked is a
429 after the next restart, which costs a pause that nobody sees, and a bot that stands still is worse.
"""

import asyncio
from datetime import timedelta

import structlog

from bot.bloom.budget.window import TRANSIT_SHARE
from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.models import RateLimit
from bot.core.ports import RequestLog

log = structlog.get_logger(__name__)

PATIENCE = 5.0
"""Seconds of the machine's own time that the log may take."""
BEYOND_REACH = 5000
"""Requests a window from which on a restart cannot overrun the limit, and nothing is written down."""


class Memory:
    """The request log for one credential."""

    def __init__(self, requests: RequestLog | None, credential_id: str, limit: RateLimit, clock: Clock) -> None:
        self._requests = requests if limit.requests < BEYOND_REACH else None
        self._credential_id = credential_id
        # written down before it is sent, a request arrives somewhat later
        self._window = timedelta(seconds=limit.seconds * (1 + TRANSIT_SHARE))
        self._clock = clock

    async def recall(self) -> tuple[float, ...]:
        """Return for how many more seconds each request from before this process counts, oldest first."""
        if self._requests is None:
            return ()
        now = self._clock.now()
        try:
            async with asyncio.timeout(PATIENCE):
                moments = await self._requests.requests_since(self._credential_id, now - self._window)
        except (StoreError, TimeoutError) as trouble:
            log.warning("the request log cannot be read", reason=repr(trouble))
            return ()
        # since then the clock may have been set back: a little, and a request counts for a window from now; by more
        # than a window, and when it was nobody knows
        known = (moment for moment in moments if moment - now <= self._window)
        return tuple((self._window - max(now - moment, timedelta())).total_seconds() for moment in known)

    async def record(self) -> None:
        """Write down that a request is about to be sent."""
        if self._requests is None:
            return
        now = self._clock.now()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._requests.record_request(self._credential_id, now, forget_before=now - self._window)
        except (StoreError, TimeoutError) as trouble:
            log.warning("a request could not be written down", reason=repr(trouble))
