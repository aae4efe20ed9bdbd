"""The budget: never more than the limit as Bloom counts, fair, honest about the wait, and exact over a restart."""

import asyncio
import heapq
import itertools
import math
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.bloom.budget import Budget, Priority, Slot
from bot.bloom.budget.desk import Desk
from bot.bloom.budget.line import Line, Waiter
from bot.bloom.budget.pause import Pause
from bot.bloom.budget.window import ROUNDING, Window
from bot.bloom.waiting.collector import SLOTS_A_LOOK
from bot.core.errors import BloomRateLimited, StoreError
from bot.core.models import Queue, RateLimit
from bot.core.tasks import Tasks
from bot.sandbox.bloom.limits import SlidingWindow
from tests.bloom.simulated import passing
from tests.fakes.clock import ManualClock
from tests.fakes.request_log import FakeRequestLog

LIMIT = RateLimit(120, 60.0)
PRIORITIES = st.sampled_from(Priority)


class Street:
    """A desk, a Bloom that counts arrivals, and a network that takes its time between them, without any I/O."""

    def __init__(self, limit: RateLimit) -> None:
        self.now = 0.0
        self.window = Window(limit)
        self.desk = Desk(self.window, Pause(limit.seconds, random.Random(1)))
        self._counter = SlidingWindow(self, (limit.requests, limit.seconds - ROUNDING))  # type: ignore[arg-type]
        self._events: list[tuple[float, int, str, Slot | None]] = []
        self._order = itertools.count()
        self.refusals = 0
        self.served: list[tuple[float, Waiter]] = []
        self.transit, self.drawing = 0.0, 0.1

    def monotonic(self) -> float:
        return self.now

    def join(self, priority: Priority, user: str = "u", channel: str = "c", *, every: float = math.inf) -> Waiter:
        waiter = Waiter(self.now, math.inf, lambda: None, user, channel, every)
        waiter.rouse = lambda: self._depart(waiter)
        self.desk.lines[priority].join(waiter)
        self.serve()
        return waiter

    def serve(self) -> None:
        moment = self.desk.serve(self.now)
        if moment < math.inf:
            self._plan(moment, "serve", None)

    def _depart(self, waiter: Waiter) -> None:
        assert waiter.slot
        self.served.append((self.now, waiter))
        waiter.slot.lane.send(waiter.slot, self.now, held=False)
        self._plan(self.now + self.transit, "arrive", None)
        self._plan(self.now + self.transit + self.drawing, "answer", waiter.slot)

    def _plan(self, moment: float, what: str, slot: Slot | None) -> None:
        heapq.heappush(self._events, (moment, next(self._order), what, slot))

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self._events and self._events[0][0] <= end:
            moment, _, what, slot = heapq.heappop(self._events)
            self.now = max(self.now, moment)
            if what == "arrive":
                self.refusals += not self._counter.admits("key")
            elif slot:
                slot.lane.arrived(slot, self.now)
            self.serve()
        self.now = end

    def wait_for(self, *waiters: Waiter) -> None:
        while not all(waiter.slot for waiter in waiters):
            self.pass_time(0.25)

    def when(self, waiter: Waiter) -> float:
        return next(moment for moment, other in self.served if other is waiter)


