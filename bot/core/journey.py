"""The way of one generation: from a queued row to the image in the thread, or to the reason why there is none.

Each state has one step, and a step is what to do when a row is *found* in that state, whether a moment ago or
before a restart. A step writes the next state down before the side effect that follows it, so wherever the process
dies, the row says what may have happened and the next process knows where to look:

    queued ──▶ submitting ──▶ waiting ──▶ finished ──▶ posting ──▶ delivered | failed

Standing in line for Bloom's rate limit is done in `queued`, and a request that Bloom did not carry out goes back there.
`submitting` means Bloom may have been paid: look for the images before paying again. `posting` means Slack may have
been told: look for our reply before telling again.

Every write is fenced: it says which state it expects, and that the row is still ours.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.core.clock import Clock, given
from bot.core.connections import Connections
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomUnavailable,
    LeaseLost,
    NotConnected,
    SlackRefused,
    SlackUnavailable,
)
from bot.core.lost_images import lost_images
from bot.core.models import Failure, FailureCode, Generation, GenerationState, Image, Queue
from bot.core.ports import Bloom, Messenger, Store, Turn
from bot.core.usage import Usage

log = structlog.get_logger(__name__)

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
NEWS_PATIENCE = 5.0
"""Seconds that taking the place in line out of a request message may take."""


class Overtaken(Exception):
    """Somebody moved this generation on, or cancelled it; nothing more may be done about it here."""


class Journey:
    """Takes one generation from where it is to its end."""

    def __init__(
        self, store: Store, connections: Connections, messenger: Messenger, usage: Usage, clock: Clock
    ) -> None:
        self._store = store
        self._connections = connections
        self._messenger = messenger
        self._usage = usage
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
            return await self._finish(generation, failure=_refusal(refusal))

    async def give_up(self, generation: Generation, failure: Failure) -> Generation:
        """Finish a generation that Bloom keeps failing; the steps from there tell the person why."""
        return await self._finish(generation, failure=failure)

    async def close(
        self, generation: Generation, failure: Failure, *, is_shown: bool = False, is_told_later: bool = False
    ) -> Generation:
        """End a generation whose outcome cannot be posted, with the reason on record and in the request message."""
        closed = generation.but(state=GenerationState.FAILED, failure=failure, finished_at=self._clock.now())
        try:
            if is_shown:
                await self.show_end(closed)
        except SlackUnavailable:
            raise
        except Exception:
            log.exception("the end could not be shown", generation=closed.id)
        return await self._save(closed.but(is_stale=is_told_later and not is_shown), was=generation.state)

    async def tell_end(self, final: Generation) -> None:
        """Bring the request message of a generation to its end, and write down that it is."""
        await self.show_end(final)
        told = final.but(is_stale=False, owner=None)
        await self._store.save_generation(told, was=final.state, worker_id=None)

    async def show_end(self, final: Generation) -> None:
        """Bring the request message to its end; one that cannot be changed any more, or never was, is let be."""
        try:
            if final.place is not None:
                await self._messenger.update(final)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("the request message could not be updated", generation=final.id, error=refusal.error)

    async def _begin(self, generation: Generation) -> Generation:
        if generation.place is None:
            return await self._announce(generation)
        return await self._submit(generation, await self._connections.bloom(generation.request.workspace_id))

    async def _announce(self, generation: Generation) -> Generation:
        """Post the request message, and write down where before anybody stands in line.

        One that may have been tried before is only tried once the row proved writable: else every retry would post
        another.
        """
        counted = generation.but(attempts=generation.attempts + 1)
        if generation.attempts:
            counted = await self._save(counted, was=generation.state)
        return await self._save(counted.but(place=await self._messenger.announce(counted)), was=generation.state)

    async def _leave_line(self, generation: Generation) -> Generation:
        """Take the place in line out of the request message; the image does not wait for a slow Slack."""
        try:
            is_told = await given(self._clock, NEWS_PATIENCE, self._messenger.update(generation))
        except Exception as exc:  # noqa: BLE001 -- it is a courtesy
            log.warning("the line could not be taken back", generation=generation.id, reason=repr(exc))
            is_told = not isinstance(exc, SlackUnavailable)
        if not is_told:
            return generation
        return await self._save(generation.but(is_stale=False), was=generation.state)

    async def _tell_queue(self, generation: Generation, queue: Queue) -> None:
        """Say in the request message how it stands in line; what Slack thinks of that must not cost the turn."""
        try:
            await self._messenger.update(generation, queue)
        except Exception as exc:  # noqa: BLE001 -- it is a courtesy
            log.warning("the line could not be told", generation=generation.id, reason=repr(exc))

    async def _submit(self, generation: Generation, bloom: Bloom) -> Generation:
        asker = f"{generation.request.user_id}/{generation.request.channel_id}"

        async def tell(queue: Queue) -> None:
            nonlocal generation
            if not generation.is_stale:
                generation = generation.but(is_stale=True)  # before any wait: the turn may come meanwhile
                await self._save(generation, was=GenerationState.QUEUED)
            await self._tell_queue(generation, queue)

        async with bloom.turn(asker, on_queue=tell) as turn:
            submitting = generation.but(state=GenerationState.SUBMITTING, submitted_at=self._clock.now())
            return await self._send(await self._save(submitting, was=generation.state), turn)

    async def _send(self, generation: Generation, turn: Turn) -> Generation:
        try:
            ids = await turn.generate(generation.request.parameters)
        except (BloomRateLimited, BloomUnavailable) as trouble:
            maybe_paid = isinstance(trouble, BloomUnavailable) and trouble.sent
            if not maybe_paid:
                await self._back_to_the_line(generation)
            raise
        except (BloomRefused, NotConnected) as refusal:
            return await self._finish(generation.but(submitted_at=None), failure=_refusal(refusal))
        return await self._submitted(generation, ids)

    async def _submit_again(self, generation: Generation) -> Generation:
        """Adopt the images of a POST whose answer was lost.

        Only when Bloom has had the time to show them, and there are none, it goes back to stand in line once more.
        """
        began = self._clock.monotonic()
        while True:
            bloom = await self._connections.bloom(generation.request.workspace_id)
            if ids := await lost_images(generation, bloom, self._store):
                return await self._submitted(generation, ids)
            if self._clock.monotonic() - began >= SETTLING:
                return await self._back_to_the_line(generation)
            await self._clock.sleep(LOOK_EVERY)

    async def _back_to_the_line(self, generation: Generation) -> Generation:
        """Nothing was paid for. Before the next POST the row is fenced anew, and until then it can be cancelled."""
        queued = generation.but(state=GenerationState.QUEUED, submitted_at=None)
        return await self._save(queued, was=generation.state)

    async def _submitted(self, generation: Generation, ids: tuple[str, ...]) -> Generation:
        self._usage.forget(generation.request.workspace_id)
        waiting = generation.but(state=GenerationState.WAITING, image_ids=ids)
        return await self._save(waiting, was=generation.state)

    async def _wait(self, generation: Generation) -> Generation:
        """Watch until all images are settled; when the watch ends before, this step comes again."""
        if generation.is_stale:
            generation = await self._leave_line(generation)
        began = self._clock.monotonic()
        bloom = await self._connections.bloom(generation.request.workspace_id)
        images = await bloom.watch(generation.image_ids, HOLD)
        waited = self._clock.now() - (generation.submitted_at or generation.created_at)
        listed = {image.id for image in images} >= {*generation.image_ids} or waited.total_seconds() > SETTLING
        if (listed and all(image.is_settled for image in images)) or waited > PATIENCE:
            return await self._finish(generation, images=_in_order(images, generation.image_ids))
        await self._clock.sleep(SHORTEST_HOLD - (self._clock.monotonic() - began))
        return generation

    async def _finish(
        self, generation: Generation, *, images: tuple[Image, ...] = (), failure: Failure | None = None
    ) -> Generation:
        finished = generation.but(
            state=GenerationState.FINISHED, images=images, failure=failure, finished_at=self._clock.now()
        )
        if failure is None and not finished.pictures:
            finished = finished.but(failure=_commonest(images))
        return await self._save(finished, was=generation.state)

    async def _post(self, generation: Generation) -> Generation:
        posting = await self._save(generation.but(state=GenerationState.POSTING), was=generation.state)
        return await self._deliver(posting, await self._messenger.deliver(posting))

    async def _post_again(self, generation: Generation) -> Generation:
        """Find the reply that may have been posted already; only if there is none, post it."""
        reply_id = generation.reply_id or await self._messenger.find_reply(generation)
        return await self._deliver(generation, reply_id or await self._messenger.deliver(generation))

    async def _deliver(self, generation: Generation, reply_id: str) -> Generation:
        if reply_id != generation.reply_id:
            generation = await self._save(generation.but(reply_id=reply_id), was=generation.state)
        final = generation.but(state=GenerationState.FAILED if generation.failure else GenerationState.DELIVERED)
        await self.show_end(final)
        return await self._save(final.but(is_stale=False), was=generation.state)

    async def _save(self, generation: Generation, *, was: GenerationState) -> Generation:
        if generation.state is not was:
            generation = generation.but(faults=0)
        if not await self._store.save_generation(generation, was=was, worker_id=generation.owner):
            raise await self._reason_not_to_go_on(generation)
        log.info("generation", id=generation.id, was=was.value, now=generation.state.value)
        return generation

    async def _reason_not_to_go_on(self, generation: Generation) -> Exception:
        row = await self._store.generation(generation.id)
        is_lost = row is not None and not row.state.is_final and row.owner != generation.owner
        return LeaseLost(generation.id) if is_lost else Overtaken(generation.id)


def _refusal(refusal: BloomRefused | NotConnected) -> Failure:
    if isinstance(refusal, NotConnected):
        return Failure(FailureCode.NOT_CONNECTED)
    return Failure(refusal.code, refusal.message, refusal.action_url)


def _in_order(images: tuple[Image, ...], ids: tuple[str, ...]) -> tuple[Image, ...]:
    return tuple(sorted(images, key=lambda image: ids.index(image.id) if image.id in ids else len(ids)))


def _commonest(images: tuple[Image, ...]) -> Failure:
    """Return why most of the images failed, as far as Bloom says why."""
    reasons = Counter(reason for image in images if (reason := _reason(image)))
    return Failure(reasons.most_common(1)[0][0] if reasons else FailureCode.IMAGE_FAILED)


def _reason(image: Image) -> str | None:
    return image.failure_reason if image.is_settled else FailureCode.TIMED_OUT
