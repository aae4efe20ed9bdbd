"""A set is one generation and several orders: none is paid twice, none is lost, and what was made is never given up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.engine.troubles import BLOOM_PATIENCE
from bot.core.errors import BloomRateLimited, BloomRefused, BloomTimeout, BloomUnavailable
from bot.core.models import (
    AspectRatio,
    Attachment,
    Failure,
    FailureCode,
    Generation,
    GenerationRequest,
    GenerationState,
    ImageModel,
    ImageState,
    Spent,
)
from tests.core.world import TEAM, S, World, a_request
from tests.fakes.bloom import FakeBloom
from tests.fakes.clock import EPOCH
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import LostAnswer

LOST = BloomTimeout("no answer")
AWAY = BloomUnavailable("no route", sent=False)
BUSY = BloomRateLimited("TOO_MANY_REQUESTS", 429)
NO_CREDITS = BloomRefused("INSUFFICIENT_CREDITS", 402, "top up", action_url="https://bloom.test/pay")
REASON = Failure("INSUFFICIENT_CREDITS", "top up", "https://bloom.test/pay")
SHAPES = (AspectRatio.SQUARE, AspectRatio.STORY, AspectRatio.WIDE)


def a_set(key: str = "V1", **changes: Any) -> GenerationRequest:
    """Return a request for three shapes."""
    return a_request(key, aspect_ratio=SHAPES[0], further_ratios=SHAPES[1:], **changes)


def asked(world: World) -> list[AspectRatio | None]:
    """Return the shapes that Bloom was asked for, in that order."""
    return [call.arguments["parameters"].aspect_ratio for call in world.bloom.script.named("generate")]


def drawn(world: World) -> list[AspectRatio | None]:
    """Return the shapes that Bloom has drawn, and was paid for, in that order."""
    return [image.aspect_ratio for image in world.bloom.gallery]


def shown(generation: Generation) -> list[AspectRatio | None]:
    """Return the shapes that were made, as the reply has them."""
    return [image.aspect_ratio for image in generation.pictures]


async def credits_on_record(world: World) -> int:
    """Return what was spent of the workspace's month."""
    spent: Spent = await world.store.spent(TEAM, "U1", EPOCH)
    return spent.workspace


async def ended(world: World, request: GenerationRequest | None = None) -> Generation:
    """Start a set and follow it to its end."""
    return await world.ended((await world.generations.start(request or a_set())).id)


class TestOrders:
    async def test_each_order_has_its_own_turn_and_is_on_disk_before_it_is_sent(self, world: World) -> None:
        world.keep_diary()
        await ended(world)
        orders = [("turn", S.QUEUED), ("generate", S.SUBMITTING)] * 3
        assert world.diary[:8] == [("announce", S.QUEUED), *orders, ("watch", S.WAITING)]

    async def test_reply_has_all_images_in_the_order_chosen(self, world: World) -> None:
        delivered = await ended(world, a_set(variants=2))
        assert (delivered.state, delivered.yields, delivered.shortfall) == (S.DELIVERED, (2, 2, 2), None)
        assert shown(delivered) == [shape for shape in SHAPES for _ in range(2)]
        assert delivered.image_ids == tuple(image.id for image in delivered.images)
        assert len(world.messenger.replies) == len(world.messenger.announced) == 1
        assert [delivered.order_of(one).aspect_ratio for one in delivered.image_ids] == shown(delivered)

    async def test_orders_are_what_was_asked_for_one_shape_each(self, world: World) -> None:
        request = a_set(variants=2)
        await ended(world, request)
        sent = [call.arguments["parameters"] for call in world.bloom.script.named("generate")]
        assert tuple(sent) == request.parameters.orders

    async def test_what_bloom_took_is_on_record_before_the_next_is_sent(self, world: World) -> None:
        yields = []

        async def note(_: object) -> None:
            yields.append((await world.row()).yields)

        await world.add(a_set())
        world.bloom.script.watch = note
        await world.passing(world.travel(await world.row()))
        assert yields == [(), (), (1,), (1,), (1, 1), (1, 1), (1, 1, 1)]

    async def test_set_stands_in_line_like_anybody_after_each_order(self, world: World) -> None:
        """Whoever asks meanwhile goes before the rest of it."""
        gate = world.bloom.script.hold("generate")
        await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        gate.set()
        await world.passing(world.idle())
        askers = [call.arguments["asker"] for call in world.bloom.script.named("turn")]
        assert askers == ["U1/C1"] * 3

    async def test_whole_set_goes_through_the_account_that_began_it(self, world: World) -> None:
        """Its images are watched together, and the new account may not know the brand."""
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
        await world.connections.connect(TEAM, "bloom_sk_bob", "U2")
        gate.set()
        assert shown(await world.ended(generation.id)) == [*SHAPES]
        assert not bob.script.count("generate")

    async def test_set_whose_account_is_gone_ends_with_the_reason(self, world: World) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        await world.store.erase_connections(TEAM)
        gate.set()
        failed = await world.ended(generation.id)
        assert (failed.state, failed.failure) == (S.FAILED, Failure("not_connected"))
        assert (failed.yields, asked(world)) == ((1,), [SHAPES[0]])


