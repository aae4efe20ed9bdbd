"""Batches, and how far their rows are: which is read once a second for each one that runs, so from an index alone."""

import json
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlite_utils import Database

from bot.core.models import BadRow, Batch, BatchRow, Generation, GenerationState, RowTally
from bot.store import rows
from bot.store.generations import GENERATIONS, readable
from bot.store.room import Room

log = structlog.get_logger(__name__)

ADD = """
INSERT INTO batches (
    id, workspace_id, user_id, channel_id, thread_id, title, created_at, rows, bad_rows, state, standing, finished_at,
    revision
) VALUES (
    :id, :workspace_id, :user_id, :channel_id, :thread_id, :title, :created_at, :rows, :bad_rows, :state, :standing,
    :finished_at, :revision
)
"""
SAVE = """
UPDATE batches SET state = :state, standing = :standing, finished_at = :finished_at, revision = :revision
WHERE id = :id AND revision = :revision - 1
"""
BY_ID = "SELECT * FROM batches WHERE id = ?"
OPEN = "SELECT * FROM batches WHERE state IN ('running', 'paused', 'stopping') ORDER BY created_at, rowid"
FORGET = "DELETE FROM batches WHERE state = 'draft' AND created_at < ?"
DISCARD = "DELETE FROM batches WHERE state = 'draft' AND id = ?"
TALLY = """
SELECT batch_row, COUNT(*), id, state, submitted_at IS NOT NULL, failure_code, SUM(made), SUM(spent), MAX(rowid)
FROM generations WHERE batch_id = ? GROUP BY batch_row ORDER BY batch_row
"""
"""With MAX, SQLite gives the other columns of the row that has it: that of the latest attempt."""
ATTEMPTS = f"""{GENERATIONS}
WHERE batch_id = :batch_id AND (:numbers IS NULL OR batch_row IN (SELECT value FROM json_each(:numbers)))
ORDER BY batch_row, rowid
"""  # noqa: S608 -- ours
TAKE_BACK = """
UPDATE generations SET state = 'cancelled', owner = NULL, faults = 0, is_stale = 0, finished_at = :at
WHERE batch_id = :batch_id AND state = 'queued' AND submitted_at IS NULL RETURNING id
"""

ROWS_KEPT = 32
"""Batches whose rows are kept as they were read: they never change, and to read them takes longest."""

_BATCH = TypeAdapter(Batch)
_ROWS = TypeAdapter(tuple[BatchRow, ...])
_BAD_ROWS = TypeAdapter(tuple[BadRow, ...])
COLUMNS = {
    *("id", "workspace_id", "user_id", "channel_id", "thread_id", "title", "created_at", "rows", "bad_rows"),
    *("state", "revision", "finished_at"),
}
"""The fields that have a column each; all others are written anew with every step, in one. To be kept in step with
`_fixed_columns` and `_changing_columns`."""


