"""Every unfinished row has one worker: what it does about troubles, and what is left when the process ends."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.engine import BLOOM_PATIENCE, FAULT_LIMIT, PAUSES, Engine
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    SlackRefused,
    SlackUnavailable,
    StoreError,
)
from bot.core.journey import Journey
from bot.core.models import Failure, Generation, GenerationState, ImageState
from bot.store import SqliteStore, Vault
from tests.core.world import S, World, a_request, an_image
from tests.fakes.eventually import eventually, settle

AWAY = BloomUnavailable("away", sent=False)
BROKE = BloomUnavailable("500", sent=True)
BUSY = BloomRateLimited("TOO_MANY_REQUESTS", 429)
SLACK_AWAY = SlackUnavailable("unreachable")


async def taken(world: World) -> Generation:
    """Start a generation and follow it until it has ended."""
    world.engine.take(await world.add())
    return await world.ended()


class TestTroublesThatPass:
    @pytest.mark.parametrize("trouble", [AWAY, BUSY])
    async def test_request_that_bloom_did_not_carry_out_is_repeated_after_a_pause(
        self, world: World, trouble: BotError
    ) -> None:
        world.bloom.script.answer("generate", trouble, trouble)
        world.engine.take(await world.add())
        await world.paused()
        row = await world.row()
        assert (row.state, world.bloom.script.count("generate")) == (S.QUEUED, 1)
        await world.clock.advance(PAUSES[0])
        await eventually(lambda: world.bloom.script.count("generate") == 2)
        delivered = await world.ended()
        assert (delivered.state, delivered.failure) == (S.DELIVERED, None)
        assert world.clock.monotonic() >= sum(PAUSES[:2])
        assert len(world.messenger.announced) == len(world.messenger.replies) == 1

    async def test_request_whose_answer_was_lost_is_not_paid_twice(self, world: World) -> None:
        world.bloom.lose_answer(BROKE)
        delivered = await taken(world)
        assert delivered.image_ids == ("image-1-1",)
        assert world.bloom.script.count("generate") == 1

    async def test_request_that_broke_without_images_is_repeated(self, world: World) -> None:
        world.bloom.script.answer("generate", BROKE)
        assert (await taken(world)).state is S.DELIVERED
        assert world.bloom.script.count("generate") == 2

    async def test_slack_being_away_is_waited_out_and_the_reply_not_lost(self, world: World) -> None:
        world.messenger.script.answer("deliver", *[SLACK_AWAY] * 20)
        delivered = await taken(world)
        assert delivered.state is S.DELIVERED
        assert len(world.messenger.replies) == 1
        assert world.clock.monotonic() > BLOOM_PATIENCE.total_seconds()

    async def test_slack_being_away_at_the_beginning_is_waited_out(self, world: World) -> None:
        world.messenger.script.answer("announce", SLACK_AWAY, SLACK_AWAY)
        assert (await taken(world)).state is S.DELIVERED
        assert len(world.messenger.announced) == 1

    async def test_database_that_fails_is_waited_out(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        generation, save = await world.add(), world.store.save_generation
        failures = [StoreError("full")] * 3

        async def failing(generation: Generation, *, was: GenerationState) -> bool:
            if failures:
                raise failures.pop()
            return await save(generation, was=was)

        monkeypatch.setattr(world.store, "save_generation", failing)
        world.engine.take(generation)
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.announced) == 1

    async def test_longest_pause_repeats(self, world: World) -> None:
        world.messenger.script.answer("announce", *[SLACK_AWAY] * (len(PAUSES) + 2))
        await taken(world)
        assert world.clock.monotonic() >= sum(PAUSES) + 2 * PAUSES[-1]

    async def test_troubles_are_logged_with_their_reason_and_faults_with_a_traceback(self, world: World) -> None:
        world.bloom.script.answer("generate", BUSY)
        world.messenger.script.answer("deliver", ZeroDivisionError())
        with capture_logs() as lines:
            await taken(world)
        levels = {line["event"]: line["log_level"] for line in lines}
        assert (levels["generation held up"], levels["generation broke"]) == ("warning", "error")
        assert [type(line["exc_info"]) for line in lines if "exc_info" in line] == [ZeroDivisionError]


class TestTroublesThatStay:
    @pytest.mark.parametrize("trouble", [AWAY, BROKE, BUSY, BloomUnreadable("what?")])
    async def test_bloom_away_for_longer_than_patience_is_told(self, world: World, trouble: BotError) -> None:
        world.bloom.script.answer("generate", *[trouble] * 100)
        began = world.clock.now()
        failed = await taken(world)
        assert failed.state is S.FAILED
        assert failed.failure == Failure("unavailable", str(trouble))
        assert len(world.messenger.replies) == 1
        assert failed.finished_at is not None
        assert BLOOM_PATIENCE <= failed.finished_at - began < BLOOM_PATIENCE + timedelta(minutes=3)

    async def test_bloom_away_while_it_draws_is_told_as_taking_too_long(self, world: World) -> None:
        world.bloom.script.answer("wait", *[AWAY] * 100)
        failed = await taken(world)
        assert failed.failure == Failure("timed_out", "away")
        assert failed.image_ids == ("image-1-1",)
        assert len(world.messenger.replies) == 1

    async def test_patience_begins_anew_when_bloom_came_back_in_between(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        world.bloom.script.answer("generate", AWAY)
        world.engine.take(await world.add())
        while world.clock.monotonic() < BLOOM_PATIENCE.total_seconds() + 60:
            await world.paused()
            await world.clock.advance(60)
            await settle(2)
        world.bloom.script.answer("wait", AWAY)
        await world.paused()
        await world.clock.advance(120)
        await eventually(lambda: world.bloom.script.named("wait"))
        world.bloom.complete()
        assert (await world.ended()).state is S.DELIVERED

    async def test_patience_with_bloom_does_not_count_the_time_slack_was_away(self, world: World) -> None:
        world.messenger.script.answer("announce", *[SLACK_AWAY] * 20)
        world.bloom.script.answer("generate", AWAY)
        assert (await taken(world)).state is S.DELIVERED
        assert world.clock.monotonic() > BLOOM_PATIENCE.total_seconds()

    @pytest.mark.parametrize("call", ["announce", "deliver"])
    async def test_slack_refusing_for_good_ends_with_the_reason_on_record(self, world: World, call: str) -> None:
        world.messenger.script.answer(call, SlackRefused("account_inactive"))
        failed = await taken(world)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("slack", "account_inactive"))
        assert world.messenger.script.count(call) == 1
        assert world.messenger.replies == []

    async def test_slack_refusing_does_not_stop_the_others(self, world: World) -> None:
        world.messenger.script.answer("announce", SlackRefused("account_inactive"))
        world.engine.take(await world.add())
        await world.ended()
        world.engine.take(await world.add(a_request("V2"), "g2"))
        assert (await world.ended("g2")).state is S.DELIVERED

    @pytest.mark.parametrize("call", ["generate", "wait"])
    async def test_unexpected_faults_are_told_when_they_are_too_many(self, world: World, call: str) -> None:
        world.bloom.script.answer(call, *[ZeroDivisionError()] * FAULT_LIMIT)
        failed = await taken(world)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("unexpected", "ZeroDivisionError"))
        assert world.bloom.script.count(call) == FAULT_LIMIT
        assert len(world.messenger.replies) == 1

    async def test_few_unexpected_faults_are_survived(self, world: World) -> None:
        world.bloom.script.answer("wait", *[ZeroDivisionError()] * (FAULT_LIMIT - 1))
        assert (await taken(world)).state is S.DELIVERED

    async def test_fault_is_still_told_when_slack_is_away_at_that_moment(self, world: World) -> None:
        world.bloom.script.answer("wait", *[ZeroDivisionError()] * FAULT_LIMIT)
        world.messenger.script.answer("deliver", SLACK_AWAY, SLACK_AWAY)
        failed = await taken(world)
        assert failed.failure == Failure("unexpected", "ZeroDivisionError")
        assert len(world.messenger.replies) == 1

    async def test_telling_that_breaks_ends_with_the_reason_on_record(self, world: World) -> None:
        world.messenger.script.answer("deliver", *[ZeroDivisionError()] * FAULT_LIMIT)
        failed = await taken(world)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("unexpected", "ZeroDivisionError"))
        assert world.messenger.replies == []

    async def test_refusal_is_told_once_and_not_repeated(self, world: World) -> None:
        world.bloom.script.answer("generate", BloomRefused("FORBIDDEN", 403, action_url="https://bloom.test/plans"))
        failed = await taken(world)
        assert failed.failure == Failure("FORBIDDEN", "", "https://bloom.test/plans")
        assert world.bloom.script.count("generate") == len(world.messenger.replies) == 1


class TestRestart:
    @pytest.mark.parametrize("state", [S.QUEUED, S.SUBMITTING, S.WAITING, S.FINISHED, S.POSTING])
    async def test_goes_on_from_every_state(self, world: World, state: GenerationState) -> None:
        world.bloom.draw(a_request().parameters)
        reached = state in (S.WAITING, S.FINISHED, S.POSTING)
        images = tuple(world.bloom.gallery) if state in (S.FINISHED, S.POSTING) else ()
        await world.put(state, image_ids=("image-1-1",) if reached else (), images=images)
        await world.restart()
        delivered = await world.ended()
        assert delivered.state is S.DELIVERED
        assert len(delivered.pictures) == len(world.messenger.replies) == 1
        assert world.bloom.script.count("generate") == (1 if state is S.QUEUED else 0)
        assert world.messenger.script.count("announce") == 0

    @pytest.mark.parametrize("call", ["announce", "generate", "wait", "deliver", "update"])
    async def test_generation_is_delivered_once_wherever_the_process_died(self, world: World, call: str) -> None:
        script = world.bloom.script if call in ("generate", "wait") else world.messenger.script
        gate = script.hold(call)
        world.engine.take(await world.add())
        await eventually(lambda: script.count(call))
        await world.restart()
        gate.set()
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.replies) == 1
        assert len(world.bloom.gallery) == 1

    async def test_paid_image_is_adopted_after_a_restart(self, world: World) -> None:
        world.bloom.lose_answer(BROKE)
        world.engine.take(await world.add())
        await world.paused()
        await world.restart()
        assert (await world.ended()).image_ids == ("image-1-1",)
        assert len(world.bloom.gallery) == 1

    async def test_reply_that_was_posted_is_not_posted_again(self, world: World) -> None:
        image = an_image("i1", state=ImageState.COMPLETED, url="https://bloom.test/i1")
        posting = await world.put(S.POSTING, images=(image,), image_ids=("i1",), finished_at=world.clock.now())
        reply_id = await world.messenger.deliver(posting)
        await world.restart()
        assert (await world.ended()).reply_id == reply_id
        assert len(world.messenger.replies) == 1

    async def test_everything_unfinished_is_taken_and_nothing_final(self, world: World) -> None:
        for number in range(3):
            await world.add(a_request(f"V{number}"), f"g{number}")
        cancelled = await world.row("g1")
        await world.store.save_generation(cancelled.but(state=S.CANCELLED), was=S.QUEUED)
        await world.restart()
        await world.passing(world.idle())
        states = [(await world.row(f"g{number}")).state for number in range(3)]
        assert states == [S.DELIVERED, S.CANCELLED, S.DELIVERED]


class TestWhoWorks:
    async def test_generation_is_worked_on_once_however_often_it_is_taken(self, world: World) -> None:
        generation = await world.add()
        for _ in range(3):
            world.engine.take(generation)
        assert len(world.tasks) == 1
        await world.ended()
        assert world.bloom.script.count("generate") == 1

    async def test_final_generation_is_left_alone(self, world: World) -> None:
        generation = await world.add()
        for state in (S.DELIVERED, S.FAILED, S.CANCELLED):
            world.engine.take(generation.but(state=state))
        assert len(world.tasks) == 0

    async def test_what_somebody_else_moved_on_is_dropped_silently(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        world.engine.take(await world.add())
        await world.paused()
        row = await world.row()
        await world.store.save_generation(row.but(state=S.CANCELLED), was=S.WAITING)
        world.bloom.complete()
        with capture_logs() as lines:
            assert (await world.ended()).state is S.CANCELLED
        assert world.messenger.replies == []
        assert {line["log_level"] for line in lines} == {"info"}

    async def test_outdated_row_is_found_out_before_anything_is_posted(self, world: World) -> None:
        outdated = await world.add()
        await world.store.save_generation(outdated.but(state=S.DELIVERED), was=S.QUEUED)
        world.engine.take(outdated)
        await world.idle()
        assert world.messenger.script.calls == []

    async def test_row_that_is_gone_is_dropped(self, world: World) -> None:
        never_written = (await world.add()).but(id="g9")
        world.engine.take(never_written)
        await world.idle()
        assert world.messenger.script.calls == []

    async def test_what_was_cancelled_during_a_pause_is_dropped(self, world: World) -> None:
        world.bloom.script.answer("generate", AWAY)
        world.engine.take(await world.add())
        await world.paused()
        await world.store.save_generation((await world.row()).but(state=S.CANCELLED), was=S.QUEUED)
        await world.passing(world.idle())
        assert (await world.row()).state is S.CANCELLED
        assert world.bloom.script.count("generate") == 1

    async def test_stopped_engine_takes_nothing_more(self, world: World) -> None:
        generation = await world.add()
        world.engine.stop()
        world.engine.take(generation)
        await world.engine.start()
        assert len(world.tasks) == 0
        assert (await world.row()).state is S.QUEUED

    async def test_no_more_than_the_limit_are_under_way_at_once(self, world: World) -> None:
        engine = Engine(world.store, world.journey, world.clock, world.tasks, limit=2)
        gate = world.bloom.script.hold("generate")
        for number in range(5):
            engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
        await eventually(lambda: world.bloom.script.count("generate") == 2)
        await settle()
        assert world.bloom.script.count("generate") == 2
        gate.set()
        await world.passing(world.idle())
        assert [(await world.row(f"g{number}")).state for number in range(5)] == [S.DELIVERED] * 5

    async def test_ended_generation_can_be_taken_up_again(self, world: World) -> None:
        delivered = await taken(world)
        anew = delivered.but(state=S.WAITING)
        await world.store.save_generation(anew, was=S.DELIVERED)
        world.engine.take(anew)
        assert (await world.ended()).state is S.DELIVERED
        assert world.bloom.script.count("wait") == 2

    async def test_many_at_once_are_all_delivered_each_with_its_own_images(self, world: World) -> None:
        for number in range(50):
            world.engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
        await world.passing(world.idle())
        rows = [await world.row(f"g{number}") for number in range(50)]
        assert {row.state for row in rows} == {S.DELIVERED}
        assert len({row.image_ids for row in rows}) == len(world.messenger.replies) == 50


async def test_answers_lost_by_two_equal_requests_are_shared_out(world: World) -> None:
    for number in range(2):
        world.bloom.lose_answer(BROKE)
        world.engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
    await world.passing(world.idle())
    rows = [await world.row(f"g{number}") for number in range(2)]
    assert {row.image_ids for row in rows} == {("image-1-1",), ("image-2-1",)}
    assert world.bloom.script.count("generate") == 2


async def test_end_of_the_process_is_not_taken_for_a_trouble(world: World) -> None:
    world.bloom.script.hold("wait")
    world.engine.take(await world.add())
    await eventually(lambda: world.bloom.script.count("wait"))
    with capture_logs() as lines:
        await world.tasks.stop()
    assert lines == []
    assert (await world.row()).state is S.WAITING


async def test_store_and_journey_may_be_anyones(world: World, tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "other.db", Vault.beside(tmp_path / "other.db"))
    journey = Journey(store, world.connections, world.messenger, world.usage, world.clock)
    engine = Engine(store, journey, world.clock, world.tasks)
    engine.take(await store.add_generation("g1", a_request(), world.clock.now() - timedelta(days=1)))
    await world.passing(world.idle())
    delivered = await store.generation("g1")
    assert delivered is not None
    assert delivered.state is S.DELIVERED
    await store.close()
