"""The first message of a thread, posted where it was asked for or else to the person, and found there again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.models import Place
from bot.slack.posting.own_messages import Metadata, OwnMessages
from bot.slack.posting.posts import Posts, Spot
from bot.slack.views.message import Message


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message before it is posted; one that ``may_stand`` already, since then, is looked for first.

    ``draw`` is told where it will stand, of which only the message's id is not known yet.
    """

    metadata: Metadata
    asker: str
    since: datetime
    may_stand: bool
    draw: Callable[[Place], Awaitable[Message]]


class Announcements:
    """The messages of one workspace that threads begin with."""

    def __init__(self, posts: Posts, own: OwnMessages) -> None:
        self._posts = posts
        self._own = own

    async def post(self, wanted: Spot, announcement: Announcement) -> Place:
        """Post it, in a direct message to who asked where the channel will not have it."""

        async def post_in(spot: Spot) -> Place:
            return await self.post_in(spot, announcement, is_fallback=spot is not wanted)

        return await self._posts.there_or_directly(wanted, announcement.asker, post_in)

    async def post_in(self, spot: Spot, announcement: Announcement, *, is_fallback: bool = False) -> Place:
        """Post it there and nowhere else."""
        place = Place(spot.channel_id, "", spot.thread_id or "", is_fallback=is_fallback)
        message_id, channel_id = await self._found(spot, announcement), spot.channel_id
        if not message_id:
            drawn, asker = await announcement.draw(place), announcement.asker
            message_id, channel_id = await self._posts.post(
                spot.channel_id, spot.thread_id, drawn, announcement.metadata, asker=asker
            )
        thread_id = spot.thread_id or message_id
        return replace(place, channel_id=channel_id, message_id=message_id, thread_id=thread_id)

    async def _found(self, spot: Spot, announcement: Announcement) -> str:
        """Return the id of the message that stands there already, or nothing."""
        if not announcement.may_stand:
            return ""
        since, thread_id = announcement.since, spot.thread_id
        found = await self._own.find(spot.channel_id, announcement.metadata, since=since, thread_id=thread_id)
        return found.message_id if found else ""
