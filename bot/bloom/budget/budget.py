"""The request budget of one credential: whoever wants to send something gets a slot here first.

One timer, set to the next moment at which anybody can go on, serves everybody who waits.
"""

import asyncio
import math
import random

import structlog

from bot.bloom.budget.desk import Desk, Priority
from bot.bloom.budget.line import Waiter
from bot.bloom.budget.memory import Memory
from bot.bloom.budget.pause import Pause
from bot.bloom.budget.telling import TOLD_FROM, Teller
from bot.bloom.budget.window import Slot, Window
from bot.core.clock import Clock
from bot.core.errors import BloomRateLimited
from bot.core.models import Queue, RateLimit
from bot.core.ports import OnQueue, RequestLog
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

NEWS_EVERY = 1.0
"""Seconds between two looks at who has got ahead in the line."""


class NotInTime(BloomRateLimited):
    """No slot came free while somebody had patience: Bloom was not asked, and asking again would only wait again."""


class Budget:
    """Gives out the slots of one credential."""

    def __init__(
        self,
        limit: RateLimit,
        *,
        credential_id: str,
        clock: Clock,
        tasks: Tasks,
        requests: RequestLog | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._clock = clock
        self._tasks = tasks
        self._window = Window(limit)
        self._pause = Pause(limit.seconds, rng or random.Random())  # noqa: S311 - jitter is no secret
        self._desk = Desk(self._window, self._pause)
        self._memory = Memory(requests, credential_id, limit, clock)
        self._recalled: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = math.inf
        self._news_at = -math.inf

    @property
    def left(self) -> int:
        """Return how many requests the limit allows now."""
        return self._window.free(self._clock.monotonic())

    @property
    def pace(self) -> float:
        """Return the seconds between two requests if they were sent evenly."""
        return self._window.limit.seconds / self._window.limit.requests

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be forgotten if this budget were."""
        return not self._desk.is_awaited and self.left == self._window.limit.requests

    async def until_last(self, more: int) -> float:
        """Return the seconds until so many more requests for something new would be sent, behind all in line now."""
        await self.recall()
        ahead = len(self._desk.line) + more - 1
        return self._until_turn(ahead) if ahead >= 0 else 0.0

    async def slot(
        self,
        priority: Priority,
        asker: str = "",
        *,
        on_queue: OnQueue | None = None,
        patience: float = math.inf,
        every: float = math.inf,
    ) -> Slot:
        """Wait for the right to send one request. Raises NotInTime after ``patience`` seconds.

        Who watches goes before new generations ``every`` so many seconds.
        """
        await self.recall()
        now = self._clock.monotonic()
        roused = asyncio.Event()
        user, _, channel = asker.partition("/")
        waiter = Waiter(now, now + patience, roused.set, user, channel, every)
        self._desk.lines[priority].join(waiter)
        self._serve()
        if on_queue and waiter.slot is None:
            self._announce(waiter, on_queue)
        return await self._wait(priority, waiter, roused)

    def spare_slot(self) -> Slot | None:
        """Return a slot for a watch of its own while the budget is ample."""
        now = self._clock.monotonic()
        return self._desk.take(self._window.open, now) if self._desk.is_ample(now) else None

    async def recall(self) -> None:
        """Count what was sent before this process; the log is read once."""
        if self._recalled is None:
            self._recalled = self._tasks.start(self._remember(), name="recall requests to Bloom")
        if not self._recalled.done():
            await asyncio.shield(self._recalled)

    async def sending(self, slot: Slot, *, held: bool) -> None:
        """Write down that the slot's request is sent, before it is."""
        try:
            await self._memory.record()
        except BaseException:
            self.give_back(slot)
            raise
        slot.lane.send(slot, self._clock.monotonic(), held=held)
        self._serve()

    def answered(self, slot: Slot) -> None:
        """Note that Bloom answered, or that the connection ended, so the request has arrived by now if it ever does."""
        slot.lane.arrived(slot, self._clock.monotonic())
        self._pause.answered(slot)
        self._serve()

    def abandoned(self, slot: Slot) -> None:
        """Note that nobody waits for the answer any more; the request may be on its way all the same."""
        slot.lane.abandoned(slot, self._clock.monotonic())
        self._pause.given_back(slot)
        self._serve()

    def refused(self, slot: Slot, retry_after: float | None) -> None:
        """Let everybody pause: Bloom counted one too many."""
        now = self._clock.monotonic()
        slot.lane.arrived(slot, now)
        if seconds := self._pause.begin(now, slot, retry_after):
            log.warning("Bloom's rate limit was met", pause=seconds, left=self.left)
        self._serve()

    def give_back(self, slot: Slot) -> None:
        """Free a slot whose request certainly did not reach Bloom."""
        slot.lane.give_back(slot)
        self._pause.given_back(slot)
        self._serve()

    async def _wait(self, priority: Priority, waiter: Waiter, roused: asyncio.Event) -> Slot:
        """Wait for the slot of somebody who stands in line; whoever leaves gives back their place, or the slot."""
        try:
            await roused.wait()
        except BaseException:
            self._leave(priority, waiter)
            raise
        finally:
            if waiter.teller:
                waiter.teller.stop()
        if waiter.slot is None:
            self._leave(priority, waiter)
            raise NotInTime("TOO_MANY_REQUESTS", 429, "no request to Bloom is free in time")
        return waiter.slot

    def _leave(self, priority: Priority, waiter: Waiter) -> None:
        if waiter.slot is None:
            self._desk.lines[priority].leave(waiter)
        else:
            self.give_back(waiter.slot)

    async def _remember(self) -> None:
        for seconds in await self._memory.recall():
            self._window.remember(self._clock.monotonic() + seconds)

    def _serve(self) -> None:
        """Give out what there is, and come again when there is more."""
        if not self._desk.is_awaited:
            return
        now = self._clock.monotonic()
        moment = self._desk.serve(now)
        if moment < self._alarm_at:
            if self._alarm:
                self._alarm.cancel()
            self._alarm_at = moment
            self._alarm = self._tasks.start(self._ring(moment - now), name="next request to Bloom")
        self._spread_news(now)

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._alarm, self._alarm_at = None, math.inf
        self._serve()

    def _announce(self, waiter: Waiter, on_queue: OnQueue) -> None:
        """Tell somebody who has just joined, if it takes more than a moment."""
        queue = self._queue(self._desk.line.ahead_of_last(waiter))
        if queue.seconds > TOLD_FROM:
            waiter.teller = Teller(on_queue, self._tasks)
            waiter.teller.tell(queue)

    def _spread_news(self, now: float) -> None:
        """Tell whoever has only half as many ahead as when it was told last."""
        if now - self._news_at < NEWS_EVERY:
            return
        self._news_at = now
        for ahead, waiter in enumerate(self._desk.line.order()):
            teller = waiter.teller
            if teller and teller.ahead and ahead <= teller.ahead // 2:
                teller.tell(self._queue(ahead))

    def _queue(self, ahead: int) -> Queue:
        return Queue(ahead, self._until_turn(ahead))

    def _until_turn(self, ahead: int) -> float:
        now = self._clock.monotonic()
        start = self._pause.until(now)
        return start - now + self._window.until_turn(start, ahead + len(self._desk.persons))
