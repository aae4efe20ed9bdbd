"""Figures from samples: pure, so that a test can say what each of them means."""

import math
from collections.abc import Iterable, Sequence

from tests.bench.samples import Asked, Sample


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the smallest value that at least this share of all values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def added(samples: Iterable[Sample]) -> list[float]:
    """Return what was added to Bloom's own time, for every delivered image."""
    return [sample.added for sample in samples if sample.added is not None]


def per_window(samples: Sequence[Sample], seconds: float) -> float | None:
    """Return how many images were delivered in a window of so many seconds, in the steady state.

    That is: in whole windows after the first, which starts with an unused budget, and before Bloom accepted the last
    generation, after which nothing competes any more. Without such a window: over everything.
    """
    return _steady([sample.delivered for sample in samples], samples, seconds)


def started_per_window(samples: Sequence[Sample], seconds: float) -> float | None:
    """Return how many generations Bloom accepted in such a window: where results come several in a message."""
    return _steady([sample.started for sample in samples], samples, seconds)


def _steady(moments: Iterable[float | None], samples: Iterable[Sample], seconds: float) -> float | None:
    started = [sample.started for sample in samples if sample.started is not None]
    found = [moment for moment in moments if moment is not None]
    if not started or not found:
        return None
    first, windows = min(started), int((max(started) - min(started)) / seconds)
    if windows < 2:
        return len(found) * seconds / max(seconds, max(found) - first)
    return sum(first + seconds <= moment < first + windows * seconds for moment in found) / (windows - 1)


def refused(asked: Iterable[Asked]) -> int:
    """Return how often Bloom said 429."""
    return sum(request.status == 429 for request in asked)


def overtakings(samples: Iterable[Sample]) -> int:
    """Return how often a request message came after that of a later command of the same person."""
    last: dict[str, float] = {}
    count = 0
    for sample in sorted(samples, key=lambda sample: sample.number):
        if sample.announced is not None:
            count += sample.announced < last.get(sample.person, sample.announced)
            last[sample.person] = max(sample.announced, last.get(sample.person, sample.announced))
    return count


def admitted_before(sample: Sample, asked: Iterable[Asked]) -> int | None:
    """Return how many requests Bloom let in between a request message and its generation: the budget it waited for.

    The last of them is the generation's own, and does not count.
    """
    if sample.started is None or sample.announced is None:
        return None
    admitted = sum(sample.announced < request.at <= sample.started and request.status != 429 for request in asked)
    return max(0, admitted - 1)


def most_in_flight(samples: Iterable[Sample]) -> int:
    """Return how many images Bloom was drawing at once, at most."""
    changes = [
        change
        for sample in samples
        if sample.started is not None and sample.ready is not None
        for change in ((sample.started, 1), (sample.ready, -1))
    ]
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
