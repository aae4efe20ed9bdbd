"""What every store must do with batches, and with the generations of their rows.

Subclass `BatchContract` and give it a `store`.
"""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.models import (
    AspectRatio,
    BadRow,
    Batch,
    BatchRow,
    BatchState,
    Failure,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageState,
    Limit,
    Parameters,
    Pause,
    PauseReason,
    Place,
    RowOf,
    RowsPost,
    RowTally,
)
from bot.core.ports import Store
from tests.store.contract import LATER, ME, NOON, claimed

S = GenerationState
OPEN = (BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPING)
PLACE = Place("C1", "17.1", "17.0", is_fallback=True)


def a_batch(batch_id: str = "b1", workspace_id: str = "T1", **fields: Any) -> Batch:
    """Return a draft of three rows."""
    rows = (
        BatchRow(number=2, parameters=Parameters(prompt="A red door", brand_id="b1"), brand_name="Acme"),
        BatchRow(
            number=4,
            parameters=Parameters(
                prompt="=A „blue“ door\n👀", brand_id="b2", aspect_ratio=AspectRatio.WIDE, variants=5
            ),
            brand_name="Globex",
            note="for the shop",
        ),
        BatchRow(number=5, parameters=Parameters(prompt="A green door", brand_id="b1"), brand_name="Acme"),
    )
    return Batch(batch_id, workspace_id, "U1", "C1", **{"created_at": NOON, "rows": rows, **fields})


def far_on(batch: Batch) -> Batch:
    """Return the batch with every field filled that changes on its way."""
    return batch.but(
        state=BatchState.STOPPING,
        place=PLACE,
        announcements=2,
        round=2,
        wanted=(2, 5),
        posts=(
            RowsPost(round=1, numbers=(2, 4), generation_ids=("g1", "g2", "g3"), message_id="17.2"),
            RowsPost(round=2, numbers=(2,), generation_ids=("g4",)),
        ),
        pause=Pause(reason=PauseReason.LIMIT, by="U2", limit=Limit.CHANNEL, action_url="https://x/pay"),
        stopped_by="U3",
        started_at=NOON + timedelta(microseconds=1),
        finished_at=LATER,
        summary_id="17.3",
        files=("shop-results.csv", "shop-images.zip"),
    )


async def attempt(store: Store, row: int, number: int = 1, batch_id: str = "b1", **changes: Any) -> Generation:
    """Write an attempt at a row, and how far it came."""
    key = f"batch:{batch_id}:{row}:{number}"
    parameters = Parameters(prompt="A red door", brand_id="b1", variants=2)
    request = GenerationRequest(key, "T1", "C1", "U1", parameters, "Acme", batch=RowOf(batch_id, row))
    added = await store.add_generation(f"g-{row}-{number}", request, NOON, worker_id=ME, place=PLACE)
    if changes:
        assert await store.save_generation(added.but(**changes), was=S.QUEUED, worker_id=ME)
    return added.but(**changes)


def drawn(row: int, count: int) -> dict[str, Any]:
    """Return what is known of an attempt that made so many of its two images."""
    states = [ImageState.COMPLETED] * count + [ImageState.FAILED] * (2 - count)
    images = tuple(
        Image(f"i-{row}-{n}", state, url="https://x" if state is ImageState.COMPLETED else None)
        for n, state in enumerate(states)
    )
    return {"submitted_at": NOON, "image_ids": tuple(one.id for one in images), "yields": (2,), "images": images}


