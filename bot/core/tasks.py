"""Background work with an owner: no task of the bot runs unreferenced, and none outlives `stop`."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

import structlog

from bot.core.errors import BotError

log = structlog.get_logger(__name__)

END_PATIENCE = 3.0
"""Real seconds that whoever ends something waits for it to have ended."""
VITAL_PATIENCE = 3.0
"""Real seconds that vital work is given to come to its own end."""


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait a while until they have ended."""
    tasks = tuple(tasks)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=END_PATIENCE)


async def together(*works: Coroutine[Any, Any, object]) -> None:
    """Do works at once and leave none behind: when one fails, the others are ended, and what it failed of is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


class Tasks:
    """A set of tasks that log what they die of and end when their owner ends."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._vital: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, Any], *, name: str, is_vital: bool = False) -> asyncio.Task[Any]:
        """Run the work beside the caller; a failure is logged under the name.

        Vital is what would lose something for good if it were cut off, such as a token that no one else has yet.
        """
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        if is_vital:
            self._vital.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        self._vital.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BotError):
            log.warning("background work failed", task=task.get_name(), reason=repr(error))
        elif error is not None:
            log.error("background work broke", task=task.get_name(), exc_info=error)

    async def stop(self) -> None:
        """Cancel what still runs, what is vital only after a while, and wait until all of it has ended."""
        while ordinary := self._running - self._vital:
            await _ended_at_once(ordinary)
        with suppress(TimeoutError):
            async with asyncio.timeout(VITAL_PATIENCE):
                while self._vital:
                    await asyncio.wait(self._vital)
        while self._running:
            await _ended_at_once(self._running.copy())


async def _ended_at_once(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
