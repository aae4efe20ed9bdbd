"""Which files at Slack Bloom takes as pictures, by what Slack says of them; their content is looked at later."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.core.models import PICTURE_TYPES, Attachment
from bot.slack.views.slack_files import is_readable, name_of, text

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
UNNAMED = "A picture"


def is_picture(file: Mapping[str, Any]) -> bool:
    """Whether Slack, or else its name, says that it is of a kind that Bloom takes."""
    mime_type = text(file, "mimetype").lower()
    if mime_type not in UNKNOWN:
        return mime_type in PICTURE_TYPES
    endings = (PurePosixPath(text(file, "name")).suffix.lower(), f".{text(file, 'filetype').lower()}")
    return any(ending in TYPES for ending in endings)


def attachment(file: Mapping[str, Any]) -> Attachment | None:
    """Return the file as it travels in a form; None for one that nobody could read at Slack."""
    return Attachment(id=text(file, "id"), name=name_of(file, UNNAMED)) if is_readable(file) else None
