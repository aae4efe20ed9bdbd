"""What a fake is asked and what it answers: the part that all scriptable fakes share."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a fake received."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """A scripted answer: what was asked for is done, and the caller sees only the error."""

    error: Exception


class Script:
    """Records calls, holds them at gates, and plays the answers that a test queued."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.watch: Callable[[Call], Awaitable[None]] | None = None
        """Awaited at the beginning of every call, before anything happens."""
        self._answers: defaultdict[str, deque[object]] = defaultdict(deque)
        self._gates: dict[str, asyncio.Event] = {}

    def answer(self, name: str, *answers: object) -> None:
        """Queue what coming calls give (a value), raise (an exception), or do without saying so (a LostAnswer)."""
        self._answers[name].extend(answers)

    def forget(self, name: str) -> None:
        """Drop the answers that are still queued."""
        self._answers[name].clear()

    def hold(self, name: str) -> asyncio.Event:
        """Hold all calls of this name until the event is set."""
        return self._gates.setdefault(name, asyncio.Event())

    def named(self, name: str) -> list[Call]:
        """Return the calls of this name."""
        return [call for call in self.calls if call.name == name]

    def count(self, name: str) -> int:
        """Return how often this was called."""
        return len(self.named(name))

    async def play(self, name: str, act: Callable[[], Any], /, **arguments: Any) -> Any:
        """Receive a call; without a queued answer, ``act`` says what is done and given."""
        call = Call(name, arguments)
        self.calls.append(call)
        if self.watch:
            await self.watch(call)
        if name in self._gates:
            await self._gates[name].wait()
        if not self._answers[name]:
            return act()
        answer = self._answers[name].popleft()
        if isinstance(answer, LostAnswer):
            act()
            raise answer.error
        if isinstance(answer, Exception):
            raise answer
        return answer
