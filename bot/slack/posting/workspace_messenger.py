"""Tells the people of one workspace about their generations, wherever Slack lets the bot speak.

A channel that will not have the bot never wastes a generation: the messages go to the person directly instead, as
those of a preview do. Every message carries metadata, by which it is found again. How it gets to Slack is told next
door: `posts` at what pace, `pictures` how its images come to be seen, `shares` what becomes of it later.
"""

from bot.core.errors import SlackRefused
from bot.core.models import Generation, GenerationState, Place, Queue, Reply
from bot.slack.posting.albums import Album, pictures_of
from bot.slack.posting.announcements import Announcement, Announcements
from bot.slack.posting.edits import Urgency
from bot.slack.posting.origins import Origins
from bot.slack.posting.own_messages import Metadata, OwnMessages, metadata_of
from bot.slack.posting.posts import Posts, Spot
from bot.slack.posting.replies import Letter, Replies
from bot.slack.views.message import Message
from bot.slack.views.request import request_message
from bot.slack.views.results.message import result_message


class WorkspaceMessenger:
    """The messenger of one Slack workspace: Slack's limits are the workspace's, so the pace is kept here."""

    def __init__(self, posts: Posts, replies: Replies, own: OwnMessages, origins: Origins) -> None:
        self._announcements = Announcements(posts, own)
        self._replies = replies
        self._posts = posts
        self._origins = origins

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it, or only one is to see."""
        request, announcement = generation.request, self._announcement(generation)
        if request.is_preview:
            direct = Spot(await self._posts.direct_channel(request.user_id))
            return await self._announcements.post_in(direct, announcement)
        return await self._announcements.post(Spot(request.channel_id, request.thread_id), announcement)

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one."""
        place = generation.place
        if place is None:
            raise SlackRefused("no_place", "the generation was never announced")

        async def draw() -> Message:
            return request_message(generation, queue, source_url=await self._origins.source_url(generation))

        metadata, urgency = metadata_of(generation, "request"), _urgency(generation, queue)
        await self._posts.edit(place.channel_id, place.message_id, draw, metadata, urgency)

    async def deliver(self, generation: Generation) -> Reply:
        """Post the one reply in the thread; directly to the person where there is none, or it has closed meanwhile."""
        source_url = await self._origins.source_url(generation)
        channel_name = await self._origins.preview_name(generation)

        def draw(album: Album) -> tuple[Message, Metadata]:
            shown = {"shown": album.told} if album.images else {}
            message = result_message(generation, album.showings(), source_url=source_url, channel_name=channel_name)
            return message, metadata_of(generation, "result", **shown)

        return await self._replies.post(_letter(generation), draw)

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, in the thread or directly, if there is one."""
        letter, wanted, since = _letter(generation), metadata_of(generation, "result"), generation.created_at
        found = await self._replies.find(letter, wanted, since=since)
        if found is not None or (generation.request.is_preview and letter.spot is not None):
            return found
        return await self._replies.find_directly(letter, wanted, since=since)

    async def write(self, user_id: str, message: Message) -> None:
        """Write a person a direct message."""
        await self._posts.post(await self._posts.direct_channel(user_id), None, message)

    def _announcement(self, generation: Generation) -> Announcement:
        async def draw(place: Place) -> Message:
            placed = generation.but(place=place)
            return request_message(placed, source_url=await self._origins.source_url(placed))

        return Announcement(
            metadata_of(generation, "request"),
            generation.request.user_id,
            since=generation.created_at,
            may_stand=generation.attempts > 1,
            draw=draw,
        )


def _letter(generation: Generation) -> Letter:
    """Return the reply, which belongs in the thread: that of a preview is a message of its own."""
    place, request = generation.place, generation.request
    spot = Spot(place.channel_id, None if request.is_preview else place.thread_id) if place else None
    return Letter(generation.id, pictures_of(generation), spot, request.user_id)


def _urgency(generation: Generation, queue: Queue | None) -> Urgency:
    """Return how soon an edit is looked for: who sees images needs no other word, who cancelled or got none does."""
    if queue is not None:
        return Urgency.NEWS
    is_awaited = generation.state in (GenerationState.CANCELLED, GenerationState.FAILED)
    return Urgency.AWAITED if is_awaited else Urgency.PATIENT