class TestLostAnswers:
    @pytest.mark.parametrize("number", range(3))
    async def test_lost_answer_of_one_order_is_adopted_and_no_other_is_paid_again(
        self, world: World, number: int
    ) -> None:
        for _ in range(number):
            world.bloom.script.answer("generate", LostAnswer(LOST))
        world.bloom.lose_answer(LOST)
        delivered = await ended(world)
        assert (delivered.state, shown(delivered), asked(world)) == (S.DELIVERED, [*SHAPES], [*SHAPES])

    async def test_images_of_other_orders_are_not_taken_for_those_of_a_lost_one(self, world: World) -> None:
        """Even where Bloom does not tell the shapes: theirs are on record."""
        submitting = await world.put(S.SUBMITTING, a_set())
        for order in submitting.request.parameters.orders[:2]:
            world.bloom.draw(order, aspect_ratio=None)
        first, second = (image.id for image in world.bloom.gallery)
        taken = submitting.but(image_ids=(first,), yields=(1,))
        assert await world.save(taken, was=S.SUBMITTING)
        on = await world.passing(world.journey.step(taken))
        assert (on.state, on.image_ids, on.yields) == (S.QUEUED, (first, second), (1, 1))

    async def test_order_that_left_nothing_is_sent_again_alone(self, world: World) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        world.bloom.script.answer("generate", world.bloom.draw(generation.request.parameters.orders[0]), LOST)
        gate.set()
        delivered = await world.ended(generation.id)
        assert shown(delivered) == drawn(world) == [*SHAPES]
        assert asked(world) == [SHAPES[0], SHAPES[1], SHAPES[1], SHAPES[2]]

    async def test_many_answers_lost_one_after_the_other_are_no_reason_to_give_up(self, world: World) -> None:
        """Each order that Bloom took is a sign of life, however it came to be known."""
        ratios = tuple(AspectRatio)
        request = a_request(aspect_ratio=ratios[0], further_ratios=ratios[1:])
        for _ in ratios:
            world.bloom.lose_answer(LOST)
        delivered = await ended(world, request)
        assert (delivered.state, delivered.shortfall, len(delivered.pictures)) == (S.DELIVERED, None, len(ratios))
        assert world.bloom.script.count("generate") == len(ratios)
        assert world.clock.monotonic() < 60, "none makes the pauses after the next longer"


