"""The request limit: so many in any window of so many seconds, per credential, refused ones included.

A credential is a key, or what a person granted an app: the tokens of a grant share one limit, so that refreshing them
gives nobody more. Bloom does not say how it counts; this is the stricter way.
"""

from collections import defaultdict, deque

from bot.core.clock import Clock

RateLimit = tuple[int, float]


class SlidingWindow:
    """Counts requests by credential; a held request counts once, when it arrives."""

    def __init__(self, clock: Clock, limit: RateLimit | None) -> None:
        self._clock = clock
        self.limit = limit
        self.latest: str | None = None
        self._arrivals: defaultdict[str, deque[float]] = defaultdict(deque)

    def admits(self, credential: str) -> bool:
        """Count one request and tell whether it is within the limit."""
        self.latest = credential
        if self.limit is None:
            return True
        requests, seconds = self.limit
        now, arrivals = self._clock.monotonic(), self._arrivals[credential]
        arrivals.append(now)
        while arrivals[0] <= now - seconds or len(arrivals) > requests + 1:
            arrivals.popleft()
        return len(arrivals) <= requests

    def left(self, credential: str) -> int | None:
        """Return how many requests would be admitted now, without counting one; None where there is no limit."""
        if self.limit is None:
            return None
        requests, seconds = self.limit
        since = self._clock.monotonic() - seconds
        arrivals = self._arrivals.get(credential, ())
        return max(0, requests - sum(arrived > since for arrived in arrivals))
