"""Bloom's rate limit, and standing in line for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """How a generation stands in line for Bloom's rate limit.

    ``ahead`` generations go before it; ``seconds`` is an honest estimate of how long it takes until its turn.
    """

    ahead: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many ``requests`` in any window of so many ``seconds``, for each credential."""

    requests: int
    seconds: float
