"""Who speaks in each workspace, at that workspace's pace: put together when needed, let go when nothing is going on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bot.core.clock import Clock
from bot.core.ports import ImageFiles
from bot.pictures.converter import Converter
from bot.slack.installation.clients import Clients
from bot.slack.posting.batches import BatchFiles, BatchMessages
from bot.slack.posting.origins import Origins
from bot.slack.posting.own_messages import OwnMessages
from bot.slack.posting.pictures import AT_ONCE_IN_ALL, Pictures
from bot.slack.posting.posts import Posts
from bot.slack.posting.replies import Replies
from bot.slack.posting.shares import Shares
from bot.slack.posting.thread_files import ThreadFiles
from bot.slack.posting.vectors import Vectors
from bot.slack.posting.workspace_messenger import WorkspaceMessenger
from bot.slack.uploads import Uploads


@dataclass(slots=True)
class Seat:
    """What speaks in one workspace, and how many speak through it."""

    posts: Posts
    messenger: WorkspaceMessenger
    vectors: Vectors
    shares: Shares
    batches: BatchMessages
    batch_files: BatchFiles
    speakers: int = 0


class Seats:
    """Those of all workspaces, each by the workspace's id."""

    def __init__(self, clients: Clients, clock: Clock, image_files: ImageFiles) -> None:
        self._clients = clients
        self._clock = clock
        self._files = image_files
        self._uploads = Uploads(clients, clock)
        self._converter = Converter()
        self._room = asyncio.Semaphore(AT_ONCE_IN_ALL)
        self._addresses: dict[str, str] = {}
        """Where workspaces are on the web, as far as somebody needed that."""
        self._seats: dict[str, Seat] = {}

    def __len__(self) -> int:
        """Return how many workspaces are on the books."""
        return len(self._seats)

    async def aclose(self) -> None:
        """Let the edits that are under way reach Slack, a moment long, and take no more."""
        async with asyncio.TaskGroup() as closing:
            for seat in self._seats.values():
                closing.create_task(seat.posts.aclose())

    @contextmanager
    def at(self, workspace_id: str) -> Iterator[Seat]:
        """Give who speaks in the workspace, whom nobody forgets while it is used."""
        seat = self._seats.get(workspace_id) or self._take(workspace_id)
        seat.speakers += 1
        try:
            yield seat
        finally:
            seat.speakers -= 1

    def _take(self, workspace_id: str) -> Seat:
        """Open the books of a workspace, and close those where nothing is going on."""
        idle = [known for known, seat in self._seats.items() if not seat.speakers and seat.posts.is_idle]
        for quiet in idle:
            del self._seats[quiet]
        return self._seats.setdefault(workspace_id, self._seat(workspace_id))

    def _seat(self, workspace_id: str) -> Seat:
        client = partial(self._clients.of, workspace_id)
        own = OwnMessages(client)
        pictures = Pictures(workspace_id, self._uploads, self._files, self._converter, self._clock, room=self._room)
        posts, origins = Posts(client, pictures, self._clock), Origins(client, workspace_id, self._addresses)
        replies, thread_files = Replies(posts, pictures, own), ThreadFiles(posts, own)
        return Seat(
            posts,
            WorkspaceMessenger(posts, replies, own, origins),
            Vectors(workspace_id, self._uploads, own, pictures, thread_files),
            Shares(posts, pictures, origins, own, self._clock),
            BatchMessages(posts, replies, own),
            BatchFiles(workspace_id, posts, self._uploads, own, thread_files),
        )
