"""The way of one generation: from a queued row to the image in the thread, or to the reason why there is none.

Each state has one step, and a step is what to do when a row is *found* in that state, whether a moment ago or
before a restart. A step writes the next state down before the side effect that follows it, so wherever the process
dies, the row says what may have happened and the next process knows where to look:

    queued ──▶ submitting ──▶ waiting ──▶ finished ──▶ posting ──▶ delivered | failed

A request that Bloom certainly did not carry out goes back to `queued`. `submitting` means Bloom may have been paid:
look for the images before paying again. `posting` means Slack may have been told: look for our reply before telling
again.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomUnavailable,
    NotConnected,
    SlackRefused,
    SlackUnavailable,
)
from bot.core.lost_images import lost_images
from bot.core.models import Failure, FailureCode, Generation, GenerationState, Image
from bot.core.ports import Messenger, Store
from bot.core.usage import Usage

log = structlog.get_logger(__name__)

HOLD = 120.0
"""Seconds one held request to Bloom may wait: Bloom's own default."""
SHORTEST_HOLD = 5.0
"""Seconds between two looks, should Bloom not hold a request although there is something to wait for."""
PATIENCE = timedelta(minutes=20)
"""How long Bloom may draw before the person is told that it takes too long."""
SETTLING = 30.0
"""Seconds that an image may take from Bloom's answer, lost or not, into Bloom's list of images."""
LOOK_EVERY = 5.0
"""Seconds between two looks for the images of a lost answer."""


class Overtaken(Exception):
    """Somebody else moved this generation on; nothing more may be done about it here."""


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
        (BloomUnavailable, SlackUnavailable, StoreError…) with the row in the state to go on from, and Overtaken when
        the row is somebody else's now.
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

    async def close(self, generation: Generation, failure: Failure) -> Generation:
        """End a generation whose outcome cannot be posted, with the reason on record."""
        closed = generation.but(state=GenerationState.FAILED, failure=failure, finished_at=self._clock.now())
        try:
            if closed.place is not None:
                await self._show_end(closed)
        except SlackUnavailable:
            raise
        except Exception:
            log.exception("the end could not be shown", generation=closed.id)
        return await self._save(closed, was=generation.state)

    async def _begin(self, generation: Generation) -> Generation:
        announced = generation if generation.place else await self._announce(generation)
        submitting = announced.but(state=GenerationState.SUBMITTING, submitted_at=self._clock.now())
        return await self._submit(await self._save(submitting, was=generation.state))

    async def _announce(self, generation: Generation) -> Generation:
        """Post the request message, once the row proved writable: else every retry would post another."""
        counted = await self._save(generation.but(attempts=generation.attempts + 1), was=generation.state)
        return counted.but(place=await self._messenger.announce(counted))

    async def _submit(self, generation: Generation) -> Generation:
        try:
            bloom = await self._connections.bloom(generation.request.workspace_id)
            ids = await bloom.generate(generation.request.parameters)
        except (BloomRateLimited, BloomUnavailable) as trouble:
            maybe_paid = isinstance(trouble, BloomUnavailable) and trouble.sent
            if not maybe_paid:
                await self._save(
                    generation.but(state=GenerationState.QUEUED, submitted_at=None), was=GenerationState.SUBMITTING
                )
            raise
        except (BloomRefused, NotConnected) as refusal:
            return await self._finish(generation.but(submitted_at=None), failure=_refusal(refusal))
        return await self._submitted(generation, ids)

    async def _submit_again(self, generation: Generation) -> Generation:
        """Adopt the images of a POST whose answer was lost.

        Only when Bloom has had the time to show them, and there are none, POST again.
        """
        began = self._clock.monotonic()
        while True:
            bloom = await self._connections.bloom(generation.request.workspace_id)
            if ids := await lost_images(generation, bloom, self._store):
                return await self._submitted(generation, ids)
            if self._clock.monotonic() - began >= SETTLING:
                anew = generation.but(submitted_at=self._clock.now())
                return await self._submit(await self._save(anew, was=generation.state))
            await self._clock.sleep(LOOK_EVERY)

    async def _submitted(self, generation: Generation, ids: tuple[str, ...]) -> Generation:
        self._usage.forget(generation.request.workspace_id)
        waiting = generation.but(state=GenerationState.WAITING, image_ids=ids)
        return await self._save(waiting, was=generation.state)

    async def _wait(self, generation: Generation) -> Generation:
        """Hold one request until all images are settled; when Bloom ends it before, this step comes again."""
        began = self._clock.monotonic()
        bloom = await self._connections.bloom(generation.request.workspace_id)
        page = await bloom.images(ids=generation.image_ids, wait=HOLD)
        waited = self._clock.now() - (generation.submitted_at or generation.created_at)
        listed = {image.id for image in page.items} >= {*generation.image_ids} or waited.total_seconds() > SETTLING
        if (listed and all(image.is_settled for image in page.items)) or waited > PATIENCE:
            return await self._finish(generation, images=_in_order(page.items, generation.image_ids))
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
        await self._show_end(final)
        return await self._save(final, was=generation.state)

    async def _show_end(self, final: Generation) -> None:
        """Bring the request message to its end; a message that cannot be changed any more is let be."""
        try:
            await self._messenger.update(final)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("the request message could not be updated", generation=final.id, error=refusal.error)

    async def _save(self, generation: Generation, *, was: GenerationState) -> Generation:
        if not await self._store.save_generation(generation, was=was):
            raise Overtaken(generation.id)
        log.info("generation", id=generation.id, was=was.value, now=generation.state.value)
        return generation


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
