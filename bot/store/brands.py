"""The brands that were last seen at Bloom: asked for with every command, so what was read is kept in memory."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.core.models import Brand
from bot.store import rows
from bot.store.room import Room
from bot.store.vault import Vault
from bot.store.writer import Writer

Look = tuple[tuple[Brand, ...], datetime | None]


class BrandTable(Room):
    """The last look at each workspace's brands."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        super().__init__(writer, vault)
        self._looks = self._keep(_read_look, "brand_looks")

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None:
        """Write down the brands that were seen, in place of those seen before."""

        def write(database: Database) -> None:
            row = rows.look_row(workspace_id, brands, at)
            database.table("brand_looks").upsert(row, pk="workspace_id")

        await self._write(write, "brand_looks")

    async def brands(self, workspace_id: str) -> Look:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""
        return await self._looks.get(workspace_id)


def _read_look(database: Database, workspace_id: str) -> Look:
    row = next(database.query("SELECT * FROM brand_looks WHERE workspace_id = ?", [workspace_id]), None)
    return rows.to_look(row) if row else ((), None)
