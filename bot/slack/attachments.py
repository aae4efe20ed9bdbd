"""Pictures that people gave at Slack, read into memory on their way to Bloom: never to disk."""

from bot.core.errors import BloomRefused, SlackRefused
from bot.core.models import FILE_LIMIT, PICTURE_TYPES, Attachment, PictureFile
from bot.pictures.kinds import kind_of
from bot.slack.downloads import TOO_LARGE, download_file
from bot.slack.installation.clients import Clients


class SlackAttachments:
    """The core's `Attachments`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def read(self, workspace_id: str, attachment: Attachment) -> PictureFile:
        """Return a picture of a kind and size that Bloom takes, whatever Slack or its name says it is."""
        client = await self._clients.of(workspace_id)
        try:
            content = await download_file(client, attachment.id, at_most=FILE_LIMIT)
        except SlackRefused as refusal:
            if refusal.error != TOO_LARGE:
                raise
            raise _refused("FILE_TOO_LARGE", attachment) from refusal
        if (kind := kind_of(content)) not in PICTURE_TYPES:
            raise _refused("UNSUPPORTED_FORMAT", attachment)
        return PictureFile(attachment.name, content, kind)


def _refused(code: str, attachment: Attachment) -> BloomRefused:
    return BloomRefused(code, 400, attachment.name)
