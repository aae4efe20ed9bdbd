"""How one generation is brought to its end: step by step, and through the troubles that come in between.

What may pass is waited out; what does not pass, or nobody understands, ends the generation with a reason.
"""

import random
from collections.abc import Callable

import structlog

from bot.core.clock import Clock
from bot.core.engine.faults import Faults
from bot.core.engine.troubles import FAULT_LIMIT, Chance, Troubles
from bot.core.errors import LeaseLost
from bot.core.journey import Endings, Journey, Overtaken
from bot.core.models import Generation, GenerationState
from bot.core.ports import Store

log = structlog.get_logger(__name__)

ORDER = {state: number for number, state in enumerate(GenerationState)}


class Supervisor:
    """Takes the steps of a generation until it has ended, or is somebody else's."""

    def __init__(
        self,
        store: Store,
        journey: Journey,
        endings: Endings,
        faults: Faults,
        clock: Clock,
        *,
        chance: Chance = random.random,
    ) -> None:
        self._store = store
        self._journey = journey
        self._endings = endings
        self._faults = faults
        self._clock = clock
        self._chance = chance

    async def bring_to_end(self, generation: Generation, stepped: Callable[[], None]) -> None:
        """Bring a generation to its end; ``stepped`` is called after each step, whether it went well or not."""
        try:
            await self._persevere(generation, stepped)
        except (Overtaken, LeaseLost) as reason:
            log.info("generation let go", id=generation.id, reason=repr(reason))
            if isinstance(reason, Overtaken):  # by a wish to cancel, perhaps, that only now could be fulfilled
                self._endings.tell(generation.id)
        finally:
            self._faults.forget(generation)

    async def _persevere(self, generation: Generation, stepped: Callable[[], None]) -> None:
        troubles = Troubles(self._clock, self._chance)
        while not generation.state.is_final:
            try:
                generation = await self._on_record(generation, troubles) if troubles.count else generation
                before = generation
                generation = await self._advance(generation, troubles)
            except (Overtaken, LeaseLost):
                raise
            except Exception as trouble:  # noqa: BLE001 - whatever it was, the row must reach its end
                if troubles.met(trouble, generation):
                    await self._faults.count(generation)
                stepped()
                await self._clock.sleep(troubles.pause)
            else:
                stepped()
                if _fell_back(generation, before):
                    troubles.eased()
                else:
                    troubles = Troubles(self._clock, self._chance)

    async def _advance(self, generation: Generation, troubles: Troubles) -> Generation:
        """Take the next step; give up when the troubles of this step are too many."""
        if generation.state.is_final:
            return generation
        failure = troubles.verdict(generation)
        if failure is None:
            return await self._faults.clear(await self._journey.step(generation))
        if generation.state.is_before_result:  # what could not be announced can still be told by direct message
            return await self._endings.give_up(generation, failure)
        is_told = generation.faults <= FAULT_LIMIT  # telling may be what the bot dies of
        return await self._endings.close(generation, failure, is_told=is_told)

    async def _on_record(self, generation: Generation, troubles: Troubles) -> Generation:
        """Return the generation as it is on record after a trouble.

        What surely came to nothing needs no look for what it left, for which the bot might have to join a channel.
        """
        row = await self._store.generation(generation.id)
        if row is None:
            raise Overtaken(generation.id)
        if not row.state.is_final and row.owner != generation.owner:
            raise LeaseLost(generation.id)
        return row if troubles.left_nothing else row.as_found()


def _fell_back(generation: Generation, before: Generation) -> bool:
    """Whether a step led to an earlier state, and not on to the next order of a set."""
    return ORDER[generation.state] < ORDER[before.state] and len(generation.yields) <= len(before.yields)