class TestExactness:
    @given(
        requests=st.integers(1, 30),
        steps=st.lists(
            st.one_of(
                st.tuples(st.just("join"), PRIORITIES, st.sampled_from("abc")),
                st.tuples(st.just("pass"), st.floats(0, 15), st.none()),
                st.tuples(st.just("network"), st.floats(0, 5), st.floats(0, 5)),
            ),
            max_size=120,
        ),
    )
    def test_whatever_comes_bloom_never_counts_more_than_the_limit(
        self, requests: int, steps: list[tuple[str, object, object]]
    ) -> None:
        street = Street(RateLimit(requests, 10.0))
        waiters = []
        for what, one, other in steps:
            if what == "join":
                assert isinstance(one, Priority)
                waiters.append(street.join(one, str(other)))
            elif what == "pass":
                assert isinstance(one, float)
                street.pass_time(one)
            else:
                assert isinstance(one, float)
                assert isinstance(other, float)
                street.transit, street.drawing = one, other
        street.pass_time(20.0 * (len(steps) / requests + 2))
        assert street.refusals == 0
        assert all(waiter.slot for waiter in waiters), "somebody starved"
        assert not street.desk.is_awaited

    @pytest.mark.parametrize("requests", [1, 2, 7, 8, 40, 120, 1000])
    def test_lanes_add_up_to_the_limit(self, requests: int) -> None:
        window = Window(RateLimit(requests, 60.0))
        assert window.open.size + window.drip.size + window.waits.size == requests
        assert window.open.size > 0
        assert window.free(0.0) == requests

    def test_held_request_counts_from_its_arrival(self) -> None:
        window = Window(RateLimit(1, 60.0))
        slot = window.open.take(0.0)
        assert window.open.next(1.0) == math.inf
        window.open.send(slot, 1.0, held=True)
        assert window.open.next(2.0) == 1.0 + 60 + 3
        window.open.arrived(slot, 2.5)
        assert window.open.next(3.0) == 62.5

    def test_request_that_nobody_waits_for_any_more_counts_all_the_same(self) -> None:
        window = Window(RateLimit(1, 60.0))
        slot = window.open.take(0.0)
        window.open.send(slot, 1.0, held=False)
        window.open.abandoned(slot, 2.0)
        assert window.open.next(3.0) == 65.0

    def test_request_without_an_answer_keeps_its_own_slot_only(self) -> None:
        window = Window(LIMIT)
        slots = [window.open.take(0.0) for _ in range(window.open.size)]
        for slot in slots:
            window.open.send(slot, 0.0, held=False)
        for slot in slots[1:]:
            window.open.arrived(slot, 1.0)
        assert window.open.next(2.0) == 61.0
        assert window.open.free(61.0) == window.open.size - 1

    def test_slots_expire_in_the_order_of_their_answers(self) -> None:
        window = Window(LIMIT)
        early, late = window.open.take(0.0), window.open.take(0.0)
        for slot in (early, late):
            window.open.send(slot, 0.0, held=True)
        window.open.arrived(late, 1.0)
        window.open.arrived(early, 2.0)
        free = [window.open.size - window.open.free(moment) for moment in (60.9, 61.0, 61.9, 62.0, 63.0, 200.0)]
        assert free == [2, 1, 1, 0, 0, 0]

    def test_slot_is_freed_once_however_it_is_freed(self) -> None:
        window = Window(LIMIT)
        gone, late = window.open.take(0.0), window.open.take(0.0)
        for slot in (gone, late):
            window.open.send(slot, 0.0, held=True)
        window.open.arrived(gone, 1.0)
        window.open.give_back(gone)
        window.open.give_back(gone)
        assert window.open.free(2.0) == window.open.size - 1
        assert window.open.free(63.0) == window.open.size
        window.open.arrived(late, 70.0)
        window.open.give_back(late)
        assert window.open.free(200.0) == window.open.size

    def test_slot_of_what_was_never_sent_is_free_again(self) -> None:
        window = Window(RateLimit(2, 60.0))
        unsent, sent = window.open.take(0.0), window.waits.take(0.0)
        window.waits.send(sent, 0.0, held=False)
        window.open.give_back(unsent)
        window.waits.give_back(sent)
        assert window.free(0.0) == 2


