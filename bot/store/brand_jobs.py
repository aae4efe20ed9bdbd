"""Brands that somebody waits for, so that a restart forgets nobody."""

import structlog
from sqlite_utils import Database

from bot.core.models import BrandJob
from bot.store import rows
from bot.store.room import Room

log = structlog.get_logger(__name__)

SAVE = """
INSERT OR REPLACE INTO brand_jobs (id, workspace_id, connection_id, asked_by, created_at, brand_id, wanted)
VALUES (:id, :workspace_id, :connection_id, :asked_by, :created_at, :brand_id, :wanted)
"""


class BrandJobTable(Room):
    """Brand jobs on their way."""

    async def save_brand_job(self, job: BrandJob) -> None:
        """Write it down, in place of what stood under its id."""
        await self._writer.run(lambda database: database.execute(SAVE, rows.job_row(job)).rowcount)

    async def end_brand_job(self, job_id: str) -> None:
        """Forget one that nobody waits for any more."""
        sql = "DELETE FROM brand_jobs WHERE id = ?"
        await self._writer.run(lambda database: database.execute(sql, [job_id]).rowcount)

    async def brand_jobs(self, workspace_id: str | None = None) -> tuple[BrandJob, ...]:
        """Return those of a workspace, or all, the oldest first; one that cannot be read is logged and left out."""
        sql = "SELECT * FROM brand_jobs WHERE ?1 IS NULL OR workspace_id = ?1 ORDER BY created_at, id"

        def read(database: Database) -> tuple[BrandJob, ...]:
            return tuple(job for row in database.query(sql, [workspace_id]) if (job := _readable(row)))

        return await self._writer.run(read)


def _readable(row: rows.Row) -> BrandJob | None:
    try:
        return rows.to_job(row)
    except Exception as exc:  # noqa: BLE001 -- it keeps no others waiting
        log.error("brand job cannot be read", id=row["id"], reason=type(exc).__name__)
        return None