class TestRefusals:
    async def test_refusal_of_the_first_order_fails_as_any_other(self, world: World) -> None:
        world.bloom.script.answer("generate", NO_CREDITS)
        failed = await ended(world)
        assert (failed.state, failed.failure, failed.shortfall) == (S.FAILED, REASON, None)
        assert asked(world) == [SHAPES[0]]
        assert await credits_on_record(world) == failed.spent_credits == 0

    @pytest.mark.parametrize("number", [1, 2])
    async def test_refusal_of_a_later_order_keeps_what_was_made_and_the_reason(self, world: World, number: int) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        world.bloom.script.answer(
            "generate", *[world.bloom.draw(order) for order in a_set().parameters.orders[:number]], NO_CREDITS
        )
        gate.set()
        partly = await world.ended(generation.id)
        assert (partly.state, partly.failure, partly.shortfall) == (S.DELIVERED, None, REASON)
        assert shown(partly) == [*SHAPES[:number]]
        assert [of.shortfall for _, of in world.messenger.replies] == [REASON]
        assert asked(world) == [*SHAPES[: number + 1]]
        assert await credits_on_record(world) == partly.spent_credits == number
        assert partly.missing == (0,) * number + (1,) * (3 - number)

    async def test_refused_rest_of_what_then_failed_as_well_is_a_failure_with_both_reasons(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.FAILED
        waiting = await partly_made(world, REASON, number=1)
        world.engine.take(waiting)
        failed = await world.ended()
        assert (failed.state, failed.failure, failed.shortfall) == (S.FAILED, Failure("image_failed"), REASON)

    async def test_images_that_cannot_be_posted_are_posted_later_with_the_reason(self, world: World) -> None:
        waiting = await partly_made(world, REASON, number=2)
        unposted = await world.endings.close(
            await world.passing(world.journey.step(waiting)), Failure(FailureCode.SLACK, "msg_too_long")
        )
        assert (unposted.is_unposted, unposted.failure) == (True, Failure(FailureCode.SLACK, "msg_too_long"))
        await world.generations.again(unposted, "U1")
        delivered = await world.ended()
        assert (delivered.state, delivered.failure, delivered.shortfall) == (S.DELIVERED, None, REASON)


class TestBloomAway:
    @pytest.mark.parametrize("trouble", [AWAY, BUSY])
    async def test_order_that_was_not_carried_out_stands_in_line_again(self, world: World, trouble: Exception) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        world.bloom.script.answer("generate", world.bloom.draw(generation.request.parameters.orders[0]), trouble)
        gate.set()
        assert shown(await world.ended(generation.id)) == drawn(world) == [*SHAPES]

    @pytest.mark.parametrize("trouble", [AWAY, BUSY])
    async def test_set_in_line_again_still_belongs_to_its_account_and_has_cost_what_was_taken(
        self, world: World, trouble: Exception
    ) -> None:
        queued = await partly_ordered(world)
        world.bloom.script.answer("generate", trouble)
        with pytest.raises(type(trouble)):
            await world.journey.step(queued)
        row = await world.row()
        assert (row.state, row.connection_id, row.yields) == (S.QUEUED, queued.connection_id, (1,))
        assert (await world.generations.cancel("g1", "U1")).spent_credits == await credits_on_record(world) == 1

    async def test_bloom_that_stays_away_in_between_keeps_what_was_made(self, world: World) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        world.bloom.script.answer("generate", world.bloom.draw(generation.request.parameters.orders[0]), *[AWAY] * 99)
        gate.set()
        partly = await world.ended(generation.id)
        assert world.clock.monotonic() > BLOOM_PATIENCE.total_seconds()
        assert (partly.state, partly.shortfall) == (S.DELIVERED, Failure("unavailable", "no route"))
        assert (partly.yields, partly.is_doubtful, shown(partly)) == ((1,), False, [SHAPES[0]])
        assert await credits_on_record(world) == partly.spent_credits == 1

    async def test_order_whose_answer_was_given_up_counts_as_paid(self, world: World) -> None:
        partly = await doubtful(world)
        assert (partly.state, partly.shortfall) == (S.DELIVERED, Failure("unavailable", "no answer"))
        assert (partly.yields, partly.is_doubtful, shown(partly)) == ((1, 0), True, [SHAPES[0]])
        assert await credits_on_record(world) == partly.spent_credits == 2


class TestCancel:
    async def test_cancel_between_orders_stops_the_rest(self, world: World) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_set())
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle()
        gate.set()
        cancelled = await cancelling
        assert (cancelled.state, cancelled.yields, len(cancelled.image_ids)) == (S.CANCELLED, (1,), 1)
        await world.passing(world.idle())
        assert asked(world) == [SHAPES[0]]
        assert await credits_on_record(world) == cancelled.spent_credits == 1
        assert world.messenger.replies == []

    async def test_cancel_while_the_next_order_stands_in_line(self, world: World) -> None:
        queued = await partly_ordered(world)
        world.bloom.script.hold("turn")
        world.engine.take(queued)
        await eventually(lambda: world.bloom.script.count("turn"))
        cancelled = await world.generations.cancel("g1", "U1")
        assert (cancelled.state, cancelled.yields, cancelled.spent_credits) == (S.CANCELLED, (1,), 1)
        await world.idle()
        assert (asked(world), await credits_on_record(world)) == ([], 1)

    async def test_wish_to_cancel_meets_a_later_refusal(self, world: World) -> None:
        gate = world.bloom.script.hold("generate")
        world.engine.take(await partly_ordered(world))
        world.bloom.script.answer("generate", NO_CREDITS)
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel("g1", "U1"))
        await settle()
        gate.set()
        cancelled = await cancelling
        assert (cancelled.state, cancelled.spent_credits, await credits_on_record(world)) == (S.CANCELLED, 1, 1)


