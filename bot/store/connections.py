"""Who a workspace is at Bloom, with the credential sealed, and the brands that were last seen there."""

from collections.abc import Sequence
from datetime import datetime

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


class ConnectionTables(Room):
    """Connections and what was seen through them."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer)
        self._vault = vault

    async def save_connection(self, connection: Connection) -> None:
        """Write the connection in place of the workspace's former one; another account's brands are forgotten."""

        def write(database: Database) -> None:
            row = rows.connection_row(connection, self._vault.seal(connection.credential))
            database.execute(FORGET_OTHER_ACCOUNTS_BRANDS, row)
            database.table("connections").upsert(row, pk="workspace_id")

        await self._writer.run(write)

    async def connection(self, workspace_id: str) -> Connection | None:
        """Return the workspace's connection."""

        def read(database: Database) -> Connection | None:
            found = database.query("SELECT * FROM connections WHERE workspace_id = ?", [workspace_id])
            row = next(found, None)
            return rows.to_connection(row, self._vault.open(row["credential"])) if row else None

        return await self._writer.run(read)

    async def delete_connection(self, workspace_id: str) -> None:
        """Forget the workspace's connection and the brands seen through it."""

        def write(database: Database) -> None:
            database.execute("DELETE FROM connections WHERE workspace_id = ?", [workspace_id])
            database.execute("DELETE FROM brand_looks WHERE workspace_id = ?", [workspace_id])

        await self._writer.run(write)

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None:
        """Write down the brands that were seen, in place of those seen before."""

        def write(database: Database) -> None:
            row = rows.look_row(workspace_id, brands, at)
            database.table("brand_looks").upsert(row, pk="workspace_id")

        await self._writer.run(write)

    async def brands(self, workspace_id: str) -> tuple[tuple[Brand, ...], datetime | None]:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""

        def read(database: Database) -> tuple[tuple[Brand, ...], datetime | None]:
            found = database.query("SELECT * FROM brand_looks WHERE workspace_id = ?", [workspace_id])
            row = next(found, None)
            return rows.to_look(row) if row else ((), None)

        return await self._writer.run(read)
