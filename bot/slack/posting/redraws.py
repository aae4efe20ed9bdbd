"""Messages with images, drawn anew: what Slack refuses of their pictures by then is a link."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.core.errors import SlackRefused
from bot.core.models import Generation, Showing
from bot.slack.posting.own_messages import Metadata
from bot.slack.posting.posts import CLOSED_MESSAGE, Posts
from bot.slack.views.message import Message
from bot.slack.views.pictures import refused_pictures

log = structlog.get_logger(__name__)

REFUSED_TRIES = 3


class Redraws:
    """Edits messages of one workspace that show images."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts

    async def edit(
        self,
        channel_id: str,
        message_id: str,
        draw: Callable[[frozenset[str]], Message],
        metadata: Metadata,
        addresses: Mapping[str, str],
    ) -> None:
        """Edit a message; what is gone, or closed, is no news.

        ``draw`` is told which images are to be links: those that Slack refuses twice, by their ``addresses``.
        """
        links: frozenset[str] = frozenset()
        for number in range(REFUSED_TRIES + 1):
            drawn = draw(links)
            try:
                await self._posts.edit(channel_id, message_id, drawn, metadata)
            except SlackRefused as refusal:
                if refusal.error in CLOSED_MESSAGE:
                    log.info("message closed to the bot", channel=channel_id, error=refusal.error)
                    return
                if refusal.error != "invalid_blocks" or number == REFUSED_TRIES:
                    raise
                if number:
                    refused = refused_pictures({"blocks": drawn.blocks}, refusal.detail)
                    links |= {image_id for image_id, address in addresses.items() if address in refused}
            else:
                return


def addresses_of(generations: Sequence[Generation], showings: Sequence[Showing]) -> dict[str, str]:
    """Return by which address, or file, each image is shown."""
    files = {showing.image_id: showing.file_id for showing in showings}
    images = (image for generation in generations for image in generation.pictures)
    return {image.id: files.get(image.id) or image.url or "" for image in images}


def as_links(showings: Sequence[Showing], image_ids: Collection[str]) -> tuple[Showing, ...]:
    """Return the same with some images as links."""
    return tuple(
        replace(showing, file_id=None, is_link=True) if showing.image_id in image_ids else showing
        for showing in showings
    )
