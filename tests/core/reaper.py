"""Death of the process at a chosen moment: before something is done outside or written down, or just after it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from tests.core.world import World

WRITES = ("save_batch", "add_generation", "save_generation", "add_showings", "take_back_queued")


class Reaper:
    """Stops whoever comes to one moment, of this process alone; ``moments`` are all that were passed, in their order.

    A moment is the name of a call of Bloom's, Slack's or the database's with its number, "before" or "after".
    """

    def __init__(self, world: World, moment: tuple[str, int, str] | None = None) -> None:
        self.moments: list[tuple[str, int, str]] = []
        self.has_come = asyncio.Event()
        self._moment = moment
        self._numbers: dict[str, itertools.count[int]] = {}
        for script in (world.bloom.script, world.messenger.script, world.packing.script):
            self._haunt(script, "play", lambda call: str(call[0]))
        for name in WRITES:
            self._haunt(world.store, name, lambda _, name=name: name)  # type: ignore[misc]

    def _haunt(self, victim: Any, method: str, name_of: Callable[[tuple[Any, ...]], str]) -> None:
        act: Callable[..., Awaitable[Any]] = getattr(victim, method)

        async def haunted(*args: Any, **fields: Any) -> Any:
            name = name_of(args)
            number = next(self._numbers.setdefault(name, itertools.count(1)))
            await self._pass((name, number, "before"))
            done = await act(*args, **fields)
            await self._pass((name, number, "after"))
            return done

        setattr(victim, method, haunted)

    async def _pass(self, moment: tuple[str, int, str]) -> None:
        if self.has_come.is_set():
            return
        self.moments.append(moment)
        if moment == self._moment:
            self.has_come.set()
            await asyncio.Event().wait()
