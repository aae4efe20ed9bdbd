"""The core's `Messenger`: hands what is to be said to whoever keeps the pace of the workspace where it is said."""

from collections.abc import Sequence

from bot.core.models import Generation, Notice, Place, Queue, Reply, Showing
from bot.slack.posting.seats import Seats
from bot.slack.views.notices import notice_message


class SlackMessenger:
    """Tells people about their generations, in every workspace at that workspace's own pace."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        with self._seats.at(generation.request.workspace_id) as seat:
            return await seat.messenger.announce(generation)

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one."""
        with self._seats.at(generation.request.workspace_id) as seat:
            await seat.messenger.update(generation, queue)

    async def deliver(self, generation: Generation) -> Reply:
        """Post the one reply in the thread; directly to the person where there is none, or it has closed meanwhile."""
        with self._seats.at(generation.request.workspace_id) as seat:
            return await seat.messenger.deliver(generation)

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, in the thread or directly, if there is one."""
        with self._seats.at(generation.request.workspace_id) as seat:
            return await seat.messenger.find_reply(generation)

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Reply:
        """Put beside a reply what Slack does not show, vectors as files; return the reply with those."""
        with self._seats.at(generation.request.workspace_id) as seat:
            return await seat.vectors.attach(generation, reply, is_found=is_found)

    async def redraw(self, generation: Generation, showings: Sequence[Showing]) -> None:
        """Bring the messages that show its images up to what became of those since."""
        with self._seats.at(generation.request.workspace_id) as seat:
            await seat.shares.redraw(generation, *showings)

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        """Show one image somewhere else. Raises SlackRefused where the bot may not post."""
        with self._seats.at(generation.request.workspace_id) as seat:
            return await seat.shares.share(
                generation, image_id, channel_id=channel_id, thread_id=thread_id, by=by, note=note
            )

    async def withdraw(self, workspace_id: str, showing: Showing) -> None:
        """Take away what was shared, and our files at Slack behind it; what is gone is no news."""
        with self._seats.at(workspace_id) as seat:
            await seat.shares.withdraw(showing)

    async def notify(self, workspace_id: str, user_id: str, notice: Notice) -> None:
        """Write a person a direct message."""
        with self._seats.at(workspace_id) as seat:
            await seat.messenger.write(user_id, notice_message(notice))
