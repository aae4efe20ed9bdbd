"""How fast the rows of a batch are at present, and how long the others take at that rate."""

from collections import deque

PACE_WINDOW = 90.0
"""Seconds whose rate counts as the present one."""
PACE_AFTER = 10.0
"""Seconds before which no rate can be told."""


class Pace:
    """How fast rows come to their end at present, in seconds of one clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, now: float, settled: int) -> None:
        """Note how many rows have come to their end by now."""
        if self._marks and settled < self._marks[-1][1]:
            self._marks.clear()  # another round
        if not self._marks or settled > self._marks[-1][1]:
            self._marks.append((now, settled))
        while len(self._marks) > 1 and now - self._marks[1][0] >= PACE_WINDOW:
            self._marks.popleft()

    def seconds_left(self, now: float, left: int) -> float | None:
        """Return how long so many more rows take at this rate; None when nobody can tell."""
        if not self._marks or now - self._marks[0][0] < PACE_AFTER:
            return None
        done = self._marks[-1][1] - self._marks[0][1]
        is_moving = done > 0 and now - self._marks[-1][0] < PACE_WINDOW
        return left * (now - self._marks[0][0]) / done if is_moving else None
