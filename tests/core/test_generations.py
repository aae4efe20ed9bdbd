"""The front desk: acknowledged is on disk, the same wish is one generation, and failed ones start again."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    NotAllowed,
    NotConnected,
    OutsideLimits,
    SlackRefused,
    SlackUnavailable,
    StoreError,
)
from bot.core.generations import CANCEL_PATIENCE
from bot.core.models import (
    Failure,
    FailureCode,
    Generation,
    GenerationState,
    ImageModel,
    ImageSize,
    ImageState,
    Limits,
    Preferences,
)
from bot.core.months import month_of
from tests.core.world import BOSS, KEY, TEAM, S, World, a_request
from tests.fakes.bloom import FakeBloom
from tests.fakes.clock import EPOCH
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import Call

LOST = BloomUnavailable("500", sent=True)
AWAY = BloomUnavailable("no route", sent=False)
BUSY = BloomRateLimited("TOO_MANY_REQUESTS", 429)


async def started(world: World) -> Generation:
    """Start a generation and follow it until it has ended."""
    return await world.ended((await world.generations.start(a_request())).id)


class TestStart:
    async def test_acknowledged_is_on_disk_before_bloom_or_slack_are_asked(self, world: World) -> None:
        gate = world.messenger.script.hold("announce")
        generation = await world.generations.start(a_request())
        assert world.messenger.script.calls == world.bloom.script.calls == []
        assert await world.generations.get(generation.id) == generation
        assert (generation.state, generation.created_at) == (S.QUEUED, world.clock.now())
        gate.set()
        assert (await world.ended(generation.id)).state is S.DELIVERED

    async def test_what_could_not_be_written_is_not_begun(self, world: World) -> None:
        await world.store.close()
        with pytest.raises(StoreError):
            await world.generations.start(a_request())
        assert len(world.tasks) == 0

    async def test_same_key_is_the_same_generation_and_one_request(self, world: World) -> None:
        both = await asyncio.gather(*(world.generations.start(a_request()) for _ in range(2)))
        delivered = await world.ended(both[0].id)
        later = await world.generations.start(a_request(prompt="Something else"))
        assert later == delivered
        await settle()
        assert both[0].id == both[1].id
        assert world.bloom.script.count("generate") == len(world.messenger.announced) == 1

    async def test_other_keys_are_other_generations(self, world: World) -> None:
        first, second = [await world.generations.start(a_request(key)) for key in ("V1", "V2")]
        assert first.id != second.id
        await world.passing(world.idle())
        assert world.bloom.script.count("generate") == 2

    async def test_redelivery_takes_up_what_nobody_works_on(self, world: World) -> None:
        left = await world.add()
        assert await world.generations.start(a_request()) == left
        assert (await world.ended(left.id)).state is S.DELIVERED

    async def test_unknown_id_is_nothing(self, world: World) -> None:
        assert await world.generations.get("g9") is None


class TestAgain:
    @pytest.fixture
    async def refused(self, world: World) -> Generation:
        """Return a generation that failed because 4K is not in the plan."""
        world.bloom.script.answer("generate", BloomRefused("FEATURE_NOT_ENTITLED", 403))
        return await started(world)

    async def test_failed_one_starts_again_in_its_thread(self, world: World, refused: Generation) -> None:
        again = await world.generations.again(refused, "U2")
        assert again.id != refused.id
        assert again.request.parameters == refused.request.parameters
        assert refused.place is not None
        assert (again.request.channel_id, again.request.thread_id) == ("C1", refused.place.thread_id)
        assert (again.request.user_id, again.request.brand_name) == ("U2", "Acme")
        assert (await world.ended(again.id)).state is S.DELIVERED
        assert (await world.row(refused.id)).state is S.FAILED

    async def test_changes_are_made_and_the_rest_kept(self, world: World, refused: Generation) -> None:
        again = await world.generations.again(refused, "U2", model=ImageModel.STANDARD)
        assert again.request.parameters == refused.request.parameters.but(model=ImageModel.STANDARD)
        await world.ended(again.id)

    async def test_however_often_it_is_asked_it_starts_once_per_change(self, world: World, refused: Generation) -> None:
        twice = [await world.generations.again(refused, user, size=ImageSize.SIZE_2K) for user in ("U1", "U2")]
        other = await world.generations.again(refused, "U1", model=ImageModel.FAST)
        plain = await world.generations.again(refused, "U1")
        assert twice[0].id == twice[1].id
        assert len({twice[0].id, other.id, plain.id}) == 3
        await world.passing(world.idle())
        assert world.bloom.script.count("generate") == 4

    async def test_change_that_bloom_would_refuse_is_refused(self, world: World, refused: Generation) -> None:
        with pytest.raises(ValidationError):
            await world.generations.again(refused, "U1", variants=9)

    async def test_one_that_was_never_announced_goes_where_it_was_asked_for(self, world: World) -> None:
        failed = (await world.add()).but(state=S.FAILED, failure=Failure(FailureCode.UNEXPECTED))
        again = await world.generations.again(failed, "U1")
        assert (again.request.channel_id, again.request.thread_id) == ("C1", None)
        await world.ended(again.id)

    @pytest.mark.parametrize("reason", ["content_safety", None])
    async def test_images_that_failed_are_asked_for_anew(self, world: World, reason: str | None) -> None:
        world.bloom.drawn_as = ImageState.FAILED
        failed = await started(world)
        again = await world.generations.again(failed, "U1")
        assert again.id != failed.id
        await world.ended(again.id)
        assert world.bloom.script.count("generate") == 2

    async def test_images_that_were_deleted_are_asked_for_anew(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await world.paused()
        world.bloom.gallery.clear()
        failed = await world.ended(generation.id)
        assert failed.failure == Failure("image_failed")
        assert (await world.generations.again(failed, "U1")).id != failed.id
        await world.passing(world.idle())


class TestAgainWithoutPaying:
    @pytest.fixture
    async def timed_out(self, world: World) -> Generation:
        """Return a generation whose images took too long."""
        world.bloom.drawn_as = ImageState.PENDING
        failed = await started(world)
        assert failed.failure == Failure("timed_out")
        return failed

    async def test_images_that_took_too_long_are_looked_for_again(self, world: World, timed_out: Generation) -> None:
        world.bloom.complete()
        again = await world.generations.again(timed_out, "U2")
        assert (again.id, again.state) == (timed_out.id, S.WAITING)
        delivered = await world.ended(again.id)
        assert (delivered.state, delivered.failure) == (S.DELIVERED, None)
        assert world.bloom.script.count("generate") == 1
        assert [of.failure is None for _, of in world.messenger.replies] == [False, True]
        assert delivered.reply_id == world.messenger.replies[1][0]
        assert world.messenger.shown == {again.id: S.DELIVERED}

    async def test_they_get_all_the_time_again(self, world: World, timed_out: Generation) -> None:
        await world.generations.again(timed_out, "U2")
        failed = await world.ended(timed_out.id)
        assert failed.failure == Failure("timed_out")
        assert timed_out.finished_at is not None
        assert failed.finished_at is not None
        assert (failed.finished_at - timed_out.finished_at).total_seconds() >= 20 * 60
        assert len(world.messenger.replies) == 2

    async def test_pressed_twice_it_is_told_once(self, world: World, timed_out: Generation) -> None:
        world.bloom.complete()
        first, second = await asyncio.gather(*(world.generations.again(timed_out, "U2") for _ in range(2)))
        assert first.id == second.id == timed_out.id
        await world.ended(timed_out.id)
        assert len(world.messenger.replies) == 2

    async def test_pressed_again_while_it_goes_on_it_is_not_paid_for_anew(self, world: World) -> None:
        failed = await world.put(S.FAILED, failure=Failure(FailureCode.UNAVAILABLE))
        first = await world.generations.again(failed, "U1")
        under_way = await world.row(failed.id)
        second = await world.generations.again(under_way, "U2")
        assert first.id == second.id == failed.id
        await world.ended(failed.id)
        assert world.bloom.script.count("generate") == 1

    @pytest.mark.parametrize("code", ["UNAUTHORIZED", FailureCode.NOT_CONNECTED])
    async def test_lost_answer_whose_search_was_refused_is_looked_for_again_and_not_paid_for(
        self, world: World, code: str
    ) -> None:
        """The key was replaced while the answer was lost: after connecting, the images are still ours."""
        failed = await world.put(S.FAILED, failure=Failure(code))
        ids = world.bloom.draw(failed.request.parameters)
        await world.generations.again(failed, "U2")
        delivered = await world.ended(failed.id)
        assert (delivered.state, delivered.image_ids) == (S.DELIVERED, ids)
        assert not world.bloom.script.count("generate")

    @pytest.mark.parametrize(("days", "user_id"), [(40, "U1"), (0, "U2")])
    async def test_what_was_counted_to_another_month_or_person_is_looked_for_and_not_paid_for_anew(
        self, world: World, days: int, user_id: str
    ) -> None:
        """To pay for it now is a new request, which the caps of today bind: those of whoever asks."""
        assert await world.store.save_preferences(TEAM, Preferences(1, limits=Limits(credits_per_person=2)))
        failed = await world.put(S.FAILED, a_request(variants=5), failure=Failure(FailureCode.UNAVAILABLE))
        await world.clock.advance(days * 86400)
        assert (await world.generations.again(failed, user_id)).id == failed.id
        ended = await world.ended(failed.id)
        assert (ended.state, ended.failure) == (S.FAILED, Failure(FailureCode.NOT_MADE))
        assert not world.bloom.script.count("generate")
        assert (await world.store.spent(TEAM, "U1", EPOCH)).workspace == 0, "Bloom was never paid for it"
        with pytest.raises(OutsideLimits):
            await world.generations.again(ended, user_id)
        assert await world.store.save_preferences(TEAM, Preferences(2, limits=Limits(credits_per_person=5)))
        anew = await world.ended((await world.generations.again(ended, user_id)).id)
        assert (anew.state, anew.request.user_id, len(anew.pictures)) == (S.DELIVERED, user_id, 5)
        assert (await world.store.spent(TEAM, user_id, month_of(world.clock.now()))).person == 5

    @pytest.mark.parametrize("is_made", [True, False])
    async def test_what_is_only_looked_for_stays_so_over_a_restart_and_is_delivered_if_it_was_made(
        self, world: World, is_made: bool
    ) -> None:
        failed = await world.put(S.FAILED, failure=Failure(FailureCode.UNAVAILABLE))
        await world.clock.advance(40 * 86400)
        await world.generations.again(failed, "U1")
        await world.restart()
        ids = world.bloom.draw(failed.request.parameters) if is_made else ()
        ended = await world.ended(failed.id)
        outcome = (S.DELIVERED, None) if is_made else (S.FAILED, Failure(FailureCode.NOT_MADE))
        assert (ended.image_ids, (ended.state, ended.failure)) == (ids, outcome)
        assert not world.bloom.script.count("generate")

    async def test_images_still_being_drawn_when_the_others_were_delivered_are_not_paid_for_again(
        self, world: World
    ) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        request = replace(a_request(), parameters=a_request().parameters.but(variants=2))
        waiting = await world.put(S.WAITING, request, image_ids=world.bloom.draw(request.parameters))
        world.bloom.change(waiting.image_ids[0], state=ImageState.COMPLETED, url="https://bloom.test/1")
        world.engine.take(waiting)
        partial = await world.ended(waiting.id)
        assert (partial.state, len(partial.pictures)) == (S.DELIVERED, 1)
        world.bloom.complete()
        await world.generations.again(partial, "U2")
        whole = await world.ended(partial.id)
        assert (whole.state, len(whole.pictures)) == (S.DELIVERED, 2)
        assert not world.bloom.script.count("generate")

    @pytest.fixture
    async def partial(self, world: World) -> Generation:
        """Return a generation of which one of two images was delivered, while the other was being drawn."""
        world.bloom.drawn_as = ImageState.PENDING
        request = a_request(variants=2)
        waiting = await world.put(S.WAITING, request, image_ids=world.bloom.draw(request.parameters), yields=(2,))
        world.bloom.change(waiting.image_ids[0], state=ImageState.COMPLETED, url="https://bloom.test/1")
        world.engine.take(waiting)
        return await world.ended(waiting.id)

    async def test_what_was_delivered_is_known_still_when_the_search_for_the_rest_is_cancelled(
        self, world: World, partial: Generation
    ) -> None:
        await world.generations.again(partial, "U1")
        cancelled = await world.passing(world.generations.cancel(partial.id, "U1"))
        assert cancelled.state is S.CANCELLED
        made = await world.results.made(partial.image_ids[0])
        assert made is not None
        assert made.is_present
        assert (await world.generations.again(cancelled, "U1")).request.parameters.variants == 1

    async def test_what_was_delivered_is_known_still_when_the_search_for_the_rest_fails(
        self, world: World, partial: Generation
    ) -> None:
        world.bloom.script.answer("watch", NotConnected(TEAM))
        await world.generations.again(partial, "U1")
        failed = await world.ended(partial.id)
        assert (failed.state, len(failed.pictures)) == (S.FAILED, 1)
        world.bloom.complete()
        assert (await world.generations.again(failed, "U1")).id == failed.id
        assert len((await world.ended(failed.id)).pictures) == 2
        assert not world.bloom.script.count("generate")

    async def test_images_of_an_order_that_was_found_are_not_paid_for_again_when_the_search_for_them_fails(
        self, world: World
    ) -> None:
        request = a_request(aspect_ratio="1:1", further_ratios=("16:9",))
        ids = tuple(one for order in request.parameters.orders for one in world.bloom.draw(order))
        known = tuple(image for image in world.bloom.gallery if image.id == ids[0])
        world.bloom.script.answer("watch", NotConnected(TEAM))
        world.engine.take(await world.put(S.WAITING, request, image_ids=ids, yields=(1, 1), images=known))
        failed = await world.ended()
        assert (await world.generations.again(failed, "U1")).id == failed.id
        assert len((await world.ended(failed.id)).pictures) == 2

    @pytest.mark.parametrize("changes", [{}, {"model": ImageModel.STANDARD}])
    async def test_old_button_of_what_was_delivered_since_does_nothing(
        self, world: World, timed_out: Generation, changes: dict[str, Any]
    ) -> None:
        world.bloom.complete()
        await world.generations.again(timed_out, "U2")
        delivered = await world.ended(timed_out.id)
        assert await world.generations.again(delivered, "U2", **changes) == delivered

    async def test_pressed_after_the_delivery_it_does_nothing(self, world: World, timed_out: Generation) -> None:
        world.bloom.complete()
        await world.generations.again(timed_out, "U2")
        delivered = await world.ended(timed_out.id)
        assert await world.generations.again(timed_out, "U2") == delivered
        assert len(world.tasks) == 0

    async def test_with_a_change_they_are_paid_for(self, world: World, timed_out: Generation) -> None:
        world.bloom.drawn_as = ImageState.COMPLETED
        again = await world.generations.again(timed_out, "U2", model=ImageModel.FAST)
        assert again.id != timed_out.id
        await world.ended(again.id)
        assert world.bloom.script.count("generate") == 2

    async def test_images_are_looked_for_where_they_were_asked_for_while_that_is_there(
        self, world: World, timed_out: Generation
    ) -> None:
        """Somebody else connected Bloom since; the account that drew them is kept for another generation."""
        asked = timed_out.connection_id
        await world.put(S.WAITING, a_request("V2"), "g2", connection_id=asked)
        world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
        await world.connect("bloom_sk_bob")
        world.bloom.complete()
        again = await world.generations.again(timed_out, "U2")
        assert again.connection_id == asked
        assert (await world.ended(again.id)).state is S.DELIVERED

    @pytest.mark.parametrize("is_broken", [True, False])
    async def test_images_are_looked_for_in_the_present_account_when_the_one_that_was_asked_is_of_no_use(
        self, world: World, timed_out: Generation, is_broken: bool
    ) -> None:
        assert timed_out.connection_id is not None
        if is_broken:
            await world.store.break_connection(timed_out.connection_id, KEY)
        else:
            await world.store.erase_connection(timed_out.connection_id)
        present = await world.connect()
        world.bloom.complete()
        again = await world.generations.again(timed_out, "U2")
        assert again.connection_id == present.id
        assert (await world.ended(again.id)).state is S.DELIVERED
        assert world.bloom.script.count("generate") == 1

    async def test_it_survives_a_restart(self, world: World, timed_out: Generation) -> None:
        await world.generations.again(timed_out, "U2")
        await world.restart()
        world.bloom.complete()
        assert (await world.ended(timed_out.id)).state is S.DELIVERED

    @pytest.mark.parametrize("trouble", [BloomUnauthorized("UNAUTHORIZED", 401), ZeroDivisionError(), LOST])
    async def test_images_under_way_when_it_failed_are_looked_for(self, world: World, trouble: Exception) -> None:
        world.bloom.script.answer("watch", *[trouble] * 50)
        failed = await started(world)
        assert failed.state is S.FAILED
        world.bloom.script.forget("watch")
        await world.connect()  # where it was refused, nothing goes before that
        again = await world.generations.again(failed, "U1")
        assert (again.id, again.state) == (failed.id, S.WAITING)
        assert (await world.ended(again.id)).state is S.DELIVERED
        assert world.bloom.script.count("generate") == 1

    async def test_workspace_that_was_disconnected_meanwhile_goes_on_when_it_is_back(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await world.paused()
        await world.store.erase_connections("T1")
        failed = await world.ended(generation.id)
        assert failed.failure == Failure("not_connected")
        await world.connect()
        world.bloom.complete()
        await world.generations.again(failed, "U1")
        assert (await world.ended(failed.id)).state is S.DELIVERED
        assert world.bloom.script.count("generate") == 1

    @pytest.mark.parametrize("is_drawn", [True, False])
    async def test_request_that_bloom_may_have_carried_out_is_looked_for_first(
        self, world: World, is_drawn: bool
    ) -> None:
        world.bloom.script.answer("generate", *[LOST] * 50)
        failed = await started(world)
        assert failed.failure == Failure("unavailable", "500")
        world.bloom.script.forget("generate")
        asked = world.bloom.script.count("generate")
        if is_drawn:
            world.bloom.draw(failed.request.parameters)
        again = await world.generations.again(failed, "U1")
        assert (again.id, again.state) == (failed.id, S.SUBMITTING)
        assert (await world.ended(failed.id)).state is S.DELIVERED
        assert world.bloom.script.count("generate") - asked == (0 if is_drawn else 1)
        assert len(world.messenger.replies) == 2


class TestAgainWhatCouldNotBePosted:
    @pytest.fixture
    async def unposted(self, world: World) -> Generation:
        """Return a generation whose two images were made, one of them in vain, and could not be posted."""
        world.bloom.drawn_as = ImageState.FAILED
        ids = world.bloom.draw(a_request().parameters.but(variants=2))
        world.bloom.change(ids[0], state=ImageState.COMPLETED, url="https://bloom.test/1")
        world.messenger.script.answer("deliver", SlackRefused("msg_too_long"))
        world.engine.take(await world.put(S.WAITING, a_request(variants=2), image_ids=ids))
        failed = await world.ended()
        assert (failed.state, failed.is_unposted) == (S.FAILED, True)
        return failed

    async def test_it_is_posted_without_paying(self, world: World, unposted: Generation) -> None:
        assert (await world.generations.again(unposted, "U2")).id == unposted.id
        delivered = await world.ended()
        assert (delivered.state, delivered.failure, len(delivered.pictures)) == (S.DELIVERED, None, 1)
        assert delivered.reply_id == world.messenger.replies[0][0]
        assert world.messenger.shown == {"g1": S.DELIVERED}
        assert not world.bloom.script.count("generate")

    async def test_reply_that_stands_after_all_is_not_posted_twice(self, world: World, unposted: Generation) -> None:
        reply_id = (await world.messenger.deliver(unposted)).message_id
        await world.generations.again(unposted, "U1")
        assert (await world.ended()).reply_id == reply_id
        assert len(world.messenger.replies) == 1

    async def test_pressed_twice_it_is_posted_once(self, world: World, unposted: Generation) -> None:
        await asyncio.gather(*(world.generations.again(unposted, "U1") for _ in range(2)))
        await world.ended()
        assert len(world.messenger.replies) == 1

    async def test_images_that_were_not_made_are_asked_for_afterwards(self, world: World, unposted: Generation) -> None:
        await world.generations.again(unposted, "U1")
        missing = await world.generations.again(await world.ended(), "U1")
        assert (missing.id != unposted.id, missing.request.parameters.variants) == (True, 1)
        await world.ended(missing.id)


class TestCancel:
    async def test_queued_one_never_reaches_bloom(self, world: World) -> None:
        world.bloom.script.hold("turn")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("turn"))
        cancelled = await world.generations.cancel(generation.id, "U1")
        assert (cancelled.state, cancelled.finished_at) == (S.CANCELLED, world.clock.now())
        await world.idle()
        assert not world.bloom.script.count("generate")
        assert world.messenger.shown == {generation.id: S.CANCELLED}
        assert world.messenger.replies == []

    async def test_waiting_one_is_left_to_bloom_and_nothing_is_posted(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await world.paused()
        cancelled = await world.generations.cancel(generation.id, "U1")
        assert (cancelled.state, cancelled.image_ids) == (S.CANCELLED, ("image-1-1",))
        await world.idle()
        assert not world.engine.works_on(generation.id)
        assert world.messenger.shown == {generation.id: S.CANCELLED}
        assert world.messenger.replies == []

    async def test_one_that_is_just_being_sent_is_cancelled_once_bloom_has_answered(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle()
        assert (await world.row(generation.id)).state is S.SUBMITTING
        gate.set()
        assert (await cancelling).state is S.CANCELLED
        await world.idle()
        assert world.messenger.replies == []

    async def test_bloom_that_takes_long_to_answer_is_not_waited_for_but_the_wish_is_fulfilled(
        self, world: World
    ) -> None:
        gate = world.bloom.script.hold("generate")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("generate"))
        as_it_is = await world.passing(world.generations.cancel(generation.id, "U1"))
        assert (as_it_is.state, as_it_is.cancelled_by) == (S.SUBMITTING, "U1")
        assert world.clock.monotonic() >= CANCEL_PATIENCE
        assert world.engine.works_on(generation.id)
        gate.set()
        cancelled = await world.ended(generation.id)
        assert (cancelled.state, cancelled.image_ids) == (S.CANCELLED, ("image-1-1",))
        assert world.messenger.shown == {generation.id: S.CANCELLED}
        assert world.messenger.replies == []

    @pytest.mark.parametrize("is_drawn", [True, False])
    async def test_wish_that_meets_a_request_on_its_way_outlives_the_process(
        self, world: World, is_drawn: bool
    ) -> None:
        world.bloom.script.hold("generate")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle()
        cancelling.cancel()
        if is_drawn:
            world.bloom.draw(generation.request.parameters)
        await world.restart()
        cancelled = await world.ended(generation.id)
        assert (cancelled.state, cancelled.cancelled_by, cancelled.is_stale) == (S.CANCELLED, "U1", False)
        assert cancelled.image_ids == (("image-1-1",) if is_drawn else ())
        assert (cancelled.submitted_at is not None) == is_drawn
        assert world.messenger.shown == {generation.id: S.CANCELLED}
        assert world.bloom.script.count("generate") == 1

    @pytest.mark.parametrize("refusal", [BUSY, AWAY])
    async def test_request_that_bloom_did_not_carry_out_is_not_sent_again_when_nobody_wants_it(
        self, world: World, refusal: BloomError
    ) -> None:
        gate = world.bloom.script.hold("generate")
        world.bloom.script.answer("generate", refusal)
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle()
        gate.set()
        cancelled = await cancelling
        assert (cancelled.state, cancelled.submitted_at) == (S.CANCELLED, None)
        await world.passing(world.idle())
        assert world.bloom.script.count("generate") == 1

    async def test_request_that_bloom_refuses_fails_whoever_wished_to_cancel_it_and_can_be_made_again(
        self, world: World
    ) -> None:
        gate = world.bloom.script.hold("generate")
        world.bloom.script.answer("generate", LOST)
        world.bloom.script.answer("list", *[LOST] * 99)
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("generate"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle()
        gate.set()
        await world.passing(asyncio.wait_for(cancelling, None))
        failed = await world.ended(generation.id)
        assert (failed.state, failed.cancelled_by, failed.failure) == (S.FAILED, None, Failure("unavailable", "500"))
        world.bloom.script.forget("list")
        await world.generations.again(failed, "U1")
        assert (await world.ended(failed.id)).state is S.DELIVERED

    @pytest.mark.parametrize("is_restarted", [False, True])
    async def test_request_message_whose_answer_was_lost_is_found_and_says_that_it_was_cancelled(
        self, world: World, is_restarted: bool
    ) -> None:
        world.messenger.lose_answer("announce", SlackUnavailable("unreachable"))
        world.messenger.script.answer("announce", *[SlackUnavailable("unreachable")] * 6)
        world.engine.take(await world.add())
        await world.paused()
        as_it_is = await world.passing(world.generations.cancel("g1", "U1"))
        assert (as_it_is.state, as_it_is.place, as_it_is.is_undecided) == (S.QUEUED, None, True)
        if is_restarted:
            await world.restart()
        assert (await world.ended()).state is S.CANCELLED
        assert world.messenger.shown == {"g1": S.CANCELLED}
        assert not world.bloom.script.calls

    async def test_one_whose_request_message_is_on_its_way_is_cancelled_in_it(self, world: World) -> None:
        gate = world.messenger.script.hold("announce")
        world.bloom.script.hold("turn")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.messenger.script.count("announce"))
        cancelling = asyncio.create_task(world.generations.cancel(generation.id, "U1"))
        await settle(5)
        gate.set()
        cancelled = await cancelling
        assert cancelled.place is not None
        await world.idle()
        assert world.messenger.shown == {generation.id: S.CANCELLED}

    async def test_step_that_ends_while_the_permission_is_looked_up_is_not_waited_for(self, world: World) -> None:
        gate = world.messenger.script.hold("announce")
        world.bloom.script.hold("turn")

        async def late(_: Call) -> None:
            gate.set()
            await eventually(lambda: world.bloom.script.count("turn"))

        generation = await world.generations.start(a_request())
        await eventually(lambda: world.messenger.script.count("announce"))
        world.directory.script.watch = late
        async with asyncio.timeout(5):
            assert (await world.generations.cancel(generation.id, BOSS)).state is S.CANCELLED

    async def test_whoever_writes_first_wins_and_the_other_is_told_the_outcome(self, world: World) -> None:
        gate = world.messenger.script.hold("deliver")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.messenger.script.count("deliver"))
        assert (await world.generations.cancel(generation.id, "U1")).state is S.POSTING
        gate.set()
        delivered = await world.ended(generation.id)
        assert await world.generations.cancel(generation.id, "U1") == delivered
        assert delivered.state is S.DELIVERED

    async def test_cancelled_twice_it_is_told_again(self, world: World) -> None:
        world.bloom.script.hold("turn")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("turn"))
        first = await world.generations.cancel(generation.id, "U1")
        await world.idle()
        assert await world.generations.cancel(generation.id, "U1") == first
        await world.idle()
        assert world.messenger.script.count("update") == 2

    async def test_request_message_says_so_when_slack_is_back(self, world: World) -> None:
        world.bloom.script.hold("turn")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("turn"))
        world.messenger.script.answer("update", *[SlackUnavailable("unreachable")] * 3)
        cancelled = await world.passing(world.generations.cancel(generation.id, "U1"))
        assert (world.messenger.shown, cancelled.is_stale) == ({generation.id: S.CANCELLED}, False)

    async def test_request_message_that_takes_long_to_say_so_is_not_waited_for(self, world: World) -> None:
        await world.put(S.WAITING, image_ids=("i1",))
        gate = world.messenger.script.hold("update")
        cancelled = await world.passing(world.generations.cancel("g1", "U1"))
        assert (cancelled.state, cancelled.is_stale) == (S.CANCELLED, True)
        gate.set()
        await world.idle()
        assert not (await world.row()).is_stale

    async def test_request_message_that_cannot_be_changed_leaves_it_untold_however_often_it_is_pressed(
        self, world: World
    ) -> None:
        await world.put(S.WAITING, image_ids=("i1",))
        world.messenger.script.answer("update", *[SlackRefused("edit_window_closed")] * 2)
        for is_stale in (True, True, False):
            cancelled = await world.generations.cancel("g1", "U1")
            assert (cancelled.state, cancelled.is_stale) == (S.CANCELLED, is_stale)

    @pytest.mark.parametrize(("user_id", "is_allowed"), [("U1", True), ("U2", False), (BOSS, True), ("U3", True)])
    async def test_who_asked_and_whoever_looks_after_bloom_may(
        self, world: World, user_id: str, is_allowed: bool
    ) -> None:
        await world.store.name_managers("T1", ["U3"])
        world.bloom.script.hold("turn")
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("turn"))
        if is_allowed:
            assert (await world.generations.cancel(generation.id, user_id)).state is S.CANCELLED
        else:
            with pytest.raises(NotAllowed):
                await world.generations.cancel(generation.id, user_id)
            assert world.engine.works_on(generation.id)
        await world.worker.stop()

    async def test_unknown_one_is_nobodys(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            await world.generations.cancel("g9", "U1")

    @pytest.mark.parametrize("state", [S.QUEUED, S.WAITING])
    async def test_cancelled_one_starts_anew(self, world: World, state: GenerationState) -> None:
        await world.put(state, image_ids=("i1",) if state is S.WAITING else ())
        cancelled = await world.generations.cancel("g1", "U1")
        again = await world.generations.again(cancelled, "U1")
        assert again.id != cancelled.id
        assert (await world.ended(again.id)).state is S.DELIVERED
        assert (await world.row("g1")).state is S.CANCELLED


async def test_states_of_a_start_are_seen_in_order(world: World) -> None:
    world.keep_diary()
    generation = await world.generations.start(a_request(variants=2))
    await eventually(lambda: len(world.diary) == 7)
    await world.ended(generation.id)
    order = list(GenerationState)
    assert [order.index(state) for _, state in world.diary] == sorted(order.index(state) for _, state in world.diary)
