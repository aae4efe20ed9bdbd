"""Who works on which generation: every unfinished row has one worker, and troubles that pass are waited out.

A generation that this process writes is its worker's from the first moment; what nobody has, or a worker whose lease
has ended, is claimed at the start and at every beat of the lease. A worker that cannot renew its lease in time lets
go of everything before somebody else may take it.
"""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import LeaseLost, SlackUnavailable, StoreError
from bot.core.journey import Journey, Overtaken
from bot.core.leases import BEAT, Lease
from bot.core.models import FailureCode, Generation, GenerationState
from bot.core.ports import Store
from bot.core.retrying import after_pauses
from bot.core.tasks import Tasks
from bot.core.troubles import FAULT_LIMIT, PAUSES, Chance, Troubles

log = structlog.get_logger(__name__)

LIMIT = 5000
"""Generations under way at once; what is beyond stays in its row until there is room."""
PAGE = 200
"""Generations claimed at once."""
END_PATIENCE = 3.0
"""Real seconds that the end of the process waits for the database to take everything back."""
STALE_FOR = timedelta(days=1)
"""How long after its end a request message is still brought up to it."""
ORDER = {state: number for number, state in enumerate(GenerationState)}
BEFORE_RESULT = (GenerationState.QUEUED, GenerationState.SUBMITTING, GenerationState.WAITING)


