"""Who workspaces are at Bloom: one present connection each, and replaced ones for as long as something needs them.

Asked for with every command and at every step of a generation: what was read is kept in memory.
"""

from collections.abc import Iterable

import structlog
from sqlite_utils import Database

from bot.core.errors import ConfigError
from bot.core.models import BloomWorkspace, Connection, TokenSet
from bot.store import rows, sealed_rows
from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer

log = structlog.get_logger(__name__)

PRESENT = "SELECT * FROM connections WHERE workspace_id = ? AND NOT is_replaced"
BY_ID = "SELECT * FROM connections WHERE id = ?"
OF_WORKSPACE = "SELECT * FROM connections WHERE workspace_id = ? ORDER BY connected_at"
RETIRED = """
SELECT * FROM connections WHERE is_replaced AND id NOT IN (
    SELECT connection_id FROM generations
    WHERE connection_id IS NOT NULL AND state NOT IN ('delivered', 'failed', 'cancelled')
    UNION SELECT connection_id FROM brand_jobs
) ORDER BY connected_at
"""
REPLACE = "UPDATE connections SET is_replaced = 1 WHERE workspace_id = :workspace_id AND id != :id"
RENEW = """
UPDATE connections SET
    credential = :credential, refresh_token = COALESCE(:refresh_token, refresh_token), expires_at = :expires_at,
    is_broken = 0
WHERE id = :id
"""
BREAK = """
UPDATE connections SET is_broken = 1, refresh_token = CASE WHEN :is_used_up THEN NULL ELSE refresh_token END
WHERE id = :id
"""
CHOOSE = """
UPDATE connections SET
    bloom_workspace_id = :bloom_workspace_id, bloom_workspace_name = :bloom_workspace_name,
    bloom_workspace_is_personal = :bloom_workspace_is_personal
WHERE id = :id
"""
FORGET_OTHER_BRANDS = """
DELETE FROM brand_looks WHERE workspace_id = :workspace_id AND NOT EXISTS (
    SELECT 1 FROM connections
    WHERE workspace_id = :workspace_id AND NOT is_replaced AND account_email = :account_email
    AND bloom_workspace_id IS :bloom_workspace_id AND bloom_workspace_is_personal IS :bloom_workspace_is_personal
)
"""
FORGET_BRANDS_SEEN_THROUGH = """
DELETE FROM brand_looks WHERE workspace_id = (SELECT workspace_id FROM connections WHERE id = ? AND NOT is_replaced)
"""


class ConnectionTable(Room):
    """Connections, present and replaced."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer, vault)
        self._present_connections = self._keep(
            lambda database, key: self._read_connection(database, PRESENT, key), "connections"
        )
        self._connections_by_id = self._keep(
            lambda database, key: self._read_connection(database, BY_ID, key), "connections"
        )

    async def save_connection(self, connection: Connection) -> None:
        """Make it its workspace's connection; brands of another account, or another choice, are forgotten."""

        def write(database: Database) -> None:
            row = sealed_rows.connection_row(connection, self._vault.seal)
            database.execute(FORGET_OTHER_BRANDS, row)
            database.execute(REPLACE, row)
            database.table("connections").upsert(row, pk="id")

        await self._write(write, "connections", "brand_looks")

    async def connection(self, workspace_id: str) -> Connection | None:
        """Return the connection that new generations of the workspace use."""
        return await self._present_connections.get(workspace_id)

    async def connection_by_id(self, connection_id: str) -> Connection | None:
        """Return a connection, also one that was replaced meanwhile."""
        return await self._connections_by_id.get(connection_id)

    async def renew_connection(self, connection_id: str, tokens: TokenSet) -> bool:
        """Put new tokens in place of the old; False when there is no such connection any more.

        Without a new refresh token the old one goes on.
        """

        def write(database: Database) -> bool:
            refresh_token = tokens.refresh_token and self._vault.seal(tokens.refresh_token)
            values = {
                "id": connection_id,
                "credential": self._vault.seal(tokens.access_token),
                "refresh_token": refresh_token,
                "expires_at": tokens.expires_at and rows.text(tokens.expires_at),
            }
            return bool(database.execute(RENEW, values).rowcount)

        return await self._write(write, "connections")

    async def break_connection(self, connection_id: str, credential: str, *, is_used_up: bool = False) -> bool:
        """Note that Bloom refuses this credential; with ``is_used_up`` its refresh token too, which is forgotten.

        False when that is no news: known before, or not the credential any more, or not the workspace's connection.
        """

        def write(database: Database) -> bool:
            row = next(database.query(BY_ID, [connection_id]), None)
            if row is None or self._vault.open(row["credential"]) != credential:
                return False
            database.execute(BREAK, {"id": connection_id, "is_used_up": is_used_up})
            return not (row["is_broken"] or row["is_replaced"])

        return await self._write(write, "connections")

    async def choose_bloom_workspace(self, connection_id: str, chosen: BloomWorkspace | None) -> None:
        """Note whose brands and credits at Bloom are used; the brands seen under another choice are forgotten."""

        def write(database: Database) -> None:
            database.execute(CHOOSE, {"id": connection_id, **sealed_rows.choice_row(chosen)})
            database.execute(FORGET_BRANDS_SEEN_THROUGH, [connection_id])

        await self._write(write, "connections", "brand_looks")

    async def retired_connections(self) -> tuple[Connection, ...]:
        """Return replaced connections that no unfinished generation and no brand job needs any more."""
        return await self._writer.run(lambda database: self._readable_connections(database.query(RETIRED)))

    async def erase_connection(self, connection_id: str) -> None:
        """Forget one connection, and if it is its workspace's, the brands seen through it."""

        def write(database: Database) -> None:
            database.execute(FORGET_BRANDS_SEEN_THROUGH, [connection_id])
            database.execute("DELETE FROM connections WHERE id = ?", [connection_id])

        await self._write(write, "connections", "brand_looks")

    async def erase_connections(self, workspace_id: str) -> tuple[Connection, ...]:
        """Forget all of the workspace's connections, with the brands seen through them, and return what they were.

        Sign-ins that were begun for it end as well: nothing from before connects it again.
        """

        def write(database: Database) -> tuple[Connection, ...]:
            erased = self._readable_connections(database.query(OF_WORKSPACE, [workspace_id]))
            for table in ("connections", "brand_looks", "sign_ins", "brand_jobs"):
                database.execute(f"DELETE FROM {table} WHERE workspace_id = ?", [workspace_id])  # noqa: S608 -- ours
            return erased

        return await self._write(write, "connections", "brand_looks")

    def _read_connection(self, database: Database, sql: str, key: str) -> Connection | None:
        row = next(database.query(sql, [key]), None)
        return sealed_rows.to_connection(row, self._vault.open) if row else None

    def _readable_connections(self, found: Iterable[rows.Row]) -> tuple[Connection, ...]:
        """Leave out, with a line in the log, what cannot be opened: it must not keep the others."""
        connections = []
        for row in found:
            try:
                connections.append(sealed_rows.to_connection(row, self._vault.open))
            except ConfigError:
                log.error("connection cannot be opened", id=row["id"])
        return tuple(connections)
