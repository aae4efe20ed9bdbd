"""Telling people how they stand in line: beside the waiting itself, so that a slow Slack holds up nobody's turn."""

import asyncio

import structlog

from bot.core.models import Queue
from bot.core.ports import OnQueue
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

TOLD_FROM = 3.0
"""Seconds of waiting from which on somebody is told about the line."""
PATIENCE = 30.0
"""Seconds of the machine's own time that telling somebody may take."""


class Teller:
    """Tells one waiter's listener the latest news, one after the other; what is overtaken stays untold."""

    def __init__(self, on_queue: OnQueue, tasks: Tasks) -> None:
        self._on_queue = on_queue
        self._tasks = tasks
        self._latest: Queue | None = None
        self._task: asyncio.Task[None] | None = None
        self.ahead: int | None = None
        """How many were ahead when it was told last."""

    def tell(self, queue: Queue) -> None:
        """Tell this when what is being told now is told."""
        self._latest, self.ahead = queue, queue.ahead
        if self._task is None or self._task.done():
            self._task = self._tasks.start(self._run(), name="tell about the line")

    def stop(self) -> None:
        """Tell nothing more."""
        self._latest = None
        if self._task:
            self._task.cancel()

    async def _run(self) -> None:
        while queue := self._latest:
            self._latest = None
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._on_queue(queue)
            except Exception as trouble:  # noqa: BLE001 - it must not fail what they wait for
                log.warning("could not tell about the line", reason=repr(trouble))
