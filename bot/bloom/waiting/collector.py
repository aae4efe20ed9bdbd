"""Many watches, few requests: the pending images of a credential are looked at together, at most 50 at a time.

Whoever was looked at longest ago comes first; the images of one generation stay together. The collector is a task that
runs while anybody shares, and it waits for its slots like everybody else.
"""

import asyncio
import heapq
import itertools

from bot.bloom.budget import Budget, Priority, Slot
from bot.bloom.waiting.holds import OWN_FROM, Holds
from bot.bloom.waiting.looks import PERIOD, Looks
from bot.bloom.waiting.watcher import Durations, Watcher
from bot.bloom.wire.call import ID_LIMIT
from bot.core.clock import Clock
from bot.core.errors import BloomUnavailable
from bot.core.tasks import Tasks

TICK = 0.1
"""Seconds at least between two rounds."""
AT_ONCE = 16
"""Shared looks on their way at the same time."""
SHORT_HOLD = 2.0
"""Seconds that a shared look is held while nobody knows how long images take, or for a few watches."""
SEEN_WITHIN = 5.0
"""Seconds within which each pending image is looked at, if there are slots for that."""
SLOTS_A_LOOK = 5
"""One slot in so many may go to looks at the cost of new generations, so that of those that drip they keep a half."""
SLOTS_A_SINGLE_LOOK = 20
"""The same where generations have one image each: the same slots make few images then, and need few looks."""
FEW = 2
"""Watches in a look for which holding it pays."""


class Collector:
    """The watches of one credential that share requests."""

    def __init__(
        self, budget: Budget, looks: Looks, holds: Holds, durations: Durations, *, clock: Clock, tasks: Tasks
    ) -> None:
        self._budget = budget
        self._looks = looks
        self._holds = holds
        self._durations = durations
        self._clock = clock
        self._tasks = tasks
        self._numbers = itertools.count()
        self._heap: list[tuple[float, int, Watcher]] = []
        self._sharing: set[Watcher] = set()
        """Who stands in the heap or is looked for."""
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._task: asyncio.Task[None] | None = None

    async def share(self, watcher: Watcher) -> Slot | None:
        """Wait until the watcher is done, or return a slot for a request of its own, counted in ``Holds.own``."""
        shared: asyncio.Future[Slot | None] = asyncio.get_running_loop().create_future()
        watcher.shared = shared
        now = self._clock.monotonic()
        watcher.due = max(watcher.due, min(now + self._durations.lull(now - watcher.began), watcher.until))
        self._push(watcher)
        self._sharing.add(watcher)
        try:
            return await shared
        except asyncio.CancelledError:
            granted = shared.done() and not shared.cancelled() and not shared.exception()
            if granted and (slot := shared.result()):
                self._holds.own -= 1
                self._budget.give_back(slot)
            raise
        finally:
            self._sharing.discard(watcher)

    def _push(self, watcher: Watcher) -> None:
        heapq.heappush(self._heap, (watcher.due, next(self._numbers), watcher))
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._collect(), name="collect images")

    async def _collect(self) -> None:
        try:
            while self._next() is not None:
                await self._round()
                await self._clock.sleep(self._until_next())
        except BaseException as fault:
            _fail([watcher for _, _, watcher in self._heap], fault)
            raise

    def _until_next(self) -> float:
        """Return seconds until somebody is due, and not more than a period, for whoever comes in the meantime."""
        watcher = self._next()
        seconds = min(watcher.due, watcher.until) - self._clock.monotonic() if watcher else 0.0
        return min(max(seconds, TICK), PERIOD)

    async def _round(self) -> None:
        """See to everybody who is due."""
        while self._is_due():
            if slot := self._holds.own_slot(self._budget):
                _release(heapq.heappop(self._heap)[2], slot)
            else:
                await self._look()

    async def _look(self) -> None:
        await self._seats.acquire()
        try:
            slot = await self._budget.slot(Priority.WAIT, every=self._every())
        except BaseException:
            self._seats.release()
            raise
        if watchers := self._take():
            looking = self._tasks.start(self._look_at(watchers, slot), name="look at images")
            looking.add_done_callback(lambda ended: _looked(watchers, ended))
        else:
            self._budget.give_back(slot)
            self._seats.release()

    async def _look_at(self, watchers: list[Watcher], slot: Slot) -> None:
        try:
            await self._looks.look(watchers, slot, self._hold_for(watchers))
        finally:
            self._seats.release()
        for watcher in watchers:
            if watcher.is_done:
                _release(watcher, None)
            elif not _has_left(watcher):
                self._push(watcher)

    def _every(self) -> float:
        """Return the seconds between two looks that take slots of new generations' if they must."""
        now = self._clock.monotonic()
        counts = [len(watcher.ids) for watcher in self._sharing if watcher.due <= now + PERIOD]
        variants = sum(counts) / max(len(counts), 1)
        slots = max(SLOTS_A_LOOK, SLOTS_A_SINGLE_LOOK / max(variants, 1))
        return max(SEEN_WITHIN * ID_LIMIT / max(sum(counts), 1), slots * self._budget.pace)

    def _hold_for(self, watchers: list[Watcher]) -> float:
        longest = self._holds.longest(self._clock.monotonic())
        if longest < OWN_FROM:
            return longest
        return SHORT_HOLD if len(watchers) <= FEW or not self._durations.is_known else 0.0

    def _take(self) -> list[Watcher]:
        """Take out as many due watchers as one request can ask for."""
        taken: list[Watcher] = []
        room = ID_LIMIT
        while (watcher := self._next()) and self._is_due() and len(watcher.ids) <= room:
            if watcher.is_alone and taken:
                break
            heapq.heappop(self._heap)
            taken.append(watcher)
            room -= len(watcher.ids)
            if watcher.is_alone:
                break
        return taken

    def _next(self) -> Watcher | None:
        """Return who is due next, forgetting those who have left."""
        while self._heap and _has_left(self._heap[0][2]):
            heapq.heappop(self._heap)
        return self._heap[0][2] if self._heap else None

    def _is_due(self) -> bool:
        watcher = self._next()
        return watcher is not None and min(watcher.due, watcher.until) <= self._clock.monotonic() + PERIOD / 10


def _release(watcher: Watcher, slot: Slot | None) -> None:
    if watcher.shared and not watcher.shared.done():
        watcher.shared.set_result(slot)


def _looked(watchers: list[Watcher], ended: "asyncio.Task[None]") -> None:
    """Let nobody wait for a look that failed, or that was stopped before it ran a line."""
    fault = asyncio.CancelledError() if ended.cancelled() else ended.exception()
    if fault:
        _fail(watchers, fault)


def _fail(watchers: list[Watcher], fault: BaseException) -> None:
    """Let nobody wait for what has broken or been stopped."""
    error = fault if isinstance(fault, Exception) else BloomUnavailable("the bot stops", sent=False)
    for watcher in watchers:
        if watcher.shared and not watcher.shared.done():
            watcher.shared.set_exception(error)


def _has_left(watcher: Watcher) -> bool:
    return watcher.shared is None or watcher.shared.done()
