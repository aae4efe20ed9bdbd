"""The end of a generation: what came of it, put down before it is told, and told wherever that is still possible.

`finish` is the end that the steps go on to tell, `deliver` the end of one whose reply stands, `close` of one that
cannot have any. The request message of what has ended lags behind (`is_stale` on record): Slack takes fewer edits a
minute than replies, so nobody waits for it. A few are told at once, the others from their rows at the coming beats.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import structlog

from bot.core.changes import Changes
from bot.core.clock import Clock
from bot.core.errors import BloomRefused, NotConnected, SlackRefused, SlackUnavailable, StoreError
from bot.core.journey.fence import record, write
from bot.core.models import Failure, FailureCode, Generation, GenerationState, Image, ImageState
from bot.core.ports import Messenger, Store
from bot.core.retrying import PAUSES, after_pauses, slack_is_away
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

ANSWER_PATIENCE = timedelta(hours=1)
"""How long Slack may answer with an error that should pass: it may be the message that it breaks on."""
LAST_WORD_PATIENCE = timedelta(days=2)
"""The same, where no reply stands and the request message is the only word; Slack may be away for a day before."""
STALE_FOR = timedelta(days=3)
"""How long after its end a request message is still brought up to it; Slack may be away for a day before."""
AT_ONCE = 25
"""Request messages that are brought up to date at once: more edits than Slack takes between two beats."""
TELL_LIMIT = 5
"""How often telling an end may go wrong for good, the death of the process included."""


class Endings:
    """Ends generations, and lets their request messages say so."""

    def __init__(self, store: Store, messenger: Messenger, changes: Changes, *, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._messenger = messenger
        self._changes = changes
        self._clock = clock
        self._tellings: SingleFlight[str, None] = SingleFlight(tasks, "end of generation")

    async def finish(
        self, generation: Generation, *, images: tuple[Image, ...] = (), failure: Failure | None = None
    ) -> Generation:
        """Write down what came of it; the steps from there tell the person."""
        finished = generation.but(
            state=GenerationState.FINISHED,
            images=_in_order(
                _undecided(generation) if failure else _with_deleted(images, generation), generation.image_ids
            ),
            failure=failure,
            finished_at=self._clock.now(),
        )
        if failure is None and not finished.pictures:
            finished = finished.but(failure=_commonest(finished.images))
        return await write(self._store, finished, was=generation.state)

    async def give_up(self, generation: Generation, failure: Failure) -> Generation:
        """Finish for this reason; but of a set that Bloom has begun, only what it was not asked for is given up."""
        if not generation.yields or generation.state not in (GenerationState.QUEUED, GenerationState.SUBMITTING):
            return await self.finish(generation, failure=failure)
        is_sent = generation.state is GenerationState.SUBMITTING and generation.submitted_at is not None
        partly = generation.but(
            state=GenerationState.WAITING,
            yields=(*generation.yields, 0) if is_sent else generation.yields,
            submitted_at=generation.submitted_at if is_sent else self._clock.now(),
            failure=None,
            shortfall=failure,
        )
        return await write(self._store, partly, was=generation.state)

    async def refuse(self, generation: Generation, refusal: BloomRefused | NotConnected) -> Generation:
        """Give up what Bloom refuses for good, with Bloom's reason."""
        if isinstance(refusal, NotConnected):
            return await self.give_up(generation, Failure(FailureCode.NOT_CONNECTED))
        return await self.give_up(generation, Failure(refusal.code, refusal.message, refusal.action_url))

    async def deliver(self, posted: Generation, reply_id: str) -> Generation:
        """End a generation whose reply stands in its thread."""
        state = GenerationState.FAILED if posted.failure else GenerationState.DELIVERED
        return await self._end(posted.but(state=state, reply_id=reply_id), was=posted.state)

    async def settle(self, attempt: Generation) -> Generation:
        """End an attempt at a row: what came of it is on record, and its batch tells it."""
        state = GenerationState.FAILED if attempt.failure else GenerationState.DELIVERED
        return await self._end(attempt.but(state=state), was=attempt.state)

    async def close(self, generation: Generation, failure: Failure, *, is_told: bool = True) -> Generation:
        """End a generation that cannot be told in its thread, with the reason why there are no images if there is one.

        What was made stays on record. It is the end that was to be posted, whose reply may stand after all.
        """
        log.warning("generation closed without a reply", id=generation.id, code=failure.code, detail=failure.detail)
        closed = generation.but(
            state=GenerationState.FAILED,
            failure=generation.failure or failure,
            finished_at=generation.finished_at or self._clock.now(),
        )
        return await self._end(closed, was=generation.state, is_told=is_told)

    async def _end(self, final: Generation, *, was: GenerationState, is_told: bool = True) -> Generation:
        is_stale = is_told and final.place is not None and final.request.batch is None
        ended = await record(self._store, self._clock, final.but(is_stale=is_stale), was=was)
        self._changes.tell(final.request.workspace_id)
        if is_stale and len(self._tellings) < AT_ONCE:
            self.tell(ended.id)
        return ended

    def tell(self, generation_id: str, *, is_retold: bool = False) -> asyncio.Task[None]:
        """Let the request message say how the generation ended, as soon as Slack can be told."""
        again = after_pauses(self._clock, PAUSES, when=slack_is_away)
        return self._tellings.begin(generation_id, lambda: again(self._tell, generation_id, is_retold=is_retold))

    async def catch_up(self) -> None:
        """Tell ends that their request messages do not say; nothing else waits for that, or fails of it."""
        try:
            since = self._clock.now() - STALE_FOR
            for stale in await self._store.stale_ends(since, faults=TELL_LIMIT, limit=AT_ONCE):
                if stale.id not in self._tellings and len(self._tellings) < AT_ONCE:
                    self.tell(stale.id, is_retold=True)
        except StoreError as exc:
            log.warning("ends could not be looked up", reason=repr(exc))

    async def _tell(self, generation_id: str, *, is_retold: bool) -> None:
        """Bring the request message to the end that is on record, if it lags behind, and write down that it is.

        What was not told at once may be what the process died of, so trying again counts as a fault until it went well.
        What Slack still breaks on so long after the end may be the message; while Slack is silent, it never is.
        """
        final = await self._store.generation(generation_id)
        if final is None or not final.state.is_final or not final.is_stale:
            return
        if final.state is GenerationState.CANCELLED:  # which no step has ended
            self._changes.tell(final.request.workspace_id)
        faulty = final.but(faults=final.faults + 1)
        if is_retold:
            await self._store.mark_end(faulty)
        try:
            await self._show(final)
        except (SlackUnavailable, asyncio.CancelledError) as trouble:
            is_fault = self._is_fault(trouble, final)
            if is_retold or is_fault:
                await self._store.mark_end(faulty if is_fault else final)
            raise
        except Exception as exc:  # noqa: BLE001 -- whatever it was, it is tried a few times more
            _log_untold(final, exc)
            await self._store.mark_end(faulty)
        else:
            await self._store.mark_end(final.but(is_stale=False, faults=0))

    def _is_fault(self, trouble: BaseException, final: Generation) -> bool:
        """Whether Slack has answered with an error for so long that it may be the message it breaks on."""
        is_answer = isinstance(trouble, SlackUnavailable) and trouble.answered
        patience = ANSWER_PATIENCE if final.reply_id else LAST_WORD_PATIENCE
        return is_answer and self._clock.now() - (final.finished_at or final.created_at) > patience

    async def _show(self, final: Generation) -> None:
        if final.place is not None and final.request.batch is None:  # else that is the place of the batch message
            await self._messenger.update(final)


