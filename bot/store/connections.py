"""Who a workspace is at Bloom, with the credential sealed, and the brands that were last seen there.

Both are asked for with every command and at every step of a generation, and change by hand: what was read is kept in
memory. This process is the only one on the file.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from sqlite_utils import Database

from bot.core.models import Brand, Connection
from bot.store import rows
from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer

FORGET_OTHER_ACCOUNTS_BRANDS = """
DELETE FROM brand_looks WHERE workspace_id = :workspace_id AND NOT EXISTS (
    SELECT 1 FROM connections WHERE workspace_id = :workspace_id AND account_email = :account_email
)
"""


T = TypeVar("T")

Look = tuple[tuple[Brand, ...], datetime | None]

KEPT = 1000
"""Workspaces in memory; with more of them, it begins anew."""


class Kept(Generic[T]):
    """What was read of each workspace since the last write began."""

    def __init__(self, writer: Writer, read: Callable[[Database, str], T]) -> None:
        self._writer = writer
        self._read = read
        self._found: dict[str, T] = {}

    async def get(self, workspace_id: str) -> T:
        """Return what is known of the workspace, read at the first time."""
        if workspace_id in self._found:
            return self._found[workspace_id]
        since = self._found
        read = await self._writer.run(lambda database: self._read(database, workspace_id))
        if len(since) >= KEPT:
            since.clear()
        since[workspace_id] = read  # should there have been a write meanwhile, nobody looks there any more
        return read

    def forget(self) -> None:
        """Read anew: whoever asks from now on stands in the writer's queue behind the write that follows."""
        self._found = {}


class ConnectionTables(Room):
    """Connections and what was seen through them."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer)
        self._vault = vault
        self._connections = Kept(writer, self._read_connection)
        self._looks = Kept(writer, _read_look)

    async def save_connection(self, connection: Connection) -> None:
        """Write the connection in place of the workspace's former one; another account's brands are forgotten."""

        def write(database: Database) -> None:
            row = rows.connection_row(connection, self._vault.seal(connection.credential))
            database.execute(FORGET_OTHER_ACCOUNTS_BRANDS, row)
            database.table("connections").upsert(row, pk="workspace_id")

        await self._write(write)

    async def connection(self, workspace_id: str) -> Connection | None:
        """Return the workspace's connection."""
        return await self._connections.get(workspace_id)

    async def delete_connection(self, workspace_id: str) -> None:
        """Forget the workspace's connection and the brands seen through it."""

        def write(database: Database) -> None:
            database.execute("DELETE FROM connections WHERE workspace_id = ?", [workspace_id])
            database.execute("DELETE FROM brand_looks WHERE workspace_id = ?", [workspace_id])

        await self._write(write)

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None:
        """Write down the brands that were seen, in place of those seen before."""

        def write(database: Database) -> None:
            row = rows.look_row(workspace_id, brands, at)
            database.table("brand_looks").upsert(row, pk="workspace_id")

        await self._write(write)

    async def brands(self, workspace_id: str) -> Look:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""
        return await self._looks.get(workspace_id)

    async def _write(self, operation: Callable[[Database], None]) -> None:
        """Let nobody be answered with what the operation replaces, from its beginning on."""
        self._connections.forget()
        self._looks.forget()
        await self._writer.run(operation)

    def _read_connection(self, database: Database, workspace_id: str) -> Connection | None:
        row = next(database.query("SELECT * FROM connections WHERE workspace_id = ?", [workspace_id]), None)
        return rows.to_connection(row, self._vault.open(row["credential"])) if row else None


def _read_look(database: Database, workspace_id: str) -> Look:
    row = next(database.query("SELECT * FROM brand_looks WHERE workspace_id = ?", [workspace_id]), None)
    return rows.to_look(row) if row else ((), None)
