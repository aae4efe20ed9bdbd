"""Images after they were made: where they are shown, and their files. Pictures that people give at Slack as well."""

from collections.abc import Collection
from typing import Protocol

from bot.core.models import Attachment, Generation, PictureFile, Showing


class ResultStore(Protocol):
    """Which messages show which image. Raises StoreError."""

    async def add_showings(self, generation_id: str, showings: Collection[Showing]) -> None:
        """Write down messages that show images of a generation, in place of what was known of the same ones."""
        ...

    async def showings(self, generation_id: str) -> tuple[Showing, ...]:
        """Return the messages that show images of a generation: its reply first, then in the order of posting."""
        ...

    async def generation_of_image(self, image_id: str) -> Generation | None:
        """Return the generation that made an image."""
        ...

    async def latest_in_thread(self, channel_id: str, thread_id: str) -> tuple[Generation, str] | None:
        """Return the image that a thread shows last, its root included, with its generation.

        Deleted images do not count, nor those that failed. Of several in one message it is the last.
        """
        ...

    async def mark_deleted(self, generation_id: str, image_id: str, by: str) -> Generation | None:
        """Write down that an image is not at Bloom any more, and return its generation; the first ``by`` stays."""
        ...


class ImageFiles(Protocol):
    """The files of images at Bloom, fetched from Bloom's own host and where that leads. Raises BloomError."""

    async def mime_type(self, url: str) -> str | None:
        """Return what kind of file an image is, without fetching it; None where nobody says so."""
        ...

    async def fetch(self, url: str) -> PictureFile:
        """Return the file. Raises BloomRefused (DOWNLOAD_FAILED, FILE_TOO_LARGE), BloomUnavailable."""
        ...


class Attachments(Protocol):
    """Pictures that people gave at Slack."""

    async def read(self, workspace_id: str, attachment: Attachment) -> PictureFile:
        """Return a picture of a kind and size that Bloom takes.

        Raises BloomRefused (UNSUPPORTED_FORMAT, FILE_TOO_LARGE) for what Bloom would refuse, with the picture's name as
        its message, SlackRefused for what Slack does not give out, and SlackUnavailable.
        """
        ...
