"""Pictures that people gave at Slack, in memory: every one is there, unless a test says otherwise."""

from bot.core.models import Attachment, PictureFile
from tests.fakes.script import Script


class FakeAttachments:
    """The core's `Attachments`. The content of a picture is its id, so that one is told from another."""

    def __init__(self) -> None:
        self.script = Script()

    async def read(self, workspace_id: str, attachment: Attachment) -> PictureFile:
        picture = PictureFile(attachment.name, attachment.id.encode(), "image/png")
        read: PictureFile = await self.script.play(
            "read", lambda: picture, workspace_id=workspace_id, attachment=attachment
        )
        return read
