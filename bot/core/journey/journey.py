"""The way of one generation: from a queued row to the image in the thread, or to the reason why there is none.

Each state has one step, and a step is what to do when a row is *found* in that state, whether a moment ago or
before a restart. A step writes the next state down before the side effect that follows it, so wherever the process
dies, the row says what may have happened and the next process knows where to look:

    queued ──▶ submitting ──▶ waiting ──▶ finished ──▶ posting ──▶ delivered | failed
       └──────────────────────────┴──▶ cancelled

`cancelled` no step takes by itself. A wish leads there from `queued`, once that is announced, and from `waiting`; one
that comes before either is fulfilled by the write that arrives there, and that ends the work on it.

Standing in line for Bloom's rate limit is done in `queued`, and a request that Bloom did not carry out goes back there.
`submitting` means Bloom may have been paid: look for the images before paying again. `posting` means Slack may have
been told: look for our reply before telling again.

Every write is fenced: it says which state it expects, and that the row is still ours.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRateLimited, BloomRefused, BloomUnauthorized, BloomUnavailable, NotConnected
from bot.core.journey.endings import Endings
from bot.core.journey.fence import record, write
from bot.core.journey.lost_images import lost_images
from bot.core.journey.request_message import MESSAGE_SETTLING, RequestMessage
from bot.core.models import Connection, Failure, FailureCode, Generation, GenerationState, Queue, Reply
from bot.core.ports import Bloom, Messenger, Store, Turn
from bot.core.usage import Usage

HOLD = 120.0
"""Seconds one watch over images may last."""
SHORTEST_HOLD = 5.0
"""Seconds between two watches, should one end early although there is something to wait for."""
PATIENCE = timedelta(minutes=20)
"""How long Bloom may draw before the person is told that it takes too long."""
SETTLING = 30.0
"""Seconds that an image may take from Bloom's answer, lost or not, into Bloom's list of images."""
LOOK_EVERY = 5.0
"""Seconds between two looks for the images of a lost answer."""


class Journey:
    """Takes one generation from where it is to its end."""

    def __init__(
        self,
        store: Store,
        connections: Connections,
        messenger: Messenger,
        usage: Usage,
        endings: Endings,
        *,
        clock: Clock,
    ) -> None:
        self._store = store
        self._connections = connections
        self._messenger = messenger
        self._request_message = RequestMessage(store, messenger, clock)
        self._usage = usage
        self._endings = endings
        self._clock = clock
        self._steps: dict[GenerationState, Callable[[Generation], Awaitable[Generation]]] = {
            GenerationState.QUEUED: self._begin,
            GenerationState.SUBMITTING: self._submit_again,
            GenerationState.WAITING: self._wait,
            GenerationState.FINISHED: self._post,
            GenerationState.POSTING: self._post_again,
        }

    async def step(self, generation: Generation) -> Generation:
        """Take the step of the generation's state, and return the generation as it is written now.

        What Bloom refuses for good ends the generation with Bloom's reason. Raises what may pass by itself
        (BloomUnavailable, SlackUnavailable, StoreError…) with the row in the state to go on from, Overtaken when
        the row was moved on, and LeaseLost when it is another worker's.
        """
        try:
            return await self._steps[generation.state](generation)
        except BloomRateLimited:
            raise
        except (BloomRefused, NotConnected) as refusal:
            return await self._endings.refuse(generation, refusal)

    async def _begin(self, generation: Generation) -> Generation:
        if generation.place is None:
            return await self._request_message.announce(generation)
        return await self._submit(generation)

    async def _submit(self, generation: Generation) -> Generation:
        """Stand in line, and send it when the turn comes; who connected Bloom anew meanwhile has another line.

        That is asked once the row names the connection: from then on it is kept for as long as the row needs it.
        """
        connection = await self._connections.present(generation.request.workspace_id)
        try:
            return await self._submit_through(connection, generation)
        except (BloomUnauthorized, NotConnected):
            if await self._is_present(connection):
                raise
            return generation

    async def _submit_through(self, connection: Connection, generation: Generation) -> Generation:
        workspace_id, asker = generation.request.workspace_id, _asker(generation)
        bloom = await self._connections.bloom_of(connection.id, workspace_id)

        async def tell(queue: Queue) -> None:
            nonlocal generation
            if not generation.is_stale:
                generation = generation.but(is_stale=True)  # before any wait: the turn may come meanwhile
                await write(self._store, generation, was=GenerationState.QUEUED)
            await self._request_message.tell_line(generation, queue)

        async with bloom.turn(asker, on_queue=tell) as turn:
            state, now = GenerationState.SUBMITTING, self._clock.now()
            submitting = generation.but(state=state, submitted_at=now, connection_id=connection.id)
            submitting = await write(self._store, submitting, was=generation.state)
            if not await self._is_present(connection):
                return await self._back_to_the_line(submitting)
            return await self._send(submitting, turn)

    async def _is_present(self, connection: Connection) -> bool:
        current = await self._connections.current(connection.workspace_id)
        return current is not None and current.id == connection.id

    async def _send(self, generation: Generation, turn: Turn) -> Generation:
        try:
            ids = await turn.generate(generation.request.parameters)
        except (BloomRateLimited, BloomUnavailable) as trouble:
            maybe_paid = isinstance(trouble, BloomUnavailable) and trouble.sent
            if not maybe_paid:
                await self._back_to_the_line(generation)
            raise
        except (BloomRefused, NotConnected) as refusal:
            self._usage.forget(generation.request.workspace_id)  # it may be for lack of credits
            return await self._endings.refuse(generation.but(submitted_at=None), refusal)
        self._usage.forget(generation.request.workspace_id)
        return await record(self._store, self._clock, _waiting(generation, ids), was=generation.state)

    async def _submit_again(self, generation: Generation) -> Generation:
        """Adopt the images of a POST whose answer was lost.

        Only when Bloom has had the time to show them, and there are none, it goes back to stand in line once more; what
        failed before, and is only looked for, fails then for not having been made.
        """
        began = self._clock.monotonic()
        while True:
            bloom = await self._bloom_of(generation)
            if ids := await lost_images(generation, bloom, self._store):
                self._usage.forget(generation.request.workspace_id)
                return await write(self._store, _waiting(generation, ids).but(failure=None), was=generation.state)
            if self._clock.monotonic() - began >= SETTLING:
                return await self._not_made(generation)
            await self._clock.sleep(LOOK_EVERY)

    async def _not_made(self, generation: Generation) -> Generation:
        if generation.failure is None:
            return await self._back_to_the_line(generation)
        return await self._endings.finish(generation.but(submitted_at=None), failure=Failure(FailureCode.NOT_MADE))

    async def _back_to_the_line(self, generation: Generation) -> Generation:
        """Nothing was paid for. Before the next POST the row is fenced anew, and until then it can be cancelled."""
        queued = generation.but(state=GenerationState.QUEUED, submitted_at=None, connection_id=None)
        return await write(self._store, queued, was=generation.state)

    async def _bloom_of(self, generation: Generation) -> Bloom:
        """Return the account that was asked, whichever the workspace has by now."""
        return await self._connections.bloom_of(generation.connection_id, generation.request.workspace_id)

    async def _wait(self, generation: Generation) -> Generation:
        """Watch until all images are settled; when the watch ends before, this step comes again."""
        if generation.is_stale:
            generation = await self._request_message.leave_line(generation)
        began = self._clock.monotonic()
        bloom = await self._bloom_of(generation)
        images = await bloom.watch(generation.image_ids, HOLD)
        waited = self._clock.now() - (generation.submitted_at or generation.created_at)
        listed = {image.id for image in images} >= {*generation.image_ids} or waited.total_seconds() > SETTLING
        if (listed and all(image.is_settled for image in images)) or waited > PATIENCE:
            return await self._endings.finish(generation, images=images)
        await self._clock.sleep(SHORTEST_HOLD - (self._clock.monotonic() - began))
        return generation

    async def _post(self, generation: Generation) -> Generation:
        posting = await write(self._store, generation.but(state=GenerationState.POSTING), was=generation.state)
        return await self._posted(posting, await self._messenger.deliver(posting))

    async def _post_again(self, generation: Generation) -> Generation:
        """Find the reply that may have been posted already; only if there is none, post it."""
        if found := await self._find_reply(generation):
            return await self._posted(generation, found, is_found=True)
        return await self._posted(generation, await self._messenger.deliver(generation))

    async def _posted(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Generation:
        """End what stands in its thread, once it is on record where: by that its buttons and mentions find it."""
        reply = await self._messenger.attach(generation, reply, is_found=is_found)
        await self._store.add_showings(generation.id, reply.showings)
        return await self._endings.deliver(generation, reply.message_id)

    async def _find_reply(self, generation: Generation) -> Reply | None:
        """Look twice: Slack may still be at work on what it was sent just before its answer was lost."""
        if reply := await self._messenger.find_reply(generation):
            return reply
        await self._clock.sleep(MESSAGE_SETTLING)
        return await self._messenger.find_reply(generation)


def _asker(generation: Generation) -> str:
    return f"{generation.request.user_id}/{generation.request.channel_id}"


def _waiting(generation: Generation, ids: tuple[str, ...]) -> Generation:
    yields = (*generation.yields, len(ids))
    return generation.but(state=GenerationState.WAITING, image_ids=(*generation.image_ids, *ids), yields=yields)
