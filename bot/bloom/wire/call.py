"""One request to Bloom as a value, and the checks and spellings that all of them share.

Arguments that Bloom would certainly refuse are refused here, with Bloom's own kind of error, before a request of the
budget is spent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from bot.bloom.wire.answer import Answer
from bot.core.errors import BloomRefused
from bot.core.models import FILE_LIMIT

T = TypeVar("T")

ID_LIMIT = 50
LONGEST_HOLD = 295
"""Seconds that Bloom keeps a request open at most."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to Bloom, with the form fields beside it."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request to Bloom.

    ``hold`` is for how many seconds Bloom was asked to keep it open; ``is_read`` says that it changes nothing.
    """

    method: str
    path: str
    answer: type[Answer[T]]
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    upload: Upload | None = None
    hold: int | None = None
    is_read: bool = False


def get(path: str, answer: type[Answer[T]], wait: float | None = None, **query: object) -> Call[T]:
    """Return a read, held open for ``wait`` seconds (clipped to 1-295) if given; None parameters are left out."""
    hold = None if wait is None else math.ceil(min(max(wait, 1), LONGEST_HOLD))
    held = {} if hold is None else {"wait": "true", "timeout": str(hold)}
    return Call(
        "GET",
        path,
        answer,
        query={name: str(value) for name, value in given(**query).items()} | held,
        hold=hold,
        is_read=True,
    )


def given(**fields: object) -> dict[str, object]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def segment(identifier: str) -> str:
    """Make an id safe to stand in a path, where a slash or dots would name something else."""
    if not identifier.strip("."):
        raise BloomRefused("BAD_REQUEST", 400, "an id is missing")
    return quote(identifier, safe="", errors="replace")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise BloomRefused when the value is out of bounds."""
    if not low <= value <= high:
        raise BloomRefused("BAD_REQUEST", 400, f"{name} must be between {low} and {high}, not {value}")


def check_upload(upload: Upload, mime_types: frozenset[str]) -> None:
    """Raise BloomRefused for a file of a kind or size that Bloom does not take."""
    if upload.mime_type not in mime_types:
        raise BloomRefused("UNSUPPORTED_FORMAT", 400, "Bloom does not take this kind of file")
    if len(upload.content) > FILE_LIMIT:
        raise BloomRefused("FILE_TOO_LARGE", 400, "Bloom takes files of up to 10 MB")
