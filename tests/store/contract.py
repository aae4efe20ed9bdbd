"""What every store must do with generations, whichever database is under it. What else it must do is next door.

Subclass `GenerationContract` and give it a `store`.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import StoreError
from bot.core.models import (
    Account,
    AspectRatio,
    Attachment,
    Connection,
    Derivation,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Parameters,
    Place,
    RowOf,
    Source,
)
from bot.core.ports import RequestLog, Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
ME, ANOTHER = "worker-1", "worker-2"
CREDENTIAL = "bloom_sk_0123456789abcdef"


def a_connection(
    workspace_id: str = "T1", email: str = "ada@acme.com", credential: str = CREDENTIAL, name: str = "c1"
) -> Connection:
    return Connection(f"{name}-{workspace_id}", workspace_id, credential, Account(email, "Ada"), "U1", NOON)


def a_request(key: str = "V1", workspace_id: str = "T1") -> GenerationRequest:
    parameters = Parameters(prompt="A red door", brand_id="b1", reference_ids=("r1", "r2"))
    return GenerationRequest(key, workspace_id, "C1", "U1", parameters, "Acme", "1700000000.000100")


class LoggingStore(Store, RequestLog, Protocol):
    """A store that keeps the log of requests as well."""


async def claimed(
    store: Store, worker_id: str = ME, *, now: datetime = NOON, limit: int = 1000
) -> tuple[Generation, ...]:
    return await store.claim_generations(worker_id, now=now, limit=limit)


async def an_announced(store: Store) -> Generation:
    """Write a queued generation whose request message stands."""
    queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
    announced = queued.but(place=Place("C1", "17.1", "17.0"))
    assert await store.save_generation(announced, was=GenerationState.QUEUED, worker_id=ME)
    return announced


def advanced(generation: Generation) -> Generation:
    """Return the generation delivered, with every field filled."""
    return generation.but(
        state=GenerationState.DELIVERED,
        place=Place("D1", "17.1", "17.0", is_fallback=True),
        submitted_at=NOON + timedelta(microseconds=1),
        attempts=2,
        faults=3,
        image_ids=("i2", "i1"),
        yields=(1, 1, 0),
        gathered_ids=("r3", "r4"),
        images=(Image("i1", ImageState.COMPLETED, url="https://x/1", aspect_ratio=AspectRatio.WIDE, created_at=NOON),),
        failure=Failure("image_failed", "one of two", "https://x/help"),
        shortfall=Failure("INSUFFICIENT_CREDITS", "top up", "https://x/pay"),
        reply_id="17.2",
        finished_at=NOON + timedelta(minutes=1),
        connection_id="c1",
    )


# No NUL: PostgreSQL has none in its texts.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    timezones=st.sampled_from((UTC, timezone(timedelta(hours=-9, minutes=-30)))),
)
requests = st.builds(
    GenerationRequest,
    key=texts,
    workspace_id=texts,
    channel_id=texts,
    user_id=texts,
    parameters=st.builds(
        Parameters,
        prompt=texts.filter(str.strip),
        brand_id=texts.filter(bool),
        aspect_ratio=st.none() | st.sampled_from(AspectRatio),
        size=st.sampled_from(ImageSize),
        model=st.sampled_from(ImageModel),
        variants=st.integers(1, 5),
        reference_ids=st.lists(texts, max_size=3).map(tuple),
        attachments=st.lists(st.builds(Attachment, id=texts, name=texts), max_size=3).map(tuple),
    ),
    brand_name=texts,
    thread_id=st.none() | texts,
    source=st.none() | st.builds(Source, texts, st.sampled_from(Derivation), texts, texts, texts),
    is_preview=st.booleans(),
    batch=st.none() | st.builds(RowOf, texts, st.integers(0, 10_000)),
)
images = st.builds(
    Image,
    id=texts,
    state=st.none() | st.sampled_from(ImageState),
    failure_reason=st.none() | texts,
    url=st.none() | texts,
    prompt=st.none() | texts,
    width=st.none() | st.integers(0, 10_000),
    created_at=st.none() | moments,
)
progress = st.fixed_dictionaries(
    {
        "state": st.sampled_from(GenerationState),
        "place": st.none() | st.builds(Place, texts, texts, texts, st.booleans()),
        "submitted_at": st.none() | moments,
        "attempts": st.integers(0, 99),
        "faults": st.integers(0, 9),
        "images": st.lists(images, max_size=3).map(tuple),
        "failure": st.none() | st.builds(Failure, texts, texts, st.none() | texts),
        "reply_id": st.none() | texts,
        "finished_at": st.none() | moments,
        "connection_id": st.none() | texts,
        "yields": st.lists(st.integers(0, 5), max_size=3).map(tuple),
        "gathered_ids": st.lists(texts, max_size=3).map(tuple),
        "shortfall": st.none() | st.builds(Failure, texts, texts, st.none() | texts),
    }
)


class GenerationContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_added_generation_is_queued(self, store: Store) -> None:
        added = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert added == Generation("g1", a_request(), GenerationState.QUEUED, NOON)
        assert await store.generation("g1") == added
        assert await store.generation("g2") is None

    async def test_redelivery_is_the_same_generation(self, store: Store) -> None:
        ids = [f"g{n}" for n in range(20)]
        added = await asyncio.gather(*(store.add_generation(one, a_request(), NOON, worker_id=ME) for one in ids))
        assert {generation.id for generation in added} == {added[0].id}
        await store.hand_back(ME)
        assert await claimed(store) == (added[0],)

    async def test_redelivery_finds_the_generation_where_it_is_now(self, store: Store) -> None:
        generation = advanced(await store.add_generation("g1", a_request(), NOON, worker_id=ME))
        await store.save_generation(generation, was=GenerationState.QUEUED, worker_id=ME)
        assert await store.add_generation("g2", a_request(), NOON, worker_id=ME) == generation

    async def test_id_of_another_request_is_refused(self, store: Store) -> None:
        await store.add_generation("g1", a_request("V1"), NOON, worker_id=ME)
        with pytest.raises(StoreError):
            await store.add_generation("g1", a_request("V2"), NOON, worker_id=ME)

    async def test_generation_comes_back_as_it_was_saved(self, store: Store) -> None:
        generation = advanced(await store.add_generation("g1", a_request(), NOON, worker_id=ME))
        assert await store.save_generation(generation, was=GenerationState.QUEUED, worker_id=ME)
        assert await store.generation("g1") == generation

    async def test_fields_can_be_cleared_again(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        await store.save_generation(advanced(queued), was=GenerationState.QUEUED, worker_id=ME)
        assert await store.save_generation(queued, was=GenerationState.DELIVERED, worker_id=ME)
        assert await store.generation("g1") == queued

    async def test_generation_that_moved_on_is_not_written(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        cancelled = queued.but(state=GenerationState.CANCELLED)
        assert await store.save_generation(cancelled, was=GenerationState.QUEUED, worker_id=ME)
        assert not await store.save_generation(advanced(queued), was=GenerationState.QUEUED, worker_id=ME)
        assert await store.generation("g1") == cancelled
        assert not await store.owned_image_ids(["i1", "i2"])

    async def test_unknown_generation_is_not_written(self, store: Store) -> None:
        generation = Generation("g1", a_request(), GenerationState.QUEUED, NOON)
        assert not await store.save_generation(generation, was=GenerationState.QUEUED, worker_id=ME)
        assert await store.generation("g1") is None

    async def test_one_of_many_writers_wins(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        claims = [queued.but(state=GenerationState.SUBMITTING, attempts=n) for n in range(1, 21)]
        won = await asyncio.gather(
            *(store.save_generation(c, was=GenerationState.QUEUED, worker_id=ME) for c in claims)
        )
        assert won.count(True) == 1
        assert await store.generation("g1") == claims[won.index(True)]

    async def test_unfinished_generations_are_claimed_oldest_first(self, store: Store) -> None:
        for n, state in enumerate(GenerationState):
            at = NOON - timedelta(microseconds=n)
            generation = await store.add_generation(f"g{n}", a_request(f"V{n}"), at, worker_id=ME)
            await store.save_generation(generation.but(state=state), was=GenerationState.QUEUED, worker_id=ME)
        await store.hand_back(ME)
        unfinished = await claimed(store, limit=3) + await claimed(store, limit=3)
        assert await claimed(store) == ()
        assert [g.state for g in unfinished] == [s for s in reversed(GenerationState) if not s.is_final]

    async def test_image_belongs_to_one_generation(self, store: Store) -> None:
        first = (await store.add_generation("g1", a_request("V1"), NOON, worker_id=ME)).but(image_ids=("i1", "i2"))
        second = (await store.add_generation("g2", a_request("V2"), NOON, worker_id=ME)).but(
            attempts=1, image_ids=("i3", "i2")
        )
        await store.save_generation(first, was=GenerationState.QUEUED, worker_id=ME)
        with pytest.raises(StoreError):
            await store.save_generation(second, was=GenerationState.QUEUED, worker_id=ME)
        assert await store.owned_image_ids(["i1", "i2", "i3"]) == {"i1", "i2"}
        assert await store.generation("g2") == second.but(attempts=0, image_ids=())

    async def test_image_that_was_deleted_since_a_generation_was_read_stays_so(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        images = tuple(Image(f"i{number}", ImageState.COMPLETED, url="https://x") for number in range(3))
        ids = tuple(image.id for image in images)
        waiting = queued.but(state=GenerationState.WAITING, image_ids=ids, yields=(3,), images=images)
        assert await store.save_generation(waiting, was=queued.state, worker_id=ME)
        for image_id in ids[:2]:
            assert await store.mark_deleted("g1", image_id, "U1")
        finished = waiting.but(state=GenerationState.FINISHED, images=(images[0], images[2]))
        assert await store.save_generation(finished, was=waiting.state, worker_id=ME)
        row = await store.generation("g1")
        assert row is not None
        assert row.images == (replace(images[0], deleted_by="U1"), replace(images[1], deleted_by="U1"), images[2])
        anew = finished.but(image_ids=ids[2:], yields=(1,), images=images[2:])
        assert await store.save_generation(anew, was=finished.state, worker_id=ME)
        assert await store.generation("g1") == anew

    async def test_generation_that_is_written_belongs_to_its_writer_until_it_ends(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert queued.owner == ME
        waiting = queued.but(state=GenerationState.WAITING)
        assert not await store.save_generation(waiting, was=GenerationState.QUEUED, worker_id=ANOTHER)
        assert await store.save_generation(waiting, was=GenerationState.QUEUED, worker_id=ME)
        delivered = waiting.but(state=GenerationState.DELIVERED)
        assert await store.save_generation(delivered, was=GenerationState.WAITING, worker_id=ME)
        row = await store.generation("g1")
        assert row is not None
        assert row.owner is None

    async def test_redelivery_does_not_take_a_generation_away(self, store: Store) -> None:
        await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert (await store.add_generation("g2", a_request(), NOON, worker_id=ANOTHER)).owner == ME

    @pytest.mark.parametrize("taker", [ANOTHER, None])
    async def test_what_has_ended_can_be_taken_up_again_by_one(self, store: Store, taker: str | None) -> None:
        ended = advanced(await store.add_generation("g1", a_request(), NOON, worker_id=ME))
        await store.save_generation(ended, was=GenerationState.QUEUED, worker_id=ME)
        anew = ended.but(state=GenerationState.WAITING)
        takers = (taker, ME)
        won = [await store.save_generation(anew, was=GenerationState.DELIVERED, worker_id=one) for one in takers]
        assert won == [True, False]
        row = await store.generation("g1")
        assert row is not None
        assert row.owner == taker

    async def test_generation_of_a_living_worker_is_left_alone(self, store: Store) -> None:
        await store.renew_lease(ANOTHER, until=LATER)
        await store.add_generation("g1", a_request(), NOON, worker_id=ANOTHER)
        assert await claimed(store, now=LATER - timedelta(seconds=1)) == ()

    async def test_generation_of_a_worker_whose_lease_has_ended_is_taken_over_with_a_fault(self, store: Store) -> None:
        await store.renew_lease(ANOTHER, until=LATER)
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ANOTHER)
        (taken,) = await claimed(store, now=LATER)
        assert (taken.owner, taken.faults) == (ME, 1)
        late = queued.but(state=GenerationState.SUBMITTING)
        assert not await store.save_generation(late, was=GenerationState.QUEUED, worker_id=ANOTHER)
        assert await store.save_generation(late, was=GenerationState.QUEUED, worker_id=ME)

    async def test_generations_with_many_faults_are_claimed_by_whoever_asks_for_them(self, store: Store) -> None:
        for number in range(3):
            await store.add_generation(f"g{number}", a_request(f"V{number}"), NOON, worker_id=ANOTHER)
            for _ in range(number):
                await store.count_fault(ANOTHER, f"g{number}")
        await store.hand_back(ANOTHER)
        few = await store.claim_generations(ME, now=NOON, limit=9, most_faults=1)
        assert [one.id for one in few] == ["g0", "g1"]
        assert [one.id for one in await claimed(store)] == ["g2"]

    async def test_renewed_lease_holds_on(self, store: Store) -> None:
        await store.add_generation("g1", a_request(), NOON, worker_id=ANOTHER)
        for until in (LATER, LATER + timedelta(minutes=1)):
            await store.renew_lease(ANOTHER, until=until)
        assert await claimed(store, now=LATER) == ()

    async def test_own_generations_are_not_claimed_twice(self, store: Store) -> None:
        await store.renew_lease(ME, until=NOON)
        await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert await claimed(store, now=LATER) == ()

    async def test_one_of_two_workers_gets_each_generation(self, store: Store) -> None:
        for n in range(20):
            await store.add_generation(f"g{n}", a_request(f"V{n}"), NOON)
        for worker in (ME, ANOTHER):
            await store.renew_lease(worker, until=LATER)
        shares = await asyncio.gather(*(claimed(store, (ME, ANOTHER)[n % 2], limit=3) for n in range(10)))
        ids = [generation.id for share in shares for generation in share]
        assert len(ids) == len(set(ids)) == 20

    @pytest.mark.parametrize(("crashed", "faults"), [(False, 0), (True, 1)])
    async def test_what_is_handed_back_is_anyones_and_only_a_crash_counts(
        self, store: Store, crashed: bool, faults: int
    ) -> None:
        await store.renew_lease(ANOTHER, until=LATER)
        await store.add_generation("g1", a_request("V1"), NOON, worker_id=ANOTHER)
        await store.add_generation("g2", a_request("V2"), NOON, worker_id=ME)
        await store.hand_back(ANOTHER, crashed=crashed)
        (taken,) = await claimed(store)
        assert (taken.id, taken.owner, taken.faults) == ("g1", ME, faults)

    async def test_faults_are_counted_and_cleared_by_the_owner_alone(self, store: Store) -> None:
        await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        for worker in (ME, ME, ANOTHER):
            await store.count_fault(worker, "g1")
        for worker, left in ((ANOTHER, 2), (ME, 0)):
            await store.forgive(worker, ["g1", "g2"])
            row = await store.generation("g1")
            assert row is not None
            assert row.faults == left

    @pytest.mark.parametrize("state", GenerationState)
    async def test_announced_and_waiting_can_be_cancelled_whoever_has_them(
        self, store: Store, state: GenerationState
    ) -> None:
        queued = await an_announced(store)
        await store.save_generation(queued.but(state=state), was=GenerationState.QUEUED, worker_id=ME)
        cancelled = await store.cancel_generation("g1", LATER, by="U2")
        assert cancelled == await store.generation("g1")
        assert cancelled is not None
        if state in (GenerationState.QUEUED, GenerationState.WAITING):
            assert cancelled == queued.but(state=GenerationState.CANCELLED, cancelled_by="U2", finished_at=LATER)
            assert cancelled.owner is None
            assert cancelled.is_stale
        elif state is GenerationState.SUBMITTING:
            assert (cancelled.state, cancelled.owner, cancelled.cancelled_by) == (state, ME, "U2")
        else:
            assert cancelled == queued.but(state=state)

    @pytest.mark.parametrize("state", [GenerationState.QUEUED, GenerationState.WAITING])
    async def test_wish_to_cancel_is_fulfilled_by_the_write_that_makes_it_possible(
        self, store: Store, state: GenerationState
    ) -> None:
        submitting = (await an_announced(store)).but(state=GenerationState.SUBMITTING)
        await store.save_generation(submitting, was=GenerationState.QUEUED, worker_id=ME)
        for seconds, user_id in enumerate(("U2", "U3")):
            await store.cancel_generation("g1", NOON + timedelta(seconds=seconds), by=user_id)
        assert await store.save_generation(submitting.but(faults=1), was=GenerationState.SUBMITTING, worker_id=ME), (
            "what changes nothing about it is written"
        )
        answered = submitting.but(state=state, image_ids=("i1",))
        assert not await store.save_generation(answered, was=GenerationState.SUBMITTING, worker_id=ME)
        row = await store.generation("g1")
        assert row == answered.but(
            state=GenerationState.CANCELLED, cancelled_by="U2", finished_at=NOON + timedelta(seconds=1)
        )
        assert (row.owner, row.is_stale) == (None, True)

    async def test_wish_to_cancel_what_is_not_announced_yet_waits_for_a_place_to_say_so(self, store: Store) -> None:
        queued = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        wished = await store.cancel_generation("g1", LATER, by="U2")
        assert wished == queued.but(cancelled_by="U2", finished_at=LATER)
        assert await store.save_generation(queued.but(attempts=1), was=GenerationState.QUEUED, worker_id=ME)
        announced = queued.but(attempts=1, place=Place("C1", "17.1", "17.0"))
        assert not await store.save_generation(announced, was=GenerationState.QUEUED, worker_id=ME)
        cancelled = announced.but(state=GenerationState.CANCELLED, cancelled_by="U2", finished_at=LATER)
        assert await store.generation("g1") == cancelled

    async def test_wish_to_cancel_that_came_to_nothing_is_forgotten(self, store: Store) -> None:
        submitting = (await an_announced(store)).but(state=GenerationState.SUBMITTING)
        await store.save_generation(submitting, was=GenerationState.QUEUED, worker_id=ME)
        await store.cancel_generation("g1", LATER, by="U2")
        finished = submitting.but(state=GenerationState.FINISHED)
        assert await store.save_generation(finished, was=GenerationState.SUBMITTING, worker_id=ME)
        assert await store.generation("g1") == finished

    async def test_what_is_cancelled_again_is_to_be_told_again(self, store: Store) -> None:
        await an_announced(store)
        cancelled = await store.cancel_generation("g1", NOON, by="U2")
        assert cancelled is not None
        await store.mark_end(cancelled.but(is_stale=False, faults=3))
        again = await store.cancel_generation("g1", LATER, by="U3")
        assert again == cancelled
        assert again.is_stale

    async def test_marking_an_end_leaves_another_end_alone(self, store: Store) -> None:
        await an_announced(store)
        cancelled = await store.cancel_generation("g1", NOON, by="U2")
        assert cancelled is not None
        for another in (cancelled.but(finished_at=LATER), cancelled.but(state=GenerationState.FAILED)):
            await store.mark_end(another.but(is_stale=False, faults=3))
            row = await store.generation("g1")
            assert row == cancelled
            assert row.is_stale
        await store.mark_end(cancelled.but(is_stale=False, faults=3))
        assert await store.generation("g1") == cancelled.but(faults=3)
        assert await store.stale_ends(NOON, faults=9, limit=9) == ()

    async def test_ends_that_may_not_be_told_are_found_for_as_long_as_they_matter(self, store: Store) -> None:
        for number, is_stale in enumerate((True, False, True)):
            queued = await store.add_generation(f"g{number}", a_request(f"V{number}"), NOON, worker_id=ME)
            ended = queued.but(
                state=GenerationState.FAILED, finished_at=NOON + timedelta(minutes=number), is_stale=is_stale
            )
            await store.save_generation(ended, was=GenerationState.QUEUED, worker_id=ME)
        under_way = await store.add_generation("g3", a_request("V3"), NOON, worker_id=ME)
        await store.save_generation(under_way.but(is_stale=True), was=GenerationState.QUEUED, worker_id=ME)
        assert [one.id for one in await store.stale_ends(NOON, faults=5, limit=9)] == ["g0", "g2"]
        assert [one.id for one in await store.stale_ends(NOON, faults=5, limit=1)] == ["g0"]
        (late,) = await store.stale_ends(NOON + timedelta(minutes=1), faults=5, limit=9)
        await store.mark_end(late.but(faults=4))
        assert [one.id for one in await store.stale_ends(NOON, faults=5, limit=9)] == ["g0", "g2"]
        assert [one.id for one in await store.stale_ends(NOON, faults=4, limit=9)] == ["g0"]
        await store.mark_end(late.but(is_stale=False))
        assert [one.id for one in await store.stale_ends(NOON, faults=5, limit=9)] == ["g0"]

    async def test_worker_knows_what_is_its_own_and_unfinished(self, store: Store) -> None:
        for number, owner in enumerate((ME, ANOTHER, None, ME)):
            await store.add_generation(f"g{number}", a_request(f"V{number}"), NOON, worker_id=owner)
        ended = advanced(await store.add_generation("g4", a_request("V4"), NOON, worker_id=ME))
        await store.save_generation(ended, was=GenerationState.QUEUED, worker_id=ME)
        assert await store.owned_ids(ME) == {"g0", "g3"}

    async def test_unknown_generation_cannot_be_cancelled(self, store: Store) -> None:
        assert await store.cancel_generation("g1", NOON, by="U2") is None

    async def test_requests_to_bloom_are_remembered_by_credential_oldest_first(self, store: LoggingStore) -> None:
        for seconds in (2, 0, 1):
            at = NOON + timedelta(seconds=seconds)
            await store.record_request("c1", at, forget_before=at - timedelta(minutes=1))
        await store.record_request("c2", NOON, forget_before=NOON)
        assert await store.requests_since("c1", NOON + timedelta(seconds=1)) == (
            NOON + timedelta(seconds=1),
            NOON + timedelta(seconds=2),
        )

    async def test_old_requests_are_forgotten_with_a_new_one(self, store: LoggingStore) -> None:
        await store.record_request("c1", NOON, forget_before=NOON)
        await store.record_request("c2", NOON, forget_before=NOON)
        await store.record_request("c1", LATER, forget_before=LATER)
        assert await store.requests_since("c1", NOON) == (LATER,)
        assert await store.requests_since("c2", NOON) == (NOON,)

    async def test_old_requests_of_what_is_never_shown_again_are_forgotten_when_another_is_looked_up(
        self, store: LoggingStore
    ) -> None:
        await store.record_request("shown-once", NOON, forget_before=NOON)
        await store.record_request("c2", LATER, forget_before=LATER)
        assert await store.requests_since("c2", LATER) == (LATER,)
        assert await store.requests_since("shown-once", NOON) == ()

    async def test_requests_of_a_clock_that_was_far_ahead_are_forgotten_too(self, store: LoggingStore) -> None:
        window = timedelta(minutes=1)
        for ahead in (timedelta(days=400), 2 * window, window / 2):
            await store.record_request("c1", NOON + ahead, forget_before=NOON + ahead - window)
        await store.record_request("c2", NOON + 2 * window, forget_before=NOON + window)
        await store.record_request("c1", NOON, forget_before=NOON - window)
        assert await store.requests_since("c1", NOON) == (NOON, NOON + window / 2)
        assert await store.requests_since("c2", NOON) == (NOON + 2 * window,)

    async def test_worker_keeps_its_name(self, store: Store) -> None:
        assert await store.worker_id() == await store.worker_id()

    async def test_no_images_are_asked_for(self, store: Store) -> None:
        assert await store.owned_image_ids(()) == frozenset()

    async def test_many_images_can_be_asked_for(self, store: Store) -> None:
        generation = await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        await store.save_generation(generation.but(image_ids=("7",)), was=GenerationState.QUEUED, worker_id=ME)
        assert await store.owned_image_ids({str(n) for n in range(50_000)}) == {"7"}

    async def test_failed_statement_fails_its_own_caller_only(self, store: Store) -> None:
        owner = await store.add_generation("owner", a_request("owner"), NOON, worker_id=ME)
        thief = await store.add_generation("thief", a_request("thief"), NOON, worker_id=ME)
        await store.save_generation(owner.but(image_ids=("i1",)), was=GenerationState.QUEUED, worker_id=ME)
        others = [store.add_generation(f"g{n}", a_request(f"V{n}"), NOON, worker_id=ME) for n in range(100)]
        theft = store.save_generation(thief.but(image_ids=("i1",)), was=GenerationState.QUEUED, worker_id=ME)
        *added, refused = await asyncio.gather(*others[:50], *others[50:], theft, return_exceptions=True)
        assert isinstance(refused, StoreError)
        assert {g.id for g in added if isinstance(g, Generation)} == {f"g{n}" for n in range(100)}
        await store.hand_back(ME)
        assert len(await claimed(store)) == 102

    async def test_text_that_no_database_takes_is_a_store_error(self, store: Store) -> None:
        with pytest.raises(StoreError):
            await store.add_generation("g\ud800", a_request(), NOON, worker_id=ME)
        with pytest.raises(StoreError) as refused:
            await store.save_connection(a_connection(credential=f"{CREDENTIAL}\ud800"))
        assert CREDENTIAL not in f"{refused.value} {refused.value.__cause__}"

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        request_=requests,
        at=moments,
        fields=progress,
        image_ids=st.lists(texts, max_size=3, unique=True),
    )
    async def test_any_text_comes_back(
        self,
        store: Store,
        request_: GenerationRequest,
        at: datetime,
        fields: dict[str, object],
        image_ids: list[str],
    ) -> None:
        unique = str(uuid4())
        request = replace(request_, key=f"{request_.key}{unique}")
        queued = await store.add_generation(unique, request, at, worker_id=ME)
        generation = queued.but(**fields, image_ids=tuple(f"{one}{unique}" for one in image_ids))
        assert await store.save_generation(generation, was=GenerationState.QUEUED, worker_id=ME)
        assert queued.request == request
        assert queued.created_at == at
        assert await store.generation(generation.id) == generation
        assert await store.owned_image_ids(generation.image_ids) == set(generation.image_ids)
