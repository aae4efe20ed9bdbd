"""Files: uploaded by the app in two steps, or by a person into a form or a message.

What the app uploaded is looked at by Slack before it can be shown; until then its type is not known. The stand-in does
that at once, unless a test wants to see the wait.
"""

import io
import mimetypes
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from bot.core.clock import Clock
from bot.sandbox.slack.errors import Json, PersonCannot, SlackRefusal
from bot.sandbox.slack.images import CONTENT_TYPES, UNREADABLE
from bot.sandbox.slack.settings import Addresses

FILES_KEPT: Final = 1000
BYTES_KEPT: Final = 512 * 1024 * 1024
"""What all files may come to: this Slack has nothing but its memory."""
LARGEST: Final = 20 * 1024 * 1024
"""Bytes that a person's file may have here, which is less than Slack takes."""
LARGEST_OF_APPS: Final = 256 * 1024 * 1024
"""The same for a file of the app's; Slack takes 1 GB."""
TOO_LARGE: Final = f"Files may have up to {LARGEST // 2**20} MB here."
LONGEST_NAME: Final = 100
UNKNOWN: Final = "application/octet-stream"
NAMED: Final = frozenset({"text/csv", "text/tab-separated-values", "text/plain", "image/svg+xml", "application/zip"})
"""What a name may say of a file that is no picture; everything else is told by the content."""
FILETYPES: Final = {"txt": "text", "jpeg": "jpg"}
"""What Slack calls files whose name it does not end in."""


@dataclass
class SlackFile:
    """A file from the moment its upload is announced; ``shared``: messages or views may show it by now."""

    id: str
    name: str
    user_id: str
    size: int
    title: str = ""
    alt_text: str = ""
    data: bytes | None = None
    completed: bool = False
    shared: bool = False
    known_from: float = 0.0

    @property
    def mimetype(self) -> str:
        """Return what the content is, which is not always what its name says."""
        try:
            with Image.open(io.BytesIO(self.data or b"")) as image:
                return image.get_format_mimetype() or UNKNOWN
        except UNREADABLE:
            named = mimetypes.guess_type(self.name)[0]
            return named if named in NAMED else UNKNOWN


def from_disk(file_id: str, name: str, user_id: str, data: bytes) -> SlackFile:
    """Take a file that a person picked, under its bare name. Raises PersonCannot when Slack would not take it."""
    if not 0 < len(data) <= LARGEST:
        raise PersonCannot(TOO_LARGE if data else "This file is empty.")
    words = "".join(letter for letter in name if letter.isprintable()).replace("\\", "/")
    bare = words.rpartition("/")[2].strip(" .")[-LONGEST_NAME:] or "file"
    return SlackFile(file_id, bare, user_id, len(data), data=data, completed=True)


class Files:
    """The files of the workspace; when there are too many, the oldest go, and first those that nobody can see."""

    def __init__(self, addresses: Addresses, clock: Clock) -> None:
        self._addresses = addresses
        self._clock = clock
        self.seconds_until_known = 0.0
        self._files: OrderedDict[str, SlackFile] = OrderedDict()

    def add(self, file: SlackFile) -> SlackFile:
        self._files[file.id] = file
        while len(self._files) > 1 and (len(self._files) > FILES_KEPT or self._size > BYTES_KEPT):
            del self._files[self._least_missed()]
        return file

    @property
    def _size(self) -> int:
        return sum(file.size for file in self._files.values())

    def _least_missed(self) -> str:
        """Return the oldest unshared file but the newest of all, which its owner is about to use; else the oldest."""
        older = list(self._files.values())[:-1]
        return next((file.id for file in older if not file.shared), older[0].id)

    def remove(self, file_id: str) -> None:
        del self._files[file_id]

    def find(self, file_id: str) -> SlackFile | None:
        return self._files.get(file_id)

    def receive(self, file_id: str, data: bytes) -> bool:
        """Take the content of an announced file; it must be as long as announced."""
        file = self._files.get(file_id)
        if file is None or file.completed or len(data) != file.size:
            return False
        file.data = data
        return True

    def announced(self, file_id: str) -> int | None:
        """Return how long the content of a file is to be that has not arrived; None for any other."""
        file = self._files.get(file_id)
        return None if file is None or file.completed else file.size

    def complete(self, file_id: str, title: str) -> SlackFile:
        """Finish an upload, or raise ``file_not_found`` when nothing has arrived."""
        file = self._files.get(file_id)
        if file is None or file.data is None:
            raise SlackRefusal("file_not_found")
        file.title, file.completed, file.shared = title or file.name, True, True
        file.known_from = self._clock.monotonic() + self.seconds_until_known
        return file

    def share(self, files: Sequence[SlackFile]) -> list[Json]:
        """Return the file objects of a message that shows these from now on."""
        for file in files:
            file.shared = True
        return [self.payload(file) for file in files]

    def shows(self, reference: Json) -> bool:
        """Return whether an image block may show this ``slack_file``."""
        wanted = reference.get("id") or reference.get("url", "").removeprefix(self._addresses.root).split("/")[2]
        file = self._files.get(wanted)
        return file is not None and file.completed and self._type(file) in CONTENT_TYPES

    def _type(self, file: SlackFile) -> str:
        """Return what Slack knows of a file's type by now, nothing while it still looks at it."""
        return file.mimetype if self._clock.monotonic() >= file.known_from else ""

    def payload(self, file: SlackFile) -> Json:
        """Return the file object of Slack's API and payloads."""
        url, kind = self._addresses.download(file.id, file.name), self._type(file)
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": kind,
            "filetype": _filetype(file.name) if kind else "",
            "user": file.user_id,
            "size": file.size,
            "alt_txt": file.alt_text,
            "mode": "hosted",
            "is_external": False,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
        }


def _filetype(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return FILETYPES.get(suffix, suffix)
