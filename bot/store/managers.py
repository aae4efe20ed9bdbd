"""Who was named to look after the bot: asked for whenever somebody wants to change something, so kept in memory."""

from collections.abc import Collection

from sqlite_utils import Database

from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer


class ManagerTable(Room):
    """The managers of each workspace."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer, vault)
        self._managers = self._keep(_read_managers, "managers")

    async def managers(self, workspace_id: str) -> frozenset[str]:
        """Return the people who were named as managers."""
        return await self._managers.get(workspace_id)

    async def name_managers(self, workspace_id: str, user_ids: Collection[str]) -> None:
        """Put these people in place of the managers that were named."""
        named = [{"workspace_id": workspace_id, "user_id": user_id} for user_id in sorted(set(user_ids))]

        def write(database: Database) -> None:
            database.execute("DELETE FROM managers WHERE workspace_id = ?", [workspace_id])
            database.table("managers").insert_all(named)

        await self._write(write, "managers")


def _read_managers(database: Database, workspace_id: str) -> frozenset[str]:
    sql = "SELECT user_id FROM managers WHERE workspace_id = ?"
    return frozenset(user_id for (user_id,) in database.execute(sql, [workspace_id]))
