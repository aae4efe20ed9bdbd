"""Who is at work on which batch in this process: one conductor a batch, and never two."""

from collections.abc import Callable

from bot.core.batches.conductor import Conductor
from bot.core.tasks import Tasks


class Conductors:
    """The conductors at work in this process, one a batch; ``hire`` returns a new one."""

    def __init__(self, hire: Callable[[str], Conductor], tasks: Tasks) -> None:
        self._hire = hire
        self._tasks = tasks
        self._at_work: dict[str, Conductor] = {}

    def __contains__(self, batch_id: str) -> bool:
        return batch_id in self._at_work

    def attend(self, batch_id: str) -> None:
        """Let somebody work on a batch, and look at once."""
        conductor = self._at_work.get(batch_id)
        if conductor is not None:
            conductor.poke()
            return
        conductor = self._at_work[batch_id] = self._hire(batch_id)
        self._tasks.start(self._conduct(batch_id, conductor), name=f"conduct batch {batch_id}")

    async def _conduct(self, batch_id: str, conductor: Conductor) -> None:
        """Let it work until nobody has poked it: nobody can between that and its leaving."""
        try:
            await conductor.conduct()
            while conductor.is_poked:
                await conductor.conduct()
        finally:
            del self._at_work[batch_id]
