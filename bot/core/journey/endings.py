"""The end of a generation: what came of it, put down before it is told, and told wherever that is still possible.

`finish` is the end that the steps go on to tell. `close` is the end of one that cannot be told in its thread. The
request message of what ended without being told there lags behind (`is_stale`) until it could be brought up to it.
"""

from collections import Counter
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import BloomRefused, NotConnected, SlackRefused, SlackUnavailable, StoreError
from bot.core.journey.fence import write
from bot.core.models import Failure, FailureCode, Generation, GenerationState, Image
from bot.core.ports import Messenger, Store
from bot.core.retrying import PAUSES, after_pauses
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

STALE_FOR = timedelta(days=1)
"""How long after its end a request message is still brought up to it."""
PAGE = 200
"""Request messages that are brought up to date at once."""


class Endings:
    """Ends generations, and lets their request messages say so."""

    def __init__(self, store: Store, messenger: Messenger, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._tellings: SingleFlight[str, None] = SingleFlight(tasks, "end of generation")

    async def finish(
        self, generation: Generation, *, images: tuple[Image, ...] = (), failure: Failure | None = None
    ) -> Generation:
        """Write down what came of it; the steps from there tell the person."""
        finished = generation.but(
            state=GenerationState.FINISHED,
            images=_in_order(images, generation.image_ids),
            failure=failure,
            finished_at=self._clock.now(),
        )
        if failure is None and not finished.pictures:
            finished = finished.but(failure=_commonest(finished.images))
        return await write(self._store, finished, was=generation.state)

    async def refuse(self, generation: Generation, refusal: BloomRefused | NotConnected) -> Generation:
        """Finish what Bloom refuses for good, with Bloom's reason."""
        if isinstance(refusal, NotConnected):
            return await self.finish(generation, failure=Failure(FailureCode.NOT_CONNECTED))
        return await self.finish(generation, failure=Failure(refusal.code, refusal.message, refusal.action_url))

    async def deliver(self, replied: Generation) -> Generation:
        """End a generation whose reply stands in its thread, its request message first."""
        final = _replied(replied)
        await self._show(final)
        return await write(self._store, final.but(is_stale=False), was=replied.state)

    async def close(
        self, generation: Generation, failure: Failure, *, is_shown: bool = False, is_told_later: bool = False
    ) -> Generation:
        """End a generation whose outcome cannot be posted, with the reason on record and in the request message.

        One whose reply stands already was told: only its request message lags behind.
        """
        if generation.reply_id is not None:
            return await write(self._store, _replied(generation).but(is_stale=is_told_later), was=generation.state)
        closed = generation.but(state=GenerationState.FAILED, failure=failure, finished_at=self._clock.now())
        try:
            if is_shown:
                await self._show(closed)
        except SlackUnavailable:
            raise
        except Exception:
            log.exception("the end could not be shown", generation=closed.id)
        return await write(self._store, closed.but(is_stale=is_told_later and not is_shown), was=generation.state)

    def tell(self, generation_id: str) -> None:
        """Let the request message say how the generation ended, as soon as Slack can be told."""
        again = after_pauses(self._clock, PAUSES, when=lambda error: isinstance(error, SlackUnavailable))
        self._tellings.begin(generation_id, lambda: again(self._tell, generation_id))

    async def catch_up(self) -> None:
        """Tell all ends that their request messages do not say; nothing else waits for that, or fails of it."""
        try:
            for stale in await self._store.stale_ends(self._clock.now() - STALE_FOR, limit=PAGE):
                self.tell(stale.id)
        except StoreError as exc:
            log.warning("ends could not be looked up", reason=repr(exc))

    async def _tell(self, generation_id: str) -> None:
        """Bring the request message to the end that is on record, and write down that it is."""
        final = await self._store.generation(generation_id)
        if final is not None and final.state.is_final:
            await self._show(final)
            told = final.but(is_stale=False, owner=None)
            await self._store.save_generation(told, was=final.state, worker_id=None)

    async def _show(self, final: Generation) -> None:
        """Bring the request message to the end; one that cannot be changed any more, or never was, is let be."""
        try:
            if final.place is not None:
                await self._messenger.update(final)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("the request message could not be updated", generation=final.id, error=refusal.error)


def _replied(generation: Generation) -> Generation:
    return generation.but(state=GenerationState.FAILED if generation.failure else GenerationState.DELIVERED)


def _in_order(images: tuple[Image, ...], ids: tuple[str, ...]) -> tuple[Image, ...]:
    return tuple(sorted(images, key=lambda image: ids.index(image.id) if image.id in ids else len(ids)))


def _commonest(images: tuple[Image, ...]) -> Failure:
    """Return why most of the images failed, as far as Bloom says why."""
    reasons = Counter(reason for image in images if (reason := _reason(image)))
    return Failure(reasons.most_common(1)[0][0] if reasons else FailureCode.IMAGE_FAILED)


def _reason(image: Image) -> str | None:
    return image.failure_reason if image.is_settled else FailureCode.TIMED_OUT