class BatchContract:
    """Needs a fixture `store` that is open and empty."""

    async def test_batch_comes_back_as_it_was_drafted_and_as_it_was_saved(self, store: Store) -> None:
        bad = BadRow(number=3, prompt="-", reasons=("There is no brand called Acmee.", "4 is no size."))
        draft = a_batch(title="shop.csv", thread_id="16.9", bad_rows=(bad,))
        await store.add_batch(draft)
        assert await store.batch("b1") == draft
        assert await store.save_batch(far_on(draft).but(revision=1))
        assert await store.batch("b1") == far_on(draft).but(revision=1)
        assert await store.batch("b2") is None

    async def test_who_has_not_seen_the_latest_revision_writes_nothing(self, store: Store) -> None:
        draft = a_batch()
        await store.add_batch(draft)
        running = draft.but(state=BatchState.RUNNING)
        assert await store.save_batch(running.but(revision=1))
        assert not await store.save_batch(draft.but(state=BatchState.PAUSED, revision=1))
        assert await store.batch("b1") == running.but(revision=1)
        assert await store.save_batch(running.but(announcements=1, revision=2))

    async def test_rows_are_written_once(self, store: Store) -> None:
        draft = a_batch()
        await store.add_batch(draft)
        assert await store.save_batch(draft.but(rows=(), bad_rows=(), user_id="U9", revision=1))
        assert await store.batch("b1") == draft.but(revision=1)

    async def test_open_batches_are_those_under_way_the_oldest_first(self, store: Store) -> None:
        for number, state in enumerate(BatchState):
            await store.add_batch(a_batch(state, state=state, created_at=NOON - number * timedelta(minutes=1)))
        assert [batch.id for batch in await store.open_batches()] == list(reversed(OPEN))

    async def test_only_drafts_are_discarded_and_forgotten_when_they_are_old(self, store: Store) -> None:
        for state in BatchState:
            await store.add_batch(a_batch(f"old-{state}", state=state))
            await store.add_batch(a_batch(f"new-{state}", state=state, created_at=LATER))
        await store.forget_drafts(LATER)
        names = [f"{age}-{state}" for age in ("old", "new") for state in BatchState]
        assert [name for name in names if await store.batch(name) is None] == ["old-draft"]
        for name in names:
            await store.discard_batch(name)
        assert [name for name in names if await store.batch(name) is None] == ["old-draft", "new-draft"]

    async def test_attempt_with_a_place_is_announced_already(self, store: Store) -> None:
        added = await attempt(store, 2)
        assert (added.place, added.request.batch) == (PLACE, RowOf("b1", 2))
        assert await store.generation("g-2-1") == added
        assert await store.cancel_generation("g-2-1", NOON, by="U1") == added.but(
            state=S.CANCELLED, cancelled_by="U1", finished_at=NOON
        )

    async def test_tally_says_of_each_row_how_far_its_latest_attempt_is_and_what_all_came_to(
        self, store: Store
    ) -> None:
        refused = Failure("INSUFFICIENT_CREDITS")
        await attempt(store, 4, 1, state=S.DELIVERED, finished_at=NOON, **drawn(4, 1))
        await attempt(store, 2, 1, state=S.FAILED, failure=refused, finished_at=NOON)
        await attempt(store, 4, 2, state=S.FAILED, failure=Failure("content_safety"), **drawn(5, 0))
        await attempt(store, 4, 3)
        await attempt(store, 7, 1, state=S.SUBMITTING, submitted_at=NOON)
        await attempt(store, 8, 1, batch_id="b2")
        assert await store.batch_tally("b1") == (
            RowTally(2, 1, "g-2-1", S.FAILED, False, "INSUFFICIENT_CREDITS", 0, 0),
            RowTally(4, 3, "g-4-3", S.QUEUED, False, None, 1, 2 + 2 + 2),
            RowTally(7, 1, "g-7-1", S.SUBMITTING, True, None, 0, 2),
        )
        assert await store.batch_tally("b9") == ()

    async def test_image_that_was_deleted_was_made(self, store: Store) -> None:
        await attempt(store, 2, state=S.DELIVERED, finished_at=NOON, **drawn(2, 2))
        await store.mark_deleted("g-2-1", "i-2-0", "U1")
        assert [row.made for row in await store.batch_tally("b1")] == [2]

    async def test_attempts_come_by_row_of_each_the_oldest_first(self, store: Store) -> None:
        for row, number in ((5, 1), (10, 1), (5, 2), (2, 1)):
            await attempt(store, row, number)
        await attempt(store, 3, batch_id="b2")
        assert [one.id for one in await store.batch_attempts("b1")] == ["g-2-1", "g-5-1", "g-5-2", "g-10-1"]
        assert [one.id for one in await store.batch_attempts("b1", [10, 5, 99])] == ["g-5-1", "g-5-2", "g-10-1"]
        assert await store.batch_attempts("b1", ()) == ()

    async def test_only_what_bloom_was_not_asked_for_is_taken_back(self, store: Store) -> None:
        before = {state: await attempt(store, row, state=state) for row, state in enumerate(S) if state is not S.QUEUED}
        asked = await attempt(store, 20, state=S.QUEUED, submitted_at=NOON, connection_id="c1")
        await attempt(store, 21)
        elsewhere = await attempt(store, 22, batch_id="b2")
        assert await store.take_back_queued("b1", LATER) == ("g-21-1",)
        taken = await store.generation("g-21-1")
        assert taken is not None
        assert (taken.state, taken.finished_at, taken.owner, taken.is_stale) == (S.CANCELLED, LATER, None, False)
        assert [await store.generation(one.id) for one in (*before.values(), asked, elsewhere)] == [
            *(*before.values(), asked, elsewhere)
        ]
        assert await store.take_back_queued("b1", LATER) == ()

    async def test_who_was_at_work_on_what_is_taken_back_writes_nothing_more(self, store: Store) -> None:
        queued = await attempt(store, 2)
        await store.take_back_queued("b1", LATER)
        asking = queued.but(state=S.SUBMITTING, submitted_at=NOON)
        assert not await store.save_generation(asking, was=S.QUEUED, worker_id=ME)
        await store.hand_back(ME)
        assert await claimed(store) == ()

    @pytest.mark.parametrize("state", BatchState)
    async def test_batches_end_with_the_workspaces_generations(self, store: Store, state: BatchState) -> None:
        batch = a_batch(state=state)
        await store.add_batch(batch)
        await store.add_batch(a_batch("b2", "T2", state=state))
        await store.end_generations("T1", Failure("uninstalled"), LATER)
        ended = batch.but(state=BatchState.FINISHED, finished_at=LATER, revision=1)
        assert await store.batch("b1") == (ended if state in OPEN else batch)
        assert await store.save_batch(batch.but(revision=1)) is (state not in OPEN)
        assert await store.batch("b2") == a_batch("b2", "T2", state=state)

    async def test_batches_are_erased_with_the_history(self, store: Store) -> None:
        for workspace_id in ("T1", "T2"):
            await store.add_batch(a_batch(f"{workspace_id}-draft", workspace_id))
            await store.add_batch(a_batch(f"{workspace_id}-done", workspace_id, state=BatchState.FINISHED))
        await store.erase_history("T1")
        assert [await store.batch(one) for one in ("T1-draft", "T1-done")] == [None, None]
        assert await store.batch("T2-done") is not None
