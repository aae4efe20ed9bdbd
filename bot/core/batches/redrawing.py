"""Messages with rows, brought up to what became of their images after they were posted."""

from collections.abc import Sequence

from bot.core.models import Batch, Generation, RowResult, RowsPost, Showing, results_of
from bot.core.overtaking import until_unchanged
from bot.core.ports import BatchMessenger, Store


class Redrawing:
    """Draws the messages of batches anew."""

    def __init__(self, store: Store, messenger: BatchMessenger) -> None:
        self._store = store
        self._messenger = messenger

    async def redraw(self, attempt: Generation) -> None:
        """Draw the messages that show an attempt as things are now. Raises SlackRefused."""
        row = attempt.request.batch
        batch = await self._store.batch(row.batch_id) if row else None
        for post in batch.posts if batch else ():
            if batch and post.message_id and attempt.id in post.generation_ids:
                await self.redraw_post(batch, post)

    async def redraw_post(self, batch: Batch, post: RowsPost) -> None:
        """Draw one message as things are now. Raises SlackRefused."""
        await until_unchanged(
            lambda: self._as_it_is(batch, post), lambda now: self._messenger.redraw_rows(batch, post, *now)
        )

    async def _as_it_is(self, batch: Batch, post: RowsPost) -> tuple[tuple[RowResult, ...], tuple[Showing, ...]]:
        results = await shown_by(self._store, batch, post)
        return results, tuple([showing for one in results for showing in await self._showings(one, post)])

    async def _showings(self, result: RowResult, post: RowsPost) -> Sequence[Showing]:
        shown = [one for attempt in result.attempts for one in await self._store.showings(attempt.id)]
        return [one for one in shown if one.message_id == post.message_id]


async def shown_by(store: Store, batch: Batch, post: RowsPost) -> tuple[RowResult, ...]:
    """Return the rows of a message, each with the attempts that it shows."""
    attempts = await store.batch_attempts(batch.id, post.numbers)
    shown = [attempt for attempt in attempts if attempt.id in post.generation_ids]
    return results_of([row for row in batch.rows if row.number in post.numbers], shown)