class TestAgain:
    async def test_only_the_missing_shapes_are_made(self, world: World) -> None:
        world.engine.take(await partly_made(world, REASON, number=1, variants=2))
        partly = await world.ended()
        again = await world.generations.again(partly, "U2")
        assert again.id != partly.id
        assert (again.request.parameters.ratios, again.request.parameters.variants) == (SHAPES[1:], 2)
        assert again.request.parameters.credits == partly.request.parameters.credits - partly.spent_credits
        assert shown(await world.ended(again.id)) == [SHAPES[1]] * 2 + [SHAPES[2]] * 2

    async def test_change_is_made_to_the_missing_shapes(self, world: World) -> None:
        world.engine.take(await partly_made(world, REASON, number=2))
        again = await world.generations.again(await world.ended(), "U2", model=ImageModel.STANDARD)
        assert (again.request.parameters.ratios, again.request.parameters.model) == ((SHAPES[2],), ImageModel.STANDARD)
        await world.ended(again.id)

    async def test_shapes_that_lack_most_are_made_and_none_is_made_too_often(self, world: World) -> None:
        waiting = await partly_made(world, REASON, number=2, variants=2)
        world.bloom.change(waiting.image_ids[0], state=ImageState.FAILED, url=None)
        world.engine.take(waiting)
        partly = await world.ended()
        assert partly.missing == (1, 0, 2)
        again = await world.generations.again(partly, "U1")
        assert (again.request.parameters.ratios, again.request.parameters.variants) == ((SHAPES[2],), 2)
        await world.ended(again.id)

    async def test_refused_set_starts_again_whole(self, world: World) -> None:
        world.bloom.script.answer("generate", NO_CREDITS)
        failed = await ended(world)
        again = await world.generations.again(failed, "U1")
        assert again.request.parameters == failed.request.parameters
        assert shown(await world.ended(again.id)) == [*SHAPES]

    @pytest.mark.parametrize("is_drawn", [True, False])
    @pytest.mark.parametrize("user_id", ["U1", "U2"])
    async def test_order_that_may_be_paid_is_looked_for_before_anything_is_made_again(
        self, world: World, user_id: str, *, is_drawn: bool
    ) -> None:
        """Who asked first pays for it by the credits that count already; for anybody else it is only looked for."""
        partly = await doubtful(world)
        if is_drawn:
            world.bloom.draw(partly.request.parameters.orders[1])
        before = len(asked(world))
        assert (await world.generations.again(partly, user_id)).id == partly.id
        found = await world.ended(partly.id)
        is_made = is_drawn or user_id == "U1"
        assert shown(found) == drawn(world) == [*SHAPES[: 2 if is_made else 1]]
        assert (found.state, found.shortfall) == (S.DELIVERED, partly.shortfall)
        assert found.yields == ((1, 1) if is_made else (1,))
        assert asked(world)[before:] == ([] if is_drawn or user_id == "U2" else [SHAPES[1]])
        assert await credits_on_record(world) == found.spent_credits == (2 if is_made else 1)
        rest = await world.generations.again(found, "U1")
        assert rest.request.parameters.ratios == (SHAPES[2:] if is_made else SHAPES[1:])
        await world.ended(rest.id)
        assert Counter(drawn(world)) == Counter(SHAPES)

    async def test_set_whose_last_order_was_in_doubt_is_whole_once_that_is_found(self, world: World) -> None:
        partly = await doubtful(world, number=2)
        world.bloom.draw(partly.request.parameters.orders[2])
        await world.generations.again(partly, "U1")
        whole = await world.ended(partly.id)
        assert (shown(whole), whole.shortfall, whole.yields) == ([*SHAPES], None, (1, 1, 1))

    async def test_images_still_being_drawn_are_waited_for_before_the_rest_is_made(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        world.engine.take(await partly_made(world, REASON, number=1))
        timed_out = await world.ended()
        assert timed_out.failure == Failure("timed_out")
        world.bloom.complete()
        assert (await world.generations.again(timed_out, "U1")).id == timed_out.id
        partly = await world.ended(timed_out.id)
        assert (partly.state, partly.shortfall, shown(partly)) == (S.DELIVERED, REASON, [SHAPES[0]])
        assert asked(world) == []

    async def test_image_that_was_deleted_meanwhile_stays_so_and_is_not_made_again(self, world: World) -> None:
        partly = await doubtful(world)
        await world.store.mark_deleted(partly.id, partly.image_ids[0], "U3")
        world.bloom.gallery.clear()
        world.bloom.draw(partly.request.parameters.orders[1])
        await world.generations.again(await world.row(partly.id), "U1")
        found = await world.ended(partly.id)
        assert [image.deleted_by for image in found.images] == ["U3", None]
        assert (found.missing, len(found.present)) == ((0, 0, 1), 1)

    async def test_preview_is_made_again_as_one_for_the_channel_that_it_was_asked_for_in(self, world: World) -> None:
        request = replace(a_request(), is_preview=True, channel_id="C7", thread_id="17.7")
        world.bloom.script.answer("generate", NO_CREDITS)
        again = await world.generations.again(await ended(world, request), "U1")
        assert (again.request.is_preview, again.request.channel_id, again.request.thread_id) == (True, "C7", "17.7")
        await world.ended(again.id)


async def partly_ordered(world: World) -> Generation:
    """Return a set whose first order Bloom took."""
    ids = world.bloom.draw(a_set().parameters.orders[0])
    connection = await world.connections.present(TEAM)
    return await world.put(S.QUEUED, a_set(), image_ids=ids, yields=(1,), connection_id=connection.id)


async def partly_made(world: World, shortfall: Failure, *, number: int, **changes: Any) -> Generation:
    """Return a set of which Bloom took so many orders, and would not have the next."""
    request = a_set(**changes)
    ids = [world.bloom.draw(order) for order in request.parameters.orders[:number]]
    flat = tuple(one for of_order in ids for one in of_order)
    yields = tuple(map(len, ids))
    return await world.put(S.WAITING, request, image_ids=flat, yields=yields, shortfall=shortfall)


async def doubtful(world: World, *, number: int = 1) -> Generation:
    """Return a delivered set of which the answer to one order was lost, and Bloom stayed away for the search."""
    gate = world.bloom.script.hold("generate")
    generation = await world.generations.start(a_set())
    await eventually(lambda: world.bloom.script.count("generate"))
    world.bloom.script.answer("generate", *map(world.bloom.draw, generation.request.parameters.orders[:number]), LOST)
    world.bloom.script.answer("list", *[LOST] * 99)
    gate.set()
    partly = await world.ended(generation.id)
    world.bloom.script.forget("list")
    return partly


PICTURE = Attachment(id="F1", name="door.png")


def kill_at(world: World, number: int, *, after: bool) -> asyncio.Event:
    """Let everything stop for ever at this write of the generation, before or after it; return when that is."""
    save, numbers, reached = world.store.save_generation, count(1), asyncio.Event()

    async def dying(generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        is_last = next(numbers) == number
        is_saved = await save(generation, was=was, worker_id=worker_id) if after or not is_last else False
        if is_last:
            reached.set()
            await asyncio.Event().wait()
        return is_saved

    world.store.save_generation = dying  # type: ignore[method-assign]
    return reached


@asynccontextmanager
async def killed(world: World, number: int, *, after: bool) -> AsyncIterator[None]:
    """Kill the process at a write of what is started inside, or when all is done, and start another."""
    reached = kill_at(world, number, after=after)
    yield
    while not reached.is_set() and len(world.tasks):
        await (world.pass_time(1) if world.clock.sleepers else asyncio.sleep(0.0005))
    await world.die()
    await world.start()
    await world.worker.start()


ARROWS = ["announced", "gathered", *["submitting", "taken"] * 3, "finished", "posting", "delivered"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, len(ARROWS) + 1))
async def test_process_may_die_at_any_arrow(world: World, number: int, *, after: bool) -> None:
    """Before a write, what it was to record has happened; after it, what it announces has not."""
    async with killed(world, number, after=after):
        await world.generations.start(a_set(attachments=(PICTURE,)))
    row = await world.generations.start(a_set())
    delivered = await world.ended(row.id)
    assert (delivered.state, shown(delivered), delivered.yields) == (S.DELIVERED, [*SHAPES], (1, 1, 1))
    assert drawn(world) == [*SHAPES]
    assert len(world.messenger.announced) == len(world.messenger.replies) == 1
    assert delivered.gathered_ids == ("upload-1",)
    assert [showing.image_id for showing in await world.store.showings(row.id)] == [*delivered.image_ids]
    assert await credits_on_record(world) == 3


async def test_every_arrow_is_one_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test before kills at fewer than there are."""
    writes, save = [], world.store.save_generation

    async def counted(generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        writes.append(generation.state)
        return await save(generation, was=was, worker_id=worker_id)

    monkeypatch.setattr(world.store, "save_generation", counted)
    await ended(world, a_set(attachments=(PICTURE,)))
    assert len(writes) == len(ARROWS)


answers = st.sampled_from(["taken", "lost", "vanished", "away", "busy"])
deaths = st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=2)


@settings(max_examples=25, deadline=None)
@given(script=st.lists(answers, max_size=8), deaths=deaths, variants=st.integers(1, 2))
async def test_no_order_is_paid_twice_and_none_is_lost(
    script: list[str], deaths: list[tuple[int, bool]], variants: int
) -> None:
    """Whatever becomes of Bloom's answers, and however often the process dies in between."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder) / "bloom.db")
        await world.start()
        await world.connect()
        await world.worker.start()
        kinds = {"lost": LostAnswer(LOST), "vanished": LOST, "away": AWAY, "busy": BUSY}

        async def play(call: Any) -> None:
            if call.name == "generate" and script and (kind := script.pop(0)) in kinds:
                world.bloom.script.answer("generate", kinds[kind])

        world.bloom.script.watch = play
        request = a_set(variants=variants)
        for number, after in deaths:
            async with killed(world, number, after=after):
                await world.generations.start(request)
        delivered = await world.ended((await world.generations.start(request)).id)
        assert delivered.state is S.DELIVERED
        assert shown(delivered) == drawn(world) == [shape for shape in SHAPES for _ in range(variants)]
        assert len(world.messenger.announced) == len(world.messenger.replies) == 1
        await world.stop()
