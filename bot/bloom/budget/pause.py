"""What a 429 does: everybody on the credential stops, then one request goes ahead to see whether it is over.

It happens though we count exactly, because the same credential can be used elsewhere, so nobody is told: whoever was
refused stands in line again.
"""

import random

from bot.bloom.budget.window import Slot

FIRST = 2.0
"""Seconds of a pause when Bloom does not say; doubled from time to time, up to a quarter of the window."""
LONGEST_WINDOWS = 2
"""Windows after which it is looked again, whatever Bloom said."""
JITTER = 0.2
"""How much longer a pause may be by chance, so that several bots on one credential do not come back as one."""
SCOUT_PATIENCE = 5.0
"""Seconds after which nobody waits for the answer of the one that went ahead."""


class Pause:
    """Whether anybody may go now."""

    def __init__(self, window_seconds: float, rng: random.Random) -> None:
        self._window = window_seconds
        self._rng = rng
        self._until = 0.0
        self._strikes = 0
        self._scout: Slot | None = None

    def until(self, now: float) -> float:
        """Return the moment from which on somebody may go: now, or later."""
        return max(now, self._until)

    def begin(self, now: float, refused: Slot, retry_after: float | None) -> float:
        """Stop everybody and return for how many seconds; zero when they have stopped already."""
        if now < self._until and refused is not self._scout:
            return 0.0  # sent before the pause began
        first = min(FIRST, self._window / 4)
        usual = min(first * 2.0**self._strikes, self._window / 4)
        asked = usual if retry_after is None else min(retry_after, LONGEST_WINDOWS * self._window)
        seconds = asked + self._rng.uniform(0, JITTER) * max(asked, first)
        self._until = now + seconds
        self._strikes = min(self._strikes + 1, 10)
        self._scout = None
        return seconds

    def took(self, slot: Slot, now: float) -> None:
        """Let the first that goes after a pause go alone."""
        if self._strikes and self._scout is None:
            self._scout = slot
            self._until = now + SCOUT_PATIENCE

    def answered(self, slot: Slot) -> None:
        """Let everybody go when the scout came through."""
        if slot is self._scout:
            self._until = 0.0
            self._strikes = 0
            self._scout = None

    def given_back(self, slot: Slot) -> None:
        """Let somebody else go ahead when the scout stayed at home, or its answer is not waited for."""
        if slot is self._scout:
            self._until = 0.0
            self._scout = None
