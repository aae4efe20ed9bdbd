"""The core's `BatchMessenger`: hands what is to be said of a batch to whoever speaks in its workspace."""

from collections.abc import Sequence
from pathlib import Path

from bot.core.models import Batch, Place, Progress, Reply, RowResult, RowsPost, Showing
from bot.slack.posting.seats import Seats
from bot.slack.views.batches import rows


class SlackBatchMessenger:
    """Tells people about their batches, at the same pace as about all else in their workspace."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    async def announce_batch(self, batch: Batch, progress: Progress) -> Place:
        """Post the batch message, in a direct message where the channel will not have it."""
        with self._seats.at(batch.workspace_id) as seat:
            return await seat.batches.announce(batch, progress)

    async def update_batch(self, batch: Batch, progress: Progress, *, is_news: bool = False) -> None:
        """Bring the batch message up to date; what is only news is left out when it would have to wait."""
        with self._seats.at(batch.workspace_id) as seat:
            await seat.batches.update(batch, progress, is_news=is_news)

    def rows_in_a_message(self, results: Sequence[RowResult]) -> int:
        """Return how many of these rows, from the first on, one message has room for; one at least."""
        return rows.rows_in_a_message(results)

    async def post_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply:
        """Post the results of some rows in the batch's thread; directly to who asked where that has closed."""
        with self._seats.at(batch.workspace_id) as seat:
            return await seat.batches.post_rows(batch, post, results)

    async def find_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        """Return the message that `post_rows` already posted, if there is one."""
        with self._seats.at(batch.workspace_id) as seat:
            return await seat.batches.find_rows(batch, post, results)

    async def redraw_rows(
        self, batch: Batch, post: RowsPost, results: Sequence[RowResult], showings: Sequence[Showing]
    ) -> None:
        """Bring a message with rows up to what became of its images since; one that is gone is no news."""
        with self._seats.at(batch.workspace_id) as seat:
            await seat.batches.redraw_rows(batch, post, results, showings)

    async def post_summary(
        self, batch: Batch, results: Sequence[RowResult], *, has_sheet: bool, has_archive: bool
    ) -> str:
        """Post the summary of a round in the thread and return its id, unless it stands there already."""
        with self._seats.at(batch.workspace_id) as seat:
            return await seat.batches.post_summary(batch, results, has_sheet=has_sheet, has_archive=has_archive)

    async def put_file(self, batch: Batch, path: Path, name: str, *, may_stand: bool) -> None:
        """Put a file into the thread; one that ``may_stand`` already is looked for first.

        Raises SlackRefused.
        """
        with self._seats.at(batch.workspace_id) as seat:
            await seat.batch_files.put(batch, path, name, may_stand=may_stand)
