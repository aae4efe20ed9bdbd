"""A workspace that the bot was removed from: what was under way there ends, and what is kept about it goes."""

import json
from datetime import datetime

from sqlite_utils import Database

from bot.core.models import Failure
from bot.store import rows
from bot.store.room import Room

END = """
UPDATE generations SET
    state = 'failed', owner = NULL, faults = 0, cancelled_by = NULL, finished_at = :at,
    failure_code = :code, failure_detail = :detail, failure_action_url = :action_url
WHERE workspace_id = :workspace_id AND state NOT IN ('delivered', 'failed', 'cancelled')
"""
END_BATCHES = """
UPDATE batches SET state = 'finished', finished_at = :at, revision = revision + 1
WHERE workspace_id = :workspace_id AND state IN ('running', 'paused', 'stopping')
"""
HUSH = "UPDATE generations SET is_stale = 0 WHERE workspace_id = ? AND is_stale"
ENDED = """
SELECT id FROM generations WHERE workspace_id = ? AND state IN ('delivered', 'failed', 'cancelled')
ORDER BY created_at LIMIT ?
"""
ERASE_IMAGES = "DELETE FROM generation_images WHERE generation_id IN (SELECT value FROM json_each(?))"
ERASE_SHOWINGS = "DELETE FROM showings WHERE generation_id IN (SELECT value FROM json_each(?))"
ERASE_GENERATIONS = "DELETE FROM generations WHERE id IN (SELECT value FROM json_each(?))"

AT_A_TIME = 200
"""Generations that are erased at once: others wait for the database meanwhile."""


class LeavingTables(Room):
    """The end of a workspace's rows."""

    async def end_generations(self, workspace_id: str, failure: Failure, at: datetime) -> int:
        """End all unfinished generations of a workspace that nobody can be told of any more; return how many.

        They are nobody's then, so that who is at work on one finds it gone with the next write; so it is with its open
        batches. Request messages that do not say their end stay so.
        """
        values = {
            "workspace_id": workspace_id,
            "at": rows.text(at),
            "code": failure.code,
            "detail": failure.detail,
            "action_url": failure.action_url,
        }

        def write(database: Database) -> int:
            ended: int = database.execute(END, values).rowcount
            database.execute(HUSH, [workspace_id])
            database.execute(END_BATCHES, {"workspace_id": workspace_id, "at": values["at"]})
            return ended

        return await self._writer.run(write)

    async def erase_history(self, workspace_id: str) -> None:
        """Forget the workspace's ended generations and everything else that is kept about it, secrets excepted.

        Should it be interrupted, the rest is for whoever calls again.
        """
        while await self._writer.run(lambda database: _erase_some(database, workspace_id)):
            pass
        kept = ("brand_looks", "managers", "enterprise_workspaces", "preferences", "audit_log", "brand_jobs", "batches")

        def write(database: Database) -> None:
            for table in kept:
                database.execute(f"DELETE FROM {table} WHERE workspace_id = ?", [workspace_id])  # noqa: S608 -- ours

        await self._write(write, *kept)


def _erase_some(database: Database, workspace_id: str) -> int:
    """Erase some ended generations with the images they own, and return how many."""
    ended = [one for (one,) in database.execute(ENDED, [workspace_id, AT_A_TIME])]
    for sql in (ERASE_SHOWINGS, ERASE_IMAGES, ERASE_GENERATIONS):
        database.execute(sql, [json.dumps(ended)])
    return len(ended)
