"""What every room of the store shares: the one writer in front of the database, the vault, and what is kept."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.store.kept import Kept
from bot.store.vault import Vault
from bot.store.writer import Writer

T = TypeVar("T")


class Room:
    """Some tables of the database and what is done with them."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault
        self._kept: dict[str, list[Kept[Any]]] = defaultdict(list)

    def _keep(self, read: Callable[[Database, str], T], *tables: str) -> Kept[T]:
        """Keep what is read from these tables until one of them is written to."""
        kept = Kept(self._writer, read)
        for table in tables:
            self._kept[table].append(kept)
        return kept

    async def _write(self, operation: Callable[[Database], T], *tables: str) -> T:
        """Let nobody be answered with what the operation replaces in these tables, from its beginning on."""
        for table in tables:
            for kept in self._kept[table]:
                kept.forget()
        return await self._writer.run(operation)
