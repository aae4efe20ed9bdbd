"""What was read is kept in memory: this process is the only one on the file, so it knows when that changes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlite_utils import Database

from bot.store.writer import Writer

T = TypeVar("T")

KEPT = 1000
"""Answers in memory; with more of them, it begins anew."""


class Kept(Generic[T]):
    """What was read under each key since the last write began."""

    def __init__(self, writer: Writer, read: Callable[[Database, str], T]) -> None:
        self._writer = writer
        self._read = read
        self._found: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._found)

    async def get(self, key: str) -> T:
        """Return what is known under the key, read at the first time."""
        if key in self._found:
            return self._found[key]
        since = self._found
        read = await self._writer.run(lambda database: self._read(database, key))
        if len(since) >= KEPT:
            since.clear()
        since[key] = read  # should there have been a write meanwhile, nobody looks there any more
        return read

    def forget(self) -> None:
        """Read anew: whoever asks from now on stands in the writer's queue behind the write that follows."""
        self._found = {}
