"""What is shown to Bloom: renewed in time or on refusal, within one budget, and no dead one is shown for another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from bot.bloom import BloomApi
from bot.bloom.client import BloomClient
from bot.core.errors import (
    BloomRateLimited,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    NotConnected,
    StoreError,
)
from bot.core.models import Image, Parameters, RateLimit
from bot.core.tasks import Tasks
from tests.bloom.credentials import Renewable
from tests.bloom.loopback import ACCOUNT, Loopback, error, success
from tests.bloom.simulated import SimulatedBloom, passing, until_done
from tests.fakes.clock import ManualClock, SwiftClock

PARAMETERS = Parameters(prompt="a cup", brand_id="b1")
REFUSED = error(401, "UNAUTHORIZED")
STARTED = success({"ids": ["i1"]}, 202)


def shown(loopback: Loopback) -> list[str]:
    return [seen.headers["authorization"].removeprefix("Bearer ") for seen in loopback.seen]


async def generate(bloom: BloomClient) -> tuple[str, ...]:
    async with bloom.turn("U1/C1") as turn:
        return await turn.generate(PARAMETERS)


class TestOneCall:
    async def test_refused_read_goes_once_more_with_what_was_renewed(self, loopback: Loopback, api: BloomApi) -> None:
        credential = Renewable("t1", "t2")
        bloom = api.with_credential(credential)
        loopback.script = [REFUSED, success(ACCOUNT)]
        assert (await bloom.account()).name == "Ada"
        assert (shown(loopback), credential.refused) == (["t1", "t2"], ["t1"])
        assert bloom.left == 118

    async def test_refused_generation_was_not_carried_out_so_it_goes_once_more(
        self, loopback: Loopback, api: BloomApi
    ) -> None:
        bloom = api.with_credential(Renewable("t1", "t2"))
        loopback.script = [REFUSED, STARTED]
        assert await generate(bloom) == ("i1",)
        assert shown(loopback) == ["t1", "t2"]
        assert loopback.seen[0].body == loopback.seen[1].body
        assert bloom.left == 118

    async def test_second_refusal_is_the_last(self, loopback: Loopback, api: BloomApi) -> None:
        credential = Renewable("t1", "t2", "t3")
        loopback.script = [REFUSED]
        for ask in (BloomClient.account, generate):
            with pytest.raises(BloomUnauthorized):
                await ask(api.with_credential(credential))
        assert shown(loopback) == ["t1", "t2", "t2", "t3"]

    async def test_where_nothing_else_can_be_shown_the_refusal_stands(self, loopback: Loopback, api: BloomApi) -> None:
        credential = Renewable("t1")
        loopback.script = [REFUSED]
        with pytest.raises(BloomUnauthorized):
            await api.with_credential(credential).account()
        assert (shown(loopback), credential.refused) == (["t1"], ["t1"])

    async def test_generation_is_left_to_its_owner_when_bloom_is_busy_or_away_after_the_renewal(
        self, loopback: Loopback, api: BloomApi
    ) -> None:
        loopback.script = [REFUSED, error(429, "TOO_MANY_REQUESTS"), STARTED]
        with pytest.raises(BloomRateLimited):
            await generate(api.with_credential(Renewable("t1", "t2")))
        assert len(loopback.seen) == 2

    async def test_repeated_generation_does_not_wait_for_long(
        self, loopback: Loopback, connect: Callable[..., BloomApi], clock: SwiftClock
    ) -> None:
        bloom = connect(loopback.url, rate_limit=RateLimit(1, 60.0)).with_credential(Renewable("t1", "t2"))
        loopback.script = [REFUSED, STARTED]
        with pytest.raises(BloomRateLimited):
            await generate(bloom)
        assert clock.monotonic() <= 7
        assert len(loopback.seen) == 1


class TestNothingToShow:
    @pytest.mark.parametrize("trouble", [BloomUnauthorized("UNAUTHORIZED", 401), NotConnected(), StoreError("full")])
    async def test_no_request_is_spent(self, loopback: Loopback, api: BloomApi, trouble: Exception) -> None:
        credential = Renewable("t1")
        bloom = api.with_credential(credential)
        for ask in (BloomClient.account, generate):
            credential.troubles = [trouble]
            with pytest.raises(type(trouble)):
                await ask(bloom)
        assert (loopback.seen, bloom.left) == ([], 120)

    async def test_turn_that_finds_nothing_to_show_is_given_back(self, loopback: Loopback, api: BloomApi) -> None:
        credential = Renewable("t1")
        bloom = api.with_credential(credential)
        async with bloom.turn("U1/C1") as turn:
            credential.troubles = [NotConnected()]
            with pytest.raises(NotConnected):
                await turn.generate(PARAMETERS)
        assert (loopback.seen, bloom.left) == ([], 120)

    async def test_who_has_nothing_to_show_does_not_stand_in_line(
        self, loopback: Loopback, connect: Callable[..., BloomApi], clock: SwiftClock
    ) -> None:
        credential = Renewable("t1")
        bloom = connect(loopback.url, rate_limit=RateLimit(1, 60.0)).with_credential(credential)
        loopback.script = [success(ACCOUNT)]
        await bloom.account()
        credential.troubles = [NotConnected()]
        with pytest.raises(NotConnected):
            await generate(bloom)
        assert clock.monotonic() == 0

    @pytest.mark.parametrize("kind", [BloomUnavailable, BloomTimeout])
    async def test_renewal_that_may_have_arrived_says_nothing_of_the_request_behind_it(
        self, loopback: Loopback, api: BloomApi, kind: type[BloomUnavailable]
    ) -> None:
        credential = Renewable("t1")
        bloom = api.with_credential(credential)
        async with bloom.turn("U1/C1") as turn:
            credential.troubles = [kind("away", sent=True)]
            with pytest.raises(kind) as caught:
                await turn.generate(PARAMETERS)
        assert not caught.value.sent
        assert credential.asked == 2
        loopback.script, credential.renewal_trouble = [REFUSED], kind("away", sent=True)
        with pytest.raises(kind) as caught:
            await generate(bloom)
        assert not caught.value.sent

    async def test_renewal_is_asked_for_once_even_for_a_read(self, loopback: Loopback, api: BloomApi) -> None:
        credential = Renewable("t1")
        credential.troubles = [BloomUnavailable("away", sent=False)]
        with pytest.raises(BloomUnavailable):
            await api.with_credential(credential).account()
        assert credential.asked == 1


class TestSameId:
    async def test_budget_is_shared_and_each_shows_its_own(self, loopback: Loopback, api: BloomApi) -> None:
        former, latter = Renewable("t1"), Renewable("t2")
        loopback.script = [success(ACCOUNT)]
        old = api.with_credential(former)
        await old.account()
        new = api.with_credential(latter)
        await new.account()
        assert shown(loopback) == ["t1", "t2"]
        assert (old.left, new.left) == (118, 118)

    async def test_dead_one_is_not_shown_for_the_one_made_anew(self, loopback: Loopback, api: BloomApi) -> None:
        dead, living = Renewable("t1"), Renewable("t2")
        dead.troubles = [NotConnected()] * 9
        with suppress(NotConnected):
            await api.with_credential(dead).account()
        bloom = api.with_credential(living)
        loopback.script = [success(ACCOUNT), success({"images": [{"id": "i1", "status": "completed"}]})]
        await bloom.account()
        assert [image.id for image in await bloom.watch(["i1"], 60)] == ["i1"]
        assert shown(loopback) == ["t2", "t2"]

    async def test_only_the_one_that_was_refused_hears_of_it(self, loopback: Loopback, api: BloomApi) -> None:
        one, other = Renewable("t1"), Renewable("t1")
        loopback.script = [REFUSED]
        api.with_credential(other)
        with pytest.raises(BloomUnauthorized):
            await api.with_credential(one).account()
        assert (one.refused, other.refused) == (["t1"], [])


class Crowd:
    """Watches that share looks, in a simulated Bloom that draws for 30 seconds and takes one token."""

    def __init__(self, limit: RateLimit) -> None:
        self.clock = ManualClock()
        self.tasks = Tasks()
        self.bloom = SimulatedBloom(self.clock, limit, [30.0])
        self.bloom.accepts = {"t1"}
        self.api = self.bloom.connect(limit, tasks=self.tasks)
        self.watches: list[asyncio.Task[tuple[Image, ...]]] = []

    async def join(
        self, credential: Renewable, count: int = 40, seconds: float = 30.0
    ) -> list[asyncio.Task[tuple[Image, ...]]]:
        """Let so many images be watched with a credential."""
        client = self.api.with_credential(credential)
        first = len(self.watches)
        ids = [f"d{number}" for number in range(first, first + count)]
        self.bloom.settles_at |= dict.fromkeys(ids, self.clock.monotonic() + seconds)
        new = [asyncio.create_task(client.watch([image_id], 120)) for image_id in ids]
        self.watches += new
        await passing(self.clock, 1)
        return new

    async def end(self) -> None:
        """Stop whatever is still under way."""
        for watch in self.watches:
            watch.cancel()
        await asyncio.gather(*self.watches, return_exceptions=True)
        await self.tasks.stop()
        await self.api.aclose()


@pytest.fixture
async def crowd(request: pytest.FixtureRequest) -> AsyncIterator[Crowd]:
    crowd = Crowd(getattr(request, "param", RateLimit(20, 60.0)))
    yield crowd
    await crowd.end()


def outcomes(watches: list[asyncio.Task[tuple[Image, ...]]]) -> set[type | bool]:
    """Return how watches ended: with settled images (True), or which error."""
    assert all(watch.done() for watch in watches)
    return {
        type(error) if (error := watch.exception()) else all(image.is_settled for image in watch.result())
        for watch in watches
    }


class TestSharedLooks:
    async def test_renewal_in_the_middle_ends_no_watch(self, crowd: Crowd) -> None:
        credential = Renewable("t1", "t2")
        watches = await crowd.join(credential)
        await passing(crowd.clock, 8)
        assert crowd.bloom.requests > 0
        crowd.bloom.accepts = {"t2"}
        await passing(crowd.clock, 120, 0.2)
        assert outcomes(watches) == {True}
        assert set(credential.refused) == {"t1"}
        assert crowd.bloom.refusals == 0

    async def test_every_renewal_in_a_long_watch_is_survived(self, crowd: Crowd) -> None:
        credential = Renewable("t1", "t2", "t3")
        watches = await crowd.join(credential, seconds=100)
        for token in ("t2", "t3"):
            crowd.bloom.accepts = {token}
            await passing(crowd.clock, 40, 0.2)
        await passing(crowd.clock, 80, 0.2)
        assert outcomes(watches) == {True}
        assert credential.secrets[0] == "t3"

    async def test_renewal_without_end_ends_the_watches(self, crowd: Crowd) -> None:
        crowd.bloom.accepts = set()
        watches = await crowd.join(Renewable(*(f"t{number}" for number in range(1, 99))))
        await passing(crowd.clock, 120, 0.2)
        assert outcomes(watches) == {BloomUnauthorized}

    async def test_revoked_credential_ends_all_that_share_a_look_at_once(self, crowd: Crowd) -> None:
        credential = Renewable("t1")
        watches = await crowd.join(credential)
        crowd.bloom.accepts = set()
        while not credential.refused:
            await passing(crowd.clock, 0.2)
        await passing(crowd.clock, 0.2)
        assert sum(watch.done() for watch in watches) >= 20
        assert len(credential.refused) == 1

    async def test_each_of_the_same_id_hears_of_a_refusal_and_goes_on_if_it_can(self, crowd: Crowd) -> None:
        renewed, revoked = Renewable("t1", "t2"), Renewable("t1")
        living, ended = await crowd.join(renewed, 20), await crowd.join(revoked, 20)
        crowd.bloom.accepts = {"t2"}
        await passing(crowd.clock, 150, 0.2)
        assert (outcomes(living), outcomes(ended)) == ({True}, {BloomUnauthorized})
        assert {"t1"} == {*renewed.refused} == {*revoked.refused}

    async def test_dead_one_of_the_same_id_ends_its_own_watches_only(self, crowd: Crowd) -> None:
        living, dead = Renewable("t1"), Renewable("t1")
        watches = await crowd.join(living, 20)
        dead.troubles = [NotConnected()] * 999
        ended = await crowd.join(dead, 20)
        await passing(crowd.clock, 120, 0.2)
        assert (outcomes(watches), outcomes(ended)) == ({True}, {NotConnected})

    @pytest.mark.parametrize("trouble", [BloomUnavailable("away"), StoreError("busy"), BloomRateLimited("SLOW", 429)])
    async def test_moment_without_anything_to_show_ends_no_watch(self, crowd: Crowd, trouble: Exception) -> None:
        credential = Renewable("t1")
        credential.troubles = [trouble]
        watches = await crowd.join(credential)
        await passing(crowd.clock, 120, 0.2)
        assert outcomes(watches) == {True}
        assert credential.troubles == []

    async def test_renewal_that_fails_for_a_moment_ends_no_watch(self, crowd: Crowd) -> None:
        credential = Renewable("t1", "t2")
        credential.renewal_trouble = BloomUnavailable("away")
        watches = await crowd.join(credential)
        crowd.bloom.accepts = {"t2"}
        while not credential.refused:
            await passing(crowd.clock, 0.2)
        credential.renewal_trouble = None
        await passing(crowd.clock, 120, 0.2)
        assert outcomes(watches) == {True}

    async def test_long_absence_of_anything_to_show_is_told(self, crowd: Crowd) -> None:
        credential = Renewable("t1")
        credential.troubles = [BloomUnavailable("away")] * 9999
        watches = await crowd.join(credential)
        await passing(crowd.clock, 60, 0.2)
        assert outcomes(watches) == {BloomUnavailable}
        assert crowd.bloom.requests == 0
        assert crowd.api.with_credential(credential).left == 20


@pytest.mark.parametrize("crowd", [RateLimit(120, 60.0)], indirect=True)
async def test_repeated_generation_goes_before_those_in_line(crowd: Crowd) -> None:
    crowd.bloom.accepts = {"t2"}
    others = crowd.api.with_credential(Renewable("t2"))
    async with crowd.api.with_credential(Renewable("t1", "t2")).turn("U1/C1") as turn:
        line = [asyncio.create_task(generate(others)) for _ in range(300)]
        await passing(crowd.clock, 10, 0.2)
        began = crowd.clock.monotonic()
        await until_done(crowd.clock, turn.generate(PARAMETERS))
    assert crowd.clock.monotonic() - began <= 5
    assert not all(task.done() for task in line)
    for task in line:
        task.cancel()
    await asyncio.gather(*line, return_exceptions=True)
