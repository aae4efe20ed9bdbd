"""How far a batch is: read from what is on record of it and of its rows' attempts, without asking anybody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.core.batches.pauses import pause_reason
from bot.core.models import Batch, BatchRow, BatchState, GenerationState, Progress, RowStatus, RowTally

SETTLED = frozenset({RowStatus.MADE, RowStatus.PARTLY_MADE, RowStatus.FAILED})
IN_LINE = frozenset({GenerationState.QUEUED, GenerationState.SUBMITTING})


@dataclass(frozen=True)
class Snapshot:
    """A batch with the tallies of those rows that have an attempt, by number."""

    batch: Batch
    tallies: Mapping[int, RowTally]

    @cached_property
    def statuses(self) -> Mapping[int, RowStatus]:
        """Return what has become of each row, by number, in their order."""
        return {row.number: self._status(row) for row in self.batch.rows}

    @property
    def waiting(self) -> tuple[int, ...]:
        """Return the numbers of the rows that are to be begun, in their order."""
        return tuple(number for number in self.batch.wanted if self.statuses.get(number) is RowStatus.WAITING)

    @property
    def in_line(self) -> int:
        """Return how many attempts have not got Bloom's answer yet."""
        return sum(tally.state in IN_LINE for tally in self.tallies.values())

    @property
    def is_idle(self) -> bool:
        """Whether no attempt is under way."""
        return RowStatus.UNDER_WAY not in self.statuses.values()

    @property
    def may_begin_rows(self) -> bool:
        """Whether waiting rows are still to be begun: it runs, or may be resumed."""
        return self.batch.state in (BatchState.RUNNING, BatchState.PAUSED)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is under way and no row is about to be begun."""
        return self.is_idle and not (self.batch.state is BatchState.RUNNING and self.waiting)

    @property
    def is_ready_to_close(self) -> bool:
        """Whether only the summary and its files are missing."""
        is_posted = not self.ready and self.batch.pending_post is None
        return self.is_idle and is_posted and not (self.may_begin_rows and self.waiting)

    @property
    def ready(self) -> tuple[int, ...]:
        """Return the numbers of the rows that are to be posted next, up to the first that nobody knows the end of.

        Those that will never be begun are passed over.
        """
        ready: list[int] = []
        posted = self.batch.posted
        for number in self.batch.wanted:
            if number in posted or (not self.may_begin_rows and self.is_unbegun(number)):
                continue
            if self.statuses.get(number) not in SETTLED:
                break
            ready.append(number)
        return tuple(ready)

    @property
    def incomplete(self) -> tuple[int, ...]:
        """Return the numbers of the rows that have not all their images, in their order."""
        done = (RowStatus.MADE, RowStatus.UNDER_WAY)
        return tuple(number for number, status in self.statuses.items() if status not in done)

    def progress(self, seconds_left: float | None = None) -> Progress:
        """Return the counts of all rows."""
        counts = Counter(self.statuses.values())
        return Progress(
            waiting=counts[RowStatus.WAITING],
            under_way=counts[RowStatus.UNDER_WAY],
            made=counts[RowStatus.MADE],
            partly_made=counts[RowStatus.PARTLY_MADE],
            failed=counts[RowStatus.FAILED],
            images=sum(tally.made for tally in self.tallies.values()),
            credits=sum(tally.credits for tally in self.tallies.values()),
            seconds_left=seconds_left,
        )

    def is_unbegun(self, number: int) -> bool:
        """Whether Bloom was not asked for this row since it is wanted."""
        tally = self.tallies.get(number)
        return tally is None or (tally.state.is_final and (self._is_discounted(tally) or tally.is_taken_back))

    def _status(self, row: BatchRow) -> RowStatus:
        """Return as `RowResult` does; but while it goes on, what is to be tried again waits."""
        if (tally := self.tallies.get(row.number)) is None:
            return RowStatus.WAITING
        if not tally.state.is_final:
            return RowStatus.UNDER_WAY
        if tally.made >= row.parameters.image_count:
            return RowStatus.MADE
        if self.may_begin_rows and (
            self.is_unbegun(row.number) or pause_reason(tally.failure_code, row.parameters.size)
        ):
            return RowStatus.WAITING
        if tally.made:
            return RowStatus.PARTLY_MADE
        return RowStatus.WAITING if tally.is_taken_back else RowStatus.FAILED

    def _is_discounted(self, tally: RowTally) -> bool:
        return tally.attempts <= self.batch.discounted_attempts.get(tally.number, 0)