class TestFairness:
    def test_single_request_behind_a_batch_of_300_starts_with_the_next_slot(self) -> None:
        street = Street(LIMIT)
        for _ in range(300):
            street.join(Priority.NEW, "batch")
        for second in range(100):
            street.pass_time(1.7)
            single = street.join(Priority.NEW, f"single {second}")
            street.wait_for(single)
            assert street.when(single) - single.joined <= 2.5
        assert street.refusals == 0

    def test_who_comes_again_after_a_while_goes_before_those_who_were_served_since(self) -> None:
        street = Street(LIMIT)
        for user in ("batch", "other", "third") * 100:
            street.join(Priority.NEW, user)
        for _ in range(20):
            street.pass_time(17)
            single = street.join(Priority.NEW, "single")
            street.wait_for(single)
            assert street.when(single) - single.joined <= 2.5

    def test_who_asks_for_one_after_the_other_has_no_more_than_their_turn(self) -> None:
        street = Street(RateLimit(1, 1.0))
        for user in ("batch", "other") * 10:
            street.join(Priority.NEW, user)
        for _ in range(5):
            street.wait_for(street.join(Priority.NEW, "eager"))
        turns = [number for number, (_, waiter) in enumerate(street.served) if waiter.user == "eager"]
        assert min(later - earlier for earlier, later in itertools.pairwise(turns)) >= 3

    def test_users_take_turns_then_their_channels_then_first_come(self) -> None:
        street = Street(RateLimit(1, 1.0))
        for name in ["Z0", "A1", "A1", "A2", "A1", "B1", "B1", "C3"]:
            street.join(Priority.NEW, name[0], name[1])
        street.pass_time(20)
        assert " ".join(w.user + w.channel for _, w in street.served) == "Z0 A1 B1 C3 A2 B1 A1 A1"

    def test_person_at_a_modal_goes_before_everybody(self) -> None:
        street = Street(LIMIT)
        for _ in range(300):
            street.join(Priority.NEW)
        street.pass_time(1)
        person = street.join(Priority.PERSON)
        street.wait_for(person)
        assert street.when(person) - person.joined <= 2.5

    def test_watching_has_its_share_however_many_stand_in_line(self) -> None:
        street = Street(LIMIT)
        for _ in range(600):
            street.join(Priority.NEW)
        waits = []
        while street.now < 240:
            waits.append(street.join(Priority.WAIT))
            street.wait_for(waits[-1])
        assert max(street.when(wait) - wait.joined for wait in waits) <= 12
        started = [moment for moment, waiter in street.served if waiter not in waits]
        assert all(sum(60 * n <= moment < 60 * (n + 1) for moment in started) >= 110 for n in range(4))

    def test_watching_that_needs_many_looks_has_them_and_leaves_the_rest_to_new_generations(self) -> None:
        street = Street(LIMIT)
        for _ in range(600):
            street.join(Priority.NEW)
        waits = []
        while street.now < 240:
            waits.append(street.join(Priority.WAIT, every=4.0))
            street.wait_for(waits[-1])
        assert max(street.when(wait) - wait.joined for wait in waits) <= 6.5
        started = [moment for moment, waiter in street.served if waiter not in waits]
        assert all(sum(60 * n <= moment < 60 * (n + 1) for moment in started) >= 104 for n in range(4))
        assert street.refusals == 0

    def test_single_request_behind_a_batch_and_many_looks_still_waits_for_seconds_only(self) -> None:
        street = Street(LIMIT)
        for _ in range(600):
            street.join(Priority.NEW, "batch")
        watching = single = street.join(Priority.WAIT, every=SLOTS_A_LOOK * 0.5)
        waits = []
        for second in range(200):
            if watching.slot:
                watching = street.join(Priority.WAIT, every=SLOTS_A_LOOK * 0.5)
            if second == 0 or single.slot:
                single = street.join(Priority.NEW, f"single {second}")
                waits.append(single)
            street.pass_time(0.5)
        assert max(street.when(wait) - wait.joined for wait in waits[:-1]) <= 6.0
        assert len(waits) >= 20

    @pytest.mark.parametrize("requests", [1, 2, 5])
    def test_watching_does_not_starve_under_a_tiny_limit(self, requests: int) -> None:
        street = Street(RateLimit(requests, 10.0))
        for _ in range(200):
            street.join(Priority.NEW)
        for _ in range(5):
            wait = street.join(Priority.WAIT)
            street.wait_for(wait)
            assert street.when(wait) - wait.joined <= 25

    @given(
        joins=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("12")), min_size=1, max_size=40),
        pops=st.lists(st.integers(0, 5), max_size=40),
    )
    def test_line_knows_in_which_order_it_will_serve(self, joins: list[tuple[str, str]], pops: list[int]) -> None:
        line = Line()
        for (user, channel), served in zip(joins, itertools.chain(pops, itertools.repeat(0)), strict=False):
            waiter = Waiter(0.0, math.inf, lambda: None, user, channel)
            line.join(waiter)
            assert line.order()[line.ahead_of_last(waiter)] is waiter
            for _ in range(min(served, len(line))):
                expected = line.order()[0]
                assert line.pop() is expected
        order = line.order()
        assert [line.pop() for _ in order] == order

    def test_who_leaves_the_line_holds_up_nobody(self) -> None:
        line = Line()
        waiters = [Waiter(0.0, math.inf, lambda: None, user, "c") for user in "aab"]
        for waiter in waiters:
            line.join(waiter)
        line.leave(waiters[0])
        line.leave(waiters[2])
        assert line.order() == [waiters[1]]
        assert len(line) == 1


