"""The front desk for batches: what people decide about one is on disk before they are told so."""

from datetime import timedelta

from bot.core.batches.conductors import Conductors
from bot.core.batches.drafting import Drafting
from bot.core.batches.record import Decide, Record
from bot.core.batches.transitions import paused, resumed, retried, started, stopped
from bot.core.clock import Clock
from bot.core.errors import NotAllowed, TooManyBatches
from bot.core.managers import Managers
from bot.core.models import Batch, BatchRequest, BatchState, Outlook, Pause, PauseReason
from bot.core.ports import Store

DRAFTS_KEPT = timedelta(days=1)
OPEN_LIMIT = 5
"""Unfinished batches that one person may have in a workspace; more would not be made any faster."""


class Batches:
    """Drafts batches, starts them, and lets people pause, resume, cancel and retry them."""

    def __init__(
        self,
        store: Store,
        drafting: Drafting,
        record: Record,
        conductors: Conductors,
        managers: Managers,
        *,
        clock: Clock,
    ) -> None:
        self._store = store
        self._drafting = drafting
        self._record = record
        self._conductors = conductors
        self._managers = managers
        self._clock = clock

    async def draft(self, request: BatchRequest) -> Batch:
        """Check the rows and keep them as a draft, which is forgotten after a day.

        One without a single good row is returned, but not kept. Raises TableUnreadable, OutsideLimits (channel or
        person), NotConnected, StoreError, and BloomError where Bloom does not say which brands there are.
        """
        await self._forget_drafts()
        return await self._drafting.draft(request)

    async def outlook(self, batch: Batch) -> Outlook:
        """Return what starting it would mean; what Bloom does not say in time is left open."""
        return await self._drafting.outlook(batch)

    async def get(self, batch_id: str) -> Batch | None:
        """Return a batch. Raises StoreError."""
        return await self._store.batch(batch_id)

    async def start(self, batch_id: str, user_id: str) -> Batch:
        """Start a draft; one that was started already is returned as it is.

        Raises NotAllowed for another's, or one that is gone, and TooManyBatches.
        """
        batch = await self._store.batch(batch_id)
        if batch is None or batch.user_id != user_id:
            raise NotAllowed(f"{user_id} may not start {batch_id}")
        if batch.state is BatchState.DRAFT:
            await self._require_room(batch)
        return await self._decided(batch_id, lambda snapshot: started(snapshot.batch, self._clock.now()))

    async def discard(self, batch_id: str, user_id: str) -> None:
        """Forget one's own draft; what was started, or is gone, is left alone."""
        batch = await self._store.batch(batch_id)
        if batch is not None and batch.user_id == user_id:
            await self._store.discard_batch(batch_id)

    async def pause(self, batch_id: str, user_id: str) -> Batch:
        """Begin no more rows until somebody resumes it. What is not running is returned as it is.

        As the others below, for who asked for it, and managers. Raises NotAllowed.
        """
        await self._require(batch_id, user_id)
        pause = Pause(reason=PauseReason.ASKED, by=user_id)
        return await self._decided(batch_id, lambda snapshot: paused(snapshot.batch, pause))

    async def resume(self, batch_id: str, user_id: str) -> Batch:
        """Go on where it was paused. Raises NotAllowed."""
        await self._require(batch_id, user_id)
        return await self._decided(batch_id, resumed)

    async def cancel(self, batch_id: str, user_id: str) -> Batch:
        """Begin no more rows for good: what Bloom was not asked for is not paid. Raises NotAllowed."""
        await self._require(batch_id, user_id)
        return await self._decided(batch_id, lambda snapshot: stopped(snapshot.batch, user_id))

    async def retry(self, batch_id: str, user_id: str) -> Batch:
        """Try the rows of a finished batch again that have not all their images, those never begun included.

        Raises NotAllowed, and TooManyBatches of who asked for it.
        """
        batch = await self._require(batch_id, user_id)
        if batch.state is BatchState.FINISHED:
            await self._require_room(batch)
        return await self._decided(batch_id, lambda snapshot: retried(snapshot, self._clock.now()))

    async def go_on(self) -> None:
        """Go on with every batch that the last process left unfinished, and forget old drafts. Raises StoreError."""
        await self._forget_drafts()
        for batch in await self._store.open_batches():
            self._conductors.attend(batch.id)

    async def _decided(self, batch_id: str, decide: Decide) -> Batch:
        """Write down what was decided, and let somebody see to it."""
        batch = await self._record.change(batch_id, decide)
        if batch is None:
            raise NotAllowed(f"{batch_id} is gone")
        if batch.state.is_open:
            self._conductors.attend(batch_id)
        return batch

    async def _require(self, batch_id: str, user_id: str) -> Batch:
        """Return a batch that somebody may decide about."""
        batch = await self._store.batch(batch_id)
        if batch is None or not (
            batch.user_id == user_id or await self._managers.is_manager(batch.workspace_id, user_id)
        ):
            raise NotAllowed(f"{user_id} may not decide about {batch_id}")
        return batch

    async def _require_room(self, batch: Batch) -> None:
        of_theirs = (batch.workspace_id, batch.user_id)
        unfinished = [one for one in await self._store.open_batches() if (one.workspace_id, one.user_id) == of_theirs]
        if len(unfinished) >= OPEN_LIMIT:
            raise TooManyBatches(OPEN_LIMIT)

    async def _forget_drafts(self) -> None:
        await self._store.forget_drafts(self._clock.now() - DRAFTS_KEPT)
