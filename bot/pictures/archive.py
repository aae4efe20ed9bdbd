"""The images of a batch as one ZIP, as long as it is no larger than Slack takes."""

import asyncio
import unicodedata
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import structlog

log = structlog.get_logger(__name__)

WORDS_LIMIT = 40
ENTRY, END = 30 + 46, 22
"""Bytes that the format adds to a file beside its content and its name, which is written twice, and to the whole."""
READABLE = 0o644 << 16


def slug(words: str) -> str:
    """Return words as a part of a file's name, in whatever script: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFC", words).lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in plain)
    return "-".join(kept.split())[:WORDS_LIMIT].strip("-")


class Archive:
    """A ZIP in the making; images are stored as they are, since their formats are compressed already."""

    def __init__(self, path: Path, *, limit: int, at: datetime) -> None:
        self._path = path
        self._room = limit - END
        self._stamp = at.timetuple()[:6]
        self._zip: ZipFile | None = ZipFile(path, "w", ZIP_STORED)
        self._count = 0

    @property
    def is_open(self) -> bool:
        """Whether it takes more; one that grew too large is not there any more."""
        return self._zip is not None

    async def add(self, name: str, content: bytes) -> None:
        """Put a file in, or give all of it up where there is no room."""
        self._room -= ENTRY + 2 * len(name.encode()) + len(content)
        if self._zip is None:
            return
        if self._room < 0:
            self._give_up("larger than Slack takes")
            return
        entry = ZipInfo(name, self._stamp)
        entry.external_attr = READABLE
        try:
            await _in_thread(self._zip, entry, content)
            self._count += 1
        except OSError as exc:
            self._give_up(str(exc))

    def finish(self) -> Path | None:
        """Return the ZIP, if there is one with anything in it."""
        return self._path if self.close() and self._count else None

    def close(self) -> bool:
        """Write the end of the file; return whether it is whole."""
        archive, self._zip = self._zip, None
        try:
            if archive is not None:
                archive.close()
        except OSError as exc:
            _tell(str(exc))
            return False
        return archive is not None

    def _give_up(self, reason: str) -> None:
        _tell(reason)
        self.close()
        self._path.unlink()


def _tell(reason: str) -> None:
    log.warning("the images of a batch make no archive", reason=reason)


async def _in_thread(archive: ZipFile, entry: ZipInfo, content: bytes) -> None:
    """Write beside the loop; also who is cancelled waits for it, since nobody closes what is being written."""
    writing = asyncio.create_task(asyncio.to_thread(archive.writestr, entry, content))
    try:
        await asyncio.shield(writing)
    finally:
        await asyncio.wait([writing])
