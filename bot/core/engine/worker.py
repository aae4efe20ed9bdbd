"""This process as a worker: alive for as long as it renews its lease, and then only.

At every beat the lease is renewed, and then a round is made for what nobody works on. A worker that cannot renew in
time lets go of everything before somebody else may take it.
"""

import asyncio

import structlog

from bot.core.clock import Clock
from bot.core.engine.engine import Engine
from bot.core.engine.leases import BEAT, Lease
from bot.core.engine.rounds import Rounds
from bot.core.errors import StoreError
from bot.core.journey import Endings
from bot.core.tasks import END_PATIENCE, Tasks, end

log = structlog.get_logger(__name__)


class Worker:
    """Begins, keeps and ends the work of this process."""

    def __init__(
        self, lease: Lease, engine: Engine, rounds: Rounds, endings: Endings, *, clock: Clock, tasks: Tasks
    ) -> None:
        self._lease = lease
        self._engine = engine
        self._rounds = rounds
        self._endings = endings
        self._clock = clock
        self._tasks = tasks
        self._keeper: asyncio.Task[None] | None = None
        self._round: asyncio.Task[None] | None = None
        self._is_over = False

    async def start(self) -> None:
        """Go on with everything that was unfinished when the last process ended. Raises StoreError.

        Before that nothing is taken: it would be handed back with what the last process left, under our hands.
        """
        await self._lease.begin(crashed=True)
        await self._endings.catch_up()
        await self._rounds.claim()

    def keep(self) -> None:
        """Renew the lease from now on, and look at every beat for what nobody works on."""
        self._keeper = self._tasks.start(self._keep(), name="heartbeat")

    async def stop(self) -> None:
        """Take nothing more, end what is under way, and hand it back: the rows say where to go on."""
        if self._is_over:
            return
        self._is_over = True
        await asyncio.gather(self._engine.close(), end(task for task in (self._keeper, self._round) if task))
        try:
            async with asyncio.timeout(END_PATIENCE):
                await self._lease.end()
        except (StoreError, TimeoutError) as exc:
            log.warning("generations could not be handed back", reason=repr(exc))

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(BEAT)
            try:
                await self._beat()
            except StoreError as exc:
                log.warning("lease could not be begun", reason=repr(exc))
            except Exception:
                log.exception("heartbeat broke")
            else:
                self._go_round()

    async def _beat(self) -> None:
        """Renew the lease; let go of everything while that takes too long."""
        renewal = self._tasks.start(self._lease.renew(), name="lease")
        try:
            if not await self._lease.is_in_time(renewal):
                log.error("lease is late, letting go of all generations", count=len(self._engine.ids))
                await asyncio.gather(self._engine.let_go(), end([self._round] if self._round else []))
            await renewal
        finally:
            renewal.cancel()
        if not self._lease.is_held:
            await self._lease.begin()

    def _go_round(self) -> None:
        """Look after the generations beside the heartbeat, which must not wait for that; one round at a time."""
        if self._round is None or self._round.done():
            self._round = self._tasks.start(self._look_around(), name="round")

    async def _look_around(self) -> None:
        await self._rounds.go()
        await self._endings.catch_up()
