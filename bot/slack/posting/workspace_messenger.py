"""Tells the people of one workspace about their generations, wherever Slack lets the bot speak.

A channel that will not have the bot never wastes a generation: the messages go to the person directly instead, as
those of a preview do. Every message carries metadata, by which it is found again. How it gets to Slack is told next
door: `posts` at what pace, `pictures` how its images come to be seen, `shares` what becomes of it later.
"""

from dataclasses import replace

import structlog

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Generation, GenerationState, Place, Queue, Reply
from bot.slack.posting.albums import Album
from bot.slack.posting.edits import Urgency
from bot.slack.posting.origins import Origins
from bot.slack.posting.own_messages import Metadata, OwnMessages, metadata_of
from bot.slack.posting.pictures import Pictures, may_stand
from bot.slack.posting.posts import Posts
from bot.slack.views.message import Message
from bot.slack.views.request import request_message
from bot.slack.views.results.message import result_message

log = structlog.get_logger(__name__)

CLOSED_CHANNEL = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "cannot_reply_to_message",
        "thread_not_found",
        "message_not_found",
        "no_permission",
        "messages_tab_disabled",
    }
)


class WorkspaceMessenger:
    """The messenger of one Slack workspace: Slack's limits are the workspace's, so the pace is kept here."""

    def __init__(self, posts: Posts, pictures: Pictures, own: OwnMessages, origins: Origins) -> None:
        self._pictures = pictures
        self._own = own
        self._posts = posts
        self._origins = origins

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it, or only one is to see."""
        request = generation.request
        if request.is_preview:
            return await self._announce_in(await self._posts.direct_channel(request.user_id), None, generation)
        try:
            return await self._announce_in(request.channel_id, request.thread_id, generation)
        except SlackRefused as refusal:
            if refusal.error not in CLOSED_CHANNEL:
                raise
            log.info("channel closed to the bot", channel=request.channel_id, error=refusal.error)
        direct = await self._posts.direct_channel(request.user_id)
        return await self._announce_in(direct, None, generation, is_fallback=True)

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
        """Post the one reply in the thread; directly to the person where there is none, or it has closed meanwhile.

        What was uploaded for it is deleted when it cannot be posted, and kept when nobody knows whether it was.
        """
        album = await self._pictures.reply(generation)
        try:
            return await self._deliver(album)
        except SlackRefused as refusal:
            if may_stand(refusal):
                self._pictures.keep(album)
            else:
                await self._pictures.delete(*album.files)
            raise

    async def find_reply(self, generation: Generation) -> Reply | None:
        """Return the reply that `deliver` already posted, in the thread or directly, if there is one."""
        place = generation.place
        found = None
        if place is not None:
            found = await self._find_in(place.channel_id, _thread_of(generation, place), generation)
        if found is not None or (generation.request.is_preview and place is not None):
            return found
        try:
            direct = await self._posts.direct_channel(generation.request.user_id)
        except SlackUnavailable:
            raise
        except SlackRefused:
            return None  # who cannot be written to was not written to
        return await self._find_in(direct, None, generation)

    async def write(self, user_id: str, message: Message) -> None:
        """Write a person a direct message."""
        await self._posts.post(await self._posts.direct_channel(user_id), None, message)

    async def _announce_in(
        self, channel_id: str, thread_id: str | None, generation: Generation, *, is_fallback: bool = False
    ) -> Place:
        """Post the request message; after a try whose answer was lost, find it first."""
        metadata = metadata_of(generation, "request")
        here = Place(channel_id, "", thread_id or "", is_fallback=is_fallback)
        if generation.attempts > 1 and (
            found := await self._own.find(channel_id, metadata, since=generation.created_at, thread_id=thread_id)
        ):
            return replace(here, message_id=found.message_id, thread_id=thread_id or found.message_id)
        placed, asker = generation.but(place=here), generation.request.user_id
        message = request_message(placed, source_url=await self._origins.source_url(placed))
        posted, channel_id = await self._posts.post(channel_id, thread_id, message, metadata, asker=asker)
        return Place(channel_id, posted, thread_id or posted, is_fallback=is_fallback)

    async def _deliver(self, album: Album) -> Reply:
        generation = album.generation
        if (place := generation.place) is not None:
            try:
                return await self._deliver_in(place.channel_id, _thread_of(generation, place), album)
            except SlackRefused as refusal:
                if refusal.error not in CLOSED_CHANNEL:
                    raise
                log.info("thread closed to the bot", channel=place.channel_id, error=refusal.error)
        return await self._deliver_in(await self._posts.direct_channel(generation.request.user_id), None, album)

    async def _deliver_in(self, channel_id: str, thread_id: str | None, album: Album) -> Reply:
        generation = album.generation
        source_url = await self._origins.source_url(generation)
        channel_name = await self._origins.preview_name(generation)

        def draw(album: Album) -> tuple[Message, Metadata]:
            shown = {"shown": album.told} if album.images else {}
            showings = album.showings(channel_id, thread_id)
            message = result_message(generation, showings, source_url=source_url, channel_name=channel_name)
            return message, metadata_of(generation, "result", **shown)

        posted = await self._posts.post_album(channel_id, thread_id, album, draw)
        return _reply(album, channel_id, thread_id, posted)

    async def _find_in(self, channel_id: str, thread_id: str | None, generation: Generation) -> Reply | None:
        wanted, since = metadata_of(generation, "result"), generation.created_at
        found = await self._own.find(channel_id, wanted, since=since, thread_id=thread_id)
        if found is None:
            return None
        self._pictures.let_go(generation)
        album = Album(generation, generation.pictures, found.told.get("shown", ""))
        return _reply(album, channel_id, thread_id, found.message_id)


def _thread_of(generation: Generation, place: Place) -> str | None:
    """Return the thread that the reply belongs in: a preview is a message of its own."""
    return None if generation.request.is_preview else place.thread_id


def _reply(album: Album, channel_id: str, thread_id: str | None, message_id: str) -> Reply:
    showings = album.showings(channel_id, thread_id, message_id)
    return Reply(channel_id, message_id, thread_id or message_id, showings)


def _urgency(generation: Generation, queue: Queue | None) -> Urgency:
    """Return how soon an edit is looked for: who sees images needs no other word, who cancelled or got none does."""
    if queue is not None:
        return Urgency.NEWS
    is_awaited = generation.state in (GenerationState.CANCELLED, GenerationState.FAILED)
    return Urgency.AWAITED if is_awaited else Urgency.PATIENT
