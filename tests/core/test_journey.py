"""The way of one generation, step by step: what is on disk when Bloom and Slack are asked, and what comes of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    LeaseLost,
    SlackRefused,
    SlackUnavailable,
    StoreError,
)
from bot.core.journey import Overtaken
from bot.core.journey.journey import HOLD, PATIENCE, SHORTEST_HOLD
from bot.core.journey.ordering import SETTLING
from bot.core.journey.request_message import MESSAGE_SETTLING
from bot.core.models import (
    AspectRatio,
    Failure,
    Generation,
    GenerationState,
    ImageState,
    Page,
    Parameters,
    Payer,
    Place,
    Queue,
    Reply,
    Showing,
)
from tests.core.world import S, World, a_request, an_image
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import Call

LOST = BloomTimeout("no answer")
NO_CREDITS = BloomRefused("INSUFFICIENT_CREDITS", 402, "top up", action_url="https://bloom.test/pay")


async def travelled(world: World, generation: Generation) -> Generation:
    """Follow the generation to its end; what is returned must be what is on disk."""
    ended = await world.passing(world.travel(generation))
    await world.passing(world.idle())
    assert ended == await world.row(generation.id)
    return ended


async def announced(world: World) -> Generation:
    """Return a queued generation whose request message stands."""
    return await world.journey.step(await world.add())


def spied(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Return a list that grows with every call of this method of the store."""
    calls, method = [], getattr(world.store, name)

    async def spy(*args: Any, **fields: Any) -> Any:
        calls.append(args)
        return await method(*args, **fields)

    monkeypatch.setattr(world.store, name, spy)
    return calls


