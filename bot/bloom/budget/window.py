"""The sliding window of one credential, exact as Bloom counts it, and how it is shared out.

Bloom counts arrivals; we know when we sent and when we were answered. So a slot is taken until a window after the
*latest* moment at which its request can have arrived: its answer, or, where Bloom was asked to hold the answer back, a
twentieth of the window after it was sent. So a slow handshake of one request before the quick ride of another a window
later does not overrun the limit, and with prompt answers that costs next to nothing.

The slots are shared out to three lanes, each a sliding window of its own (so their sum keeps the limit whatever
happens in each):

- *open* for whoever comes, all at once if need be;
- *drip* for people and new generations too, but one after the other, so that behind a batch that took everything open
  the next slot is a few seconds away and not a whole window;
- *waits* for watching images, evenly over the window, so that what is finished is collected however many stand in line.
"""

import math
from dataclasses import dataclass
from heapq import heappop, heappush, merge, nsmallest
from itertools import count, islice

from bot.core.models import RateLimit

ROUNDING = 1e-6
"""Seconds within which two moments are the same: sums of floats do not meet exactly."""
TRANSIT_SHARE = 1 / 20
"""How much of a window a held request may be on its way without overrunning the limit."""
WAIT_SHARE = 20
"""One slot in so many is kept for watching images."""
DRIP_SHARE = 4
"""One slot in so many is given out one after the other."""
PACE = 0.98
"""A little quicker than even, so that late timers waste no slot."""


@dataclass(slots=True, eq=False)
class Slot:
    """The right to send one request. ``counted_until`` is infinite while nobody knows."""

    lane: "Lane"
    counted_until: float = math.inf
    is_free: bool = False


class Lane:
    """A sliding window of so many slots, given out no closer than its pace."""

    def __init__(self, size: int, seconds: float, *, paced: bool = False) -> None:
        self.size = size
        self._seconds = seconds
        self._pace = PACE * seconds / size if paced and size else 0.0
        self._last = -math.inf
        self._taken = 0
        self._numbers = count()
        # by when they expire, once that is known; again when it turns out to be sooner, and the later entry is void
        self._known: list[tuple[float, int, Slot]] = []

    def free(self, now: float) -> int:
        """Return how many slots could be taken now, but for the pace."""
        known = self._known
        while known and (known[0][2].is_free or known[0][0] <= now + ROUNDING):
            self.give_back(heappop(known)[2])
        return self.size - self._taken

    def next(self, now: float) -> float:
        """Return the moment of the next slot as things stand; infinity when that is not known."""
        if self.free(now) > 0:
            return max(now, self._last + self._pace)
        return max(self._known[0][0], self._last + self._pace) if self._known else math.inf

    def take(self, now: float) -> Slot:
        """Take a slot that `next` says is there."""
        self._last = now
        self._taken += 1
        return Slot(self)

    def send(self, slot: Slot, now: float, *, held: bool) -> None:
        """Note that the request is sent."""
        if held:
            self._expire(slot, now + self._seconds * TRANSIT_SHARE)

    def arrived(self, slot: Slot, now: float) -> None:
        """Note that the request has arrived by now, if it ever does."""
        self._expire(slot, now)

    def abandoned(self, slot: Slot, now: float) -> None:
        """Note that nobody waits for the answer, though the request may still be on its way."""
        self._expire(slot, now + self._seconds * TRANSIT_SHARE)

    def give_back(self, slot: Slot) -> None:
        """Free a slot whose window is over, or whose request certainly never arrived."""
        self._taken -= not slot.is_free
        slot.is_free = True

    def remember(self, until: float) -> None:
        """Count a request from before this process."""
        self._taken += 1
        self._expire(Slot(self), until - self._seconds)

    def _expire(self, slot: Slot, arrival: float) -> None:
        until = arrival + self._seconds
        if until < slot.counted_until:
            slot.counted_until = until
            heappush(self._known, (until, next(self._numbers), slot))

    def coming(self, start: float, most: int) -> list[float]:
        """Return when the next slots can be had from then on, in order, at most so many, if all are taken at once."""
        most = min(most, self.size)
        moments = [start] * min(self.size - self._taken, most)
        known = [until for until, _, slot in self._known if until == slot.counted_until and not slot.is_free]
        moments += [max(start, until) for until in nsmallest(most - len(moments), known)]
        moments += [start + self._seconds] * (most - len(moments))
        earliest = self._last + self._pace
        for index, moment in enumerate(moments):
            moments[index] = earliest = max(moment, earliest)
            earliest += self._pace
        return moments


class Window:
    """All slots of one credential."""

    def __init__(self, limit: RateLimit) -> None:
        waits = max(1, limit.requests // WAIT_SHARE) if limit.requests > 1 else 0
        drip = limit.requests // DRIP_SHARE if limit.requests >= 2 * DRIP_SHARE else 0
        self.limit = limit
        self.open = Lane(limit.requests - drip - waits, limit.seconds)
        self.drip = Lane(drip, limit.seconds, paced=True)
        self.waits = Lane(waits, limit.seconds, paced=True)
        self.general = (self.open, self.drip)
        self._every = (self.open, self.drip, self.waits)

    def free(self, now: float) -> int:
        """Return how many requests the limit allows now."""
        return sum(lane.free(now) for lane in self._every)

    def remember(self, until: float) -> None:
        """Count a request from before this process, in whichever lane has room: only the sum matters to Bloom."""
        lane = next((lane for lane in self._every if lane.free(-math.inf) > 0), self.open)
        lane.remember(until)

    def until_turn(self, start: float, ahead: int) -> float:
        """Return seconds from ``start``, now or later, until somebody with so many ahead gets a general slot, when
        every window goes like this."""
        rounds, rest = divmod(ahead, self.open.size + self.drip.size)
        moments = merge(*(lane.coming(start, rest + 1) for lane in self.general))
        moment = next(islice(moments, rest, None), start)
        return moment - start + rounds * self.limit.seconds
