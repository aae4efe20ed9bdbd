"""How far a batch is, read from its tallies: what counts as what, and what is posted next."""

from typing import Any

import pytest

from bot.core.batches.snapshot import Snapshot
from bot.core.models import BatchState, GenerationState, RowsPost, RowStatus, RowTally
from tests.core.batch_world import a_batch

G, B = GenerationState, BatchState


def tally(number: int, state: GenerationState, *, code: str | None = None, made: int = 0, **fields: Any) -> RowTally:
    known = {"attempts": 1, "is_sent": bool(made), "credits": made, **fields}
    return RowTally(number, generation_id=f"g{number}", state=state, failure_code=code, made=made, **known)


def snapshot(*tallies: RowTally, state: BatchState = B.RUNNING, count: int = 4, **changes: Any) -> Snapshot:
    batch = a_batch(count).but(**{"state": state, "wanted": tuple(range(2, count + 2)), **changes})
    return Snapshot(batch, {one.number: one for one in tallies})


MADE, FAILED, DRAWN = tally(2, G.DELIVERED, made=1), tally(3, G.FAILED, code="image_failed"), tally(4, G.WAITING)


class TestStatuses:
    def test_rows_count_by_what_became_of_them(self) -> None:
        progress = snapshot(MADE, FAILED, DRAWN).progress()
        assert (progress.made, progress.failed, progress.under_way, progress.waiting) == (1, 1, 1, 1)
        assert (progress.images, progress.credits) == (1, 1)

    @pytest.mark.parametrize(
        ("one", "state", "discounted_attempts", "status"),
        [
            (tally(2, G.FAILED, code="INSUFFICIENT_CREDITS"), B.PAUSED, {}, RowStatus.WAITING),
            (tally(2, G.FAILED, code="INSUFFICIENT_CREDITS"), B.STOPPING, {}, RowStatus.FAILED),
            (tally(2, G.FAILED, code="image_failed"), B.RUNNING, {2: 1}, RowStatus.WAITING),
            (tally(2, G.FAILED, code="image_failed", attempts=2), B.RUNNING, {2: 1}, RowStatus.FAILED),
            (tally(2, G.CANCELLED), B.STOPPING, {}, RowStatus.WAITING),
            (tally(2, G.DELIVERED, made=1), B.RUNNING, {2: 1}, RowStatus.MADE),
        ],
    )
    def test_while_it_goes_on_rows_wait_that_are_to_be_tried_again(
        self, one: RowTally, state: BatchState, discounted_attempts: dict[int, int], status: RowStatus
    ) -> None:
        assert snapshot(one, state=state, discounted_attempts=discounted_attempts).statuses[2] is status


class TestReady:
    def test_rows_are_posted_up_to_the_first_that_is_not_settled(self) -> None:
        assert snapshot(MADE, FAILED, DRAWN, tally(5, G.DELIVERED, made=1)).ready == (2, 3)

    def test_what_stands_in_slack_or_was_refused_is_not_posted_again(self) -> None:
        posts = (RowsPost(round=1, numbers=(2,), generation_ids=("g2",), message_id=""),)
        assert snapshot(MADE, FAILED, posts=posts).ready == (3,)
        assert snapshot(MADE, FAILED, posts=posts, round=2).ready == (2, 3)

    def test_rows_never_begun_are_passed_over_once_they_never_will_be(self) -> None:
        rows = (MADE, tally(3, G.CANCELLED), tally(5, G.DELIVERED, made=1))
        assert snapshot(*rows).ready == (2,)
        assert snapshot(*rows, state=B.STOPPING).ready == (2, 5)

    def test_round_is_over_when_nothing_waits_and_all_is_posted(self) -> None:
        posts = (RowsPost(round=1, numbers=(2, 3), generation_ids=("g2", "g3"), message_id="1.1"),)
        assert snapshot(MADE, FAILED, count=2, posts=posts).is_ready_to_close
        assert not snapshot(MADE, FAILED, count=2).is_ready_to_close
        assert not snapshot(MADE, FAILED, posts=posts, state=B.PAUSED).is_ready_to_close
        assert snapshot(MADE, FAILED, posts=posts, state=B.STOPPING).is_ready_to_close
        assert not snapshot(MADE, FAILED, DRAWN, posts=posts, state=B.STOPPING).is_ready_to_close
