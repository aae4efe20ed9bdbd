"""The core's `Messenger`: hands what is to be said to whoever keeps the pace of the workspace where it is said."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bot.core.clock import Clock
from bot.core.models import Generation, Notice, Place, Queue, Reply, Showing
from bot.core.ports import ImageFiles
from bot.pictures import Converter
from bot.slack.installation.clients import Clients
from bot.slack.posting.origins import Origins
from bot.slack.posting.own_messages import OwnMessages
from bot.slack.posting.pictures import AT_ONCE_IN_ALL, Pictures
from bot.slack.posting.posts import Posts
from bot.slack.posting.shares import Shares
from bot.slack.posting.vectors import Vectors
from bot.slack.posting.workspace_messenger import WorkspaceMessenger
from bot.slack.uploads import Uploads
from bot.slack.views.notices import notice_message


@dataclass(slots=True)
class _Seat:
    """A workspace's messenger, and how many speak through it."""

    posts: Posts
    messenger: WorkspaceMessenger
    vectors: Vectors
    shares: Shares
    speakers: int = 0


class SlackMessenger:
    """Tells people about their generations, in every workspace at that workspace's own pace."""

    def __init__(self, clients: Clients, clock: Clock, image_files: ImageFiles) -> None:
        self._clients = clients
        self._clock = clock
        self._files = image_files
        self._uploads = Uploads(clients, clock)
        self._converter = Converter()
        self._room = asyncio.Semaphore(AT_ONCE_IN_ALL)
        self._addresses: dict[str, str] = {}
        """Where workspaces are on the web, as far as somebody needed that."""
        self._seats: dict[str, _Seat] = {}

    def __len__(self) -> int:
        """Return how many workspaces are on the books."""
        return len(self._seats)

    async def aclose(self) -> None:
        """Let the edits that are under way reach Slack, a moment long, and take no more."""
        async with asyncio.TaskGroup() as closing:
            for seat in self._seats.values():
                closing.create_task(seat.posts.aclose())

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        with self._at(generation.request.workspace_id) as seat:
            return await seat.messenger.announce(generation)

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one."""
        with self._at(generation.request.workspace_id) as seat:
            await seat.messenger.update(generation, queue)

    async def deliver(self, generation: Generation) -> Reply:
        """Post the one reply in the thread; directly to the person where there is none, or it has closed meanwhile."""
        with self._at(generation.request.workspace_id) as seat:
            return await seat.messenger.deliver(generation)

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, in the thread or directly, if there is one."""
        with self._at(generation.request.workspace_id) as seat:
            return await seat.messenger.find_reply(generation)

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
        """Put beside a reply what Slack does not show, vectors as files; return the reply with those."""
        with self._at(generation.request.workspace_id) as seat:
            return await seat.vectors.attach(generation, reply, is_found=is_found)

    async def redraw(self, generation: Generation, showings: Sequence[Showing]) -> None:
        """Bring the messages that show its images up to what became of those since."""
        with self._at(generation.request.workspace_id) as seat:
            await seat.shares.redraw(generation, *showings)

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        """Show one image somewhere else. Raises SlackRefused where the bot may not post."""
        with self._at(generation.request.workspace_id) as seat:
            return await seat.shares.share(
                generation, image_id, channel_id=channel_id, thread_id=thread_id, by=by, note=note
            )

    async def withdraw(self, workspace_id: str, showing: Showing) -> None:
        """Take away what was shared, and our files at Slack behind it; what is gone is no news."""
        with self._at(workspace_id) as seat:
            await seat.shares.withdraw(showing)

    async def notify(self, workspace_id: str, user_id: str, notice: Notice) -> None:
        """Write a person a direct message."""
        with self._at(workspace_id) as seat:
            await seat.messenger.write(user_id, notice_message(notice))

    @contextmanager
    def _at(self, workspace_id: str) -> Iterator[_Seat]:
        """Give who speaks in the workspace, whom nobody forgets while it is used."""
        seat = self._seats.get(workspace_id) or self._take(workspace_id)
        seat.speakers += 1
        try:
            yield seat
        finally:
            seat.speakers -= 1

    def _take(self, workspace_id: str) -> _Seat:
        """Open the books of a workspace, and close those where nothing is going on."""
        idle = [known for known, seat in self._seats.items() if not seat.speakers and seat.posts.is_idle]
        for quiet in idle:
            del self._seats[quiet]
        return self._seats.setdefault(workspace_id, self._seat(workspace_id))

    def _seat(self, workspace_id: str) -> _Seat:
        client = partial(self._clients.of, workspace_id)
        own = OwnMessages(client)
        pictures = Pictures(workspace_id, self._uploads, self._files, self._converter, self._clock, room=self._room)
        posts, origins = Posts(client, pictures, self._clock), Origins(client, workspace_id, self._addresses)
        return _Seat(
            posts,
            WorkspaceMessenger(posts, pictures, own, origins),
            Vectors(workspace_id, self._uploads, own, pictures, posts),
            Shares(posts, pictures, origins, own, self._clock),
        )
