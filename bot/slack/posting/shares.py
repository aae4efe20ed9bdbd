"""What becomes of messages that show images: shared, drawn anew, and withdrawn.

A share says in its metadata which one it is, so that one whose answer was lost is found again: what is not known
to stand cannot be taken away when its image is deleted. Only where the bot cannot read, where Slack stays away for
longer than it is looked for, or where the process ends before the share is on record, nobody knows of it.
"""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import structlog

from bot.core.clock import Clock
from bot.core.derivations import Made
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Generation, Image, Showing
from bot.slack.posting.albums import Album, pictures_of
from bot.slack.posting.origins import Origins
from bot.slack.posting.own_messages import Metadata, OwnMessages, metadata_of
from bot.slack.posting.pictures import Pictures, may_stand
from bot.slack.posting.posts import Drawing, Posts
from bot.slack.posting.redraws import Redraws, addresses_of, as_links
from bot.slack.views.message import Message
from bot.slack.views.results.message import result_message
from bot.slack.views.results.shared import shared_message

log = structlog.get_logger(__name__)

LOOKS = (1.0, 4.0, 15.0)
"""Seconds before each look for a share whose answer was lost: Slack may be at work on it still, or away."""


class Shares:
    """Shows images of one workspace in further places, and keeps all of those true."""

    def __init__(self, posts: Posts, pictures: Pictures, origins: Origins, own: OwnMessages, clock: Clock) -> None:
        self._posts = posts
        self._redraws = Redraws(posts)
        self._pictures = pictures
        self._origins = origins
        self._own = own
        self._clock = clock

    async def share(
        self, generation: Generation, image_id: str, *, channel_id: str, thread_id: str | None, by: str, note: str
    ) -> Showing:
        """Show one image somewhere else. Raises SlackRefused where the bot may not post.

        SlackUnavailable only where the message does not stand, as far as the bot can read.
        """
        image = _image(generation, image_id)
        if image is None:
            raise SlackRefused("no_image", "the image is not there any more")
        origin_url = await self._origins.reply_url(generation)
        album = await self._pictures.album(generation.id, [Made(generation, image)])
        metadata = metadata_of(generation, "share", key=uuid4().hex)

        def draw(album: Album) -> tuple[Message, Metadata]:
            (showing,) = album.showings(channel_id, thread_id)
            showing = replace(showing, shared_by=by, note=note)
            return shared_message(Made(generation, image), showing, origin_url=origin_url), metadata

        message_id = await self._post(channel_id, thread_id, album, draw, metadata)
        (showing,) = album.showings(channel_id, thread_id, message_id)
        return replace(showing, shared_by=by, note=note)

    async def redraw(self, generation: Generation, *showings: Showing) -> None:
        """Bring the reply, and what was shared of images that are deleted, up to what became of them.

        There is a reply more after each time that missing images were looked for again.
        """
        replies = {(one.channel_id, one.message_id): one for one in showings if one.shared_by is None}
        for reply in replies.values():
            await self._redraw_reply(generation, reply, showings)
        for showing in showings:
            image = next((image for image in generation.images if image.id == showing.image_id), None)
            if showing.shared_by is not None and image is not None and image.deleted_by:
                await self._redraw_share(Made(generation, image), showing)

    async def withdraw(self, showing: Showing) -> None:
        """Take away what was shared, and our files behind it. A reply stays: it has other images, or says why not."""
        if showing.shared_by is not None:
            await self._posts.delete(showing)
        await self._pictures.delete(*filter(None, (showing.file_id, showing.vector_id)))

    async def _post(
        self, channel_id: str, thread_id: str | None, album: Album, draw: Drawing, metadata: Metadata
    ) -> str:
        """Post a share, and find it again should Slack's answer get lost."""
        since = self._clock.now()
        try:
            return await self._posts.post_album(channel_id, thread_id, album, draw)
        except SlackRefused as refusal:
            if not may_stand(refusal):
                await self._pictures.delete(*album.files)
            elif found := await self._found(channel_id, thread_id, metadata, since):
                return found
            raise

    async def _found(self, channel_id: str, thread_id: str | None, metadata: Metadata, since: datetime) -> str | None:
        """Look for a share that may stand, where the bot is: to look, nobody needs to see it come in."""
        for pause in LOOKS:
            await self._clock.sleep(pause)
            try:
                found = await self._own.find(channel_id, metadata, since=since, thread_id=thread_id, may_join=False)
            except SlackUnavailable:
                continue
            if found is not None:
                return found.message_id
        return None

    async def _redraw_reply(self, generation: Generation, reply: Showing, showings: tuple[Showing, ...]) -> None:
        album = Album.of(generation.id, pictures_of(generation), showings)
        metadata = metadata_of(generation, "result", shown=album.told)
        source_url, share_urls = await self._origins.source_url(generation), await self._origins.share_urls(showings)
        channel_name = await self._origins.preview_name(generation)
        own = [showing for showing in showings if showing.shared_by is None]
        shared = [showing for showing in showings if showing.shared_by is not None]

        def draw(links: frozenset[str]) -> Message:
            return result_message(
                generation,
                (*as_links(own, links), *shared),
                source_url=source_url,
                share_urls=share_urls,
                channel_name=channel_name,
            )

        addresses = addresses_of([generation], showings)
        await self._redraws.edit(reply.channel_id, reply.message_id, draw, metadata, addresses)

    async def _redraw_share(self, made: Made, showing: Showing) -> None:
        origin_url = await self._origins.reply_url(made.generation)

        def draw(links: frozenset[str]) -> Message:
            return shared_message(made, *as_links((showing,), links), origin_url=origin_url)

        metadata, addresses = metadata_of(made.generation, "share"), addresses_of([made.generation], [showing])
        await self._redraws.edit(showing.channel_id, showing.message_id, draw, metadata, addresses)


def _image(generation: Generation, image_id: str) -> Image | None:
    return next((image for image in generation.present if image.id == image_id), None)
