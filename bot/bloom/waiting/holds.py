"""How long the network lets Bloom hold a request, learnt from what becomes of those that are held.

A proxy that cuts connections after 30 seconds is met by holds of 24, a stricter one by shorter ones, the strictest by
plain requests. As soon as holds survive they are lengthened step by step. It is the network's property, so all
credentials share what is learnt. Nobody is told: a watch whose hold was cut looks again.

A limit cuts each hold at the same age; when Bloom's front is restarted, many of all ages are cut in one moment. So what
is cut within a second is one event, as old as its oldest hold, and only the second event teaches anything.
"""

import math
from dataclasses import dataclass

from bot.bloom.budget import Budget, Slot
from bot.bloom.wire.call import LONGEST_HOLD

OWN_HOLD = 50.0
"""Seconds that one watch's own request is held: less than what networks commonly let be silent for."""
SHORTEST = 2.0
"""Seconds below which a hold is worth no connection."""
OWN_FROM = 5.0
"""Seconds of hold below which watches share requests even if there are enough."""
OWN_LIMIT = 250
"""Requests that may be held for one watch each; beyond, connections would cost more memory than looks cost time."""
TOO_LONG = 1.0
"""Seconds of a failed hold from which on it was the network's impatience, not Bloom's absence."""
AT_ONCE = 1.0
"""Seconds within which cuts are one event."""
MARGIN = 0.8
"""How much of the time at which holds are cut the next ones take."""
SURVIVALS = 2
"""Holds that must have lasted before longer ones are tried."""
LENGTHENING = 1.5
PROBE_EVERY = 30.0
"""Seconds between two tries of a short hold where none survives."""


@dataclass(slots=True)
class Event:
    """Holds that were cut in one moment, and the age of the oldest."""

    at: float
    after: float


class Holds:
    """What one network does to held requests."""

    def __init__(self) -> None:
        self._limit: float = LONGEST_HOLD
        self._suspicion: Event | None = None
        self._latest = Event(-math.inf, 0.0)
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
        """Learn that a hold was cut after so many seconds."""
        if after > self._limit:
            return  # it began before we knew better
        if now - self._latest.at < AT_ONCE:
            self._latest.after = max(self._latest.after, after)
            return
        self._latest = Event(now, after)
        if self._suspicion is None:
            self._suspicion = self._latest
        else:
            self._shorten(now, max(after, self._suspicion.after))

    def _shorten(self, now: float, after: float) -> None:
        limit = MARGIN * after
        self._limit = math.floor(limit) if limit >= SHORTEST else 0.0
        self._suspicion, self._survivals = None, 0
        self._probe_at = now + PROBE_EVERY

    def survived(self, after: float) -> None:
        """Learn that a request was held for so many seconds and answered."""
        if self._suspicion and after >= self._suspicion.after:
            self._suspicion = None
        if self._limit == LONGEST_HOLD or after < MARGIN * max(self._limit, SHORTEST):
            return
        self._survivals += 1
        if self._survivals == SURVIVALS:
            self._survivals = 0
            limit = max(SHORTEST, self._limit * LENGTHENING)
            # none is held for longer than a watch's own, so nothing could be learnt from there on
            self._limit = limit if limit < OWN_HOLD / MARGIN else LONGEST_HOLD
