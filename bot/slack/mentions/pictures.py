"""Which files of a message Bloom takes as references, by what Slack says of them."""

from collections.abc import Iterable

from bot.core.models import FILE_LIMIT, Attachment
from bot.slack.mentions.listening import Json
from bot.slack.views.form.picture_files import UNKNOWN, is_picture
from bot.slack.views.slack_files import text

UNNAMED = "a file"
GONE = frozenset({"tombstone", "hidden_by_limit"})
"""Slack's words for what stands where a file was."""


def taken(files: Iterable[Json]) -> tuple[Attachment, ...]:
    """Return those that can be references. Of a file from another workspace Slack says nothing before it is asked."""
    return tuple(attachment(file) for file in files if _is_there(file) and not wrong_with(file))


def pictures(files: Iterable[Json]) -> tuple[Attachment, ...]:
    """Return those that are known to be pictures that can be references."""
    return taken(file for file in files if is_picture(file))


def wrong_with(file: Json) -> str:
    """Return what keeps a file from being a reference, as the end of a sentence; nothing if it can be one."""
    is_told = text(file, "mimetype").lower() not in UNKNOWN or text(file, "name")
    if is_told and not is_picture(file):
        return "isn't a PNG, JPEG, WebP or AVIF"
    if file.get("is_external"):
        return "isn't kept at Slack"
    size = file.get("size")
    return "is over 10 MB" if isinstance(size, int) and size > FILE_LIMIT else ""


def attachment(file: Json) -> Attachment:
    """Return a file as a reference."""
    return Attachment(id=str(file["id"]), name=name_of(file))


def name_of(file: Json) -> str:
    """Return what a file is called."""
    return str(file.get("name") or file.get("title") or UNNAMED)


def _is_there(file: Json) -> bool:
    return bool(file.get("id")) and file.get("mode") not in GONE
