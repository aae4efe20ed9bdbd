"""What is due later: an image that will be done, a brand that will be ready.

Nothing runs in the background. Whoever looks at the state lets the agenda catch up with the clock first,
which is why the stand-in works the same with a clock that jumps.
"""

import heapq
import itertools
from collections.abc import Callable

from bot.core.clock import Clock

ROUNDING = 1e-6
"""Seconds within which two moments are the same: sums of floats do not meet exactly."""


class Agenda:
    """Actions in the order in which they are due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._entries: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, seconds: float, action: Callable[[], None]) -> float:
        """Plan an action and return the moment it is due, on the monotonic clock."""
        due = self._clock.monotonic() + seconds
        heapq.heappush(self._entries, (due, next(self._order), action))
        return due

    def catch_up(self) -> None:
        """Do everything that is due by now."""
        while self._entries and self._entries[0][0] <= self._clock.monotonic() + ROUNDING:
            heapq.heappop(self._entries)[2]()
