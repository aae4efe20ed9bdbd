"""What workspaces have decided: every revision stays, and the latest is asked for with every command."""

from sqlite_utils import Database

from bot.core.models import Preferences
from bot.store import rows
from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer

LATEST = "SELECT * FROM preferences WHERE workspace_id = ? ORDER BY revision DESC LIMIT 1"
REVISION = "SELECT * FROM preferences WHERE workspace_id = ? AND revision = ?"
ADD = """
INSERT INTO preferences (workspace_id, revision, defaults, channels, limits, changed_by, changed_at)
SELECT :workspace_id, :revision, :defaults, :channels, :limits, :changed_by, :changed_at
WHERE :revision = 1 + COALESCE((SELECT MAX(revision) FROM preferences WHERE workspace_id = :workspace_id), 0)
"""


class PreferenceTable(Room):
    """The revisions of each workspace's preferences."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer, vault)
        self._latest = self._keep(_read_latest, "preferences")

    async def preferences(self, workspace_id: str, revision: int | None = None) -> Preferences:
        """Return a revision, the latest unless one is named; one that never was is what there is before the first."""
        if revision is None:
            return await self._latest.get(workspace_id)
        return await self._writer.run(lambda database: _read(database, REVISION, workspace_id, revision))

    async def save_preferences(self, workspace_id: str, preferences: Preferences) -> bool:
        """Write the next revision; False, and nothing written, when somebody else has written it already."""

        def write(database: Database) -> bool:
            return database.execute(ADD, rows.preferences_row(workspace_id, preferences)).rowcount == 1

        return await self._write(write, "preferences")


def _read_latest(database: Database, workspace_id: str) -> Preferences:
    return _read(database, LATEST, workspace_id)


def _read(database: Database, sql: str, *values: object) -> Preferences:
    row = next(database.query(sql, list(values)), None)
    return rows.to_preferences(row) if row else Preferences()
