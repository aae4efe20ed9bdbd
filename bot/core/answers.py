"""What somebody outside said a while ago, so that the same is not asked with every page, press and letter typed."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.clock import Clock

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T
    at: float


class Answers(Generic[K, T]):
    """Answers that are taken for true for ``keep_for`` seconds; with more than ``limit``, the oldest goes."""

    def __init__(self, clock: Clock, limit: int, *, keep_for: float) -> None:
        self._clock = clock
        self._limit = limit
        self._keep_for = keep_for
        self._known: dict[K, _Answer[T]] = {}

    def get(self, key: K, *, younger_than: float | None = None) -> T | None:
        """Return an answer that still holds, or nothing if it is not ``younger_than`` so many seconds."""
        answer = self._known.get(key)
        return answer.value if answer and self._age(answer) < (younger_than or self._keep_for) else None

    def put(self, key: K, value: T) -> T:
        """Remember an answer, and return it."""
        self.forget(key)
        self._known[key] = _Answer(value, self._clock.monotonic())
        if len(self._known) > self._limit:
            del self._known[next(iter(self._known))]
        return value

    def forget(self, key: K) -> None:
        """Ask anew."""
        self._known.pop(key, None)

    def _age(self, answer: _Answer[T]) -> float:
        return self._clock.monotonic() - answer.at
