"""What just changed in the workspace, for a test that waits and for a page that shows it live."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.listeners import Listeners

ChangeKind = Literal[
    "message.posted",
    "message.changed",
    "message.deleted",
    "ephemeral.posted",
    "ephemeral.changed",
    "ephemeral.deleted",
    "view.opened",
    "view.changed",
    "view.closed",
    "home.published",
    "channel.changed",
]


@dataclass(frozen=True)
class Change:
    """One thing that happened; look it up in the workspace, which already shows it."""

    kind: ChangeKind
    channel_id: str | None = None
    user_id: str | None = None
    ts: str | None = None
    view_id: str | None = None
    thread_ts: str | None = None


class ChangeFeed:
    """Tells callbacks at once and readers in order; a reader that falls behind loses the oldest changes."""

    def __init__(self, backlog: int = 1000) -> None:
        self._backlog = backlog
        self._listeners = Listeners[Change]()
        self._queues: list[asyncio.Queue[Change]] = []

    def tell(self, change: Change) -> None:
        self._listeners.tell(change)
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(change)

    def on_change(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back on every change; return what ends that."""
        return self._listeners.add(callback)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Change]]:
        """Collect changes in a bounded queue for as long as the block lasts."""
        queue: asyncio.Queue[Change] = asyncio.Queue(self._backlog)
        self._queues.append(queue)
        try:
            yield queue
        finally:
            self._queues.remove(queue)

    async def follow(self) -> AsyncGenerator[Change, None]:
        """Yield changes from now on, for ever."""
        with self.listening() as queue:
            while True:
                yield await queue.get()
