"""Who gets the next slot, by rank: a decision on what is known now, without clock or tasks.

People at a modal go first, then new generations in fair turns. Watching images has slots of its own and takes what is
spare in the open lane as evenly as it lasts. It outranks new generations as often as it says it must, when more images
are pending than the slots of its own can see; and once it waited half a window, for limits too small to be shared out.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator
from enum import Enum

from bot.bloom.budget.line import Line, Waiter
from bot.bloom.budget.pause import Pause
from bot.bloom.budget.window import ROUNDING, Lane, Slot, Window

OWN_SHARE = 3
"""A watch has a request of its own while more than one slot in so many is left in the open lane."""
LOOK_SHARE = 6
"""A shared look takes an open slot while more than one in so many is left."""

AGEING = 0.5
"""Windows after which somebody who watches outranks new generations."""
SHORTEST_LOOK = 0.05
"""Seconds before it is looked again whether slots are to spare."""


class Priority(Enum):
    """Who waits for the answer."""

    PERSON = "person"
    NEW = "new"
    WAIT = "wait"


class PlainLine:
    """First come, first served: for those who are never many."""

    def __init__(self) -> None:
        self._waiters: OrderedDict[Waiter, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiters)

    def __iter__(self) -> Iterator[Waiter]:
        return iter(self._waiters)

    def join(self, waiter: Waiter) -> None:
        """Stand at the end."""
        self._waiters[waiter] = None

    def leave(self, waiter: Waiter) -> None:
        """Stand in line no more."""
        del self._waiters[waiter]

    def pop(self) -> Waiter:
        """Take out who goes next."""
        return self._waiters.popitem(last=False)[0]


class Desk:
    """Gives the slots of a window to those who wait."""

    def __init__(self, window: Window, pause: Pause) -> None:
        self._window = window
        self._pause = pause
        self._last_look = -math.inf
        self.persons, self.line, self.waits = PlainLine(), Line(), PlainLine()
        self.lines: dict[Priority, PlainLine | Line] = {
            Priority.PERSON: self.persons,
            Priority.NEW: self.line,
            Priority.WAIT: self.waits,
        }

    @property
    def is_awaited(self) -> bool:
        """Whether anybody stands in line."""
        return bool(self.persons or self.line or self.waits)

    def is_ample(self, now: float) -> bool:
        """Whether a watch may have a request of its own."""
        lane = self._window.open
        return not self.is_awaited and self._pause.until(now) <= now and lane.free(now) > lane.size // OWN_SHARE

    def take(self, lane: Lane, now: float) -> Slot:
        """Take a slot of the lane."""
        slot = lane.take(now)
        self._pause.took(slot, now)
        return slot

    def serve(self, now: float) -> float:
        """Give out what there is, and return the moment to come again."""
        for line in (self.persons, self.waits):
            for waiter in line:
                if waiter.until <= now + ROUNDING:
                    waiter.rouse()
        return min(self._give(now), *(w.until for line in (self.persons, self.waits) for w in line), math.inf)

    def _give(self, now: float) -> float:
        while True:
            if (start := self._pause.until(now)) > now:
                return start if self.is_awaited else math.inf
            soonest = math.inf
            for moment, lane, line in self._offers(now):
                if moment <= now + ROUNDING:
                    waiter = line.pop()
                    waiter.slot = self.take(lane, now)
                    if line is self.waits:
                        self._last_look = now
                    waiter.rouse()
                    break
                soonest = min(soonest, moment)
            else:
                return soonest

    def _offers(self, now: float) -> Iterator[tuple[float, Lane, PlainLine | Line]]:
        """Go through what there may be for whom and when, by rank."""
        window = self._window
        general = [(lane.next(now), lane) for lane in window.general] if self.is_awaited else []
        if self.persons:
            yield from ((moment, lane, self.persons) for moment, lane in general)
        if self.waits:
            yield window.waits.next(now), window.waits, self.waits
            outranks = self._outranks(next(iter(self.waits)))
            yield from ((max(moment, outranks), lane, self.waits) for moment, lane in general)
        if self.line:
            yield from ((moment, lane, self.line) for moment, lane in general)
        if self.waits and not self.persons and not self.line:
            yield self._spare(now), window.open, self.waits

    def _outranks(self, waiter: Waiter) -> float:
        """Return from when on somebody who watches goes before new generations."""
        return min(self._last_look + waiter.every, waiter.joined + self._window.limit.seconds * AGEING)

    def _spare(self, now: float) -> float:
        lane, seconds = self._window.open, self._window.limit.seconds
        free = lane.free(now)
        if free > lane.size // LOOK_SHARE:
            return max(now, self._last_look + seconds / free)
        return now + max(seconds / lane.size, SHORTEST_LOOK)
