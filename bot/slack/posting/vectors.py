"""Vectors, which Slack does not show: each goes as a file beside the message that shows what it looks like."""

from dataclasses import replace

import structlog

from bot.core.derivations import Made
from bot.core.errors import BloomError, SlackRefused, SlackUnavailable
from bot.core.models import Generation, Image, Operation, Reply, Showing
from bot.pictures.kinds import EXTENSIONS, SVG
from bot.slack.posting.albums import Album
from bot.slack.posting.own_messages import OwnMessages
from bot.slack.posting.pictures import Pictures
from bot.slack.posting.thread_files import ThreadFiles
from bot.slack.uploads import Uploads

log = structlog.get_logger(__name__)


class Vectors:
    """Puts vectors beside messages."""

    def __init__(
        self, workspace_id: str, uploads: Uploads, own: OwnMessages, pictures: Pictures, files: ThreadFiles
    ) -> None:
        self._workspace_id = workspace_id
        self._uploads = uploads
        self._own = own
        self._pictures = pictures
        self._thread_files = files

    async def attach(self, generation: Generation, reply: Reply, *, is_found: bool) -> Reply:
        """Return the reply with its vectors. Raises SlackUnavailable, once: a second time it goes without them."""
        if generation.request.parameters.operation is not Operation.VECTORIZE:
            return reply
        images = {image.id: image for image in generation.present}
        attached = []
        for showing in reply.showings:
            image = None if showing.vector_id else images.get(showing.image_id)
            attached.append(await self._attached(generation, image, showing, is_found=is_found) if image else showing)
        return replace(reply, showings=tuple(attached))

    async def _attached(self, generation: Generation, image: Image, showing: Showing, *, is_found: bool) -> Showing:
        try:
            return replace(showing, vector_id=await self._vector_id(generation, image, showing, is_found=is_found))
        except (BloomError, SlackRefused) as trouble:
            if isinstance(trouble, SlackUnavailable) and not is_found:
                raise
            log.warning("a vector could not be attached", image=image.id, reason=repr(trouble))
            return showing

    async def _vector_id(self, generation: Generation, image: Image, showing: Showing, *, is_found: bool) -> str | None:
        """Return the file in the thread, put there now unless it stands there already."""
        name = Album(generation.id, [Made(generation, image)]).file_name(image, EXTENSIONS[SVG])
        place = (showing.channel_id, showing.thread_id)
        if is_found and (known := await self._own.find_file(*place, name, since=generation.created_at)):
            return known
        async with self._pictures.memory():
            file = await self._pictures.file_of(image)
            if file.mime_type != SVG:
                return None
            return await self._thread_files.put(
                showing.channel_id, lambda: self._uploads.put(self._workspace_id, *place, name, file.content)
            )
