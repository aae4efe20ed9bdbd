"""Which keys the secrets need, and how they are sealed anew, so that an old key can be retired.

A canary lies in the database for each key that may have sealed something there: all of them must open, or nothing is
touched.
"""

from functools import partial

from sqlite_utils import Database

from bot.store.room import Room
from bot.store.sealed_rows import SEALED
from bot.store.vault import Vault

CANARY = "Bloom for Slack"

BATCH = 100
"""Rows that are sealed anew at once: others wait for the database meanwhile."""


def check_keys(database: Database, vault: Vault) -> None:
    """Open the canaries; ConfigError when there is one that no key of the vault opens."""
    for sealed in _canaries(database):
        vault.open(sealed)


def add_canary(database: Database, vault: Vault) -> None:
    """Write down that the vault's first key is in use, before anything is sealed with it."""
    if not any(map(vault.is_current, _canaries(database))):
        database.table("canaries").insert({"sealed": vault.seal(CANARY)})


class SealedTables(Room):
    """Everything that is sealed, whosever it is."""

    async def reseal(self) -> int:
        """Seal with the vault's first key what another key sealed; its other keys are not needed afterwards.

        Return how many secrets that were. It may be interrupted at any moment: until its end all keys are asked for,
        and whoever calls again goes on.
        """
        resealed = 0
        for table, columns in SEALED.items():
            for column in columns:
                resealed += await self._reseal_column(table, column)
        await self._writer.run(self._retire_canaries)
        return resealed

    async def _reseal_column(self, table: str, column: str) -> int:
        """Go through a column by batches; what is added meanwhile is sealed with the first key."""
        resealed, last = 0, 0
        while batch := await self._writer.run(partial(self._reseal_batch, table, column, last)):
            count, last = batch
            resealed += count
        return resealed

    def _reseal_batch(self, table: str, column: str, after: int, database: Database) -> tuple[int, int] | None:
        """Return how many secrets of the batch had to be sealed anew, and its last row; None at the end."""
        found = database.execute(
            f"SELECT rowid, {column} FROM {table} WHERE rowid > ? AND {column} IS NOT NULL ORDER BY rowid LIMIT ?",  # noqa: S608 -- ours
            [after, BATCH],
        ).fetchall()
        outdated = [(self._vault.reseal(one), rowid) for rowid, one in found if not self._vault.is_current(one)]
        database.conn.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", outdated)  # noqa: S608 -- ours
        return (len(outdated), found[-1][0]) if found else None

    def _retire_canaries(self, database: Database) -> None:
        for sealed in _canaries(database):
            if not self._vault.is_current(sealed):
                database.execute("DELETE FROM canaries WHERE sealed = ?", [sealed])


def _canaries(database: Database) -> list[str]:
    table = database.table("canaries")
    return [row["sealed"] for row in table.rows] if table.exists() else []
