"""Every unfinished row has one worker: what it does about troubles, and what is left when the process ends."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.core.engine.troubles import (
    BLOOM_PATIENCE,
    FAULT_LIMIT,
    JITTER,
    REFUSALS,
    SLACK_PATIENCE,
    Troubles,
)
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
from bot.core.journey.endings import ANSWER_PATIENCE, LAST_WORD_PATIENCE, TELL_LIMIT
from bot.core.models import Failure, Generation, GenerationState, ImageState, Queue
from bot.core.retrying import PAUSES
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

        async def failing(generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
            if failures:
                raise failures.pop()
            return await save(generation, was=was, worker_id=worker_id)

        monkeypatch.setattr(world.store, "save_generation", failing)
        world.engine.take(generation)
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.announced) == 1

    @pytest.mark.parametrize(
        ("trouble", "looks"), [(SlackUnavailable("ratelimited", retry_after=0.0), 0), (SLACK_AWAY, 1)]
    )
    async def test_only_an_announcement_that_may_have_reached_slack_is_looked_for(
        self, world: World, trouble: SlackUnavailable, looks: int
    ) -> None:
        world.messenger.script.answer("announce", trouble)
        await taken(world)
        tries = [call.arguments["generation"].attempts for call in world.messenger.script.named("announce")]
        assert tries == [1, 1 + looks]

    async def test_announcement_that_was_lost_once_is_looked_for_however_slack_refused_the_next(
        self, world: World
    ) -> None:
        world.messenger.lose_answer("announce", SLACK_AWAY)
        world.messenger.script.answer("announce", SlackUnavailable("ratelimited", retry_after=1.0))
        assert (await taken(world)).state is S.DELIVERED
        assert len(world.messenger.announced) == 1

    async def test_longest_pause_repeats(self, world: World) -> None:
        world.messenger.script.answer("announce", *[SLACK_AWAY] * (len(PAUSES) + 2))
        await taken(world)
        assert world.clock.monotonic() >= sum(PAUSES) + 2 * PAUSES[-1]

    async def test_slack_is_left_alone_for_as_long_as_it_asked(self, world: World) -> None:
        world.messenger.script.answer("announce", SlackUnavailable("ratelimited", retry_after=300.0))
        await taken(world)
        assert 300 <= world.clock.monotonic() < 300 + PAUSES[-1]

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
        world.bloom.script.answer("watch", *[AWAY] * 100)
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
        world.bloom.script.answer("watch", AWAY)
        await world.paused()
        await world.clock.advance(120)
        await eventually(lambda: world.bloom.script.named("watch"))
        world.bloom.complete()
        assert (await world.ended()).state is S.DELIVERED

    async def test_patience_with_bloom_does_not_count_the_time_slack_was_away(self, world: World) -> None:
        world.messenger.script.answer("announce", *[SLACK_AWAY] * 20)
        world.bloom.script.answer("generate", AWAY)
        assert (await taken(world)).state is S.DELIVERED
        assert world.clock.monotonic() > BLOOM_PATIENCE.total_seconds()

    async def test_line_that_bloom_keeps_refusing_from_is_stood_in_for_longer_than_the_line_is(
        self, world: World
    ) -> None:
        """Between two refusals one may stand in line for as long as Bloom may be away."""
        troubles = Troubles(world.clock, lambda: 0.0)
        generation = await world.add()
        for _ in range(REFUSALS - 1):
            troubles.met(BUSY, generation)
            await world.clock.advance(BLOOM_PATIENCE.total_seconds() + 1)
            assert troubles.verdict(generation) is None
        troubles.met(BUSY, generation)
        assert troubles.verdict(generation) == Failure("unavailable", str(BUSY))

    @pytest.mark.parametrize(
        ("trouble", "patience"),
        [(SLACK_AWAY, SLACK_PATIENCE), (SlackUnavailable("internal_error", answered=True), ANSWER_PATIENCE)],
    )
    @pytest.mark.parametrize("call", ["announce", "deliver"])
    async def test_slack_that_cannot_be_told_is_not_tried_for_ever(
        self, world: World, trouble: SlackUnavailable, patience: timedelta, call: str
    ) -> None:
        world.messenger.script.answer(call, *[trouble] * 3000)
        world.engine.take(await world.add())
        while not (row := await world.row()).state.is_final:
            await (world.clock.advance(600) if world.clock.sleepers else settle(1))
        assert (row.state, row.failure) == (S.FAILED, Failure("slack", trouble.error))
        waited = timedelta(seconds=world.clock.monotonic())
        assert patience <= waited < patience + timedelta(minutes=15)

    @pytest.mark.parametrize("trouble", [SLACK_AWAY, SlackUnavailable("internal_error", answered=True)])
    async def test_end_that_no_reply_could_tell_is_told_in_the_request_message(
        self, world: World, trouble: SlackUnavailable
    ) -> None:
        """Slack may break on the images alone, and it may be back after a day."""
        world.messenger.script.answer("deliver", *[trouble] * 3000)
        if not trouble.answered:
            world.messenger.script.answer("update", *[trouble] * 20)
        world.engine.take(await world.add())
        while world.messenger.shown.get("g1") is not S.FAILED:
            await (world.clock.advance(600) if world.clock.sleepers else settle(1))
            await world.endings.catch_up()
        assert (await world.row()).state is S.FAILED

    async def test_end_that_was_told_is_the_end_although_the_request_message_cannot_be_changed(
        self, world: World
    ) -> None:
        world.messenger.script.answer("update", *[SlackUnavailable("internal_error", answered=True)] * 3000)
        delivered = await taken(world)
        assert (delivered.state, delivered.failure, delivered.is_stale) == (S.DELIVERED, None, True)
        assert not delivered.faults
        world.messenger.script.forget("update")
        await world.restart()
        await world.passing(world.idle())
        assert world.messenger.shown == {"g1": S.DELIVERED}
        assert len(world.messenger.replies) == 1

    async def test_slack_refusing_the_reply_for_good_ends_with_the_reason_on_record(self, world: World) -> None:
        world.messenger.script.answer("deliver", SlackRefused("msg_too_long"))
        failed = await taken(world)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("slack", "msg_too_long"))
        assert world.messenger.script.count("deliver") == 1
        assert world.messenger.replies == []
        assert world.messenger.shown == {"g1": S.FAILED}

    @pytest.mark.parametrize(
        ("troubles", "failure"),
        [
            ([SlackRefused("team_access_not_granted")], Failure("slack", "team_access_not_granted")),
            ([ZeroDivisionError()] * FAULT_LIMIT, Failure("unexpected", "ZeroDivisionError")),
        ],
    )
    @pytest.mark.parametrize("is_heard", [True, False])
    async def test_what_cannot_be_announced_is_told_directly_or_ends_with_its_own_reason(
        self, world: World, troubles: list[Exception], failure: Failure, is_heard: bool
    ) -> None:
        world.messenger.script.answer("announce", *troubles)
        world.messenger.script.answer("deliver", *([] if is_heard else [SlackRefused("account_inactive")]))
        failed = await taken(world)
        assert (failed.state, failed.failure, failed.place, failed.is_stale) == (S.FAILED, failure, None, False)
        assert world.messenger.script.count("deliver") == 1
        assert [of.failure for _, of in world.messenger.replies] == [failure] * is_heard
        assert not world.bloom.script.calls

    async def test_reason_why_there_are_no_images_outlives_the_reply_that_could_not_say_it(self, world: World) -> None:
        world.bloom.script.answer("generate", BloomRefused("FORBIDDEN", 403))
        world.messenger.script.answer("deliver", SlackRefused("msg_too_long"))
        assert (await taken(world)).failure == Failure("FORBIDDEN")

    async def test_slack_refusing_does_not_stop_the_others(self, world: World) -> None:
        for call in ("announce", "deliver"):
            world.messenger.script.answer(call, SlackRefused("account_inactive"))
        world.engine.take(await world.add())
        await world.ended()
        world.engine.take(await world.add(a_request("V2"), "g2"))
        assert (await world.ended("g2")).state is S.DELIVERED

    @pytest.mark.parametrize("call", ["generate", "watch"])
    async def test_unexpected_faults_are_told_when_they_are_too_many(self, world: World, call: str) -> None:
        world.bloom.script.answer(call, *[ZeroDivisionError()] * FAULT_LIMIT)
        failed = await taken(world)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("unexpected", "ZeroDivisionError"))
        assert world.bloom.script.count(call) == FAULT_LIMIT
        assert len(world.messenger.replies) == 1

    async def test_few_unexpected_faults_are_survived(self, world: World) -> None:
        world.bloom.script.answer("watch", *[ZeroDivisionError()] * (FAULT_LIMIT - 1))
        assert (await taken(world)).state is S.DELIVERED

    async def test_fault_is_still_told_when_slack_is_away_at_that_moment(self, world: World) -> None:
        world.bloom.script.answer("watch", *[ZeroDivisionError()] * FAULT_LIMIT)
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

    @pytest.mark.parametrize("call", ["announce", "generate", "watch", "deliver", "update"])
    async def test_generation_is_delivered_once_wherever_the_process_died(self, world: World, call: str) -> None:
        script = world.bloom.script if call in ("generate", "watch") else world.messenger.script
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
        reply_id = (await world.messenger.deliver(posting)).message_id
        await world.restart()
        assert (await world.ended()).reply_id == reply_id
        assert len(world.messenger.replies) == 1

    async def test_everything_unfinished_is_taken_and_nothing_final(self, world: World) -> None:
        for number in range(3):
            await world.add(a_request(f"V{number}"), f"g{number}")
        cancelled = await world.row("g1")
        await world.save(cancelled.but(state=S.CANCELLED), was=S.QUEUED)
        await world.restart()
        await world.passing(world.idle())
        states = [(await world.row(f"g{number}")).state for number in range(3)]
        assert states == [S.DELIVERED, S.CANCELLED, S.DELIVERED]

    async def test_request_from_before_the_start_is_told_once(self, world: World) -> None:
        await world.die()
        await world.start()
        gate = world.messenger.script.hold("announce")
        generation = await world.generations.start(a_request())
        await settle()
        assert not world.engine.works_on(generation.id)
        await world.worker.start()
        assert world.engine.works_on(generation.id)
        gate.set()
        assert (await world.ended(generation.id)).faults == 0
        assert world.messenger.script.count("announce") == len(world.messenger.replies) == 1

    async def test_cancelled_one_is_told_by_the_next_process_when_this_one_could_not(self, world: World) -> None:
        await world.put(S.WAITING, image_ids=("i1",))
        world.messenger.script.answer("update", *[SLACK_AWAY] * 99)
        await world.passing(world.generations.cancel("g1", "U1"))
        world.messenger.script.forget("update")
        world.messenger.script.calls.clear()
        for _ in range(2):
            await world.restart()
            await world.passing(world.idle())
            assert world.messenger.shown == {"g1": S.CANCELLED}
        assert world.messenger.script.count("update") == 1

    async def test_place_in_line_goes_from_the_message_although_the_process_that_told_it_died(
        self, world: World
    ) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        world.bloom.line = [Queue(12, 20.0)]
        world.bloom.script.hold("turn")
        world.engine.take(await world.add())
        await eventually(lambda: world.bloom.script.count("turn"))
        assert world.messenger.shown == {"g1": S.QUEUED}
        world.bloom.line = []
        await world.restart()
        world.bloom.script.hold("turn").set()
        await eventually(lambda: world.bloom.script.count("watch"))
        assert world.messenger.shown == {"g1": S.WAITING}
        assert not (await world.row()).is_stale


class TestWhoWorks:
    async def test_generation_is_worked_on_once_however_often_it_is_taken(self, world: World) -> None:
        generation = await world.add()
        for _ in range(3):
            world.engine.take(generation)
        assert len(world.tasks) == 1
        await world.ended()
        assert world.bloom.script.count("generate") == 1

    async def test_one_that_is_dropped_before_it_began_can_be_taken_up_again(self, world: World) -> None:
        world.engine.take(await world.add())
        await world.engine.drop("g1")
        assert not world.engine.works_on("g1")
        await world.passing(world.engine.moved("g1"))
        world.engine.take(await world.row())
        assert (await world.ended()).state is S.DELIVERED

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
        await world.save(row.but(state=S.CANCELLED), was=S.WAITING)
        world.bloom.complete()
        with capture_logs() as lines:
            assert (await world.ended()).state is S.CANCELLED
        assert world.messenger.replies == []
        assert {line["log_level"] for line in lines} == {"info"}

    async def test_outdated_row_is_found_out_before_anything_is_posted(self, world: World) -> None:
        outdated = (await world.add()).but(attempts=1)
        await world.save(outdated.but(state=S.DELIVERED), was=S.QUEUED)
        world.engine.take(outdated)
        await world.idle()
        assert world.messenger.script.calls == []

    async def test_row_that_is_gone_is_dropped(self, world: World) -> None:
        never_written = (await world.add()).but(id="g9", attempts=1)
        world.engine.take(never_written)
        await world.idle()
        assert world.messenger.script.calls == []

    async def test_what_was_cancelled_during_a_pause_is_dropped(self, world: World) -> None:
        world.bloom.script.answer("generate", AWAY)
        world.engine.take(await world.add())
        await world.paused()
        await world.save((await world.row()).but(state=S.CANCELLED), was=S.QUEUED)
        await world.passing(world.idle())
        assert (await world.row()).state is S.CANCELLED
        assert world.bloom.script.count("generate") == 1

    async def test_stopped_engine_takes_nothing_more(self, world: World) -> None:
        generation = await world.add()
        await world.worker.stop()
        world.engine.take(generation)
        await world.worker.start()
        assert len(world.tasks) == 0
        assert (await world.row()).state is S.QUEUED

    async def test_no_more_than_the_limit_are_under_way_at_once(self, world: World) -> None:
        world.hire(limit=2)
        await world.worker.start()
        gate = world.bloom.script.hold("generate")
        ids = [(await world.generations.start(a_request(f"V{number}"))).id for number in range(5)]
        await eventually(lambda: world.bloom.script.count("generate") == 2)
        await settle()
        assert world.bloom.script.count("generate") == 2
        gate.set()
        await world.passing(world.idle())
        assert [(await world.row(one)).state for one in ids] == [S.DELIVERED] * 5

    async def test_what_is_taken_without_room_is_taken_up_when_there_is_some(self, world: World) -> None:
        world.hire(limit=1)
        await world.worker.start()
        world.worker.keep()
        gate = world.bloom.script.hold("generate")
        for number in range(2):
            world.engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
        assert [world.engine.works_on(f"g{number}") for number in range(2)] == [True, False]
        gate.set()
        async with asyncio.timeout(10):
            while (await world.row("g1")).state is not S.DELIVERED:
                await (world.clock.advance(1) if world.clock.sleepers else settle())

    async def test_ended_generation_can_be_taken_up_again(self, world: World) -> None:
        delivered = await taken(world)
        anew = delivered.but(state=S.WAITING, owner=world.lease.worker_id)
        await world.save(anew, was=S.DELIVERED)
        world.engine.take(anew)
        assert (await world.ended()).state is S.DELIVERED
        assert world.bloom.script.count("watch") == 2

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
    world.bloom.script.hold("watch")
    world.engine.take(await world.add())
    await eventually(lambda: world.bloom.script.count("watch"))
    with capture_logs() as lines:
        await world.tasks.stop()
    assert lines == []
    assert (await world.row()).state is S.WAITING


class TestFaultsOnRecord:
    async def died(self, world: World, times: int) -> None:
        """Let the process die so many times with everything in hand."""
        for _ in range(times):
            await world.die()
            await world.start()
            await world.worker.start()

    async def test_job_that_kills_the_process_again_and_again_is_told(self, world: World) -> None:
        world.bloom.script.hold("watch")
        world.engine.take(await world.add())
        await eventually(lambda: world.bloom.script.count("watch"))
        await self.died(world, FAULT_LIMIT - 1)
        assert (await world.row()).faults == FAULT_LIMIT - 1
        await settle()
        assert world.engine.works_on("g1")
        await self.died(world, 1)
        failed = await world.ended()
        assert (failed.state, failed.failure) == (S.FAILED, Failure("unexpected", "the bot died of it"))
        assert len(world.messenger.replies) == 1
        assert world.bloom.script.count("generate") == 1

    async def test_process_that_dies_of_itself_again_and_again_fails_few(self, world: World) -> None:
        world.bloom.script.hold("watch")
        for number in range(8):
            world.engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
        await eventually(lambda: world.bloom.script.count("watch") == 8)
        await self.died(world, 2 * FAULT_LIMIT)
        await settle()
        world.worker.keep()
        async with asyncio.timeout(20):
            while any([(await world.row(f"g{number}")).faults for number in range(8)]):
                await world.pass_time(15)
        assert [world.engine.works_on(f"g{number}") for number in range(8)].count(False) <= 3

    async def test_one_that_kills_the_process_fails_with_few_others(self, world: World) -> None:
        world.bloom.script.hold("watch")
        for number in range(8):
            world.engine.take(await world.add(a_request(f"V{number}"), f"g{number}"))
        await eventually(lambda: world.bloom.script.count("watch") == 8)
        for _ in range(100):
            if world.engine.works_on("g6"):
                await self.died(world, 1)
            elif (await world.row("g6")).state.is_final:
                break
            else:
                await world.pass_time(15)
                await world.rounds.go()
            await settle(5)
        states = [(await world.row(f"g{number}")).state for number in range(8)]
        assert states[6] is S.FAILED
        assert states.count(S.FAILED) <= 2

    async def test_what_kills_the_process_while_it_is_told_is_closed_without(self, world: World) -> None:
        await world.put(S.POSTING, finished_at=world.clock.now())
        for _ in range(FAULT_LIMIT + 1):
            await world.store.count_fault(world.lease.worker_id, "g1")
        await world.restart()
        failed = await world.ended()
        assert failed.failure == Failure("unexpected", "the bot died of it")
        assert world.messenger.script.calls == []

    async def test_process_that_ends_in_order_counts_nothing(self, world: World) -> None:
        gate = world.bloom.script.hold("watch")
        world.engine.take(await world.add())
        for _ in range(FAULT_LIMIT + 1):
            await eventually(lambda: world.bloom.script.count("watch"))
            world.bloom.script.calls.clear()
            await world.restart()
            assert (await world.row()).faults == 0
        gate.set()
        assert (await world.ended()).state is S.DELIVERED

    async def test_faults_before_and_after_a_restart_are_added_up(self, world: World) -> None:
        world.bloom.script.answer("watch", *[ZeroDivisionError()] * FAULT_LIMIT)
        world.engine.take(await world.add())
        for _ in range(FAULT_LIMIT - 2):
            await world.paused()
            await world.clock.advance(60)
        await world.paused()
        await world.restart()
        failed = await world.ended()
        assert failed.failure == Failure("unexpected", "ZeroDivisionError")
        assert world.bloom.script.count("watch") == FAULT_LIMIT

    async def test_arrow_clears_the_faults_of_the_state_before(self, world: World) -> None:
        world.bloom.script.answer("watch", *[ZeroDivisionError()] * (FAULT_LIMIT - 1))
        world.messenger.script.answer("deliver", *[ZeroDivisionError()] * (FAULT_LIMIT - 1))
        delivered = await taken(world)
        assert (delivered.state, delivered.faults) == (S.DELIVERED, 0)

    async def test_step_that_goes_well_clears_the_faults(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        world.bloom.script.answer("watch", ZeroDivisionError())
        world.engine.take(await world.add())
        await world.paused()
        assert (await world.row()).faults == 1
        async with asyncio.timeout(10):
            while (await world.row()).faults:
                await world.pass_time(1)

    async def test_pauses_differ_by_chance(self, world: World) -> None:
        chances = iter((0.0, 1.0))
        troubles = Troubles(world.clock, lambda: next(chances))
        troubles.met(AWAY, await world.add())
        assert [troubles.pause, troubles.pause] == [PAUSES[0], PAUSES[0] * (1 + JITTER)]


class TestRequestMessagesThatLagBehind:
    async def test_generation_whose_reply_stands_holds_no_place(self, world: World) -> None:
        world.hire(limit=2)
        await world.worker.start()
        gate = world.messenger.script.hold("update")
        for number in range(6):
            await world.generations.start(a_request(f"V{number}"))

        async def all_replied() -> None:
            while len(world.messenger.replies) < 6 or world.engine.ids:
                await asyncio.sleep(0.0005)

        await world.passing(all_replied())
        gate.set()
        await world.passing(world.idle())
        assert set(world.messenger.shown.values()) == {S.DELIVERED}

    async def test_few_are_told_at_once_and_the_others_once_each_at_the_coming_beats(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.core.journey.endings.AT_ONCE", 3)
        gate = world.messenger.script.hold("update")
        for number in range(10):
            await world.generations.start(a_request(f"V{number}"))
        await eventually(lambda: len(world.messenger.replies) == 10 and not world.engine.ids)
        for _ in range(2):
            await world.endings.catch_up()
            await settle()
            assert world.messenger.script.count("update") == 3
        gate.set()
        for told in (6, 9, 10, 10):
            await world.idle()
            await world.endings.catch_up()
            await world.idle()
            assert world.messenger.script.count("update") == told
        assert set(world.messenger.shown.values()) == {S.DELIVERED}

    async def test_end_that_was_told_between_the_look_and_the_telling_is_not_told_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        delivered = await taken(world)
        stale = delivered.but(is_stale=True)

        async def late(*_: object, **__: object) -> tuple[Generation, ...]:
            return (stale,)

        monkeypatch.setattr(world.store, "stale_ends", late)
        await world.endings.catch_up()
        await world.idle()
        assert world.messenger.script.count("update") == 1

    async def test_telling_ends_with_the_process_and_the_next_one_tells(self, world: World) -> None:
        gate = world.messenger.script.hold("update")
        world.engine.take(await world.add())
        await eventually(lambda: world.messenger.script.count("update"))
        with capture_logs() as lines:
            await world.restart()
        assert not [line for line in lines if line["log_level"] in ("warning", "error")]
        gate.set()
        await world.idle()
        row = await world.row()
        assert (row.is_stale, row.faults, world.messenger.shown) == (False, 0, {"g1": S.DELIVERED})

    @pytest.mark.parametrize("trouble", [SlackRefused("edit_window_closed"), ZeroDivisionError()])
    async def test_one_that_cannot_be_changed_is_tried_a_few_times_and_never_passes_for_told(
        self, world: World, trouble: Exception
    ) -> None:
        world.messenger.script.answer("update", *[trouble] * 99)
        await taken(world)
        for _ in range(TELL_LIMIT + 2):
            await world.endings.catch_up()
            await world.idle()
        assert world.messenger.script.count("update") == TELL_LIMIT
        assert (await world.row()).is_stale

    @pytest.mark.parametrize(
        ("is_answered", "reply_id", "is_tried"),
        [(True, "17.1", False), (True, None, True), (False, "17.1", True)],
    )
    async def test_one_that_slack_always_breaks_on_is_given_up_but_neither_silence_nor_the_last_word(
        self, world: World, is_answered: bool, reply_id: str | None, is_tried: bool
    ) -> None:
        trouble = SlackUnavailable("fatal_error", answered=is_answered)
        world.messenger.script.answer("update", *[trouble] * 999)
        posting = await world.put(S.POSTING, reply_id=reply_id, finished_at=world.clock.now())
        await world.save(posting.but(state=S.FAILED, is_stale=True), was=S.POSTING)

        async def tries() -> int:
            world.messenger.script.calls.clear()
            for _ in range(TELL_LIMIT):
                await world.endings.catch_up()
                await world.passing(world.idle())
            return world.messenger.script.count("update")

        assert await tries() == TELL_LIMIT * (len(PAUSES) + 1)
        await world.clock.advance(ANSWER_PATIENCE.total_seconds())
        await tries()
        assert bool(await tries()) == is_tried
        await world.clock.advance(LAST_WORD_PATIENCE.total_seconds())
        await tries()
        assert bool(await tries()) == (not is_answered)
        assert (await world.row()).is_stale

    async def test_telling_that_kills_the_process_is_not_tried_for_ever(self, world: World) -> None:
        world.messenger.script.hold("update")
        world.engine.take(await world.add())
        await eventually(lambda: world.messenger.script.count("update"))
        for told in range(1, TELL_LIMIT + 3):
            assert world.messenger.script.count("update") == min(told, TELL_LIMIT + 1)
            await world.die()
            await world.start()
            await world.worker.start()
            await settle(5)


class TestRoom:
    async def test_start_takes_in_pages_oldest_first_as_many_as_there_is_room_for(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.core.engine.rounds.PAGE", 2)
        for number in range(7):
            await world.add(a_request(f"V{number}"), f"g{number}")
        await world.die()
        await world.start()
        gate = world.messenger.script.hold("announce")
        world.hire(limit=5)
        await world.worker.start()
        assert [world.engine.works_on(f"g{number}") for number in range(7)] == [True] * 5 + [False] * 2
        gate.set()
        await world.passing(world.idle())
        assert {(await world.row(f"g{number}")).state for number in range(7)} == {S.DELIVERED}

    async def test_row_that_cannot_be_read_does_not_keep_the_others_from_starting(self, world: World) -> None:
        for number in range(2):
            await world.add(a_request(f"V{number}"), f"g{number}")
        await world.store._writer.run(lambda db: db.execute("UPDATE generations SET state = 'odd' WHERE id = 'g0'"))
        await world.restart()
        assert (await world.ended("g1")).state is S.DELIVERED

    async def test_end_that_cannot_be_read_does_not_keep_another_from_being_told(self, world: World) -> None:
        unreadable = await world.add(a_request("V2"), "g2")
        await world.save(unreadable.but(state=S.FAILED, finished_at=world.clock.now(), is_stale=True), was=S.QUEUED)
        posting = await world.put(S.POSTING, finished_at=world.clock.now())
        await world.save(posting.but(state=S.FAILED, is_stale=True), was=S.POSTING)
        await world.store._writer.run(lambda db: db.execute("UPDATE generations SET parameters = '?' WHERE id = 'g2'"))
        await world.restart()
        await world.idle()
        assert world.messenger.shown == {"g1": S.FAILED}

    async def test_row_at_work_that_cannot_be_read_is_logged_and_left(self, world: World) -> None:
        world.messenger.script.answer("announce", SLACK_AWAY)
        world.engine.take(await world.add())
        await world.paused()
        await world.store._writer.run(lambda db: db.execute("UPDATE generations SET parameters = '?'"))
        with capture_logs() as lines:
            await world.passing(world.idle())
            for _ in range(9):
                await world.rounds.go()
        assert not world.engine.works_on("g1")
        assert world.messenger.script.count("announce") == 1
        said = [line["event"] for line in lines if line["log_level"] != "info"]
        assert set(said) == {"generation cannot be read"}
        assert len(said) <= 3
