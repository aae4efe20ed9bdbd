"""The way of one generation: from a queued row to the image in the thread, or to the reason why there is none.

Each state has one step, and a step is what to do when a row is *found* in that state, whether a moment ago or
before a restart. A step writes the next state down before the side effect that follows it, so wherever the process
dies, the row says what may have happened and the next process knows where to look:

    queued ◀─▶ submitting ──▶ waiting ──▶ finished ──▶ posting ──▶ delivered | failed
       └──────────────────────────┴──▶ cancelled

`cancelled` no step takes by itself. A wish leads there from `queued`, once that is announced, and from `waiting`; one
that comes before either is fulfilled by the write that arrives there, and that ends the work on it.

In `queued` pictures that people gave are handed to Bloom, and then it stands in line for Bloom's rate limit. A request
that Bloom did not carry out goes back there, and so does a set after each of its orders but the last. `submitting`
means Bloom may have been paid for the next order: look for its images before paying again. `posting` means Slack may
have been told: look for our reply before telling again.

Of a set that Bloom refuses, or is away for, what was ordered by then goes on, with the reason why the rest is missing.

An attempt at a row of a batch says nothing in Slack: its batch announced it, and posts what came of it, so it ends as
soon as that is on record.

Every write is fenced: it says which state it expects, and that the row is still ours.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import BloomRateLimited, BloomRefused, NotConnected, SlackUnavailable
from bot.core.journey.endings import Endings
from bot.core.journey.fence import keep, write
from bot.core.journey.gathering import Gathering
from bot.core.journey.ordering import SETTLING, Ordering
from bot.core.journey.request_message import MESSAGE_SETTLING, RequestMessage
from bot.core.models import Generation, GenerationState, Reply
from bot.core.ports import Attachments, Messenger, Store
from bot.core.retrying import PAUSES, after_pauses, slack_is_away
from bot.core.usage import Usage

log = structlog.get_logger(__name__)

HOLD = 120.0
"""Seconds one watch over images may last."""
SHORTEST_HOLD = 5.0
"""Seconds between two watches, should one end early although there is something to wait for."""
PATIENCE = timedelta(minutes=20)
"""How long Bloom may draw before the person is told that it takes too long."""


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
        attachments: Attachments,
        clock: Clock,
    ) -> None:
        self._store = store
        self._connections = connections
        self._messenger = messenger
        self._request_message = RequestMessage(store, messenger, clock)
        self._gathering = Gathering(store, connections, attachments, endings)
        self._ordering = Ordering(store, connections, self._request_message, usage, endings, clock=clock)
        self._endings = endings
        self._clock = clock
        self._steps: dict[GenerationState, Callable[[Generation], Awaitable[Generation]]] = {
            GenerationState.QUEUED: self._begin,
            GenerationState.SUBMITTING: self._ordering.submit_again,
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
        if len(generation.gathered_ids) < len(generation.request.parameters.attachments):
            return await self._gathering.gather(generation)
        return await self._ordering.submit(generation)

    async def _wait(self, generation: Generation) -> Generation:
        """Watch until all images are settled; when the watch ends before, this step comes again."""
        if generation.is_stale:
            generation = await self._request_message.leave_line(generation)
        began = self._clock.monotonic()
        bloom = await self._connections.bloom_of(generation.connection_id, generation.request.workspace_id)
        images = await bloom.watch(generation.image_ids, HOLD)
        waited = self._clock.now() - (generation.submitted_at or generation.created_at)
        listed = {image.id for image in images} >= {*generation.image_ids} or waited.total_seconds() > SETTLING
        if (listed and all(image.is_settled for image in images)) or waited > PATIENCE:
            return await self._endings.finish(generation, images=images)
        await self._clock.sleep(SHORTEST_HOLD - (self._clock.monotonic() - began))
        return generation

    async def _post(self, generation: Generation) -> Generation:
        if generation.request.batch is not None:
            return await self._endings.settle(generation)
        posting = await write(self._store, generation.but(state=GenerationState.POSTING), was=generation.state)
        return await self._posted(posting, await self._messenger.deliver(posting))

    async def _post_again(self, generation: Generation) -> Generation:
        """Find the reply that may have been posted already; only if there is none, post it.

        What is on record is not looked for: where the bot may post but not read, it would not be found.
        """
        if found := await self._reply_on_record(generation) or await self._find_reply(generation):
            return await self._posted(generation, found, is_found=True)
        return await self._posted(generation, await self._messenger.deliver(generation))

    async def _posted(self, generation: Generation, reply: Reply, *, is_found: bool = False) -> Generation:
        """End what stands in its thread, once it is on record where: by that mentions and deletions find it."""
        await keep(self._store, self._clock, generation.id, reply.showings)
        whole = await self._attached(generation, reply, is_found=is_found)
        if whole != reply:
            await keep(self._store, self._clock, generation.id, whole.showings)
        return await self._endings.deliver(generation, reply.message_id)

    async def _attached(self, generation: Generation, reply: Reply, *, is_found: bool) -> Reply:
        """Return the reply with what belongs beside it; it has a link to that, should Slack stay away for long.

        That is waited for here: to find the reply once more, the bot might not be allowed to read.
        """

        async def attach() -> Reply:
            nonlocal is_found
            may_stand, is_found = is_found, True
            return await self._messenger.attach(generation, reply, is_found=may_stand)

        try:
            whole: Reply = await after_pauses(self._clock, PAUSES, when=slack_is_away)(attach)
        except SlackUnavailable as exc:
            log.warning("nothing could be put beside the reply", generation=generation.id, reason=repr(exc))
            return reply
        return whole

    async def _reply_on_record(self, generation: Generation) -> Reply | None:
        """Return the reply of this end, unless it may be that of an end before, which shows the same images."""
        since = generation.finished_at or generation.created_at
        on_record = await self._store.showings(generation.id)
        shown = tuple(one for one in on_record if one.shared_by is None and one.is_since(since))
        places = {(one.channel_id, one.message_id, one.thread_id) for one in shown}
        if len(places) != 1 or {one.image_id for one in shown} != {image.id for image in generation.pictures}:
            return None
        return Reply(*places.pop(), shown)

    async def _find_reply(self, generation: Generation) -> Reply | None:
        """Look twice: Slack may still be at work on what it was sent just before its answer was lost."""
        if reply := await self._messenger.find_reply(generation):
            return reply
        await self._clock.sleep(MESSAGE_SETTLING)
        return await self._messenger.find_reply(generation)
