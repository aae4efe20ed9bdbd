"""Many callers, one piece of work: whoever asks while an answer is on its way waits for that same answer."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, Generic, TypeVar

from bot.core.tasks import Tasks

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """Runs at most one piece of work a key at a time, as an owned task that a caller's cancellation does not end."""

    def __init__(self, tasks: Tasks, name: str, *, is_vital: bool = False) -> None:
        self._tasks = tasks
        self._name = name
        self._is_vital = is_vital
        self._flights: dict[K, asyncio.Task[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, key: K) -> bool:
        return key in self._flights

    def begin(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Return the flight under way for this key, or start one."""
        flight = self._flights.get(key)
        if flight is None or flight.done():  # one that has just ended knows nothing of what happened since
            flight = self._tasks.start(work(), name=f"{self._name} {key}", is_vital=self._is_vital)
            self._flights[key] = flight
            flight.add_done_callback(partial(self._forget, key))
        return flight

    def _forget(self, key: K, ended: asyncio.Task[T]) -> None:
        if self._flights.get(key) is ended:
            del self._flights[key]

    async def landed(self, key: K) -> BaseException | None:
        """Wait for the flight under way for this key, if there is one, and return what it failed with."""
        flight = self._flights.get(key)
        if flight is None:
            return None
        await asyncio.wait({flight})
        return asyncio.CancelledError() if flight.cancelled() else flight.exception()

    async def join(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the answer of the flight for this key, started now if none is under way."""
        return await asyncio.shield(self.begin(key, work))
