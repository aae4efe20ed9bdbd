"""Calls to Slack that are tried until they succeed or cannot: a message that Slack refuses must not stop the batch.

What they carry is put together from what people and Bloom gave, so that may break as well.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog

from bot.core.clock import Clock
from bot.core.errors import BotError, SlackRefused, SlackUnavailable
from bot.core.journey.endings import ANSWER_PATIENCE
from bot.core.retrying import PAUSES

log = structlog.get_logger(__name__)

T = TypeVar("T")

FAULT_LIMIT = 3
"""How often the same may go wrong for no known reason."""


class BestEffort:
    """Decides when a call of one batch is given up."""

    def __init__(self, batch_id: str, clock: Clock) -> None:
        self._batch_id = batch_id
        self._clock = clock
        self._faults: Counter[str] = Counter()
        self._answered_since: dict[str, datetime] = {}

    async def run(self, what: str, act: Callable[[], Awaitable[T]]) -> T | None:
        """Return what came of it, None when it is given up. Raises what is worth another try."""
        try:
            result = await act()
        except Exception as trouble:
            if not self._is_for_good(what, trouble):
                raise
            log.warning("given up for a batch", id=self._batch_id, what=what, reason=repr(trouble))
            result = None
        self._faults.pop(what, None)
        self._answered_since.pop(what, None)
        return result

    def _is_for_good(self, what: str, trouble: Exception) -> bool:
        """Whether another try would meet it as well: Slack's answer may be the fault of what it is told."""
        if isinstance(trouble, SlackUnavailable):
            now = self._clock.now()
            return trouble.answered and now - self._answered_since.setdefault(what, now) > ANSWER_PATIENCE
        if isinstance(trouble, BotError):
            return isinstance(trouble, SlackRefused)
        self._faults[what] += 1
        return self._faults[what] >= FAULT_LIMIT


def backoff(trouble: Exception, times: int) -> float:
    """Return after how many seconds to try again what went wrong so many times in a row."""
    asked = trouble.retry_after if isinstance(trouble, SlackUnavailable) else None
    return max(PAUSES[min(times, len(PAUSES)) - 1], asked or 0.0)
