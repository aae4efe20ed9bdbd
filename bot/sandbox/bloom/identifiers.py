"""Ids that look random and are not: the same seed gives the same ids, and each has its place in line."""

import itertools
import random
import uuid


class Identifiers:
    """A source of UUIDs with ascending sequence numbers, which are the order of everything."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._sequence = itertools.count(1)

    def uuid(self) -> str:
        """Return a fresh UUID."""
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def next(self) -> tuple[str, int]:
        """Return a fresh UUID and its sequence number."""
        return self.uuid(), next(self._sequence)
