"""Which worker has which generation: leases, and claims on what nobody has.

A worker is alive until its lease ends. One process can be on an SQLite file (`lock.py`), so the worker's id lies in
the file and is the next process's too: what the last one left behind is the next one's at once.
"""

import json
from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.core.models import Generation
from bot.store import rows
from bot.store.generations import GENERATIONS, readable
from bot.store.room import Room

CLAIM = """
UPDATE generations SET owner = :worker_id, faults = faults + (owner IS NOT NULL)
WHERE id IN (
    SELECT id FROM generations
    WHERE state NOT IN ('delivered', 'failed', 'cancelled')
    AND (:most_faults IS NULL OR faults <= :most_faults)
    AND (owner IS NULL OR (owner != :worker_id AND owner NOT IN (
        SELECT worker_id FROM leases WHERE expires_at > :now
    )))
    ORDER BY created_at, rowid LIMIT :limit
) RETURNING id
"""
CLAIMED = f"{GENERATIONS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY created_at, rowid"  # noqa: S608 -- constants
OWNED = """
SELECT id FROM generations WHERE owner = ? AND state NOT IN ('delivered', 'failed', 'cancelled')
"""
COUNT_FAULT = "UPDATE generations SET faults = faults + 1 WHERE owner = :worker_id AND id = :id"
HAND_BACK = """
UPDATE generations SET owner = NULL, faults = faults + :fault
WHERE owner = :worker_id AND state NOT IN ('delivered', 'failed', 'cancelled')
"""
FORGIVE = """
UPDATE generations SET faults = 0 WHERE owner = :worker_id AND id IN (SELECT value FROM json_each(:ids))
"""


class LeaseTables(Room):
    """Workers, their leases and their claims."""

    async def worker_id(self) -> str:
        """Return the id of whichever process works on this database."""
        return await self._writer.run(
            lambda database: str(database.execute("SELECT worker_id FROM workplace").fetchone()[0])
        )

    async def renew_lease(self, worker_id: str, *, until: datetime) -> None:
        """Let the worker count as alive until then."""
        row = {"worker_id": worker_id, "expires_at": rows.text(until)}
        await self._writer.run(lambda database: database.table("leases").upsert(row, pk="worker_id"))

    async def claim_generations(
        self, worker_id: str, *, now: datetime, limit: int, most_faults: int | None = None
    ) -> tuple[Generation, ...]:
        """Claim unfinished generations that nobody has, or a worker whose lease has ended; oldest first.

        A fault is counted for one that a worker left by dying; those with more than ``most_faults`` are left to others.
        A row that cannot be read is claimed, logged and left.
        """

        def write(database: Database) -> tuple[Generation, ...]:
            claimed: tuple[Generation, ...] = ()
            asked = {"worker_id": worker_id, "now": rows.text(now), "limit": limit, "most_faults": most_faults}
            while not claimed and (ids := [one for (one,) in database.execute(CLAIM, asked)]):
                found = database.query(CLAIMED, [json.dumps(ids)])
                claimed = tuple(generation for row in found if (generation := readable(row)))
            return claimed

        return await self._writer.run(write)

    async def owned_ids(self, worker_id: str) -> frozenset[str]:
        """Return the ids of the worker's unfinished generations."""
        return await self._writer.run(
            lambda database: frozenset(one for (one,) in database.execute(OWNED, [worker_id]))
        )

    async def hand_back(self, worker_id: str, *, crashed: bool = False) -> None:
        """End the worker's lease and leave all its unfinished generations to whoever comes next.

        ``crashed`` counts a fault for each of them: any may be what the worker died of.
        """

        def write(database: Database) -> None:
            database.execute(HAND_BACK, {"worker_id": worker_id, "fault": int(crashed)})
            database.execute("DELETE FROM leases WHERE worker_id = ?", [worker_id])

        await self._writer.run(write)

    async def count_fault(self, worker_id: str, generation_id: str) -> None:
        """Write down that this generation of the worker's went wrong for no known reason."""
        asked = {"worker_id": worker_id, "id": generation_id}
        await self._writer.run(lambda database: database.execute(COUNT_FAULT, asked).rowcount)

    async def forgive(self, worker_id: str, generation_ids: Collection[str]) -> None:
        """Clear the faults of these generations as far as they are the worker's."""
        asked = {"worker_id": worker_id, "ids": json.dumps(list(generation_ids))}
        await self._writer.run(lambda database: database.execute(FORGIVE, asked).rowcount)
