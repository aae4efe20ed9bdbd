"""Who works on which generation: every unfinished row has one worker, and troubles that pass are waited out.

This process is the only one on its database (the store's file lock sees to that), so a claim is an entry in a dict.
"""

import asyncio
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import BloomError, BotError, SlackRefused, SlackUnavailable
from bot.core.journey import Journey, Overtaken
from bot.core.models import Failure, FailureCode, Generation, GenerationState
from bot.core.ports import Store
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before another try; the last one repeats."""
BLOOM_PATIENCE = timedelta(minutes=10)
"""How long Bloom may be away before the person is told."""
FAULT_LIMIT = 5
"""How many unexpected faults end a generation."""
BEFORE_RESULT = (GenerationState.QUEUED, GenerationState.SUBMITTING, GenerationState.WAITING)


class Engine:
    """Runs journeys side by side, at most `limit` at once."""

    def __init__(self, store: Store, journey: Journey, clock: Clock, tasks: Tasks, *, limit: int = 500) -> None:
        self._store = store
        self._journey = journey
        self._clock = clock
        self._tasks = tasks
        self._working: set[str] = set()
        self._seats = asyncio.Semaphore(limit)
        self._stopping = False

    async def start(self) -> None:
        """Go on with everything that was unfinished when the last process ended."""
        for generation in await self._store.unfinished_generations():
            self.take(generation)

    def take(self, generation: Generation) -> None:
        """Work on this generation, unless somebody does already or it is final."""
        if self._stopping or generation.state.is_final or generation.id in self._working:
            return
        self._working.add(generation.id)
        self._tasks.start(self._work(generation), name=f"generation {generation.id}")

    def stop(self) -> None:
        """Take nothing more; the tasks' owner ends those under way, and the rows say where to go on."""
        self._stopping = True

    async def _work(self, generation: Generation) -> None:
        try:
            async with self._seats:
                await self._bring_to_end(generation)
        except Overtaken:
            log.info("generation overtaken", id=generation.id)
        finally:
            self._working.discard(generation.id)

    async def _bring_to_end(self, generation: Generation) -> None:
        troubles = Troubles(self._clock)
        while not generation.state.is_final:
            try:
                generation = await self._advance(generation, troubles)
            except Overtaken:
                raise
            except Exception as trouble:  # noqa: BLE001 - whatever it was, the row must reach its end
                troubles.met(trouble, generation)
                await self._clock.sleep(troubles.pause)
            else:
                troubles = Troubles(self._clock)

    async def _advance(self, generation: Generation, troubles: "Troubles") -> Generation:
        """Take the next step from the row as it is stored; give up when the troubles of this step are too many."""
        if troubles.count:
            generation = await self._store.generation(generation.id) or generation
        if generation.state.is_final:
            return generation
        failure = troubles.verdict(generation)
        if failure is None:
            return await self._journey.step(generation)
        if generation.state in BEFORE_RESULT and failure.code != FailureCode.SLACK:
            return await self._journey.give_up(generation, failure)
        return await self._journey.close(generation, failure)


class Troubles:
    """What went wrong with one step of a generation, and whether that is enough."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bloom_away_since = clock.now()
        self._last: Exception | None = None
        self.count = 0
        self._faults = 0

    @property
    def pause(self) -> float:
        """Return how many seconds to wait before the next try."""
        return PAUSES[min(self.count, len(PAUSES)) - 1]

    def met(self, trouble: Exception, generation: Generation) -> None:
        """Count and log a trouble."""
        if not isinstance(self._last, BloomError):
            self._bloom_away_since = self._clock.now()
        self.count += 1
        self._last = trouble
        if isinstance(trouble, BotError):
            log.warning("generation held up", id=generation.id, reason=repr(trouble))
        else:
            self._faults += 1
            log.error("generation broke", id=generation.id, exc_info=trouble)

    def verdict(self, generation: Generation) -> Failure | None:
        """Return why to give up, or None to try again."""
        if isinstance(self._last, SlackRefused) and not isinstance(self._last, SlackUnavailable):
            return Failure(FailureCode.SLACK, self._last.error)
        if self._faults >= FAULT_LIMIT:
            return Failure(FailureCode.UNEXPECTED, type(self._last).__name__)
        if isinstance(self._last, BloomError) and self._clock.now() - self._bloom_away_since > BLOOM_PATIENCE:
            waiting = generation.state is GenerationState.WAITING
            return Failure(FailureCode.TIMED_OUT if waiting else FailureCode.UNAVAILABLE, str(self._last))
        return None
