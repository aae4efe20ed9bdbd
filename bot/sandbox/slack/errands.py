"""What Slack does by and by: it answers a call first, and tells the app of the consequences afterwards."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

PATIENCE = 1.0
"""Real seconds that errands are waited for."""


class Errands:
    """Owns the tasks; none outlives the stand-in."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def run(self, errand: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait for what is under way, and for what comes of that, for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._tasks:
                    await asyncio.wait(tuple(self._tasks))

    async def stop(self) -> None:
        """Cancel what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
