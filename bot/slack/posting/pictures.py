"""How an image comes to be seen at Slack, which shows PNG, JPEG and GIF alone and fetches addresses itself.

What is of another kind is fetched, converted and uploaded. An address that Slack refuses is tried once more, for good
ones are refused too; then the file is uploaded. A file that was just uploaded is refused for a while. What is left
after all that is a link: the person always has the image.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from slack_sdk.models.blocks import ImageBlock

from bot.core.clock import Clock
from bot.core.derivations import Made
from bot.core.errors import BloomError, BloomUnavailable, SlackRefused, SlackUnavailable
from bot.core.models import Image, PictureFile
from bot.core.ports import ImageFiles
from bot.core.tasks import together
from bot.pictures.converter import Converter, PictureUnreadable
from bot.pictures.kinds import EXTENSIONS
from bot.slack.posting.albums import Album
from bot.slack.uploads import Uploads
from bot.slack.views.message import Message
from bot.slack.views.pictures import refused_pictures

log = structlog.get_logger(__name__)

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})
PNG = "image/png"
PEEK_PATIENCE = 3.0
"""Real seconds that one message waits to know of what kinds its images are."""
FETCH_PAUSE = 1.0
"""Seconds before somebody is asked again for an image that was refused."""
ADDRESS_TRIES, FILE_TRIES = 2, 4
AT_ONCE, AT_ONCE_IN_ALL = 3, 12
"""Images in memory at once, of one workspace and of all together."""
KEPT = 100


class Pictures:
    """Sees to it that the images of one workspace's messages are seen."""

    def __init__(
        self,
        workspace_id: str,
        uploads: Uploads,
        files: ImageFiles,
        converter: Converter,
        clock: Clock,
        *,
        room: asyncio.Semaphore,
    ) -> None:
        self._workspace_id = workspace_id
        self._uploads = uploads
        self._files = files
        self._converter = converter
        self._clock = clock
        self._turns, self._room = asyncio.Semaphore(AT_ONCE), room
        self._kept: OrderedDict[str, str] = OrderedDict()
        """The files of replies whose fate nobody knows, by their keys, should they have to be posted again."""

    async def reply(self, key: str, made: Sequence[Made]) -> Album:
        """Return the images of a reply ready to be posted, with the files that it may have been posted with before."""
        return await self.album(key, made, self._kept.pop(key, ""))

    async def album(self, key: str, made: Sequence[Made], told: str = "") -> Album:
        """Return images ready to be posted, those uploaded that Slack cannot show by their address."""
        album = Album(key, made, told)
        unseen = [image for image in album.images if not album.ways[image.id].file_id and image.deleted_by is None]
        kinds = await self._kinds(unseen)
        strange = [image for image in unseen if _is_strange(image, kinds.get(image.id))]
        await together(*(self._upload(album, image) for image in strange))
        return album

    async def heed(self, album: Album, message: Message, refusal: SlackRefused) -> None:
        """Have those images shown otherwise, sooner or later, that Slack's refusal points at."""
        refused = refused_pictures({"blocks": message.blocks}, refusal.detail)
        changing = []
        for image in album.images:
            way = album.ways[image.id]
            if way.is_link or (way.file_id or image.url) not in refused:
                continue
            way.refusals += 1
            if way.file_id is None and way.refusals >= ADDRESS_TRIES:
                changing.append(self._upload(album, image))
            elif way.file_id is not None and way.refusals >= FILE_TRIES:
                changing.append(self._link(album, image))
        await together(*changing)

    async def give_up(self, album: Album) -> None:
        """Leave links of everything."""
        await together(*(self._link(album, image) for image in album.images))

    def keep(self, album: Album) -> None:
        """Remember the files of a reply that may stand or not."""
        if album.files:
            self._kept[album.key] = album.told
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def let_go(self, key: str) -> None:
        """Forget the files of a reply that stands."""
        self._kept.pop(key, None)

    async def delete(self, *file_ids: str) -> None:
        """Delete files of ours, as far as Slack lets us."""
        for file_id in file_ids:
            try:
                await self._uploads.delete(self._workspace_id, file_id)
            except SlackRefused as refusal:
                log.warning("a file could not be deleted", file=file_id, error=refusal.error)

    @asynccontextmanager
    async def memory(self) -> AsyncIterator[None]:
        """Give room for one image in memory, when it is its turn."""
        async with self._turns, self._room:
            yield

    async def file_of(self, image: Image) -> PictureFile:
        """Fetch an image into `memory`, once more after a mishap. Raises BloomError."""
        try:
            return await self._files.fetch(image.url or "")
        except BloomUnavailable:
            await self._clock.sleep(FETCH_PAUSE)
            return await self._files.fetch(image.url or "")

    async def _kinds(self, images: list[Image]) -> dict[str, str]:
        """Return of what kind images are, as far as anybody says so in time."""
        asked = {image.id: asyncio.ensure_future(self._files.mime_type(image.url or "")) for image in images}
        try:
            if asked:
                await asyncio.wait(asked.values(), timeout=PEEK_PATIENCE)
        finally:
            for answer in asked.values():
                answer.cancel()
            await asyncio.gather(*asked.values(), return_exceptions=True)
        return {image_id: kind for image_id, answer in asked.items() if (kind := _answered(answer))}

    async def _upload(self, album: Album, image: Image) -> None:
        """Show an image as a file of ours, or as a link where that does not work."""
        way = album.ways[image.id]
        try:
            async with self.memory():
                way.file_id, way.refusals = await self._uploaded(album, image), 0
        except (BloomError, PictureUnreadable, SlackRefused) as trouble:
            log.warning("an image could not be uploaded", image=image.id, reason=repr(trouble))
            way.is_link = True

    async def _uploaded(self, album: Album, image: Image) -> str:
        file = await self.file_of(image)
        is_shown = file.mime_type in SHOWN
        content = file.content if is_shown else await self._converter.to_png(file.content, file.mime_type)
        name = album.file_name(image, EXTENSIONS[file.mime_type if is_shown else PNG])
        return await self._uploads.picture(self._workspace_id, name, content, album.words(image))

    async def _link(self, album: Album, image: Image) -> None:
        way = album.ways[image.id]
        file_id, way.file_id, way.is_link = way.file_id, None, True
        if file_id:
            await self.delete(file_id)


def may_stand(refusal: SlackRefused) -> bool:
    """Whether a message may have been posted although Slack's answer says otherwise, or was lost."""
    return isinstance(refusal, SlackUnavailable) and not refusal.retry_after


def _is_strange(image: Image, kind: str | None) -> bool:
    """Whether Slack would not show an image by its address; of an unknown kind, it is to say so itself."""
    return len(image.url or "") > ImageBlock.image_url_max_length or (kind is not None and kind not in SHOWN)


def _answered(answer: asyncio.Future[str | None]) -> str | None:
    is_answer = not answer.cancelled() and answer.exception() is None
    return answer.result() if is_answer else None