def _log_untold(final: Generation, error: Exception) -> None:
    if isinstance(error, SlackRefused):
        log.warning("the request message could not be updated", generation=final.id, error=error.error)
    else:
        log.error("the end could not be shown", generation=final.id, exc_info=error)


def _in_order(images: tuple[Image, ...], ids: tuple[str, ...]) -> tuple[Image, ...]:
    return tuple(sorted(images, key=lambda image: ids.index(image.id) if image.id in ids else len(ids)))


def _with_deleted(images: tuple[Image, ...], generation: Generation) -> tuple[Image, ...]:
    """Return the images with those that were made and deleted before it went on: Bloom knows no more of them."""
    found = {image.id for image in images}
    return (*images, *(image for image in generation.images if image.deleted_by and image.id not in found))


def _undecided(generation: Generation) -> tuple[Image, ...]:
    """Return what was told of the images before it went on: of the others Bloom has not told the end."""
    told = {image.id for image in generation.images}
    untold = (Image(one, ImageState.PENDING) for one in generation.image_ids if one not in told)
    return (*generation.images, *untold) if told else ()


def _commonest(images: tuple[Image, ...]) -> Failure:
    """Return why most of the images failed, as far as Bloom says why."""
    reasons = Counter(reason for image in images if (reason := _reason(image)))
    return Failure(reasons.most_common(1)[0][0] if reasons else FailureCode.IMAGE_FAILED)


def _reason(image: Image) -> str | None:
    return image.failure_reason if image.is_settled else FailureCode.TIMED_OUT