def refuse_once(world: World, monkeypatch: pytest.MonkeyPatch, state: GenerationState, **fields: Any) -> None:
    """Let the database fail once to write a generation like this."""
    save, refusals = world.store.save_generation, [StoreError("locked")]

    async def failing(generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        if generation == generation.but(state=state, **fields) and refusals:
            raise refusals.pop()
        return await save(generation, was=was, worker_id=worker_id)

    monkeypatch.setattr(world.store, "save_generation", failing)


class TestTheWholeWay:
    async def test_every_state_is_on_disk_before_the_next_side_effect(self, world: World) -> None:
        world.keep_diary()
        await travelled(world, await world.add())
        assert world.diary == [
            ("announce", S.QUEUED),
            ("turn", S.QUEUED),
            ("generate", S.SUBMITTING),
            ("watch", S.WAITING),
            ("deliver", S.POSTING),
            ("attach", S.POSTING),
            ("update", S.DELIVERED),
        ]

    async def test_delivered_generation_knows_everything_about_itself(self, world: World) -> None:
        delivered = await travelled(world, await world.add(a_request(variants=2)))
        assert delivered.state is S.DELIVERED
        assert delivered.image_ids == ("image-1-1", "image-1-2")
        assert [image.id for image in delivered.pictures] == ["image-1-1", "image-1-2"]
        assert delivered.failure is None
        assert delivered.reply_id == world.messenger.replies[0][0]
        assert delivered.submitted_at == delivered.finished_at == world.clock.now()
        assert delivered.place is not None
        assert world.messenger.shown == {"g1": S.DELIVERED}

    async def test_bloom_is_told_what_was_asked_for(self, world: World) -> None:
        request = a_request(variants=3, aspect_ratio=AspectRatio.WIDE)
        await travelled(world, await world.add(request))
        turn, generate, watch = world.bloom.script.calls
        assert turn.arguments == {"asker": "U1/C1"}
        assert generate.arguments == {"parameters": request.parameters}
        assert watch.arguments["seconds"] == HOLD

    async def test_reply_goes_to_the_thread_that_was_asked_in(self, world: World) -> None:
        delivered = await travelled(world, await world.add(replace(a_request(), thread_id="17.5")))
        assert delivered.place is not None
        assert delivered.place.thread_id == "17.5"
        assert delivered.place.message_id != "17.5"

    async def test_spending_makes_the_known_balance_forgotten(self, world: World) -> None:
        await world.usage.credits("T1", Payer())
        await travelled(world, await world.add())
        assert world.usage.known_credits("T1", Payer()) is None

    async def test_refusal_for_lack_of_credits_makes_the_known_balance_forgotten(self, world: World) -> None:
        await world.usage.credits("T1", Payer())
        world.bloom.script.answer("generate", NO_CREDITS)
        await travelled(world, await world.add())
        assert world.usage.known_credits("T1", Payer()) is None


class TestSubmitting:
    @pytest.mark.parametrize("refusal", [NO_CREDITS, BloomUnauthorized("UNAUTHORIZED", 401, "no")])
    async def test_refusal_fails_with_blooms_reason_and_is_told_once(self, world: World, refusal: BloomRefused) -> None:
        world.bloom.script.answer("generate", refusal)
        failed = await travelled(world, await world.add())
        assert failed.state is S.FAILED
        assert failed.failure == Failure(refusal.code, refusal.message, refusal.action_url)
        assert [of.failure for _, of in world.messenger.replies] == [failed.failure]
        assert world.messenger.shown == {"g1": S.FAILED}

    async def test_workspace_without_an_account_is_told_so(self, world: World) -> None:
        await world.store.erase_connections("T1")
        failed = await travelled(world, await world.add())
        assert failed.failure == Failure("not_connected")
        assert len(world.messenger.replies) == 1

    @pytest.mark.parametrize(
        "trouble", [BloomRateLimited("TOO_MANY_REQUESTS", 429), BloomUnavailable("no route", sent=False)]
    )
    async def test_request_that_was_never_carried_out_goes_back_to_the_queue(
        self, world: World, trouble: BotError
    ) -> None:
        world.bloom.script.answer("generate", trouble)
        with pytest.raises(type(trouble)):
            await world.journey.step(await announced(world))
        row = await world.row()
        assert row.state is S.QUEUED
        assert row.place is not None
        assert world.messenger.replies == []
        delivered = await travelled(world, row)
        assert delivered.state is S.DELIVERED
        assert world.bloom.script.count("list") == 0
        assert len(world.messenger.announced) == 1

    @pytest.mark.parametrize("trouble", [LOST, BloomUnreadable("what?"), ZeroDivisionError()])
    async def test_lost_answer_leaves_the_row_where_bloom_may_have_been_paid(
        self, world: World, trouble: Exception
    ) -> None:
        world.bloom.lose_answer(trouble)
        with pytest.raises(type(trouble)):
            await world.journey.step(await announced(world))
        assert (await world.row()).state is S.SUBMITTING

    async def test_request_message_that_slack_shows_late_is_not_posted_again(self, world: World) -> None:
        generation = await world.add()

        async def arrive() -> None:
            await world.clock.sleep(MESSAGE_SETTLING - 1)
            await world.messenger.announce(generation)

        async def both() -> Generation:
            _, queued = await asyncio.gather(arrive(), world.journey.step(generation.but(attempts=1)))
            return queued

        queued = await world.passing(both())
        assert len(world.messenger.announced) == 1
        assert queued.place == Place("C1", "1700000000.000001", "1700000000.000001")

    async def test_images_whose_ids_the_database_could_not_take_at_once_are_not_paid_for_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even if Bloom lists them in other words, in which they would not be recognized."""
        queued = await announced(world)
        refuse_once(world, monkeypatch, S.WAITING)
        ids = world.bloom.draw(queued.request.parameters, prompt="A red door, in Acme's style")
        world.bloom.script.answer("generate", ids)
        world.engine.take(await world.row())
        assert (await world.ended()).image_ids == ids
        assert world.bloom.script.count("generate") == 1

    async def test_nobody_is_told_again_and_again_by_a_database_that_cannot_write(self, world: World) -> None:
        generation = (await world.add()).but(attempts=1)
        await world.save(generation.but(state=S.CANCELLED), was=S.QUEUED)
        with pytest.raises(Overtaken):
            await world.journey.step(generation)
        assert world.messenger.script.calls == []

    async def test_place_is_on_record_before_anybody_stands_in_line(self, world: World) -> None:
        world.bloom.script.hold("turn")
        world.engine.take(await world.add())
        await eventually(lambda: world.bloom.script.count("turn"))
        row = await world.row()
        assert (row.state, row.place) == (S.QUEUED, Place("C1", "1700000000.000001", "1700000000.000001"))

    async def test_line_is_told_in_the_request_message(self, world: World) -> None:
        world.bloom.line = [Queue(12, 20.0), Queue(6, 9.0)]
        assert (await travelled(world, await world.add())).state is S.DELIVERED
        assert world.messenger.lines == world.bloom.line

    @pytest.mark.parametrize("trouble", [SlackRefused("message_not_found"), ZeroDivisionError()])
    async def test_line_that_cannot_be_told_costs_nothing(self, world: World, trouble: Exception) -> None:
        world.bloom.line = [Queue(12, 20.0)]
        world.messenger.script.answer("update", trouble)
        assert (await travelled(world, await world.add())).state is S.DELIVERED

    async def test_line_is_taken_back_at_the_next_watch_when_slack_was_away(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        waiting = await world.put(S.WAITING, image_ids=world.bloom.draw(a_request().parameters), is_stale=True)
        world.messenger.script.answer("update", SlackUnavailable("unreachable"))
        for is_stale in (True, False):
            waiting = await world.passing(world.journey.step(waiting))
            assert (waiting.state, waiting.is_stale, (await world.row()).is_stale) == (S.WAITING, is_stale, is_stale)
        assert world.messenger.shown == {"g1": S.WAITING}
        await world.passing(world.journey.step(waiting))
        assert world.messenger.script.count("update") == 2

    async def test_line_is_changed_when_somebody_connects_bloom_anew(self, world: World) -> None:
        """The old key may be revoked by then; its turn is given back."""
        await world.journey.step(await world.add())
        gate, anew = world.bloom.script.hold("turn"), FakeBloom(world.clock)
        world.bloom.script.answer("generate", BloomUnauthorized("UNAUTHORIZED", 401, "revoked"))
        world.engine.take(await world.row())
        await eventually(lambda: world.bloom.script.count("turn"))
        world.accounts["bloom_sk_new"] = anew
        await world.connect("bloom_sk_new")
        gate.set()
        assert (await world.ended()).state is S.DELIVERED
        assert [call.name for call in anew.script.calls] == ["turn", "generate", "watch"]
        assert not world.bloom.script.count("generate")

    async def test_account_that_is_asked_is_on_record_before_it_is(self, world: World) -> None:
        connection, named = await world.connect(), []

        async def note(call: Call) -> None:
            named.append((call.name, (await world.row()).connection_id))

        world.bloom.script.watch = note
        delivered = await travelled(world, await world.add())
        assert named == [("turn", None), ("generate", connection.id), ("watch", connection.id)]
        assert delivered.connection_id == connection.id

    async def test_what_goes_back_to_the_line_is_nobodys_again(self, world: World) -> None:
        world.bloom.script.answer("generate", BloomRateLimited("TOO_MANY_REQUESTS", 429))
        with pytest.raises(BloomRateLimited):
            await world.journey.step(await announced(world))
        row = await world.row()
        assert (row.state, row.connection_id) == (S.QUEUED, None)

    @pytest.mark.parametrize("moment", ["turn", "save"])
    async def test_account_replaced_at_the_last_moment_is_not_asked_though_it_is_erased_at_once(
        self, world: World, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        queued, save = await announced(world), world.store.save_generation
        bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
        replaced = await world.connections.present("T1")

        async def replace_it(*_: object) -> None:
            if (await world.connections.current("T1")) == replaced:
                await world.connections.connect("T1", "bloom_sk_bob", "U2")
                await eventually(lambda: len(world.tasks) <= 1)

        async def late(generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
            is_saved = await save(generation, was=was, worker_id=worker_id)
            if generation.state is S.SUBMITTING:
                await replace_it()
            return is_saved

        if moment == "turn":
            world.bloom.script.watch = replace_it
        else:
            monkeypatch.setattr(world.store, "save_generation", late)
        assert (await travelled(world, queued)).state is S.DELIVERED
        assert not world.bloom.script.count("generate")
        assert bob.script.count("generate") == 1
        await world.connections.retire()
        assert await world.store.connection_by_id(replaced.id) is None

    async def test_account_replaced_while_bloom_draws_is_asked_to_the_end(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("watch"))
        bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
        await world.connections.connect("T1", "bloom_sk_bob", "U2")
        world.bloom.complete()
        assert (await world.ended(generation.id)).state is S.DELIVERED
        assert [call.name for call in bob.script.calls] == ["account"]

    async def test_answer_lost_by_an_account_that_was_replaced_is_looked_for_there(self, world: World) -> None:
        asked = await world.connections.present("T1")
        submitting = await world.put(S.SUBMITTING, connection_id=asked.id)
        ids = world.bloom.draw(submitting.request.parameters)
        bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
        await world.connections.connect("T1", "bloom_sk_bob", "U2")
        assert (await travelled(world, submitting)).image_ids == ids
        assert [call.name for call in bob.script.calls] == ["account"]

    async def test_line_of_a_workspace_that_was_disconnected_meanwhile_ends_with_the_reason(self, world: World) -> None:
        gate = world.bloom.script.hold("turn")
        world.engine.take(await world.add())
        await eventually(lambda: world.bloom.script.count("turn"))
        await world.store.erase_connections("T1")
        gate.set()
        assert (await world.ended()).failure == Failure("not_connected")
        assert not world.bloom.script.count("generate")

    async def test_row_of_another_worker_is_a_lost_lease(self, world: World) -> None:
        generation = await announced(world)
        await world.store.hand_back(world.lease.worker_id)
        await world.store.claim_generations("another", now=world.clock.now(), limit=1)
        with pytest.raises(LeaseLost):
            await world.journey.step(generation)
        assert not world.bloom.script.count("generate")

    async def test_answer_that_comes_too_late_changes_nothing(self, world: World) -> None:
        async def cancel(_: object) -> None:
            row = await world.row()
            await world.save(row.but(state=S.CANCELLED), was=row.state)

        world.bloom.script.watch = cancel
        with pytest.raises(Overtaken):
            await world.journey.step(await announced(world))
        assert (await world.row()).state is S.CANCELLED


class TestLostAnswers:
    """A row in `submitting`, and what is at Bloom already."""

    async def adopted(self, world: World, **changes: Any) -> tuple[str, ...]:
        """Return the images that were adopted; none when Bloom had to be asked again."""
        submitting = await world.put(S.SUBMITTING, a_request(**changes))
        ended = await travelled(world, submitting)
        assert ended.state is S.DELIVERED
        return () if world.bloom.script.count("generate") else ended.image_ids

    def drawn(self, world: World, *, prompt: str = "A red door", variants: int = 1, **differences: Any) -> Any:
        ratio = differences.pop("ratio", None)
        parameters = Parameters(prompt=prompt, brand_id="b1", variants=variants, aspect_ratio=ratio)
        return world.bloom.draw(parameters, **differences)

    async def test_images_are_adopted_not_paid_twice(self, world: World) -> None:
        ids = self.drawn(world)
        assert await self.adopted(world) == ids

    async def test_whole_variant_group_is_adopted_in_its_order(self, world: World) -> None:
        ids = self.drawn(world, variants=3)
        assert await self.adopted(world, variants=3) == ids

    async def test_variants_whose_group_is_not_told_are_one_group(self, world: World) -> None:
        ids = self.drawn(world, variants=3, variant_group_id=None)
        assert await self.adopted(world, variants=3) == ids

    async def test_two_lost_requests_without_groups_are_not_mixed(self, world: World) -> None:
        first = self.drawn(world, variants=2, variant_group_id=None)
        self.drawn(world, variants=2, variant_group_id=None)
        assert await self.adopted(world, variants=2) == first

    @pytest.mark.parametrize(("there", "wanted"), [(1, 2), (2, 1), (3, 2)])
    async def test_group_of_another_size_is_not_ours(self, world: World, there: int, wanted: int) -> None:
        self.drawn(world, variants=there)
        assert await self.adopted(world, variants=wanted) == ()

    @pytest.mark.parametrize(
        "difference",
        [
            {"prompt": "A blue door"},
            {"brand_id": "b2"},
            {"source": "uploaded"},
            {"action": "edit"},
            {"created_at": None},
        ],
    )
    async def test_image_of_something_else_is_not_ours(self, world: World, difference: dict[str, Any]) -> None:
        self.drawn(world, **difference)
        assert await self.adopted(world) == ()

    @pytest.mark.parametrize(
        ("wanted", "drawn", "is_ours"),
        [
            (None, AspectRatio.STORY, True),
            (AspectRatio.WIDE, AspectRatio.WIDE, True),
            (AspectRatio.WIDE, None, True),
            (AspectRatio.WIDE, AspectRatio.STORY, False),
        ],
    )
    async def test_shape_must_be_the_one_asked_for_where_bloom_tells_it(
        self, world: World, wanted: AspectRatio | None, drawn: AspectRatio | None, is_ours: bool
    ) -> None:
        self.drawn(world, aspect_ratio=drawn)
        assert bool(await self.adopted(world, aspect_ratio=wanted)) == is_ours

    @pytest.mark.parametrize(("seconds_before", "is_ours"), [(0, True), (120, True), (121, False)])
    async def test_image_from_before_the_request_is_not_ours_but_clocks_differ(
        self, world: World, seconds_before: float, is_ours: bool
    ) -> None:
        self.drawn(world, created_at=world.clock.now() - timedelta(seconds=seconds_before))
        assert bool(await self.adopted(world)) == is_ours

    async def test_variants_are_ours_whatever_bloom_calls_them(self, world: World) -> None:
        ids = self.drawn(world, variants=3, action="variant")
        assert await self.adopted(world, variants=3) == ids

    async def test_image_that_another_generation_owns_is_not_ours(self, world: World) -> None:
        other = await world.add(a_request("V2"), "g2")
        ids = self.drawn(world)
        await world.save(other.but(state=S.DELIVERED, image_ids=ids), was=S.QUEUED)
        assert await self.adopted(world) == ()

    async def test_of_several_the_oldest_is_ours(self, world: World) -> None:
        ids = self.drawn(world)
        self.drawn(world, created_at=world.clock.now() + timedelta(minutes=1))
        assert await self.adopted(world) == ids

    async def test_look_turns_pages_back_to_the_time_of_the_request(self, world: World) -> None:
        for number in range(150):
            self.drawn(world, prompt="Older", created_at=world.clock.now() - timedelta(hours=150 - number))
        ids = self.drawn(world)
        for _ in range(150):
            self.drawn(world, prompt="Newer")
        assert await self.adopted(world) == ids
        assert world.bloom.script.count("list") == 2

    async def test_look_into_an_endless_gallery_ends(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.core.journey.lost_images.PAGE_LIMIT", 1)
        for _ in range(101):
            self.drawn(world, prompt="Newer")
        assert await self.adopted(world) == ()

    async def test_image_that_bloom_shows_late_is_still_adopted(self, world: World) -> None:
        ids = self.drawn(world)
        world.bloom.script.answer("list", Page(()), Page(()))
        assert await self.adopted(world) == ids
        assert world.bloom.script.count("list") == 3

    async def test_request_that_left_nothing_at_bloom_stands_in_line_where_it_can_be_cancelled(
        self, world: World
    ) -> None:
        world.bloom.script.hold("turn")
        world.engine.take(await world.put(S.SUBMITTING))
        while not world.bloom.script.count("turn"):
            await (world.clock.advance(1) if world.clock.sleepers else settle())
        row = await world.row()
        assert (row.state, row.submitted_at) == (S.QUEUED, None)
        assert (await world.generations.cancel("g1", "U1")).state is S.CANCELLED
        await world.idle()
        assert not world.bloom.script.count("generate")

    async def test_only_after_bloom_had_time_to_show_them_it_is_asked_again(self, world: World) -> None:
        began = world.clock.now()
        delivered = await travelled(world, await world.put(S.SUBMITTING))
        assert world.bloom.script.count("generate") == 1
        assert delivered.submitted_at is not None
        assert delivered.submitted_at - began >= timedelta(seconds=SETTLING)

    async def test_time_of_the_new_request_is_on_disk_before_it(self, world: World) -> None:
        submitted_at = []

        async def note(_: object) -> None:
            submitted_at.append((await world.row()).submitted_at)

        world.bloom.script.watch = note
        await travelled(world, await world.put(S.SUBMITTING))
        *looks, request, _wait = submitted_at
        *looks, _turn = looks
        assert set(looks) == {looks[0]}
        assert request == (looks[0] or world.clock.now()) + timedelta(seconds=SETTLING)

    async def test_look_that_is_refused_ends_with_blooms_reason(self, world: World) -> None:
        world.bloom.script.answer("list", BloomUnauthorized("UNAUTHORIZED", 401))
        assert (await travelled(world, await world.put(S.SUBMITTING))).failure == Failure("UNAUTHORIZED")

    @pytest.mark.parametrize("trouble", [BloomRateLimited("TOO_MANY_REQUESTS", 429), LOST])
    async def test_look_that_may_work_later_leaves_the_row_as_it_is(self, world: World, trouble: BotError) -> None:
        world.bloom.script.answer("list", trouble)
        submitting = await world.put(S.SUBMITTING)
        with pytest.raises(type(trouble)):
            await world.journey.step(submitting)
        assert await world.row() == submitting

    async def test_workspace_disconnected_meanwhile_is_told_so(self, world: World) -> None:
        submitting = await world.put(S.SUBMITTING)
        await world.store.erase_connections("T1")
        assert (await travelled(world, submitting)).failure == Failure("not_connected")


class TestWaiting:
    async def waiting(self, world: World, *states: ImageState, **request: Any) -> Generation:
        request.setdefault("variants", len(states))
        world.bloom.draw(Parameters(prompt="A red door", brand_id="b1", variants=len(states)))
        for number, state in enumerate(states, 1):
            url = "https://bloom.test/x" if state is ImageState.COMPLETED else None
            world.bloom.change(f"image-1-{number}", state=state, url=url)
        ids = tuple(image.id for image in world.bloom.gallery)
        return await world.put(S.WAITING, a_request(**request), image_ids=ids)

    async def test_hold_that_ends_early_is_repeated_until_the_images_are_settled(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.PENDING)
        assert await world.passing(world.journey.step(waiting)) == waiting
        assert await world.passing(world.journey.step(waiting)) == waiting
        world.bloom.complete()
        assert (await travelled(world, waiting)).state is S.DELIVERED
        assert world.bloom.script.count("watch") == 3

    async def test_bloom_that_does_not_hold_is_not_asked_without_a_pause(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.GENERATING)
        world.bloom.holds = False
        began = world.clock.monotonic()
        assert await world.passing(world.journey.step(waiting)) == waiting
        assert world.clock.monotonic() - began >= SHORTEST_HOLD

    async def test_images_that_take_too_long_are_told_after_twenty_minutes(self, world: World) -> None:
        began = world.clock.now()
        failed = await travelled(world, await self.waiting(world, ImageState.PENDING))
        assert failed.failure == Failure("timed_out")
        assert failed.finished_at is not None
        assert PATIENCE < failed.finished_at - began <= PATIENCE + timedelta(seconds=HOLD)
        assert len(world.messenger.replies) == 1

    async def test_images_that_are_there_are_shown_when_others_take_too_long(self, world: World) -> None:
        delivered = await travelled(world, await self.waiting(world, ImageState.COMPLETED, ImageState.PENDING))
        assert delivered.state is S.DELIVERED
        assert [image.state for image in delivered.images] == [ImageState.COMPLETED, ImageState.PENDING]

    async def test_one_failed_image_does_not_fail_the_others(self, world: World) -> None:
        delivered = await travelled(world, await self.waiting(world, ImageState.FAILED, ImageState.COMPLETED))
        assert delivered.state is S.DELIVERED
        assert delivered.failure is None
        assert [image.id for image in delivered.pictures] == ["image-1-2"]
        assert [image.id for image in delivered.images] == ["image-1-1", "image-1-2"]

    @pytest.mark.parametrize(
        ("reason", "code"),
        [("content_safety", "content_safety"), ("rate_limited", "rate_limited"), (None, "image_failed")],
    )
    async def test_all_images_failed_is_a_failure_with_their_reason(
        self, world: World, reason: str | None, code: str
    ) -> None:
        waiting = await self.waiting(world, ImageState.FAILED, ImageState.FAILED)
        world.bloom.change("image-1-2", failure_reason=reason)
        failed = await travelled(world, waiting)
        assert failed.state is S.FAILED
        assert failed.failure == Failure(code)
        assert len(failed.images) == 2

    async def test_images_that_bloom_lists_late_are_not_taken_for_gone(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.COMPLETED)
        world.bloom.script.answer("watch", ())
        assert (await travelled(world, waiting)).state is S.DELIVERED

    async def test_commonest_reason_is_the_one_told(self, world: World) -> None:
        waiting = await self.waiting(world, *[ImageState.FAILED] * 3)
        for number, reason in enumerate(("rate_limited", "content_safety", "content_safety"), 1):
            world.bloom.change(f"image-1-{number}", failure_reason=reason)
        assert (await travelled(world, waiting)).failure == Failure("content_safety")

    async def test_completed_image_without_a_file_is_a_failure(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.COMPLETED)
        world.bloom.change("image-1-1", url=None)
        assert (await travelled(world, waiting)).failure == Failure("image_failed")

    async def test_images_that_were_deleted_are_a_failure(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.PENDING)
        world.bloom.gallery.clear()
        failed = await travelled(world, waiting)
        assert failed.failure == Failure("image_failed")
        assert failed.images == ()

    async def test_one_deleted_image_does_not_fail_the_others(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.COMPLETED, ImageState.COMPLETED)
        del world.bloom.gallery[0]
        delivered = await travelled(world, waiting)
        assert [image.id for image in delivered.images] == ["image-1-2"]

    async def test_images_that_were_not_asked_for_come_last(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.COMPLETED)
        stranger = replace(world.bloom.gallery[0], id="stranger")
        world.bloom.script.answer("watch", (stranger, world.bloom.gallery[0]))
        assert [image.id for image in (await travelled(world, waiting)).images] == ["image-1-1", "stranger"]

    async def test_wait_that_is_refused_ends_with_blooms_reason(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.PENDING)
        world.bloom.script.answer("watch", BloomUnauthorized("UNAUTHORIZED", 401, "revoked"))
        failed = await travelled(world, waiting)
        assert failed.failure == Failure("UNAUTHORIZED", "revoked")
        assert failed.image_ids == ("image-1-1",)

    async def test_workspace_disconnected_meanwhile_is_told_so(self, world: World) -> None:
        waiting = await self.waiting(world, ImageState.PENDING)
        await world.store.erase_connections("T1")
        assert (await travelled(world, waiting)).failure == Failure("not_connected")

    @pytest.mark.parametrize("trouble", [BloomRateLimited("TOO_MANY_REQUESTS", 429), LOST])
    async def test_wait_that_may_work_later_leaves_the_row_as_it_is(self, world: World, trouble: BotError) -> None:
        waiting = await self.waiting(world, ImageState.PENDING)
        world.bloom.script.answer("watch", trouble)
        with pytest.raises(type(trouble)):
            await world.journey.step(waiting)
        assert await world.row() == waiting


class TestTelling:
    async def finished(self, world: World, state: GenerationState = S.FINISHED, **fields: Any) -> Generation:
        image = an_image("i1", state=ImageState.COMPLETED, url="https://bloom.test/i1")
        return await world.put(state, images=(image,), image_ids=("i1",), finished_at=world.clock.now(), **fields)

    async def test_finished_is_posted_without_a_look_for_an_earlier_reply(self, world: World) -> None:
        assert (await travelled(world, await self.finished(world))).state is S.DELIVERED
        assert [call.name for call in world.messenger.script.calls] == ["deliver", "attach", "update"]

    async def test_reply_that_was_posted_already_is_not_posted_again(self, world: World) -> None:
        posting = await self.finished(world, S.POSTING)
        reply_id = (await world.messenger.deliver(posting)).message_id
        delivered = await travelled(world, posting)
        assert delivered.reply_id == reply_id
        assert len(world.messenger.replies) == 1
        assert world.messenger.shown == {"g1": S.DELIVERED}

    async def test_reply_that_slack_shows_late_is_not_posted_again(self, world: World) -> None:
        posting = await self.finished(world, S.POSTING)
        reply_id = (await world.messenger.deliver(posting)).message_id
        world.messenger.script.answer("find_reply", None)
        delivered = await travelled(world, posting)
        assert delivered.reply_id == reply_id
        assert len(world.messenger.replies) == 1
        assert world.clock.monotonic() >= MESSAGE_SETTLING

    async def test_reply_is_known_to_show_its_images_before_anything_is_put_beside_it(self, world: World) -> None:
        known: list[Showing] = []

        async def note(call: Call) -> None:
            if call.name == "attach":
                known.extend(await world.store.showings("g1"))

        finished = await self.finished(world)
        world.messenger.script.watch = note
        delivered = await travelled(world, finished)
        assert known == [Showing("i1", "C1", delivered.reply_id or "", "1700000000.000001")]

    async def test_what_was_put_beside_a_reply_is_on_record_before_the_end(self, world: World) -> None:
        finished = await self.finished(world)
        shows = Showing("i1", "C1", "17.2", "17.1", vector_id="F1")
        world.messenger.script.answer("attach", Reply("C1", "17.2", "17.1", (shows,)))
        assert await travelled(world, finished)
        assert shows in await world.store.showings("g1")

    @pytest.mark.parametrize("is_found", [True, False])
    async def test_what_may_stand_beside_a_reply_already_is_looked_for(self, world: World, *, is_found: bool) -> None:
        posting = await self.finished(world, S.POSTING)
        if is_found:
            await world.messenger.deliver(posting)
        attached, attach = [], world.messenger.attach

        async def spy(generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
            attached.append(is_found)
            return await attach(generation, reply, is_found=is_found)

        world.messenger.attach = spy  # type: ignore[method-assign]
        world.messenger.script.answer("attach", SlackUnavailable("unreachable"))
        await travelled(world, posting)
        assert attached == [is_found, True]

    async def posted(self, world: World, *replies: tuple[str, float]) -> Generation:
        """Return what is being posted, with replies on record: ids, and seconds after its end."""
        posting = await self.finished(world, S.POSTING)
        end = world.clock.now().timestamp()
        for image_id, later in replies:
            known = Showing(image_id, "C1", f"{int(end + later)}.000100", "17.1", file_id="F1")
            await world.store.add_showings("g1", [known])
        return posting

    async def test_reply_that_is_on_record_is_not_looked_for_and_what_belongs_beside_it_may_stand(
        self, world: World
    ) -> None:
        """Where the bot may post but not read, it would not be found, and be posted twice."""
        posting = await self.posted(world, ("i1", 1))
        shared = Showing("i1", "C2", f"{int(world.clock.now().timestamp()) + 9}.000100", "17.1", shared_by="U2")
        await world.store.add_showings("g1", [shared])
        attached, attach = [], world.messenger.attach

        async def spy(generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
            attached.append((reply.showings, is_found))
            return await attach(generation, reply, is_found=is_found)

        world.messenger.attach = spy  # type: ignore[method-assign]
        (reply, _) = await world.store.showings("g1")
        delivered = await travelled(world, posting)
        assert delivered.reply_id == reply.message_id
        assert attached == [((reply,), True)]
        assert [call.name for call in world.messenger.script.calls] == ["attach", "update"]

    @pytest.mark.parametrize("known", [[("i1", -60)], [("i1", 1), ("i1", 2)], []])
    async def test_reply_of_an_end_before_or_one_of_several_is_not_taken_for_the_reply(
        self, world: World, known: list[tuple[str, float]]
    ) -> None:
        delivered = await travelled(world, await self.posted(world, *known))
        assert world.messenger.script.count("find_reply") == 2
        assert [reply_id for reply_id, _ in world.messenger.replies] == [delivered.reply_id]

    async def test_slack_that_takes_nothing_beside_a_reply_does_not_make_it_be_posted_twice(self, world: World) -> None:
        """Even where the bot may post but not read; the reply has a link to everything."""
        world.messenger.script.answer("find_reply", *[None] * 99)
        world.messenger.script.answer("attach", *[SlackUnavailable("unreachable")] * 99)
        world.engine.take(await self.finished(world))
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.replies) == 1

    async def test_showings_that_the_database_could_not_take_at_once_do_not_make_it_be_posted_twice(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.messenger.script.answer("find_reply", None, None)
        add, refusals = world.store.add_showings, [StoreError("locked")]

        async def failing(generation_id: str, showings: Any) -> None:
            if refusals:
                raise refusals.pop()
            await add(generation_id, showings)

        monkeypatch.setattr(world.store, "add_showings", failing)
        world.engine.take(await self.finished(world))
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.replies) == len(await world.store.showings("g1")) == 1

    async def test_reply_that_the_database_could_not_take_at_once_is_not_posted_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even where the bot may post but not read."""
        world.messenger.script.answer("find_reply", None, None)
        finished = await self.finished(world)
        refuse_once(world, monkeypatch, S.DELIVERED, reply_id="1700000000.000002")
        world.engine.take(finished)
        assert (await world.ended()).state is S.DELIVERED
        assert len(world.messenger.replies) == 1

    async def test_reply_that_was_not_posted_yet_is_posted(self, world: World) -> None:
        delivered = await travelled(world, await self.finished(world, S.POSTING))
        assert delivered.reply_id == world.messenger.replies[0][0]

    async def test_reply_is_on_record_before_the_request_message_is_updated(self, world: World) -> None:
        world.messenger.script.hold("update")
        delivered = await world.travel(await self.finished(world))
        row = await world.row()
        assert (row, row.is_stale, row.reply_id) == (delivered, True, world.messenger.replies[0][0])

    async def test_end_takes_two_writes_as_many_as_there_are_things_to_say(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The reply that stands, and the request message that says so."""
        posting = await self.finished(world, S.POSTING)
        writes = [spied(world, monkeypatch, name) for name in ("save_generation", "mark_end")]
        await travelled(world, posting)
        assert not (await world.row()).is_stale
        assert [len(calls) for calls in writes] == [1, 1]

    async def test_reply_whose_answer_was_lost_is_found(self, world: World) -> None:
        world.messenger.lose_answer("deliver", SlackUnavailable("unreachable"))
        with pytest.raises(SlackUnavailable):
            await world.travel(await self.finished(world))
        delivered = await travelled(world, await world.row())
        assert delivered.reply_id == world.messenger.replies[0][0]
        assert len(world.messenger.replies) == 1

    async def test_request_message_that_is_gone_does_not_undo_the_delivery(self, world: World) -> None:
        world.messenger.script.answer("update", SlackRefused("message_not_found"))
        with capture_logs() as lines:
            world.engine.take(await self.finished(world))
            assert (await world.ended()).state is S.DELIVERED
        assert [line["error"] for line in lines if line["log_level"] == "warning"] == ["message_not_found"]

    async def test_failure_is_told_like_a_result_and_ends_failed(self, world: World) -> None:
        failure = Failure("FORBIDDEN", "no 4K", "https://bloom.test/plans")
        finished = await world.put(S.FINISHED, failure=failure, finished_at=world.clock.now())
        failed = await travelled(world, finished)
        assert (failed.state, failed.failure) == (S.FAILED, failure)
        assert world.messenger.replies[0][1].failure == failure

    async def test_giving_up_leads_to_telling(self, world: World) -> None:
        finished = await world.endings.finish(await world.add(), failure=Failure("unavailable"))
        assert finished.state is S.FINISHED
        assert (await world.row()).failure == Failure("unavailable")

    async def test_closing_what_was_never_announced_ends_without_telling(self, world: World) -> None:
        closed = await world.endings.close(await world.add(), Failure("slack", "account_inactive"))
        assert (closed.state, closed.finished_at) == (S.FAILED, world.clock.now())
        assert world.messenger.script.calls == []
