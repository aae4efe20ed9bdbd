"""The end of a round: its summary, and the files beside it, each on record once it stands."""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeVar

from bot.core.batches.best_effort import BestEffort
from bot.core.batches.record import Record
from bot.core.batches.snapshot import Snapshot
from bot.core.batches.table.results import result_table
from bot.core.batches.transitions import ended
from bot.core.clock import Clock
from bot.core.models import Batch, Parcel, RowResult, results_of
from bot.core.ports import BatchMessenger, Packing, Store
from bot.core.retrying import PAUSES, after_pauses, slack_is_away

T = TypeVar("T")

TITLE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class FileNames:
    """What the files of a round are called."""

    results: str
    sheet: str
    archive: str


def file_names(batch: Batch) -> FileNames:
    """Return names by the table it was made of; from the second round on they say which."""
    title = re.sub(r"[^\w .()-]+", "-", PurePath(batch.title).stem).strip(" .-")[:TITLE_LIMIT] or "batch"
    stem = f"{title}-{batch.round}" if batch.round > 1 else title
    return FileNames(f"{stem}-results.csv", f"{stem}-contact-sheet.jpg", f"{stem}-images.zip")


class Closing:
    """Closes the rounds of one batch."""

    def __init__(
        self,
        store: Store,
        record: Record,
        messenger: BatchMessenger,
        packing: Packing,
        *,
        best_effort: BestEffort,
        clock: Clock,
    ) -> None:
        self._store = store
        self._record = record
        self._messenger = messenger
        self._packing = packing
        self._best_effort = best_effort
        self._clock = clock

    async def close(self, snapshot: Snapshot) -> None:
        """Post the summary and its files as far as they do not stand yet, and let the batch message say the end.

        That comes before the end is on record: there is nobody to bring it up to date after that.
        """
        batch = snapshot.batch
        results = results_of(batch.rows, await self._store.batch_attempts(batch.id))
        with tempfile.TemporaryDirectory(prefix="bloom-batch-") as folder:
            path = Path(folder) / "results.csv"
            table = await self._best_effort.run(
                "the results", lambda: asyncio.to_thread(_written, path, batch, results)
            )
            async with self._packing.pack(results) as parcel:
                await self._hand_out(batch, results, table, parcel)
        at = self._clock.now()
        last = Snapshot(ended(batch, at), snapshot.tallies)
        await self._patiently("the end", lambda: self._messenger.update_batch(last.batch, last.progress()))
        await self._record.keep(batch.id, lambda now: ended(now.batch, at))

    async def _hand_out(self, batch: Batch, results: Sequence[RowResult], table: Path | None, parcel: Parcel) -> None:
        names, may_stand = file_names(batch), batch.summary_id is not None
        if not may_stand:
            await self._sum_up(batch, results, parcel)
        files = {names.results: table, names.sheet: parcel.sheet, names.archive: parcel.archive}
        for name, path in files.items():
            if path is not None and name not in batch.files:
                await self._put(batch, path, name, may_stand=may_stand)

    async def _sum_up(self, batch: Batch, results: Sequence[RowResult], parcel: Parcel) -> None:
        has_sheet, has_archive = parcel.sheet is not None, parcel.archive is not None
        summary_id = await self._patiently(
            "the summary",
            lambda: self._messenger.post_summary(batch, results, has_sheet=has_sheet, has_archive=has_archive),
        )
        await self._record.keep(batch.id, lambda now: now.batch.but(summary_id=summary_id or ""))

    async def _put(self, batch: Batch, path: Path, name: str, *, may_stand: bool) -> None:
        """Put one file there; one whose answer was lost, here or in the last process, may stand already."""

        async def put() -> bool:
            nonlocal may_stand
            is_repeated, may_stand = may_stand, True
            await self._messenger.put_file(batch, path, name, may_stand=is_repeated)
            return True

        if await self._patiently(name, put):
            await self._record.keep(batch.id, lambda now: now.batch.but(files=(*now.batch.files, name)))

    async def _patiently(self, what: str, act: Callable[[], Awaitable[T]]) -> T | None:
        """Wait for Slack a while here: all images would have to be gathered anew."""
        patient = after_pauses(self._clock, PAUSES, when=slack_is_away)
        result: T | None = await patient(self._best_effort.run, what, act)
        return result


def _written(path: Path, batch: Batch, results: Sequence[RowResult]) -> Path:
    path.write_bytes(result_table(batch, results))
    return path