class TestEstimate:
    @pytest.mark.parametrize("offered", [150, 400, 700])
    def test_estimate_is_what_it_will_be(self, offered: int) -> None:
        street = Street(LIMIT)
        for _ in range(offered):
            last = street.join(Priority.NEW)
        ahead = street.desk.line.ahead_of_last(last)
        estimate = street.window.until_turn(street.now, ahead)
        street.wait_for(last)
        assert street.when(last) == pytest.approx(estimate, rel=0.1, abs=3)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    tasks = Tasks()
    yield tasks
    await tasks.stop()


class Booth:
    """Budgets that a test makes, with one request log."""

    def __init__(self, clock: ManualClock, tasks: Tasks) -> None:
        self.clock, self.tasks, self.log = clock, tasks, FakeRequestLog()

    def open(self, requests: int = 4, seconds: float = 10.0) -> Budget:
        return Budget(
            RateLimit(requests, seconds),
            credential_id="c1",
            clock=self.clock,
            tasks=self.tasks,
            requests=self.log,
            rng=random.Random(1),
        )

    async def spend(self, budget: Budget, count: int, priority: Priority = Priority.NEW) -> list[Slot]:
        """Send so many requests, each answered at once."""
        slots = []
        for _ in range(count):
            slots.append(await budget.slot(priority, "U1/C1"))
            await budget.sending(slots[-1], held=False)
            budget.answered(slots[-1])
        return slots


@pytest.fixture
def booth(clock: ManualClock, tasks: Tasks) -> Booth:
    return Booth(clock, tasks)


