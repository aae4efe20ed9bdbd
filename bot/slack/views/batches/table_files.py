"""Which files at Slack may be tables, by what Slack says of them; their content is looked at when it is read."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.models import TABLE_LIMIT
from bot.slack.views.slack_files import is_readable, name_of, size_of, text

ENDINGS = ("csv", "tsv", "txt")
MIME_TYPES = frozenset({"text/csv", "text/tab-separated-values"})
FILE_TYPES = frozenset({"csv", "tsv", "text"})
"""What Slack calls them; as ``text/plain`` it has code, too."""
UNNAMED = "A table"


class TableFile(BaseModel):
    """A table at Slack. Travels in the form's ``private_metadata``."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str


def table_file(file: Mapping[str, Any]) -> TableFile | None:
    """Return the file as it travels in a form; None for one that nobody could read at Slack."""
    return TableFile(id=text(file, "id"), name=name_of(file, UNNAMED)) if is_readable(file) else None


def table_of(files: Iterable[Mapping[str, Any]]) -> TableFile | None:
    """Return the first of a message's files that may be a table and can be read."""
    return next((table for table in map(table_file, filter(is_table, files)) if table), None)


def is_table(file: Mapping[str, Any]) -> bool:
    """Whether Slack, or its name, says that it may be one."""
    ending = PurePosixPath(text(file, "name").lower()).suffix.removeprefix(".")
    kinds = (text(file, "mimetype").lower() in MIME_TYPES, text(file, "filetype").lower() in FILE_TYPES)
    return ending in ENDINGS or any(kinds)


def is_too_large(file: Mapping[str, Any]) -> bool:
    """Whether Slack says that it has more bytes than are read."""
    return (size_of(file) or 0) > TABLE_LIMIT