class Engine:
    """Runs journeys side by side, at most `limit` at once."""

    def __init__(
        self,
        store: Store,
        journey: Journey,
        lease: Lease,
        clock: Clock,
        tasks: Tasks,
        *,
        limit: int = LIMIT,
        chance: Chance = random.random,
    ) -> None:
        self._store = store
        self._journey = journey
        self._lease = lease
        self._clock = clock
        self._tasks = tasks
        self._limit = limit
        self._chance = chance
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._awaited: dict[str, asyncio.Event] = {}
        self._suspects: set[str] = set()
        """Claimed with a fault on record: any of them may be what the last process died of."""
        self._unattended: frozenset[str] = frozenset()
        """Ours on record, and nobody was at work on it at the last beat."""
        self._claiming = asyncio.Lock()
        self._is_open = False
        self._is_over = False
        self._was_full = False
        self._keeper: asyncio.Task[None] | None = None
        self._round: asyncio.Task[None] | None = None

    @property
    def worker_id(self) -> str | None:
        """Return in whose name a row is to be written now; None leaves it to whoever has room next."""
        return self._lease.worker_id if self._has_room else None

    async def start(self) -> None:
        """Go on with everything that was unfinished when the last process ended. Raises StoreError.

        Before that nothing is taken: it would be handed back with what the last process left, under our hands.
        """
        await self._lease.begin(crashed=True)
        self._is_open = not self._is_over
        for generation in await self._store.stale_ends(self._clock.now() - STALE_FOR, limit=PAGE):
            self.tell(generation)
        await self._claim()

    def keep(self) -> None:
        """Renew the lease from now on, and look at every beat for what nobody works on."""
        self._keeper = self._tasks.start(self._keep(), name="heartbeat")

    def take(self, generation: Generation) -> None:
        """Work on this generation if it is ours, unless we do already or it is final."""
        is_ours = generation.owner == self._lease.worker_id
        if not is_ours or generation.state.is_final or generation.id in self._at_work:
            return
        if not self._has_room:
            self._unattended |= {generation.id}
            return
        work = self._tasks.start(self._work(generation), name=f"generation {generation.id}")
        self._at_work[generation.id] = work
        self._was_full = self._was_full or len(self._at_work) >= self._limit

    @property
    def _has_room(self) -> bool:
        return self._is_open and len(self._at_work) < self._limit

    def works_on(self, generation_id: str) -> bool:
        """Tell whether this process works on the generation."""
        return generation_id in self._at_work

    async def moved(self, generation_id: str) -> None:
        """Wait until the step is over that the generation is in; not at all when nobody here works on it."""
        if generation_id in self._at_work:
            await self._awaited.setdefault(generation_id, asyncio.Event()).wait()

    async def drop(self, generation_id: str) -> None:
        """End the work on a generation that was cancelled."""
        await _ended([self._at_work[generation_id]] if generation_id in self._at_work else [])

    def tell(self, generation: Generation) -> None:
        """Let the request message say how the generation ended."""
        again = after_pauses(self._clock, PAUSES, when=lambda error: isinstance(error, SlackUnavailable))
        self._tasks.start(again(self._journey.tell_end, generation), name=f"end of generation {generation.id}")

    async def stop(self) -> None:
        """Take nothing more, end what is under way, and hand it back: the rows say where to go on."""
        if self._is_over:
            return
        self._is_open, self._is_over = False, True
        await _ended([task for task in (self._keeper, self._round) if task], self._at_work.values())
        try:
            async with asyncio.timeout(END_PATIENCE):
                await self._lease.end()
        except (StoreError, TimeoutError) as exc:
            log.warning("generations could not be handed back", reason=repr(exc))

    async def _keep(self) -> None:
        while True:
            suspects = set(self._suspects)
            await self._clock.sleep(BEAT)
            try:
                await self._beat()
            except StoreError as exc:
                log.warning("lease could not be begun", reason=repr(exc))
            except Exception:
                log.exception("heartbeat broke")
            else:
                self._go_round(suspects)

    async def _beat(self) -> None:
        """Renew the lease; let go of everything while that takes too long."""
        renewal = self._tasks.start(self._lease.renew(), name="lease")
        try:
            if not await self._lease.is_in_time(renewal):
                log.error("lease is late, letting go of all generations", count=len(self._at_work))
                self._is_open = False
                await _ended([self._round] if self._round else [], self._at_work.values())
            await renewal
        finally:
            renewal.cancel()
        if not self._is_open:
            await self._lease.begin()
            self._is_open = not self._is_over

    def _go_round(self, suspects: set[str]) -> None:
        """Look after the generations beside the heartbeat, which must not wait for that; one round at a time."""
        if self._round is None or self._round.done():
            self._round = self._tasks.start(self._look_after(suspects), name="round")

    async def _look_after(self, suspects: set[str]) -> None:
        try:
            await self._claim()
            await self._attend()
            await self._forgive(suspects)
        except StoreError as exc:
            log.warning("no generation could be claimed", reason=repr(exc))

    async def _attend(self) -> None:
        """Take up what is ours on record at two beats and nobody is at work on, however it came to that."""
        unattended = await self._store.owned_ids(self._lease.worker_id) - self._at_work.keys()
        found, self._unattended = unattended & self._unattended, unattended
        for generation_id in found:
            if not self._has_room:
                return
            with suppress(StoreError):  # a row that cannot be read was logged when it was claimed
                row = await self._store.generation(generation_id)
                if row is not None:
                    self.take(_found(row))

    async def _claim(self) -> None:
        """Take on what nobody has, oldest first, as far as there is room."""
        async with self._claiming:
            while self._is_open and (room := min(PAGE, self._limit - len(self._at_work))) > 0:
                claimed = await self._store.claim_generations(self._lease.worker_id, now=self._clock.now(), limit=room)
                self._suspects.update(generation.id for generation in claimed if generation.faults)
                for generation in claimed:
                    self.take(_found(generation))
                if not claimed:
                    return

    async def _work(self, generation: Generation) -> None:
        try:
            await self._bring_to_end(generation)
        except (Overtaken, LeaseLost) as reason:
            log.info("generation let go", id=generation.id, reason=repr(reason))
        finally:
            self._at_work.pop(generation.id, None)
            self._suspects.discard(generation.id)
            self._wake(generation)
            if self._was_full and self._is_open and not self._claiming.locked():
                self._was_full = False
                self._tasks.start(self._claim(), name="claim")

    def _wake(self, generation: Generation) -> None:
        if awaited := self._awaited.pop(generation.id, None):
            awaited.set()

    async def _bring_to_end(self, generation: Generation) -> None:
        troubles = Troubles(self._clock, self._chance)
        while not generation.state.is_final:
            try:
                generation = await self._again(generation) if troubles.count else generation
                before = generation.state
                generation = await self._advance(generation, troubles)
            except (Overtaken, LeaseLost):
                raise
            except Exception as trouble:  # noqa: BLE001 - whatever it was, the row must reach its end
                if troubles.met(trouble, generation):
                    await self._count_fault(generation)
                self._wake(generation)
                await self._clock.sleep(troubles.pause)
            else:
                self._wake(generation)
                if ORDER[generation.state] < ORDER[before]:
                    troubles.eased()
                else:
                    troubles = Troubles(self._clock, self._chance)

    async def _advance(self, generation: Generation, troubles: Troubles) -> Generation:
        """Take the next step; give up when the troubles of this step are too many."""
        if generation.state.is_final:
            return generation
        failure = troubles.verdict(generation)
        if failure is None:
            return await self._cleared(await self._journey.step(generation))
        if generation.state in BEFORE_RESULT and failure.code != FailureCode.SLACK:
            return await self._journey.give_up(generation, failure)
        if generation.faults > FAULT_LIMIT:  # telling may be what the bot dies of
            return await self._journey.close(generation, failure)
        return await self._journey.close(generation, failure, is_shown=not troubles.is_slack_away, is_told_later=True)

    async def _again(self, generation: Generation) -> Generation:
        """Return the generation as it is on record after a trouble."""
        row = await self._store.generation(generation.id)
        if row is None:
            raise Overtaken(generation.id)
        if not row.state.is_final and row.owner != generation.owner:
            raise LeaseLost(generation.id)
        return _found(row)

    async def _count_fault(self, generation: Generation) -> None:
        self._suspects.discard(generation.id)
        with suppress(StoreError):  # it counts in memory as well
            await self._store.count_fault(self._lease.worker_id, generation.id)

    async def _cleared(self, generation: Generation) -> Generation:
        """Clear the faults of a state that was left in order or gone through once more without one."""
        if not generation.faults:
            return generation
        await self._store.forgive(self._lease.worker_id, [generation.id])
        return generation.but(faults=0)

    async def _forgive(self, suspects: set[str]) -> None:
        """Clear what was counted against generations that did no harm from one beat to the next."""
        if innocent := suspects & self._suspects:
            await self._store.forgive(self._lease.worker_id, innocent)
            self._suspects -= innocent


def _found(generation: Generation) -> Generation:
    """Return a generation that was not made just now: its request message may stand already."""
    return generation.but(attempts=max(generation.attempts, 1))


async def _ended(*work: Iterable[asyncio.Task[None]]) -> None:
    tasks = [task for some in work for task in some]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=END_PATIENCE)
