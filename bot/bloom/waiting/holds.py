"""How long the network lets Bloom hold a request, learnt from what becomes of those that are held.

A proxy that cuts connections after 30 seconds is met by holds of 24, a stricter one by shorter ones, the strictest by
plain requests. As soon as holds survive they are lengthened step by step. It is the network's property, so all
credentials share what is learnt. Nobody is told: a watch whose hold was cut looks again.
"""

import math

from bot.bloom.budget import Budget, Slot

LONGEST = 295.0
"""Seconds that Bloom holds at most."""
SHORTEST = 2.0
"""Seconds below which a hold is worth no connection."""
OWN_FROM = 5.0
"""Seconds of hold below which watches share requests even if there are enough."""
OWN_LIMIT = 250
"""Requests that may be held for one watch each; beyond, connections would cost more memory than looks cost time."""
TOO_LONG = 1.0
"""Seconds of a failed hold from which on it was the network's impatience, not Bloom's absence."""
MARGIN = 0.8
"""How much of the time at which holds are cut the next ones take."""
SURVIVALS = 2
"""Holds that must have lasted before longer ones are tried."""
LENGTHENING = 1.5
PROBE_EVERY = 30.0
"""Seconds between two tries of a short hold where none survives."""


class Holds:
    """What one network does to held requests."""

    def __init__(self) -> None:
        self._limit = LONGEST
        self._first: tuple[float, float] | None = None
        self._survivals = 0
        self._probe_at = -math.inf
        self.own = 0
        """Requests that are held for one watch each, of all credentials."""

    def longest(self, now: float) -> float:
        """Return for how many seconds to have a request held; zero for not at all."""
        if self._limit:
            return self._limit
        if now < self._probe_at:
            return 0.0
        self._probe_at = now + PROBE_EVERY
        return SHORTEST

    def own_slot(self, budget: Budget) -> Slot | None:
        """Return a slot for one more watch's own request, if there is enough of everything; count it in ``own``."""
        allowed = self.own < OWN_LIMIT and self._limit >= OWN_FROM
        slot = budget.spare_slot() if allowed else None
        self.own += slot is not None
        return slot

    def cut(self, now: float, after: float) -> None:
        """Learn that a hold was cut after so many seconds; the second one counts."""
        if after > self._limit:
            return  # it began before we knew better
        if self._limit == LONGEST and self._first is None:
            self._first = (now, after)
            return
        if self._first and _is_one_mishap(self._first, (now, after)):
            return
        limit = MARGIN * min(after, self._first[1] if self._first else after)
        self._limit = math.floor(limit) if limit >= SHORTEST else 0.0
        self._first, self._survivals = None, 0
        self._probe_at = now + PROBE_EVERY

    def survived(self, after: float) -> None:
        """Learn that a request was held for so many seconds and answered."""
        if self._first and after >= self._first[1]:
            self._first = None
        if self._limit == LONGEST or after < MARGIN * max(self._limit, SHORTEST):
            return
        self._survivals += 1
        if self._survivals == SURVIVALS:
            self._survivals = 0
            self._limit = min(LONGEST, max(SHORTEST, self._limit * LENGTHENING))


def _is_one_mishap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether holds of different ages were cut at once: somebody pulled a plug, and no limit was met."""
    ages = sorted((one[1], other[1]))
    return abs(one[0] - other[0]) < 1.0 and ages[1] > 1.2 * ages[0]
