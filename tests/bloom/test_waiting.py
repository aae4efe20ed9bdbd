"""Waiting for images: one request each while there are plenty, shared ones when there are few, whatever the network."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import cache
from typing import Any

import aiohttp
import httpx
import pytest

from bot.bloom import BloomApi
from bot.bloom.access import Access
from bot.bloom.client import BloomClient
from bot.bloom.waiting.holds import OWN_FROM, OWN_HOLD, OWN_LIMIT, PROBE_EVERY, Holds
from bot.bloom.waiting.watcher import Durations, Watcher
from bot.bloom.wire.call import LONGEST_HOLD
from bot.core.credentials import ApiKey
from bot.core.errors import BloomRateLimited, BloomRefused, BloomUnauthorized, BloomUnavailable
from bot.core.models import Image, ImageState, Parameters, RateLimit
from bot.core.tasks import Tasks
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from tests.bloom.simulated import SimulatedBloom, passing, until_done
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.fakes.request_log import FakeRequestLog
from tests.fakes.scaled_clock import ScaledClock

LIMIT = RateLimit(120, 60.0)
OFF = RateLimit(1_000_000, 60.0)
PARAMETERS = Parameters(prompt="A red fox", brand_id="b1")


class Scene:
    """A simulated Bloom and our client of it, in a time of their own."""

    def __init__(self, limit: RateLimit, seconds: list[float], latency: float = 0.1) -> None:
        self.clock = ManualClock()
        self.tasks = Tasks()
        self.bloom = SimulatedBloom(self.clock, limit, seconds, latency)
        self.api = self.bloom.connect(limit, FakeRequestLog(), self.tasks)
        self.client = self.api.with_credential(ApiKey("bloom_sk_1"))
        self.added: list[float] = []
        """Seconds from when the images of a generation were settled until it was known."""

    async def make(self, parameters: Parameters = PARAMETERS, asker: str = "U1/C1") -> tuple[Image, ...]:
        """Generate and wait, as a journey does: after a 429 it stands in line again."""
        while True:
            with suppress(BloomRateLimited):
                return await self.watch(await self.order(asker, parameters))

    async def order(self, asker: str, parameters: Parameters = PARAMETERS) -> tuple[str, ...]:
        async with self.client.turn(asker) as turn:
            return await turn.generate(parameters)

    async def watch(self, ids: tuple[str, ...], seconds: float = 120.0) -> tuple[Image, ...]:
        images = await self.client.watch(ids, seconds)
        self.added.append(self.clock.monotonic() - max(self.bloom.settles_at[image_id] for image_id in ids))
        return images

    def draw(self, count: int, seconds: float | Callable[[int], float] = 10.0) -> list[tuple[str, ...]]:
        """Let Bloom draw images that somebody asked for elsewhere."""
        ids = [f"d{number}" for number in range(count)]
        now = self.clock.monotonic()
        for number, image_id in enumerate(ids):
            self.bloom.settles_at[image_id] = now + (seconds(number) if callable(seconds) else seconds)
        return [(image_id,) for image_id in ids]


@pytest.fixture
async def scenes() -> AsyncIterator[Callable[..., Scene]]:
    made: list[Scene] = []

    def scene(limit: RateLimit = LIMIT, seconds: list[float] | None = None, **options: Any) -> Scene:
        made.append(Scene(limit, seconds or [10.0], **options))
        return made[-1]

    yield scene
    for each in made:
        await each.tasks.stop()
        await each.api.aclose()


Scenes = Callable[..., Scene]


class TestPlenty:
    async def test_each_generation_costs_two_requests_and_no_time(self, scenes: Scenes) -> None:
        scene = scenes()
        results = await until_done(scene.clock, *[scene.make() for _ in range(10)])
        assert all(image.state is ImageState.COMPLETED for (image,) in results)
        assert scene.bloom.requests == 20
        assert max(scene.added) <= 0.2
        assert len(scene.tasks) == 0

    async def test_images_come_in_the_order_of_their_ids_without_those_that_are_gone(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.draw(3)
        (images,) = await until_done(scene.clock, scene.client.watch(["d2", "gone", "d0"], 60))
        assert [image.id for image in images] == ["d2", "d0"]

    async def test_time_is_over_before_the_images_are(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.draw(1, 1000)
        ((image,),) = await until_done(scene.clock, scene.client.watch(["d0"], 20))
        assert not image.is_settled
        assert 20 <= scene.clock.monotonic() <= 21
        assert scene.bloom.requests <= 2

    async def test_bloom_that_does_not_hold_is_not_asked_without_a_breath(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.draw(1, 1000)
        scene.bloom._hold = _at_once  # type: ignore[method-assign]
        await until_done(scene.clock, scene.client.watch(["d0"], 30))
        assert scene.bloom.requests <= 12

    async def test_several_may_watch_the_same(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.draw(1)
        results = await until_done(scene.clock, *[scene.client.watch(["d0"], 60) for _ in range(3)])
        assert all(images == results[0] for images in results)


class TestShort:
    @pytest.mark.parametrize("seconds", [[5.0, 7.0, 9.0, 11.0, 13.0, 15.0], [2.0], [45.0, 20.0]])
    async def test_saturation_makes_110_a_minute_without_a_429(self, scenes: Scenes, seconds: list[float]) -> None:
        scene = scenes(seconds=seconds)
        work = asyncio.gather(*[scene.make(asker=f"U{number % 2}/C1") for number in range(600)])
        await passing(scene.clock, 260, 0.1)
        windows = [sum(60 * n <= moment < 60 * (n + 1) for moment in scene.bloom.started) for n in range(4)]
        assert min(windows) >= 110
        await until_done(scene.clock, _join(work), tick=0.2)
        assert scene.bloom.refusals == 0
        assert sorted(scene.added)[300] <= 15
        assert max(scene.added) <= 45

    async def test_five_variants_each_have_more_looks_and_new_generations_go_on(self, scenes: Scenes) -> None:
        scene = scenes()
        five = PARAMETERS.but(variants=5)
        work = [asyncio.create_task(scene.make(five, f"U{number % 9}/C1")) for number in range(500)]
        await passing(scene.clock, 240, 0.1)
        windows = [sum(60 * n <= moment < 60 * (n + 1) for moment in scene.bloom.started) for n in range(1, 4)]
        assert min(windows) >= 100
        assert sorted(scene.added)[len(scene.added) // 2] <= 15
        assert scene.bloom.refusals == 0
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    async def test_five_slow_variants_each_do_not_starve_new_generations(self, scenes: Scenes) -> None:
        scene = scenes(seconds=[240.0])
        five = PARAMETERS.but(variants=5)
        work = [asyncio.create_task(scene.make(five, f"U{number % 9}/C1")) for number in range(700)]
        await passing(scene.clock, 420, 0.2)
        windows = [sum(60 * n <= moment < 60 * (n + 1) for moment in scene.bloom.started) for n in range(1, 7)]
        assert min(windows) >= 95
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    async def test_five_variants_each_do_not_pile_up(self, scenes: Scenes) -> None:
        scene = scenes()
        five = PARAMETERS.but(variants=5)
        work = asyncio.gather(*[scene.make(five) for _ in range(300)])
        await until_done(scene.clock, _join(work), tick=0.2)
        assert scene.bloom.refusals == 0
        assert max(scene.added) <= 60

    async def test_shared_looks_ask_for_at_most_50_and_keep_generations_together(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 60.0))
        for number in range(120):
            scene.bloom.settles_at[f"d{number}"] = 30.0
        groups = [tuple(f"d{number + extra}" for extra in range(4)) for number in range(0, 120, 4)]
        await until_done(scene.clock, *[scene.watch(ids) for ids in groups], tick=0.2)
        assert max(count for _, count, _ in scene.bloom.asked) == 48
        assert scene.bloom.refusals == 0

    async def test_when_the_budget_relaxes_watches_have_their_own_requests_again(self, scenes: Scenes) -> None:
        scene = scenes()
        work = [asyncio.create_task(scene.make()) for _ in range(130)]
        await passing(scene.clock, 200, 0.2)
        assert all(task.done() for task in work)
        before = scene.bloom.requests
        await until_done(scene.clock, scene.make())
        assert scene.bloom.requests == before + 2
        assert scene.added[-1] <= 0.2

    async def test_cancelled_watcher_leaves_and_the_collector_goes_home(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 60.0))
        watches = [asyncio.create_task(scene.watch(ids)) for ids in scene.draw(20, 500)]
        await passing(scene.clock, 30)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        await passing(scene.clock, 30)
        assert len(scene.tasks) == 0
        assert scene.client._waiting.is_idle or scene.client.left < 20
        asked = scene.bloom.requests
        await passing(scene.clock, 120, 0.5)
        assert scene.bloom.requests == asked

    async def test_watches_end_when_the_bot_stops(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 60.0))
        watches = [asyncio.create_task(scene.watch(ids)) for ids in scene.draw(60, 500)]
        await passing(scene.clock, 10)
        await scene.tasks.stop()
        await passing(scene.clock, 1)
        shared = [watch for watch in watches if watch.done()]
        assert len(shared) > 40
        assert all(isinstance(watch.exception(), BloomUnavailable) for watch in shared)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    async def test_id_that_bloom_refuses_costs_its_own_watch_only(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 60.0))
        scene.bloom.poison = {"d15"}
        watches = [asyncio.create_task(scene.watch(ids)) for ids in scene.draw(20)]
        await passing(scene.clock, 400, 0.5)
        failed = [watch for watch in watches if watch.exception()]
        assert failed == [watches[15]]
        assert isinstance(watches[15].exception(), BloomRefused)

    async def test_answers_that_cannot_be_read_for_a_moment_end_no_watch_and_part_nobody(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 60.0))
        groups = scene.draw(60, 30)
        watches = [asyncio.create_task(scene.watch(ids)) for ids in groups]
        await passing(scene.clock, 12)
        listing, scene.bloom._list = scene.bloom._list, _unreadable  # type: ignore[method-assign]
        asked = scene.bloom.requests
        while scene.bloom.requests < asked + 2:
            await passing(scene.clock, 0.2)
        scene.bloom._list = listing  # type: ignore[method-assign]
        await passing(scene.clock, 120, 0.2)
        assert all(watch.done() and not watch.exception() for watch in watches)

    async def test_credential_is_not_forgotten_while_somebody_watches(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(20, 2.0))
        (ids,) = scene.draw(1, 30)
        watch = asyncio.create_task(scene.watch(ids))
        await passing(scene.clock, 10)
        assert scene.client.left == 20
        assert not scene.client._waiting.is_idle
        await until_done(scene.clock, _join(asyncio.gather(watch)))
        await passing(scene.clock, 3)
        assert scene.client._waiting.is_idle

    async def test_stop_in_the_moment_of_a_look_leaves_no_watch_waiting(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(4, 10.0))
        watches = [asyncio.create_task(scene.watch(ids)) for ids in scene.draw(8, 500)]
        await asyncio.sleep(0)
        while not any(task.get_name() == "look at images" for task in scene.tasks._running):
            await scene.clock.advance(0.05)
        await scene.tasks.stop()
        await passing(scene.clock, 1)
        for watch in watches:
            if not watch.done():
                watch.cancel()  # has a request of its own
        outcomes = await asyncio.gather(*watches, return_exceptions=True)
        assert sum(isinstance(outcome, BloomUnavailable) for outcome in outcomes) >= 6

    async def test_three_thousand_watches_are_cheap_and_quick(self, scenes: Scenes) -> None:
        scene = scenes(OFF)
        groups = scene.draw(3000, lambda number: 25 + number / 300)
        await until_done(scene.clock, *[scene.watch(ids) for ids in groups], tick=0.1)
        assert scene.bloom.most_held <= OWN_LIMIT + 16
        assert scene.bloom.requests <= 4000
        assert sorted(scene.added)[2970] <= 0.8

    async def test_crowd_is_looked_at_when_it_is_about_to_be_ready(self, scenes: Scenes) -> None:
        scene = scenes(OFF, [40.0])
        await until_done(scene.clock, scene.make(), tick=0.2)
        before = scene.bloom.requests
        work = []
        for _ in range(1000):
            work.append(asyncio.create_task(scene.make()))
            await passing(scene.clock, 0.02, 0.02)
        await until_done(scene.clock, *map(_join, work), tick=0.05)
        assert sorted(scene.added)[990] <= 0.5
        assert scene.bloom.requests - before <= 2500

    async def test_image_that_ends_sooner_than_any_of_late_is_found_half_way(self, scenes: Scenes) -> None:
        scene = scenes(OFF, [40.0] * 301 + [4.0])
        await until_done(scene.clock, scene.make(), tick=0.2)
        crowd = [asyncio.create_task(scene.make()) for _ in range(300)]
        await passing(scene.clock, 1)
        await until_done(scene.clock, scene.make(), tick=0.1)
        assert scene.added[-1] <= 20
        await until_done(scene.clock, *map(_join, crowd), tick=0.2)


class TestBatch:
    async def test_single_request_of_the_same_person_passes_their_batch_of_200(self, scenes: Scenes) -> None:
        scene = scenes()
        batch = asyncio.gather(*[scene.make(asker="batch:U1/b1") for _ in range(200)])
        for _ in range(5):
            await passing(scene.clock, 9)
            began = scene.clock.monotonic()
            await until_done(scene.clock, scene.order("U1/C1"))
            assert scene.clock.monotonic() - began <= 2.5
        batch.cancel()

    async def test_two_batches_of_one_person_take_turns_and_have_one_share(self, scenes: Scenes) -> None:
        scene = scenes(RateLimit(1, 1.0), latency=0.0)
        served: list[str] = []

        async def order(asker: str) -> None:
            await scene.order(asker)
            served.append(asker)

        batches = [f"batch:U1/b{number}" for number in (1, 2)]
        askers = ["U3/C1", *batches, *batches, *["batch:U2/b3"] * 4]
        await until_done(scene.clock, *[order(asker) for asker in askers])
        assert served == ["U3/C1", *[batches[0], "batch:U2/b3", batches[1], "batch:U2/b3"] * 2]


class TestForecast:
    @pytest.mark.parametrize(("orders", "in_line"), [(1, 0), (200, 0), (30, 150)])
    async def test_it_is_what_it_will_be(self, scenes: Scenes, orders: int, in_line: int) -> None:
        scene = scenes()
        await until_done(scene.clock, scene.make())
        others = asyncio.gather(*[scene.make(asker="U2/C1") for _ in range(in_line)])
        await passing(scene.clock, 0.2)
        began = scene.clock.monotonic()
        forecast = await scene.client.forecast(orders)
        await until_done(scene.clock, *[scene.make(asker="batch:U1/b1") for _ in range(orders)], _join(others))
        assert scene.clock.monotonic() - began == pytest.approx(forecast, abs=15), "they are seen a while after the end"

    async def test_half_of_the_latest_images_say_how_long_one_takes(self, scenes: Scenes) -> None:
        scene = scenes(OFF, seconds=[5.0, 5.0, 60.0])
        assert await scene.client.forecast(1) == Durations.UNKNOWN
        await until_done(scene.clock, *[scene.make() for _ in range(3)])
        assert await scene.client.forecast(1) == pytest.approx(5.0, abs=0.5)
        assert await scene.client.forecast(0) == await scene.client.forecast(1), "what is under way takes that long"


class TestDurations:
    def test_half_of_what_is_missing_to_the_quickest_of_late_is_waited(self) -> None:
        durations = Durations()
        assert durations.lull(0) == 0
        durations.note([_watcher(began=0), _watcher(began=20)], 60)
        assert durations.lull(0) == pytest.approx(19)
        assert durations.lull(20) == pytest.approx(9)
        assert durations.lull(38) == durations.lull(100) == 0

    def test_what_was_long_ago_is_forgotten(self) -> None:
        durations = Durations()
        durations.note([_watcher(began=59)], 60)
        durations.note([_watcher(began=0)] * 64, 60)
        assert durations.lull(0) == pytest.approx(28.5)


class TestNetwork:
    async def test_proxy_that_cuts_holds_is_met_with_shorter_ones(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.bloom.cut_after = 30.0
        scene.draw(1, 200)
        ((image,),) = await until_done(scene.clock, scene.client.watch(["d0"], 290))
        assert image.is_settled
        holds = [round(hold) for _, _, hold in scene.bloom.asked]
        assert holds[:3] == [50, 50, 24]
        cut = [hold for hold in holds if hold > 30]
        assert len(cut) <= 5  # the two that taught it, and now and then a longer one as a trial
        assert scene.bloom.requests <= 12

    async def test_network_that_holds_nothing_is_polled(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.bloom.cut_after = 1.5
        groups = scene.draw(5, 60)
        await until_done(scene.clock, *[scene.watch(ids) for ids in groups])
        assert scene.bloom.refusals == 0
        assert max(scene.added) <= 5

    async def test_held_request_that_never_returns_is_taken_for_cut(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.bloom.cut_after, scene.bloom.is_silent = 60.0, True
        for number in range(3):
            scene.bloom.settles_at["d0"] = scene.clock.monotonic() + 80
            ((image,),) = await until_done(scene.clock, scene.client.watch(["d0"], 120), tick=0.2)
            assert image.is_settled
            assert number == 0 or scene.clock.monotonic() - scene.bloom.settles_at["d0"] < 60
        assert scene.bloom.asked[-1][2] <= 60

    async def test_bloom_that_is_away_is_told_to_the_watcher_after_a_few_looks(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.draw(1)
        scene.bloom.handle_async_request = _refuse_connection  # type: ignore[method-assign]
        with pytest.raises(BloomUnavailable):
            await until_done(scene.clock, scene.client.watch(["d0"], 120))
        assert 5 <= scene.clock.monotonic() <= 15
        assert scene.client.left == 120

    async def test_credential_that_was_revoked_is_told_at_once(self) -> None:
        clock = ManualClock()
        async with BloomStandIn(clock=clock) as server:
            api = BloomApi(server.api_url, clock=clock, rate_limit=LIMIT)
            server.state.revoke(SANDBOX_API_KEY)
            with pytest.raises(BloomUnauthorized):
                await api.with_credential(ApiKey(SANDBOX_API_KEY)).watch(["i1"], 120)
            await api.aclose()

    async def test_too_many_requests_are_waited_out(self, scenes: Scenes) -> None:
        scene = scenes()
        scene.bloom._counter.limit = (2, 30.0)
        results = await until_done(scene.clock, *[scene.make() for _ in range(4)], tick=0.2)
        assert all(image.is_settled for (image,) in results)
        assert scene.bloom.refusals > 0

    @pytest.mark.parametrize("is_seen", [False, True])
    async def test_too_many_requests_without_end_end_the_watch_with_what_was_seen(
        self, scenes: Scenes, is_seen: bool
    ) -> None:
        scene = scenes()
        scene.draw(2, lambda number: 5.0 + 1000 * number)
        watch = asyncio.create_task(scene.client.watch(["d0", "d1"], 120))
        await passing(scene.clock, 60 if is_seen else 0)
        scene.bloom._counter.limit = (0, 60.0)
        await passing(scene.clock, 90 if is_seen else 150, 0.2)
        assert watch.done()
        states = [(image.id, image.is_settled) for image in watch.result()]
        assert states == [("d0", is_seen), ("d1", False)]


class TestHolds:
    def test_two_cuts_shorten_and_two_more_shorten_more(self) -> None:
        holds = Holds()
        holds.cut(0, 30)
        assert holds.longest(0) == LONGEST_HOLD
        holds.cut(30, 30)
        assert holds.longest(30) == 24
        holds.cut(50, 20)
        assert holds.longest(50) == 24
        holds.cut(70, 20)
        assert holds.longest(70) == 16

    def test_hold_that_began_before_is_no_news(self) -> None:
        holds = Holds()
        for moment in (0, 30, 31, 32, 40):
            holds.cut(moment, 30)
        assert holds.longest(40) == 24

    def test_plug_that_was_pulled_is_no_limit(self) -> None:
        holds = Holds()
        for after in (5, 17, 42, 80):
            holds.cut(100, after)
        assert holds.longest(100) == LONGEST_HOLD

    def test_restart_of_blooms_front_is_one_event_at_any_limit(self) -> None:
        holds = Holds()
        for moment in (0, 40):
            holds.cut(moment, 40)
        for number in range(30):
            holds.cut(100 + number / 100, 1.1 + number)
        assert holds.longest(101) == 32

    def test_two_restarts_teach_no_less_than_the_oldest_hold(self) -> None:
        holds = Holds()
        for moment in (0, 3600):
            for number in range(45):
                holds.cut(moment + number / 100, 1.1 + number)
        assert holds.longest(3601) >= 30

    def test_what_a_watch_can_survive_is_enough_to_reach_the_longest_again(self) -> None:
        holds = Holds()
        holds.cut(0, 30)
        holds.cut(31, 30)
        for _ in range(20):
            holds.survived(min(holds.longest(40), OWN_HOLD))
        assert holds.longest(40) == LONGEST_HOLD
        holds.cut(9999, 3.0)
        assert holds.longest(9999) == LONGEST_HOLD

    def test_longer_hold_that_survives_clears_the_suspicion(self) -> None:
        holds = Holds()
        holds.cut(0, 30)
        holds.survived(60)
        holds.cut(600, 30)
        assert holds.longest(600) == LONGEST_HOLD

    def test_holds_lengthen_step_by_step_until_nothing_is_left_to_learn(self) -> None:
        holds = Holds()
        holds.cut(0, 30)
        holds.cut(30, 30)
        steps = []
        while holds.longest(60) < LONGEST_HOLD:
            steps.append(holds.longest(60))
            holds.survived(steps[-1])
        assert steps[:3] == [24, 24, 36]
        assert len(steps) <= 16

    def test_where_nothing_is_held_a_short_hold_is_tried_now_and_then(self) -> None:
        holds = Holds()
        holds.cut(0, 1.5)
        holds.cut(2, 1.5)
        assert holds.longest(3) == 0
        assert holds.longest(2 + PROBE_EVERY) == 2
        assert holds.longest(3 + PROBE_EVERY) == 0
        for _ in range(10):
            holds.survived(max(2.0, holds.longest(4 + PROBE_EVERY)))
        assert holds.longest(4 + PROBE_EVERY) >= OWN_FROM


async def test_real_network_saturated_and_cut_loses_nothing_and_sees_no_429() -> None:
    clock = ScaledClock(10)
    log = FakeRequestLog()
    async with BloomStandIn(clock=clock, rate_limit=(24, 12.0), generation_seconds=(1.0, 3.0)) as server:
        server.faults.cut_held_after(2.0)
        brand_id = next(b.id for b in server.state.brands.of(server.state.account) if b.status == "ready")
        api = BloomApi(server.api_url, clock=clock, rate_limit=RateLimit(24, 12.0), requests=log)
        client = api.with_credential(ApiKey(SANDBOX_API_KEY))

        async def make() -> tuple[Image, ...]:
            async with client.turn("U1/C1") as turn:
                ids = await turn.generate(PARAMETERS.but(brand_id=brand_id))
            return await client.watch(ids, 120)

        results = await asyncio.gather(*(make() for _ in range(40)))
        assert all(image.is_settled for (image,) in results)
        assert server.count("POST", "/images/generations") == 40
        assert not [record for record in server.requests if record.status == 429]
        await api.aclose()


async def test_real_network_that_cuts_is_learnt_and_nobody_notices() -> None:
    clock = ManualClock()
    async with BloomStandIn(clock=clock, generation_seconds=(100.0, 100.0)) as server:
        server.faults.cut_held_after(30.0)
        brand_id = next(b.id for b in server.state.brands.of(server.state.account) if b.status == "ready")
        api = BloomApi(server.api_url, clock=clock, rate_limit=LIMIT)
        client: BloomClient = api.with_credential(ApiKey(SANDBOX_API_KEY))
        async with client.turn("U1/C1") as turn:
            ids = await turn.generate(PARAMETERS.but(brand_id=brand_id))
        watch = asyncio.create_task(client.watch(ids, 120))
        asked = 0
        while not watch.done():
            with suppress(AssertionError):
                await eventually(lambda: server.held or watch.done(), seconds=0.5)
            asked += 1
            await clock.advance(1.0)
        assert [image.is_settled for image in watch.result()] == [True]
        timeouts = [record.query["timeout"] for record in server.requests if record.query.get("wait")]
        assert timeouts[2] in ("24", "25")
        assert clock.monotonic() <= 103
        await api.aclose()


@cache
def _anybody() -> Access:
    return BloomApi("http://bloom.test", clock=ManualClock(), rate_limit=LIMIT).with_credential(ApiKey("k"))._access


def _watcher(began: float) -> Watcher:
    return Watcher(_anybody(), ("d0",), began=began, until=began + 120, due=began)


async def _unreadable(request: Any) -> Any:
    return {"images": "a lot"}


async def _at_once(seconds: float, hold: float) -> None:
    assert math.isfinite(seconds + hold)


async def _join(work: "asyncio.Future[Any]") -> Any:
    return await work


async def _refuse_connection(request: Any) -> Any:
    raise httpx.ConnectError("nobody there", request=request) from aiohttp.ConnectionTimeoutError()
