"""Pages of a list, joined by opaque cursors that hold a position."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from bot.sandbox.bloom.errors import Refused


class Ordered(Protocol):
    """Anything with a place in line."""

    sequence: int


T = TypeVar("T")
O = TypeVar("O", bound=Ordered)  # noqa: E741


@dataclass(frozen=True)
class Slice(Generic[T]):
    """One page."""

    items: list[T]
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        return self.next_cursor is not None


def newest_first(items: Iterable[O], limit: int, cursor: str | None) -> Slice[O]:
    """Cut a page from items that come newest first; what is added meanwhile does not shift the pages."""
    before = _position(cursor)
    older = (item for item in items if before is None or item.sequence < before)
    page = list(islice(older, limit + 1))
    return Slice(page[:limit], _cursor(page[limit - 1].sequence) if len(page) > limit else None)


def by_rank(items: list[T], limit: int, cursor: str | None) -> Slice[T]:
    """Cut a page from ranked items, by their number."""
    start = _position(cursor) or 0
    end = start + limit
    return Slice(items[start:end], _cursor(end) if len(items) > end else None)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"after:{position}".encode()).decode()


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        word, _, position = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if word == "after" and position.isdecimal():
            return int(position)
    except (binascii.Error, UnicodeDecodeError):
        pass
    raise Refused("INVALID_CURSOR")
