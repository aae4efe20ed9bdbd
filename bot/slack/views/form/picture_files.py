"""Which files at Slack Bloom takes as pictures, by what Slack says of them; their content is looked at later."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.core.models import PICTURE_TYPES, Attachment
from bot.slack.views.message import shorten_middle

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
"""By the end of a file's name."""
UNKNOWN = frozenset({"", "application/octet-stream"})
"""What Slack says of a file that it has not looked at yet, or does not know: then its name counts."""
ID = re.compile("[A-Za-z0-9]{1,30}")
NAME_LIMIT = 60
"""Characters: ten names travel in a form, which has room for 3,000."""
NO_FILE = frozenset({"tombstone", "hidden_by_limit", "external"})
"""Modes of what is deleted, out of reach, or not at Slack."""


def is_picture(file: Mapping[str, Any]) -> bool:
    """Whether Slack, or else its name, says that it is of a kind that Bloom takes."""
    mime_type = text(file, "mimetype").lower()
    if mime_type not in UNKNOWN:
        return mime_type in PICTURE_TYPES
    endings = (PurePosixPath(text(file, "name")).suffix.lower(), f".{text(file, 'filetype').lower()}")
    return any(ending in TYPES for ending in endings)


def attachment(file: Mapping[str, Any]) -> Attachment | None:
    """Return the file as it travels in a form; None for one that nobody could read at Slack."""
    file_id = text(file, "id")
    if not ID.fullmatch(file_id) or file.get("is_external") or file.get("mode") in NO_FILE:
        return None
    return Attachment(id=file_id, name=name_of(file))


def name_of(file: Mapping[str, Any]) -> str:
    """Return what a file is called, on one short line that keeps its end."""
    return tidy(text(file, "name") or text(file, "title"))


def tidy(name: str) -> str:
    """Return a name on one short line that keeps its end."""
    return shorten_middle("".join(one if one.isprintable() else " " for one in name), NAME_LIMIT) or "A picture"


def size_of(file: Mapping[str, Any]) -> int | None:
    """Return how many bytes it has, if Slack says so."""
    size = file.get("size")
    return size if isinstance(size, int) else None


def text(file: Mapping[str, Any], key: str) -> str:
    """Return a text that Slack says of a file, or nothing."""
    value = file.get(key)
    return value if isinstance(value, str) else ""
