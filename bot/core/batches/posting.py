"""Results in the order of the rows, several a message, none twice.

Which rows a message is to show is on record before it is posted; one that may stand already is looked for before it
is posted anew. So wherever the process dies, the next one goes on at the same row.
"""

from collections.abc import Sequence

from bot.core.batches.best_effort import BestEffort
from bot.core.batches.record import Record
from bot.core.batches.redrawing import Redrawing, shown_by
from bot.core.batches.snapshot import Snapshot
from bot.core.clock import Clock
from bot.core.journey.fence import keep
from bot.core.journey.request_message import MESSAGE_SETTLING
from bot.core.models import Batch, Reply, RowResult, RowsPost, results_of
from bot.core.ports import BatchMessenger, Store

POST_EVERY = 5.0
"""Seconds after which rows are posted although the message would have room for more."""
MOST_ROWS = 30
"""Rows that are weighed at once: more than one message has room for."""


class Posting:
    """Posts the rows of one batch."""

    def __init__(
        self,
        store: Store,
        record: Record,
        messenger: BatchMessenger,
        redrawing: Redrawing,
        *,
        best_effort: BestEffort,
        clock: Clock,
    ) -> None:
        self._store = store
        self._record = record
        self._messenger = messenger
        self._redrawing = redrawing
        self._best_effort = best_effort
        self._clock = clock
        self._posted_at = -POST_EVERY
        self._weighed: tuple[int, ...] = ()
        """The rows that left room in a message when they were last looked at."""

    async def step(self, snapshot: Snapshot) -> bool:
        """Post the next message if it is time to; tell whether there was one to post."""
        if (pending := snapshot.batch.pending_post) is not None:
            await self._post(snapshot.batch, pending, may_stand=True)
            return True
        if (post := await self._next(snapshot)) is None:
            return False
        batch = await self._record.change(snapshot.batch.id, lambda now: _with_post(now.batch, post))
        if batch is not None and batch.pending_post == post:
            await self._post(batch, post, may_stand=False)
        return True

    async def _next(self, snapshot: Snapshot) -> RowsPost | None:
        """Return the message for the rows that come next, once it is full, it is time, or nothing more comes."""
        ready = snapshot.ready[:MOST_ROWS]
        is_due = snapshot.is_at_rest or self._clock.monotonic() - self._posted_at >= POST_EVERY
        if not ready or (ready == self._weighed and not is_due):
            return None
        rows = [row for row in snapshot.batch.rows if row.number in ready]
        results = results_of(rows, await self._store.batch_attempts(snapshot.batch.id, ready))
        fitting = results[: await self._best_effort.run("room for rows", lambda: self._room(results)) or 1]
        if len(fitting) == len(results) and not is_due:
            self._weighed = ready
            return None
        return _post_of(snapshot.batch, fitting)

    async def _room(self, results: Sequence[RowResult]) -> int:
        return self._messenger.rows_in_a_message(results)

    async def _post(self, batch: Batch, post: RowsPost, *, may_stand: bool) -> None:
        results = await shown_by(self._store, batch, post)
        reply = await self._found(batch, post, results) if may_stand else None
        if reply is None:
            reply = await self._best_effort.run("rows", lambda: self._messenger.post_rows(batch, post, results))
        if reply is not None:
            await self._keep_showings(results, reply)
        message_id = reply.message_id if reply else ""
        await self._record.keep(batch.id, lambda now: _with_message(now.batch, post, message_id))
        self._posted_at = self._clock.monotonic()
        if reply is not None and await shown_by(self._store, batch, post) != results:  # one was deleted meanwhile
            await self._redrawing.redraw_post(batch, post.model_copy(update={"message_id": message_id}))

    async def _found(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        """Look twice: Slack may still be at work on what it was sent just before its answer was lost."""
        if found := await self._look(batch, post, results):
            return found
        await self._clock.sleep(MESSAGE_SETTLING)
        return await self._look(batch, post, results)

    async def _look(self, batch: Batch, post: RowsPost, results: Sequence[RowResult]) -> Reply | None:
        return await self._best_effort.run("looking for rows", lambda: self._messenger.find_rows(batch, post, results))

    async def _keep_showings(self, results: Sequence[RowResult], reply: Reply) -> None:
        """Write down where the images stand: by that mentions and deletions find them."""
        for attempt in (attempt for result in results for attempt in result.attempts):
            ids = {image.id for image in attempt.pictures}
            showings = [showing for showing in reply.showings if showing.image_id in ids]
            await keep(self._store, self._clock, attempt.id, showings)


def _post_of(batch: Batch, results: Sequence[RowResult]) -> RowsPost:
    return RowsPost(
        round=batch.round,
        numbers=tuple(result.row.number for result in results),
        generation_ids=tuple(attempt.id for result in results for attempt in result.attempts),
    )


def _with_post(batch: Batch, post: RowsPost) -> Batch:
    """Return the batch with one more message, unless its round is over."""
    is_next = batch.state.is_open and batch.round == post.round and batch.pending_post is None
    return batch.but(posts=(*batch.posts, post)) if is_next else batch


def _with_message(batch: Batch, post: RowsPost, message_id: str) -> Batch:
    """Return the batch with its last message, where that was on its way, posted."""
    if batch.pending_post != post:
        return batch
    return batch.but(posts=(*batch.posts[:-1], post.model_copy(update={"message_id": message_id})))
