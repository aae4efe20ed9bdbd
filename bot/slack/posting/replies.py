"""Messages with images, posted where they belong, and found there again when nobody knows whether they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.derivations import Made
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Reply
from bot.slack.posting.albums import Album
from bot.slack.posting.own_messages import Metadata, OwnMessages
from bot.slack.posting.pictures import Pictures, may_stand
from bot.slack.posting.posts import Drawing, Posts, Spot


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply before it is posted: ``key`` names it, and ``user_id`` has it where there is no spot for it."""

    key: str
    made: Sequence[Made]
    spot: Spot | None
    user_id: str


class Replies:
    """The messages of one workspace that deliver images."""

    def __init__(self, posts: Posts, pictures: Pictures, own: OwnMessages) -> None:
        self._posts = posts
        self._pictures = pictures
        self._own = own

    async def post(self, letter: Letter, draw: Drawing) -> Reply:
        """Post a reply, directly to the person where its spot has closed.

        What was uploaded for it is deleted when it cannot be posted, and kept when nobody knows whether it was.
        """
        album = await self._pictures.reply(letter.key, letter.made)

        async def post_in(spot: Spot) -> Reply:
            posted = await self._posts.post_album(spot.channel_id, spot.thread_id, album, draw)
            return _reply(album, spot, posted)

        try:
            return await self._posts.there_or_directly(letter.spot, letter.user_id, post_in)
        except SlackRefused as refusal:
            if may_stand(refusal):
                self._pictures.keep(album)
            else:
                await self._pictures.delete(*album.files)
            raise

    async def find(self, letter: Letter, metadata: Metadata, *, since: datetime) -> Reply | None:
        """Return the reply that `post` already posted to its spot, if there is one."""
        spot = letter.spot
        return await self._find_in(spot, letter, metadata, since) if spot else None

    async def find_directly(self, letter: Letter, metadata: Metadata, *, since: datetime) -> Reply | None:
        """Return the reply that `post` already posted directly, if there is one."""
        try:
            direct = Spot(await self._posts.direct_channel(letter.user_id))
        except SlackUnavailable:
            raise
        except SlackRefused:
            return None  # who cannot be written to was not written to
        return await self._find_in(direct, letter, metadata, since)

    async def _find_in(self, spot: Spot, letter: Letter, metadata: Metadata, since: datetime) -> Reply | None:
        found = await self._own.find(spot.channel_id, metadata, since=since, thread_id=spot.thread_id)
        if found is None:
            return None
        self._pictures.let_go(letter.key)
        return _reply(Album(letter.key, letter.made, found.told.get("shown", "")), spot, found.message_id)


def _reply(album: Album, spot: Spot, message_id: str) -> Reply:
    showings = album.showings(spot.channel_id, spot.thread_id, message_id)
    return Reply(spot.channel_id, message_id, spot.thread_id or message_id, showings)
