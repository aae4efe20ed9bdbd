"""Where the bot is installed: a row a workspace, or one for all workspaces of an organisation.

Asked for with everything that Slack sends: what was read is kept in memory.
"""

from datetime import datetime

from sqlite_utils import Database

from bot.core.models import Installation
from bot.store import rows, sealed_rows
from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer

SERVING = """
SELECT * FROM installations
WHERE id = :id OR id = (SELECT enterprise_id FROM enterprise_workspaces WHERE workspace_id = :id)
ORDER BY workspace_id IS NULL LIMIT 1
"""
BY_ID = "SELECT * FROM installations WHERE id = ?"
ENTERPRISE_OF = "SELECT enterprise_id FROM enterprise_workspaces WHERE workspace_id = ?"
SERVED_BY_ENTERPRISE = """
SELECT workspace_id FROM enterprise_workspaces
WHERE enterprise_id = ? AND workspace_id NOT IN (SELECT id FROM installations) ORDER BY workspace_id
"""
RENEW = """
UPDATE installations SET bot_token = :bot_token, refresh_token = :refresh_token, expires_at = :expires_at
WHERE id = :id
"""


class InstallationTables(Room):
    """Installations, which organisation workspaces are in, and who set out to install."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer, vault)
        self._installations = self._keep(self._read_installation, "installations", "enterprise_workspaces")
        self._enterprises = self._keep(_read_enterprise, "enterprise_workspaces")

    async def save_installation(self, installation: Installation) -> None:
        """Put it in place of the former one of the same workspace or organisation: the latest written wins."""

        def write(database: Database) -> None:
            row = sealed_rows.installation_row(installation, self._vault.seal)
            database.table("installations").upsert(row, pk="id")

        await self._write(write, "installations")

    async def installation(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        """Return the workspace's own installation, else that of its organisation.

        Which organisation a workspace is in is remembered from when both are given.
        """
        if workspace_id and enterprise_id and await self._enterprises.get(workspace_id) != enterprise_id:
            await self._remember(workspace_id, enterprise_id)
        return await self._installations.get(workspace_id or enterprise_id or "")

    async def installation_ids(self) -> tuple[str, ...]:
        """Return the ids of all installations, by which `installation` finds them."""
        sql = "SELECT id FROM installations ORDER BY id"
        return await self._writer.run(lambda database: tuple(one for (one,) in database.execute(sql)))

    async def renew_installation(self, renewed: Installation, *, was: str) -> bool:
        """Write its tokens down, unless the refresh token ``was`` is its own no more (installed anew meanwhile)."""

        def write(database: Database) -> bool:
            former = self._written(database, renewed.id)
            if former is None or former.refresh_token != was:
                return False
            database.execute(RENEW, sealed_rows.installation_row(renewed, self._vault.seal))
            return True

        return await self._write(write, "installations")

    async def delete_installation(self, installation_id: str, bot_token: str) -> bool:
        """Forget an installation if this is its token still."""

        def write(database: Database) -> bool:
            present = self._written(database, installation_id)
            if present is None or present.bot_token != bot_token:
                return False
            return bool(database.execute("DELETE FROM installations WHERE id = ?", [installation_id]).rowcount)

        return await self._write(write, "installations")

    async def workspaces_of(self, installation: Installation) -> tuple[str, ...]:
        """Return the workspaces that the installation serves, as far as anybody there has used it."""
        if installation.workspace_id:
            return (installation.workspace_id,)
        asked = [installation.enterprise_id]
        return await self._writer.run(
            lambda database: tuple(one for (one,) in database.execute(SERVED_BY_ENTERPRISE, asked))
        )

    async def add_slack_state(self, state: str, expires_at: datetime, now: datetime) -> None:
        """Remember that somebody set out for Slack to install the bot; what has expired is forgotten."""

        def write(database: Database) -> None:
            database.execute("DELETE FROM slack_states WHERE expires_at <= ?", [rows.text(now)])
            row = {"state_hash": sealed_rows.digest(state), "expires_at": rows.text(expires_at)}
            database.table("slack_states").insert(row)

        await self._writer.run(write)

    async def take_slack_state(self, state: str, now: datetime) -> bool:
        """Tell, once, whether this was set out with and has not expired."""
        sql = "DELETE FROM slack_states WHERE state_hash = ? AND expires_at > ?"
        asked = [sealed_rows.digest(state), rows.text(now)]
        return await self._writer.run(lambda database: bool(database.execute(sql, asked).rowcount))

    async def _remember(self, workspace_id: str, enterprise_id: str) -> None:
        row = {"workspace_id": workspace_id, "enterprise_id": enterprise_id}

        def write(database: Database) -> None:
            database.table("enterprise_workspaces").upsert(row, pk="workspace_id")

        await self._write(write, "enterprise_workspaces")

    def _read_installation(self, database: Database, team_or_enterprise_id: str) -> Installation | None:
        row = next(database.query(SERVING, {"id": team_or_enterprise_id}), None)
        return sealed_rows.to_installation(row, self._vault.open) if row else None

    def _written(self, database: Database, installation_id: str) -> Installation | None:
        row = next(database.query(BY_ID, [installation_id]), None)
        return sealed_rows.to_installation(row, self._vault.open) if row else None


def _read_enterprise(database: Database, workspace_id: str) -> str | None:
    found = database.execute(ENTERPRISE_OF, [workspace_id]).fetchone()
    return found and str(found[0])