class TestBudget:
    async def test_who_finds_no_slot_waits_for_the_next(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(4)
        await booth.spend(budget, 3)
        assert budget.left == 1  # kept for watching
        waiting = asyncio.create_task(budget.slot(Priority.NEW, "U1/C1"))
        await passing(clock, 9.9)
        assert not waiting.done()
        await passing(clock, 0.2)
        assert waiting.done()

    async def test_who_is_cancelled_leaves_the_line_and_no_slot_leaks(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(4)
        taken = [await budget.slot(Priority.NEW) for _ in range(3)]
        waiting = [asyncio.create_task(budget.slot(priority, "U1/C1")) for priority in [*Priority] * 3]
        await passing(clock, 0.1)
        for task in waiting:
            task.cancel()
        for slot in taken:
            budget.give_back(slot)  # some are granted and cancelled in the same moment
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(outcome, Slot):
                budget.give_back(outcome)
        assert budget.left == 4
        assert budget.is_idle

    async def test_person_does_not_wait_for_ever(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(4)
        await booth.spend(budget, 3)
        waiting = asyncio.create_task(budget.slot(Priority.PERSON, patience=6.0))
        await passing(clock, 6.1)
        with pytest.raises(BloomRateLimited):
            await waiting
        await passing(clock, 10)
        assert budget.left == 4

    async def test_people_are_told_when_it_takes_a_while_and_again_at_half_way(
        self, booth: Booth, clock: ManualClock
    ) -> None:
        budget = booth.open(120, 60.0)
        told: list[Queue] = []

        async def on_queue(queue: Queue) -> None:
            told.append(queue)
            raise ValueError("Slack is away")

        async def start(*, curious: bool = False) -> None:
            slot = await budget.slot(Priority.NEW, "U1/C1", on_queue=on_queue if curious else None)
            await budget.sending(slot, held=False)
            budget.answered(slot)

        starts = [asyncio.create_task(start()) for _ in range(100)]
        await passing(clock, 0.1)
        starts.append(asyncio.create_task(start(curious=True)))
        with capture_logs() as logs:
            await passing(clock, 60)
        assert all(task.done() for task in starts)
        ahead = [queue.ahead for queue in told]
        assert 10 <= ahead[0] <= 16
        assert all(later <= earlier // 2 for earlier, later in itertools.pairwise(ahead))
        assert 20 <= told[0].seconds <= 35
        assert {entry["event"] for entry in logs} == {"could not tell about the line"}

    async def test_whoever_has_the_turn_is_told_nothing_more(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(4)
        await booth.spend(budget, 3)
        telling, broken_off = asyncio.Event(), asyncio.Event()

        async def on_queue(_: Queue) -> None:
            telling.set()
            try:
                await asyncio.Event().wait()  # Slack hangs
            finally:
                broken_off.set()

        waiting = asyncio.create_task(budget.slot(Priority.NEW, "U1/C1", on_queue=on_queue))
        await passing(clock, 9.9)
        assert (telling.is_set(), broken_off.is_set()) == (True, False)
        await passing(clock, 0.2)
        assert (waiting.done(), broken_off.is_set()) == (True, True)

    async def test_nobody_is_told_of_a_moment(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        taken = await booth.spend(budget, 85)  # the open lane and one of the drip lane
        assert taken

        async def on_queue(queue: Queue) -> None:
            raise AssertionError(queue)

        waiting = asyncio.create_task(budget.slot(Priority.NEW, "U2/C1", on_queue=on_queue))
        await passing(clock, 3)
        assert waiting.done()

    async def test_everybody_pauses_after_a_429_and_one_goes_ahead(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        refused = await budget.slot(Priority.NEW)
        await budget.sending(refused, held=False)
        budget.refused(refused, 5.0)
        waiting = [asyncio.create_task(budget.slot(Priority.NEW, "U1/C1")) for _ in range(10)]
        await passing(clock, 4.9)
        assert not any(task.done() for task in waiting)
        assert budget.spare_slot() is None
        await passing(clock, 1.3)
        assert [task.done() for task in waiting] == [True] + [False] * 9
        scout = waiting[0].result()
        await budget.sending(scout, held=False)
        budget.answered(scout)
        await passing(clock, 0.1)
        assert all(task.done() for task in waiting)

    async def test_pauses_grow_while_bloom_refuses_and_are_bounded(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        pauses = []
        for retry_after in [None] * 6 + [3600.0]:
            waiting = asyncio.create_task(budget.slot(Priority.NEW))
            began = clock.monotonic()
            while not waiting.done():
                await passing(clock, 0.5, 0.5)
            pauses.append(clock.monotonic() - began)
            await budget.sending(waiting.result(), held=False)
            budget.refused(waiting.result(), retry_after)
        assert pauses[1] < pauses[2] < pauses[3] <= 15 * 1.2 + 0.5
        waiting = asyncio.create_task(budget.slot(Priority.NEW))
        await passing(clock, 120 * 1.2 + 0.5, 0.5)
        assert waiting.done()

    async def test_late_refusals_of_one_storm_are_one_pause(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        slots = [await budget.slot(Priority.NEW) for _ in range(20)]
        for slot in slots:
            await budget.sending(slot, held=False)
        with capture_logs() as logs:
            for slot in slots:
                budget.refused(slot, None)
        assert len(logs) == 1

    async def test_scout_that_never_returns_is_not_waited_for(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        refused = await budget.slot(Priority.NEW)
        await budget.sending(refused, held=False)
        budget.refused(refused, 1.0)
        waiting = [asyncio.create_task(budget.slot(Priority.NEW, "U1/C1")) for _ in range(3)]
        await passing(clock, 7)
        assert all(task.done() for task in waiting)

    async def test_scout_whose_answer_nobody_waits_for_ends_no_pause(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        refused = await budget.slot(Priority.NEW)
        await budget.sending(refused, held=False)
        budget.refused(refused, 1.0)
        waiting = [asyncio.create_task(budget.slot(Priority.NEW, "U1/C1")) for _ in range(10)]
        await passing(clock, 1.3)
        await budget.sending(waiting[0].result(), held=False)
        budget.abandoned(waiting[0].result())
        await passing(clock, 0.2)
        assert [task.done() for task in waiting] == [True] * 2 + [False] * 8

    async def test_estimate_during_a_pause_counts_the_line_behind_it(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        refused = await budget.slot(Priority.NEW)
        await budget.sending(refused, held=False)
        budget.refused(refused, 100.0)
        told: dict[int, float] = {}
        began: dict[int, float] = {}

        async def start(number: int) -> None:
            async def on_queue(queue: Queue) -> None:
                told.setdefault(number, queue.seconds)

            slot = await budget.slot(Priority.NEW, f"U{number}/C1", on_queue=on_queue)
            began[number] = clock.monotonic()
            await budget.sending(slot, held=False)
            budget.answered(slot)

        starts = [asyncio.create_task(start(number)) for number in range(200)]
        await passing(clock, 260, 0.1)
        assert all(task.done() for task in starts)
        for number in (0, 100, 150, 199):
            assert began[number] == pytest.approx(told[number], abs=4)

    async def test_scout_that_stays_at_home_is_replaced(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(120, 60.0)
        refused = await budget.slot(Priority.NEW)
        await budget.sending(refused, held=False)
        budget.refused(refused, 1.0)
        waiting = [asyncio.create_task(budget.slot(Priority.NEW, "U1/C1")) for _ in range(2)]
        await passing(clock, 1.3)
        budget.give_back(waiting[0].result())
        await passing(clock, 0.1)
        assert waiting[1].done()


class TestMemory:
    async def test_request_is_on_disk_before_it_is_sent(self, booth: Booth) -> None:
        budget = booth.open()
        gate = booth.log.script.hold("record_request")
        slot = await budget.slot(Priority.NEW)
        sending = asyncio.create_task(budget.sending(slot, held=False))
        await asyncio.sleep(0)
        assert not sending.done()
        gate.set()
        await sending
        assert len(booth.log.entries["c1"]) == 1

    async def test_restart_goes_on_with_the_window(self, booth: Booth, clock: ManualClock) -> None:
        await booth.spend(booth.open(4), 3)
        await passing(clock, 5)
        again = booth.open(4)
        waiting = asyncio.create_task(again.slot(Priority.NEW, "U1/C1"))
        await passing(clock, 4.9)
        assert not waiting.done()
        assert again.left == 1
        await passing(clock, 0.7)  # with the time that it may have been on its way
        assert waiting.done()

    async def test_log_is_read_once_though_many_ask_at_once(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(10)
        await asyncio.gather(*(budget.slot(Priority.NEW) for _ in range(3)))
        assert booth.log.script.count("requests_since") == 1

    async def test_old_entries_are_forgotten(self, booth: Booth, clock: ManualClock) -> None:
        budget = booth.open(4)
        await booth.spend(budget, 2)
        await passing(clock, 30, 1.0)
        await booth.spend(budget, 1)
        assert len(booth.log.entries["c1"]) == 1

    async def test_clock_set_back_does_not_close_the_window_for_longer(self, booth: Booth, clock: ManualClock) -> None:
        booth.log.entries["c1"] = [clock.now() + timedelta(seconds=5)] * 4
        waiting = asyncio.create_task(booth.open(4).slot(Priority.NEW))
        await passing(clock, 10.4)
        assert not waiting.done()
        await passing(clock, 0.2)
        assert waiting.done()

    async def test_entries_of_a_clock_that_was_far_ahead_count_for_nothing(
        self, booth: Booth, clock: ManualClock
    ) -> None:
        booth.log.entries["c1"] = [clock.now() + timedelta(hours=1)] * 4
        budget = booth.open(4)
        await budget.recall()
        assert budget.left == 4

    async def test_broken_log_stops_nobody(self, booth: Booth) -> None:
        booth.log.script.answer("requests_since", StoreError("disk full"))
        booth.log.script.answer("record_request", StoreError("disk full"))
        with capture_logs() as logs:
            await booth.spend(booth.open(), 1)
        assert [entry["event"] for entry in logs] == [
            "the request log cannot be read",
            "a request could not be written down",
        ]

    async def test_hanging_log_stops_nobody(self, booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.bloom.budget.memory.PATIENCE", 0.01)
        booth.log.script.hold("requests_since")
        booth.log.script.hold("record_request")
        budget = booth.open(4)
        await booth.spend(budget, 1)
        assert (booth.log.script.count("requests_since"), booth.log.script.count("record_request")) == (1, 1)
        assert budget.left == 3

    async def test_cancelled_before_it_was_sent_frees_the_slot(self, booth: Booth) -> None:
        budget = booth.open(4)
        booth.log.script.hold("record_request")
        slot = await budget.slot(Priority.NEW)
        sending = asyncio.create_task(budget.sending(slot, held=False))
        await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert budget.left == 4

    async def test_limit_beyond_reach_is_not_written_down(self, booth: Booth) -> None:
        await booth.spend(booth.open(10_000), 3)
        assert booth.log.script.calls == []
