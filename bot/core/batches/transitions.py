"""What a decision makes of a batch: every step from one `BatchState` to the next, by nobody's clock but the caller's.

One that does not fit the state of the batch, since somebody else was faster, returns it as it is.
"""

from collections.abc import Collection
from datetime import datetime

from bot.core.batches.snapshot import Snapshot
from bot.core.models import Batch, BatchState, Pause


def started(batch: Batch, at: datetime) -> Batch:
    """Return a draft as it runs, with all its rows wanted."""
    if batch.state is not BatchState.DRAFT:
        return batch
    return batch.but(state=BatchState.RUNNING, wanted=tuple(row.number for row in batch.rows), started_at=at)


def paused(batch: Batch, pause: Pause) -> Batch:
    """Return a running batch as it waits for this."""
    return batch.but(state=BatchState.PAUSED, pause=pause) if batch.state is BatchState.RUNNING else batch


def resumed(snapshot: Snapshot) -> Batch:
    """Return a paused batch as it goes on: what it paused at is disregarded, for the rows that met it."""
    batch = snapshot.batch
    if batch.state is not BatchState.PAUSED:
        return batch
    discounted = {**batch.discounted_attempts, **_attempts(snapshot, snapshot.waiting)}
    return batch.but(state=BatchState.RUNNING, pause=None, discounted_attempts=discounted)


def gone_on_with(batch: Batch, numbers: Collection[int]) -> Batch:
    """Return a batch where the attempts that these rows went on with count again: should they fail, the rows have."""
    discounted = {number: count for number, count in batch.discounted_attempts.items() if number not in numbers}
    return batch.but(discounted_attempts=discounted)


def stopped(batch: Batch, by: str) -> Batch:
    """Return a running or paused batch as it begins nothing more, for good."""
    if batch.state not in (BatchState.RUNNING, BatchState.PAUSED):
        return batch
    return batch.but(state=BatchState.STOPPING, pause=None, stopped_by=by)


def ended(batch: Batch, at: datetime) -> Batch:
    """Return a batch at the end of its round."""
    return batch.but(state=BatchState.FINISHED, pause=None, finished_at=at)


def retried(snapshot: Snapshot, at: datetime) -> Batch:
    """Return a finished batch in its next round: what its rows have failed of is disregarded."""
    batch, numbers = snapshot.batch, snapshot.incomplete
    if batch.state is not BatchState.FINISHED or not numbers:
        return batch
    return batch.but(
        state=BatchState.RUNNING,
        round=batch.round + 1,
        wanted=numbers,
        discounted_attempts=_attempts(snapshot, numbers),
        pause=None,
        stopped_by=None,
        started_at=at,
        finished_at=None,
        summary_id=None,
        files=(),
    )


def _attempts(snapshot: Snapshot, numbers: Collection[int]) -> dict[int, int]:
    return {number: snapshot.tallies[number].attempts for number in numbers if number in snapshot.tallies}
