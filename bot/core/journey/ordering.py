"""Orders on their way to Bloom: one for each shape of a set, each in a turn of its own.

What an order costs is paid when Bloom takes it, so it is on disk before it is sent, and so is what Bloom took before
the next one is. An answer that was lost is looked for among the images of that order alone.
"""

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRateLimited, BloomRefused, BloomUnavailable, NotConnected
from bot.core.journey.account import is_in_use, through_account
from bot.core.journey.endings import Endings
from bot.core.journey.fence import record, write
from bot.core.journey.lost_images import lost_images
from bot.core.journey.request_message import RequestMessage
from bot.core.models import Connection, Failure, FailureCode, Generation, GenerationState, Queue
from bot.core.ports import Store, Turn
from bot.core.usage import Usage

SETTLING = 30.0
"""Seconds that an image may take from Bloom's answer, lost or not, into Bloom's list of images."""
LOOK_EVERY = 5.0
"""Seconds between two looks for the images of a lost answer."""


class Ordering:
    """Sends the next order of a generation to Bloom, once."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        request_message: RequestMessage,
        usage: Usage,
        endings: Endings,
        *,
        clock: Clock,
    ) -> None:
        self._store = store
        self._connections = connections
        self._request_message = request_message
        self._usage = usage
        self._endings = endings
        self._clock = clock

    async def submit(self, generation: Generation) -> Generation:
        """Stand in line, and send it when the turn comes; who connected Bloom anew meanwhile has another line.

        That is asked once the row names the connection: from then on it is kept for as long as the row needs it.
        """

        async def act(connection: Connection) -> Generation:
            return await self._submit_through(connection, generation)

        return await through_account(self._connections, generation, act)

    async def _submit_through(self, connection: Connection, generation: Generation) -> Generation:
        bloom = await self._connections.bloom_of(connection.id, generation.request.workspace_id)

        async def tell(queue: Queue) -> None:
            nonlocal generation
            if not generation.is_stale:
                generation = generation.but(is_stale=True)  # before any wait: the turn may come meanwhile
                await write(self._store, generation, was=GenerationState.QUEUED)
            await self._request_message.tell_line(generation, queue)

        on_queue = None if generation.request.batch else tell
        async with bloom.turn(_asker(generation), on_queue=on_queue) as turn:
            state, now = GenerationState.SUBMITTING, self._clock.now()
            submitting = generation.but(state=state, submitted_at=now, connection_id=connection.id)
            submitting = await write(self._store, submitting, was=generation.state)
            if not await is_in_use(self._connections, generation, connection):
                return await self._back_to_the_line(submitting)
            return await self._send(submitting, turn)

    async def _send(self, generation: Generation, turn: Turn) -> Generation:
        try:
            ids = await turn.generate(generation.next_order)
        except (BloomRateLimited, BloomUnavailable) as trouble:
            maybe_paid = isinstance(trouble, BloomUnavailable) and trouble.sent
            if not maybe_paid:
                await self._back_to_the_line(generation)
            raise
        except (BloomRefused, NotConnected) as refusal:
            self._usage.forget(generation.request.workspace_id)  # it may be for lack of credits
            return await self._endings.refuse(generation.but(submitted_at=None), refusal)
        self._usage.forget(generation.request.workspace_id)
        return await record(self._store, self._clock, _taken(generation, ids), was=generation.state)

    async def submit_again(self, generation: Generation) -> Generation:
        """Adopt the images of an order whose answer was lost.

        Only when Bloom has had the time to show them, and there are none, it goes back to stand in line once more; what
        failed before, and is only looked for, fails then for not having been made.
        """
        began = self._clock.monotonic()
        while True:
            bloom = await self._connections.bloom_of(generation.connection_id, generation.request.workspace_id)
            if ids := await lost_images(generation, bloom, self._store):
                self._usage.forget(generation.request.workspace_id)
                return await write(self._store, _taken(generation, ids).but(failure=None), was=generation.state)
            if self._clock.monotonic() - began >= SETTLING:
                return await self._not_made(generation)
            await self._clock.sleep(LOOK_EVERY)

    async def _not_made(self, generation: Generation) -> Generation:
        if generation.failure is None:
            return await self._back_to_the_line(generation)
        reason = generation.shortfall or Failure(FailureCode.NOT_MADE)
        return await self._endings.give_up(generation.but(submitted_at=None), reason)

    async def _back_to_the_line(self, generation: Generation) -> Generation:
        """This order was not paid for. Before the next POST the row is fenced anew; until then it can be cancelled."""
        queued = generation.but(state=GenerationState.QUEUED)
        if not generation.yields:
            queued = queued.but(submitted_at=None, connection_id=None)
        return await write(self._store, queued, was=generation.state)


def _asker(generation: Generation) -> str:
    """Return who stands in line: a person's batches are one more person, so that their other requests pass those."""
    request = generation.request
    if request.batch is not None:
        return f"batch:{request.user_id}/{request.batch.batch_id}"
    return f"{request.user_id}/{request.channel_id}"


def _taken(generation: Generation, ids: tuple[str, ...]) -> Generation:
    """Return it with one more order that Bloom took: on its way to the next, or to the end of a set that was cut."""
    taken = generation.but(yields=(*generation.yields, len(ids)), image_ids=(*generation.image_ids, *ids))
    if taken.is_ordered:
        return taken.but(state=GenerationState.WAITING, shortfall=None)
    return taken.but(state=GenerationState.WAITING if taken.shortfall else GenerationState.QUEUED)
