"""The generations under way in this process, each in a task of its own, as many as there is room for.

Room there is only while the lease holds: a row that is written then is this worker's from the first moment.
"""

import asyncio
from collections.abc import Callable

from bot.core.engine.leases import Lease
from bot.core.engine.supervisor import Supervisor
from bot.core.models import Generation
from bot.core.tasks import Tasks, end

LIMIT = 5000
"""Generations under way at once; what is beyond stays in its row until there is room."""


class Engine:
    """Runs generations side by side, at most `limit` at once."""

    def __init__(self, supervisor: Supervisor, lease: Lease, tasks: Tasks, *, limit: int = LIMIT) -> None:
        self._supervisor = supervisor
        self._lease = lease
        self._tasks = tasks
        self._limit = limit
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._awaited: dict[str, asyncio.Event] = {}
        self._is_closed = False
        self._was_full = False
        self._when_room: Callable[[], object] = lambda: None

    @property
    def room(self) -> int:
        """Return how many more generations can be taken now."""
        return self._limit - len(self._at_work) if self._lease.is_held and not self._is_closed else 0

    @property
    def worker_id(self) -> str | None:
        """Return in whose name a row is to be written now; None leaves it to whoever has room next."""
        return self._lease.worker_id if self.room else None

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of what is under way."""
        return frozenset(self._at_work)

    def take(self, generation: Generation) -> None:
        """Work on this generation if it is ours, unless we do already, it is final, or there is no room."""
        is_ours = generation.owner == self._lease.worker_id
        if not is_ours or generation.state.is_final or self.works_on(generation.id) or not self.room:
            return
        work = self._supervisor.bring_to_end(generation, lambda: self._wake(generation.id))
        task = self._at_work[generation.id] = self._tasks.start(work, name=f"generation {generation.id}")
        task.add_done_callback(lambda _: self._ended(generation.id))  # also of one that never came to begin
        self._was_full = self._was_full or not self.room

    def works_on(self, generation_id: str) -> bool:
        """Tell whether this process works on the generation."""
        return generation_id in self._at_work

    async def moved(self, generation_id: str) -> None:
        """Wait until the step is over that the generation is in; not at all when nobody here works on it."""
        if self.works_on(generation_id):
            await self._awaited.setdefault(generation_id, asyncio.Event()).wait()

    async def drop(self, generation_id: str) -> None:
        """End the work on a generation that was cancelled."""
        if self.works_on(generation_id):
            await end([self._at_work[generation_id]])

    async def let_go(self) -> None:
        """End the work on all generations: the rows say where to go on."""
        await end(self._at_work.values())

    async def close(self) -> None:
        """Let go of everything, and take nothing more."""
        self._is_closed = True
        await self.let_go()

    def when_room(self, call: Callable[[], object]) -> None:
        """Call this from now on whenever there is room again after there was none."""
        self._when_room = call

    def _ended(self, generation_id: str) -> None:
        del self._at_work[generation_id]
        self._wake(generation_id)
        if self._was_full and self.room:
            self._was_full = False
            self._when_room()

    def _wake(self, generation_id: str) -> None:
        if awaited := self._awaited.pop(generation_id, None):
            awaited.set()
