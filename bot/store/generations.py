"""The rows of generations and the images they own. Every write says which state and which owner it expects."""

import json
from collections.abc import Collection
from datetime import datetime

import structlog
from sqlite_utils import Database

from bot.core.errors import OutsideLimits
from bot.core.models import Generation, GenerationRequest, GenerationState, Limit, Place, SpendingCaps, Spent
from bot.store import rows
from bot.store.marks import with_marks
from bot.store.room import Room

log = structlog.get_logger(__name__)


ADD = """
INSERT INTO generations (
    id, key, workspace_id, channel_id, user_id, thread_id, brand_id, brand_name, parameters, credits, orders, source,
    is_preview, batch_id, batch_row, created_at, state, owner,
    place_channel_id, place_message_id, place_thread_id, place_is_fallback
) VALUES (
    :id, :key, :workspace_id, :channel_id, :user_id, :thread_id, :brand_id, :brand_name, :parameters, :credits, :orders,
    :source, :is_preview, :batch_id, :batch_row, :created_at, :state, :owner,
    :place_channel_id, :place_message_id, :place_thread_id, :place_is_fallback
)
"""
SAVE = """
UPDATE generations SET
    state = CASE WHEN cancelled_by IS NOT NULL AND :can_be_cancelled THEN 'cancelled' ELSE :state END,
    owner = CASE WHEN :is_final OR (cancelled_by IS NOT NULL AND :can_be_cancelled) THEN NULL ELSE :worker_id END,
    cancelled_by = CASE WHEN :heeds_a_wish THEN cancelled_by END,
    faults = :faults,
    is_stale = :is_stale OR (cancelled_by IS NOT NULL AND :can_be_cancelled),
    place_channel_id = :place_channel_id,
    place_message_id = :place_message_id,
    place_thread_id = :place_thread_id,
    place_is_fallback = :place_is_fallback,
    submitted_at = :submitted_at,
    attempts = :attempts,
    yields = :yields,
    gathered_ids = :gathered_ids,
    images = :images,
    made = :made,
    failure_code = :failure_code,
    failure_detail = :failure_detail,
    failure_action_url = :failure_action_url,
    shortfall = :shortfall,
    reply_id = :reply_id,
    connection_id = :connection_id,
    finished_at = COALESCE(:finished_at, CASE WHEN cancelled_by IS NOT NULL AND :heeds_a_wish THEN finished_at END)
WHERE id = :id AND state = :was AND (owner = :worker_id OR (:was_final AND owner IS NULL))
RETURNING state
"""
WISH = """
UPDATE generations SET cancelled_by = COALESCE(cancelled_by, :by), finished_at = :at
WHERE id = :id AND state IN ('queued', 'submitting', 'waiting')
"""
CANCEL = """
UPDATE generations SET state = 'cancelled', owner = NULL, faults = 0, is_stale = 1
WHERE id = :id AND (state IN ('cancelled', 'waiting') OR (state = 'queued' AND place_message_id IS NOT NULL))
"""
MARK_END = """
UPDATE generations SET is_stale = :is_stale, faults = :faults
WHERE id = :id AND state = :state AND finished_at IS :finished_at AND owner IS NULL
"""
LEAVE_OUT = "UPDATE generations SET faults = :faults WHERE id IN (SELECT value FROM json_each(:ids))"
GENERATIONS = """
SELECT *, (
    SELECT json_group_array(image_id) FROM (
        SELECT image_id FROM generation_images WHERE generation_id = generations.id ORDER BY position
    )
) AS image_ids FROM generations
"""
SPENT = """
SELECT COALESCE(SUM(spent), 0), COALESCE(SUM(spent) FILTER (WHERE user_id = :user_id), 0)
FROM generations WHERE workspace_id = :workspace_id AND created_at >= :since
"""
BY_ID = f"{GENERATIONS} WHERE id = ?"
BY_KEY = f"{GENERATIONS} WHERE key = ?"
STALE_ENDS = f"""{GENERATIONS}
WHERE is_stale AND finished_at >= ? AND state IN ('delivered', 'failed', 'cancelled') AND faults < ?
ORDER BY finished_at LIMIT ?
"""


