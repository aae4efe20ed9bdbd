"""What people see of batches, in memory. Whoever posts twice posts twice; what may stand already is found."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.models import Batch, BatchState, Parcel, Pause, Place, Progress, Reply, RowResult, RowsPost, Showing
from tests.fakes.script import Script

ROOM = 4
"""Rows that one message has room for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a batch message says."""

    state: BatchState
    pause: Pause | None
    progress: Progress


class FakeBatchMessenger:
    """The batch part of the core's `BatchMessenger`; ``script`` and numbers are those of the messenger that has it."""

    script: Script

    def __init__(self) -> None:
        self.batch_places: dict[str, Place] = {}
        self.batch_message: dict[str, Shown] = {}
        """What the message of each batch says."""
        self.rows: list[tuple[str, RowsPost, tuple[RowResult, ...]]] = []
        """The messages with rows, by their ids, in the order of posting."""
        self.redrawn_rows: list[tuple[RowsPost, tuple[RowResult, ...], tuple[Showing, ...]]] = []
        self.summaries: dict[tuple[str, int], tuple[tuple[RowResult, ...], tuple[bool, bool]]] = {}
        """By batch and round: what was summed up, and whether there is a contact sheet, and an archive."""
        self.files: list[tuple[str, bytes]] = []
        self.has_room_for_news = True

    @property
    def posted_rows(self) -> list[int]:
        """Return the numbers of the rows that stand in Slack, in the order of posting."""
        return [number for _, post, _ in self.rows for number in post.numbers]

    def _message_id(self) -> str:
        raise NotImplementedError

    async def announce_batch(self, batch: Batch, progress: Progress) -> Place:
        def post() -> Place:
            if batch.announcements > 1 and batch.id in self.batch_places:
                return self.batch_places[batch.id]
            assert batch.id not in self.batch_places, "the batch message stands already"
            message_id = self._message_id()
            place = Place(batch.channel_id, message_id, batch.thread_id or message_id)
            self.batch_message[batch.id] = Shown(batch.state, batch.pause, progress)
            return self.batch_places.setdefault(batch.id, place)

        place: Place = await self.script.play("announce_batch", post, batch=batch)
        return place

    async def update_batch(self, batch: Batch, progress: Progress, *, is_news: bool = False) -> None:
        def change() -> None:
            if self.has_room_for_news or not is_news:
                self.batch_message[batch.id] = Shown(batch.state, batch.pause, progress)

        await self.script.play("update_batch", change, batch=batch, progress=progress, is_news=is_news)

    def rows_in_a_message(self, results: Sequence[RowResult]) -> int:
        return max(1, min(ROOM, len(results)))

    async def post_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply:
        def send() -> Reply:
            self.rows.append((self._message_id(), post, tuple(results)))
            return _reply(batch, *self.rows[-1])

        reply: Reply = await self.script.play("post_rows", send, batch=batch, post=post)
        return reply

    async def find_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        def find() -> Reply | None:
            return next((_reply(batch, *one) for one in self.rows if one[1] == post), None)

        reply: Reply | None = await self.script.play("find_rows", find, batch=batch, post=post)
        return reply

    async def redraw_rows(
        self, batch: Batch, post: RowsPost, results: Sequence[RowResult], showings: Sequence[Showing]
    ) -> None:
        drawn = (post, tuple(results), tuple(showings))
        await self.script.play("redraw_rows", lambda: self.redrawn_rows.append(drawn), batch=batch, post=post)

    async def post_summary(
        self, batch: Batch, results: Sequence[RowResult], *, has_sheet: bool, has_archive: bool
    ) -> str:
        def post() -> str:
            self.summaries.setdefault((batch.id, batch.round), (tuple(results), (has_sheet, has_archive)))
            return f"summary-{batch.round}"

        summary_id: str = await self.script.play("post_summary", post, batch=batch)
        return summary_id

    async def put_file(self, batch: Batch, path: Path, name: str, *, may_stand: bool) -> None:
        def put() -> None:
            if not (may_stand and name in dict(self.files)):
                self.files.append((name, path.read_bytes()))

        await self.script.play("put_file", put, name=name, may_stand=may_stand)


class FakePacking:
    """The core's `Packing`: files that say how many images there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.script = Script()

    @asynccontextmanager
    async def pack(self, results: Sequence[RowResult]) -> AsyncIterator[Parcel]:
        def gather() -> Parcel:
            count = sum(len(result.images) for result in results)
            archive, sheet = self._folder / "images", self._folder / "sheet"
            for file in (archive, sheet):
                file.write_text(str(count))
            return Parcel(archive, sheet) if count else Parcel()

        yield await self.script.play("pack", gather)


def _reply(batch: Batch, message_id: str, post: RowsPost, results: Sequence[RowResult]) -> Reply:
    assert batch.place is not None
    channel_id, thread_id = batch.place.channel_id, batch.place.thread_id
    images = (image for result in results for _, image in result.images if image.deleted_by is None)
    showings = tuple(Showing(image.id, channel_id, message_id, thread_id) for image in images)
    return Reply(channel_id, message_id, thread_id, showings)
