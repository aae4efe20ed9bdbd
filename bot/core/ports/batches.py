"""Batches: where they are kept, what people see of them in Slack, and the files that they come to."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.models import Batch, Generation, Parcel, Place, Progress, Reply, RowResult, RowsPost, RowTally, Showing


class BatchStore(Protocol):
    """Batches, and the generations of their rows. Raises StoreError."""

    async def add_batch(self, batch: Batch) -> None:
        """Write a draft down."""
        ...

    async def batch(self, batch_id: str) -> Batch | None:
        """Return a batch; one that cannot be read is logged, and there is none."""
        ...

    async def save_batch(self, batch: Batch) -> bool:
        """Write what was decided and what stands, unless somebody wrote since: its revision is the one after that on
        record. The rows are never written again."""
        ...

    async def open_batches(self) -> tuple[Batch, ...]:
        """Return those that were started and are not finished, the oldest first."""
        ...

    async def forget_drafts(self, before: datetime) -> None:
        """Forget drafts from before then that nobody started."""
        ...

    async def discard_batch(self, batch_id: str) -> None:
        """Forget a draft; what was started is left alone."""
        ...

    async def batch_tally(self, batch_id: str) -> tuple[RowTally, ...]:
        """Return how far those rows are that have an attempt, by number."""
        ...

    async def batch_attempts(self, batch_id: str, numbers: Collection[int] | None = None) -> tuple[Generation, ...]:
        """Return the attempts of these rows, or of all: by row, of each the oldest first."""
        ...

    async def take_back_queued(self, batch_id: str, at: datetime) -> tuple[str, ...]:
        """Cancel those attempts that Bloom was not asked for and will not be; return their ids."""
        ...


class BatchMessenger(Protocol):
    """What people see of a batch. Raises as `Messenger` does."""

    async def announce_batch(self, batch: Batch, progress: Progress) -> Place:
        """Post the batch message, in a direct message where the channel will not have it.

        After a try whose answer may have been lost (``announcements`` over 1) it is looked for first.
        """
        ...

    async def update_batch(self, batch: Batch, progress: Progress, *, is_news: bool = False) -> None:
        """Bring the batch message up to date; what is only news is left out when it would have to wait."""
        ...

    def rows_in_a_message(self, results: Sequence[RowResult]) -> int:
        """Return how many of these rows, from the first on, one message has room for; one at least."""
        ...

    async def post_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply:
        """Post the results of some rows in the batch's thread; directly to who asked where that has closed."""
        ...

    async def find_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        """Return the message that `post_rows` already posted, if there is one."""
        ...

    async def redraw_rows(
        self, batch: Batch, post: RowsPost, results: Sequence[RowResult], showings: Sequence[Showing]
    ) -> None:
        """Bring a message with rows up to what became of its images since; one that is gone is no news."""
        ...

    async def post_summary(
        self, batch: Batch, results: Sequence[RowResult], *, has_sheet: bool, has_archive: bool
    ) -> str:
        """Post the summary of a round in the thread and return its id; one that may stand already is found first.

        It says which files there are: no ZIP, for one, where Slack would not take it.
        """
        ...

    async def put_file(self, batch: Batch, path: Path, name: str, *, may_stand: bool) -> None:
        """Put a file into the thread; one that ``may_stand`` already is looked for first.

        Raises SlackRefused.
        """
        ...


class Packing(Protocol):
    """Gathers the images of a batch."""

    def pack(self, results: Sequence[RowResult]) -> AbstractAsyncContextManager[Parcel]:
        """Fetch all images; what cannot be fetched is left out, what cannot be made is None. Entering never raises.

        The files are gone afterwards.
        """
        ...
