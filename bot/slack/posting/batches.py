"""Tells the people of one workspace about their batches: how far they are, what came of the rows, and the files.

As with generations, a channel that will not have the bot wastes nothing: then who asked has it directly. Every message
is found again by its metadata, every file by its name.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.core.errors import SlackRefused
from bot.core.models import Batch, Generation, Place, Progress, Reply, RowResult, RowsPost, Showing
from bot.slack.posting.albums import Album, pictures_of
from bot.slack.posting.announcements import Announcement, Announcements
from bot.slack.posting.edits import Urgency
from bot.slack.posting.own_messages import Metadata, OwnMessages, batch_metadata
from bot.slack.posting.posts import Posts, Spot
from bot.slack.posting.redraws import Redraws, addresses_of, as_links
from bot.slack.posting.replies import Letter, Replies
from bot.slack.posting.thread_files import ThreadFiles
from bot.slack.uploads import Uploads
from bot.slack.views.batches.progress import batch_message
from bot.slack.views.batches.rows import rows_message
from bot.slack.views.batches.summary import summary_message
from bot.slack.views.message import Message


class BatchMessages:
    """The messages of one workspace's batches."""

    def __init__(self, posts: Posts, replies: Replies, own: OwnMessages) -> None:
        self._posts = posts
        self._replies = replies
        self._redraws = Redraws(posts)
        self._announcements = Announcements(posts, own)
        self._own = own

    async def announce(self, batch: Batch, progress: Progress) -> Place:
        """Post the batch message, in a direct message where the channel will not have it."""

        async def draw(place: Place) -> Message:
            return batch_message(batch.but(place=place), progress)

        may_stand, metadata = batch.announcements > 1, batch_metadata(batch, "batch")
        announcement = Announcement(metadata, batch.user_id, since=_begun(batch), may_stand=may_stand, draw=draw)
        return await self._announcements.post(Spot(batch.channel_id, batch.thread_id), announcement)

    async def update(self, batch: Batch, progress: Progress, *, is_news: bool = False) -> None:
        """Bring the batch message up to date; what is only news is left out when it would have to wait."""
        place = batch.place
        if place is None:
            raise SlackRefused("no_place", "the batch was never announced")
        urgency = Urgency.NEWS if is_news else Urgency.AWAITED
        drawn, metadata = batch_message(batch, progress), batch_metadata(batch, "batch")
        await self._posts.edit(place.channel_id, place.message_id, drawn, metadata, urgency)

    async def post_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply:
        """Post the results of some rows in the batch's thread; directly to who asked where that has closed."""

        def draw(album: Album) -> tuple[Message, Metadata]:
            return rows_message(batch, results, album.showings()), _rows_metadata(batch, post, album.told)

        return await self._replies.post(_letter(batch, post, results), draw)

    async def find_rows(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        """Return the message that `post_rows` already posted, if there is one."""
        letter, wanted = _letter(batch, post, results), _rows_metadata(batch, post)
        found = await self._replies.find(letter, wanted, since=_begun(batch))
        return found or await self._replies.find_directly(letter, wanted, since=_begun(batch))

    async def redraw_rows(
        self, batch: Batch, post: RowsPost, results: Sequence[RowResult], showings: Sequence[Showing]
    ) -> None:
        """Bring a message with rows up to what became of its images since; one that is gone is no news."""
        if not post.message_id:
            return
        ours = [one for one in showings if one.shared_by is None and one.message_id == post.message_id]
        letter = _letter(batch, post, results)
        metadata = _rows_metadata(batch, post, Album.of(letter.key, letter.made, ours).told)

        def draw(links: frozenset[str]) -> Message:
            return rows_message(batch, results, as_links(ours, links))

        addresses = addresses_of(_attempts(results), ours)
        await self._redraws.edit(_channel_of(batch, ours), post.message_id, draw, metadata, addresses)

    async def post_summary(
        self, batch: Batch, results: Sequence[RowResult], *, has_sheet: bool, has_archive: bool
    ) -> str:
        """Post the summary of a round in the thread and return its id, unless it stands there already."""
        drawn = summary_message(batch, results, has_sheet=has_sheet, has_archive=has_archive)
        metadata = _summary_metadata(batch)

        async def post_in(spot: Spot) -> str:
            found = await self._own.find(spot.channel_id, metadata, since=_begun(batch), thread_id=spot.thread_id)
            if found is not None:
                return found.message_id
            return (await self._posts.post(spot.channel_id, spot.thread_id, drawn, metadata))[0]

        return await self._posts.there_or_directly(_spot(batch), batch.user_id, post_in)


class BatchFiles:
    """The files that stand beside the summaries of one workspace's batches."""

    def __init__(
        self, workspace_id: str, posts: Posts, uploads: Uploads, own: OwnMessages, thread_files: ThreadFiles
    ) -> None:
        self._workspace_id = workspace_id
        self._posts = posts
        self._uploads = uploads
        self._own = own
        self._thread_files = thread_files

    async def put(self, batch: Batch, path: Path, name: str, *, may_stand: bool) -> None:
        """Put a file into the thread; one that ``may_stand`` already is looked for first.

        It is uploaded before it is the channel's turn: nobody else waits for that. Raises SlackRefused.
        """
        if may_stand and await self._stands(batch, name):
            return
        file_id = await self._uploads.upload(self._workspace_id, name, path)

        async def post_in(spot: Spot) -> str:
            post = partial(self._uploads.post, self._workspace_id, spot.channel_id, spot.thread_id, file_id, name)
            return await self._thread_files.put(spot.channel_id, post)

        await self._posts.there_or_directly(_spot(batch), batch.user_id, post_in)

    async def _stands(self, batch: Batch, name: str) -> bool:
        """Look for a file in the thread, and where it would have gone instead, below the summary that comes first.

        Above that, another batch of the same table may have left its own in the same thread.
        """
        look = partial(self._own.find_file, name=name, since=_begun(batch), after=batch.summary_id)
        spot = _spot(batch)
        if spot and await look(spot.channel_id, spot.thread_id):
            return True
        return bool(await look(await self._posts.direct_channel(batch.user_id), None))


def _spot(batch: Batch) -> Spot | None:
    return Spot(batch.place.channel_id, batch.place.thread_id) if batch.place else None


def _channel_of(batch: Batch, showings: Sequence[Showing]) -> str:
    """Return where a message with rows is, by what it shows; without any, where the batch is."""
    if showings:
        return showings[0].channel_id
    return batch.place.channel_id if batch.place else batch.channel_id


def _begun(batch: Batch) -> datetime:
    """Return since when its messages may stand."""
    return batch.started_at or batch.created_at


def _attempts(results: Sequence[RowResult]) -> list[Generation]:
    return [attempt for result in results for attempt in result.attempts]


def _letter(batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Letter:
    key = f"{batch.id}:{post.round}:{post.numbers[0]}"
    return Letter(key, pictures_of(*_attempts(results)), _spot(batch), batch.user_id)


def _rows_metadata(batch: Batch, post: RowsPost, told: str = "") -> Metadata:
    """Return what tells a message with rows from its neighbours, and what it tells of its pictures."""
    shown = {"shown": told} if told else {}
    return batch_metadata(batch, "rows", round=str(post.round), row=str(post.numbers[0]), **shown)


def _summary_metadata(batch: Batch) -> Metadata:
    return batch_metadata(batch, "batch summary", round=str(batch.round))