class BatchTables(Room):
    """Batches, and the generations of their rows."""

    async def add_batch(self, batch: Batch) -> None:
        """Write a draft down."""
        values = {**_fixed_columns(batch), **_changing_columns(batch), "revision": batch.revision}
        await self._writer.run(lambda database: database.execute(ADD, values).rowcount)

    async def batch(self, batch_id: str) -> Batch | None:
        """Return a batch; one that cannot be read is logged, and there is none."""

        def read(database: Database) -> Batch | None:
            row = next(database.query(BY_ID, [batch_id]), None)
            return _readable(row) if row else None

        return await self._writer.run(read)

    async def save_batch(self, batch: Batch) -> bool:
        """Write what was decided and what stands, unless somebody wrote since: its revision is the one after that on
        record. The rows are never written again."""
        values = {**_changing_columns(batch), "id": batch.id, "revision": batch.revision}
        return await self._writer.run(lambda database: bool(database.execute(SAVE, values).rowcount))

    async def open_batches(self) -> tuple[Batch, ...]:
        """Return those that were started and are not finished, the oldest first."""
        return await self._writer.run(
            lambda database: tuple(batch for row in database.query(OPEN) if (batch := _readable(row)))
        )

    async def forget_drafts(self, before: datetime) -> None:
        """Forget drafts from before then that nobody started."""
        await self._writer.run(lambda database: database.execute(FORGET, [rows.text(before)]).rowcount)

    async def discard_batch(self, batch_id: str) -> None:
        """Forget a draft; what was started is left alone."""
        await self._writer.run(lambda database: database.execute(DISCARD, [batch_id]).rowcount)

    async def batch_tally(self, batch_id: str) -> tuple[RowTally, ...]:
        """Return how far those rows are that have an attempt, by number."""

        def read(database: Database) -> tuple[RowTally, ...]:
            return tuple(tally for row in database.execute(TALLY, [batch_id]) if (tally := _tally(*row)))

        return await self._writer.run(read)

    async def batch_attempts(self, batch_id: str, numbers: Collection[int] | None = None) -> tuple[Generation, ...]:
        """Return the attempts of these rows, or of all: by row, of each the oldest first."""
        asked = {"batch_id": batch_id, "numbers": None if numbers is None else json.dumps(list(numbers))}

        def read(database: Database) -> tuple[Generation, ...]:
            return tuple(one for row in database.query(ATTEMPTS, asked) if (one := readable(row)))

        return await self._writer.run(read)

    async def take_back_queued(self, batch_id: str, at: datetime) -> tuple[str, ...]:
        """Cancel those attempts that Bloom was not asked for and will not be; return their ids."""
        asked = {"batch_id": batch_id, "at": rows.text(at)}
        return await self._writer.run(
            lambda database: tuple(one for (one,) in database.execute(TAKE_BACK, asked).fetchall())
        )


def _fixed_columns(batch: Batch) -> dict[str, Any]:
    """Return the columns of a batch that never change."""
    return {
        "id": batch.id,
        "workspace_id": batch.workspace_id,
        "user_id": batch.user_id,
        "channel_id": batch.channel_id,
        "thread_id": batch.thread_id,
        "title": batch.title,
        "created_at": rows.text(batch.created_at),
        "rows": _ROWS.dump_json(batch.rows).decode(),
        "bad_rows": _BAD_ROWS.dump_json(batch.bad_rows).decode(),
    }


def _changing_columns(batch: Batch) -> dict[str, Any]:
    """Return the columns of a batch that change, but for its revision."""
    return {
        "state": batch.state.value,
        "standing": _BATCH.dump_json(batch, exclude=COLUMNS).decode(),
        "finished_at": batch.finished_at and rows.text(batch.finished_at),
    }


def _readable(row: rows.Row) -> Batch | None:
    try:
        content = {"rows": _rows(row["rows"]), "bad_rows": _bad_rows(row["bad_rows"])}
        columns = {name: value for name, value in row.items() if name != "standing"}
        return _BATCH.validate_python({**columns, **content, **from_json(row["standing"])})
    except Exception as exc:  # noqa: BLE001 -- it keeps no others waiting
        log.error("batch cannot be read", id=row["id"], reason=type(exc).__name__)
        return None


@lru_cache(ROWS_KEPT)
def _rows(text: str) -> tuple[BatchRow, ...]:
    return _ROWS.validate_json(text)


@lru_cache(ROWS_KEPT)
def _bad_rows(text: str) -> tuple[BadRow, ...]:
    return _BAD_ROWS.validate_json(text)


def _tally(number: int, attempts: int, latest_id: str, state: str, *rest: Any) -> RowTally | None:
    is_sent, failure_code, made, credits, _ = rest
    try:
        known = GenerationState(state)
    except ValueError:
        log.error("row of a batch cannot be counted", id=latest_id)
        return None
    return RowTally(number, attempts, latest_id, known, bool(is_sent), failure_code, made, credits)