class GenerationTables(Room):
    """Generations on their way and after it."""

    async def add_generation(
        self,
        generation_id: str,
        request: GenerationRequest,
        at: datetime,
        *,
        worker_id: str | None = None,
        caps: SpendingCaps | None = None,
        place: Place | None = None,
    ) -> Generation:
        """Write a queued generation, claimed for a worker, or return the one that already has the request's key.

        One with a ``place`` is announced already. Raises OutsideLimits, with nothing written, when more than the
        ``caps`` would have been spent then: nobody can spend in between.
        """

        def write(database: Database) -> Generation | tuple[Limit, int]:
            if row := next(database.query(BY_KEY, [request.key]), None):
                return rows.to_generation(row)
            if caps and (refusal := _beyond(caps, database, request)):
                return refusal
            written = {**rows.request_row(generation_id, request, at), **rows.place_row(place), "owner": worker_id}
            database.execute(ADD, written)
            return Generation(generation_id, request, GenerationState.QUEUED, at, place=place, owner=worker_id)

        added = await self._writer.run(write)
        if isinstance(added, Generation):
            return added
        limit, left = added
        raise OutsideLimits(limit, left=left)

    async def generation_by_key(self, key: str) -> Generation | None:
        """Return the generation that a request with this key made."""

        def read(database: Database) -> Generation | None:
            row = next(database.query(BY_KEY, [key]), None)
            return readable(row) if row else None

        return await self._writer.run(read)

    async def generation(self, generation_id: str) -> Generation | None:
        """Return the generation with this id; one that cannot be read is logged, and there is none."""

        def read(database: Database) -> Generation | None:
            row = next(database.query(BY_ID, [generation_id]), None)
            return readable(row) if row else None

        return await self._writer.run(read)

    async def save_generation(self, generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        """Write the generation's state and progress, and keep it for the worker until its state is final.

        False, and nothing written, when it is not ``was`` any more or not the worker's; a final one is nobody's, so
        anyone may take it up again. False also when somebody wished to cancel it and now it could be: then it is
        written and cancelled. The request is written once, by `add_generation`. What `mark_deleted` wrote of its
        images stays. StoreError when another generation owns one of the images.
        """

        def write(database: Database) -> bool:
            fence = {"was": was.value, "was_final": was.is_final, "worker_id": worker_id}
            progress = rows.progress_row(with_marks(database, generation))
            written = database.execute(SAVE, {**progress, **_about(generation), **fence}).fetchall()
            if written:
                _save_image_ids(database, generation)
            return written == [(generation.state.value,)]

        return await self._writer.run(write)

    async def cancel_generation(self, generation_id: str, at: datetime, *, by: str) -> Generation | None:
        """Write down who wishes to cancel an unfinished generation, and cancel it now if it is in line or at Bloom.

        What is just being announced or sent to Bloom is cancelled by the write that follows. Return it as it is then.
        """

        def write(database: Database) -> Generation | None:
            database.execute(WISH, {"id": generation_id, "at": rows.text(at), "by": by})
            database.execute(CANCEL, {"id": generation_id})
            row = next(database.query(BY_ID, [generation_id]), None)
            return rows.to_generation(row) if row else None

        return await self._writer.run(write)

    async def stale_ends(self, since: datetime, *, faults: int, limit: int) -> tuple[Generation, ...]:
        """Return generations that ended since then with a request message that may not say so, the oldest first.

        Those that so many ``faults`` are counted against are left out. One that cannot be read is logged, and left out
        from then on.
        """
        asked = [rows.text(since), faults, limit]

        def read(database: Database) -> tuple[Generation, ...]:
            ends = {row["id"]: readable(row) for row in database.query(STALE_ENDS, asked)}
            if unreadable := [one for one, end in ends.items() if end is None]:
                database.execute(LEAVE_OUT, {"faults": faults, "ids": json.dumps(unreadable)})
            return tuple(end for end in ends.values() if end is not None)

        return await self._writer.run(read)

    async def mark_end(self, ended: Generation) -> None:
        """Write down whether the request message says the end, and what faults telling it met; of this end alone."""
        await self._writer.run(lambda database: database.execute(MARK_END, rows.progress_row(ended)).rowcount)

    async def owned_image_ids(self, image_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that already belong to some generation."""
        sql = "SELECT image_id FROM generation_images WHERE image_id IN (SELECT value FROM json_each(?))"
        asked = [json.dumps(list(image_ids))]
        return await self._writer.run(
            lambda database: frozenset(image_id for (image_id,) in database.execute(sql, asked))
        )


def _beyond(caps: SpendingCaps, database: Database, request: GenerationRequest) -> tuple[Limit, int] | None:
    """Return which cap one more generation would break, and how many credits are left."""
    spent = spent_in(database, request.workspace_id, request.user_id, caps.since)
    for limit, cap, so_far in (
        (Limit.PERSON_CREDITS, caps.person, spent.person),
        (Limit.WORKSPACE_CREDITS, caps.workspace, spent.workspace),
    ):
        if cap is not None and so_far + request.parameters.credits > cap:
            return limit, max(0, cap - so_far)
    return None


def spent_in(database: Database, workspace_id: str, user_id: str, since: datetime) -> Spent:
    """Return the credits spent since then in a workspace and by one person of it."""
    asked = {"workspace_id": workspace_id, "user_id": user_id, "since": rows.text(since)}
    return Spent(*database.execute(SPENT, asked).fetchone())


def readable(row: rows.Row) -> Generation | None:
    """Return the generation of a row; whatever is wrong with one is logged, and keeps no others waiting."""
    try:
        return rows.to_generation(row)
    except Exception as exc:  # noqa: BLE001 -- what stands there may be from any version of the bot, or from a hand
        log.error("generation cannot be read", id=row["id"], reason=type(exc).__name__)
        return None


def _about(generation: Generation) -> dict[str, bool]:
    """Return what the state to be written means: the end, or that a wish to cancel still counts, or can be fulfilled.

    One whose request message is on its way cannot be: there would be no place to say so.
    """
    is_in_line = generation.state is GenerationState.QUEUED and generation.place is not None
    return {
        "is_final": generation.state.is_final,
        "heeds_a_wish": generation.state.is_before_result,
        "can_be_cancelled": is_in_line or generation.state is GenerationState.WAITING,
    }


def _save_image_ids(database: Database, generation: Generation) -> None:
    """Write the ids where they changed, which they do once an order."""
    sql = "SELECT image_id FROM generation_images WHERE generation_id = ? ORDER BY position"
    if tuple(image_id for (image_id,) in database.execute(sql, [generation.id])) == generation.image_ids:
        return
    database.execute("DELETE FROM generation_images WHERE generation_id = ?", [generation.id])
    for position, image_id in enumerate(generation.image_ids):
        values = [image_id, generation.id, position]
        database.execute("INSERT INTO generation_images (image_id, generation_id, position) VALUES (?, ?, ?)", values)
