"""What Slack says of a file, of whatever kind: who it is, how large, and whether anybody could read it there."""

import re
from collections.abc import Mapping
from typing import Any

from bot.slack.views.message import shorten_middle

ID = re.compile("[A-Za-z0-9]{1,30}")
NAME_LIMIT = 60
"""Characters: ten names travel in a form, which has room for 3,000."""
_NO_FILE = frozenset({"tombstone", "hidden_by_limit", "external"})
"""Modes of what is deleted, out of reach, or not at Slack."""


def text(file: Mapping[str, Any], key: str) -> str:
    """Return a text that Slack says of a file, or nothing."""
    value = file.get(key)
    return value if isinstance(value, str) else ""


def size_of(file: Mapping[str, Any]) -> int | None:
    """Return how many bytes it has, if Slack says so."""
    size = file.get("size")
    return size if isinstance(size, int) else None


def is_readable(file: Mapping[str, Any]) -> bool:
    """Whether Slack has its content, and its id is one that Slack gives."""
    is_elsewhere = file.get("is_external") or file.get("mode") in _NO_FILE
    return bool(ID.fullmatch(text(file, "id"))) and not is_elsewhere


def name_of(file: Mapping[str, Any], unnamed: str) -> str:
    """Return what a file is called, as `tidy`."""
    return tidy(text(file, "name") or text(file, "title"), unnamed)


def tidy(name: str, unnamed: str) -> str:
    """Return a name on one short line that keeps its end, or what stands for one that is ``unnamed``."""
    return shorten_middle("".join(one if one.isprintable() else " " for one in name), NAME_LIMIT) or unnamed
