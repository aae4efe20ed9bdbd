"""What is on record of a batch. People and a conductor write it at any moment, and nobody over anybody else."""

from collections.abc import Callable

from bot.core.batches.snapshot import Snapshot
from bot.core.clock import Clock
from bot.core.models import Batch
from bot.core.ports import Store
from bot.core.retrying import PAUSES, after_pauses, store_fails

Decide = Callable[[Snapshot], Batch]
"""Says what a batch is to be; what it returns unchanged is not written."""


class Record:
    """Reads batches, and writes them as they are decided on. Raises StoreError."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def snapshot(self, batch_id: str) -> Snapshot | None:
        """Return a batch with the tallies of its rows."""
        batch = await self._store.batch(batch_id)
        if batch is None:
            return None
        return Snapshot(batch, {tally.number: tally for tally in await self._store.batch_tally(batch_id)})

    async def change(self, batch_id: str, decide: Decide) -> Batch | None:
        """Decide on what is on record, once more whenever somebody was faster; return the batch as it is then."""
        while snapshot := await self.snapshot(batch_id):
            before, after = snapshot.batch, decide(snapshot)
            if after == before:
                return before
            after = after.but(revision=before.revision + 1)
            if await self._store.save_batch(after):
                return after
        return None

    async def keep(self, batch_id: str, decide: Decide) -> Batch | None:
        """Write down what Slack has just answered: as `change`, but a database that fails is tried for a while."""
        kept: Batch | None = await after_pauses(self._clock, PAUSES, when=store_fails)(self.change, batch_id, decide)
        return kept
