"""One line of the table each: a figure of an outcome, how it is written, and whether ours reaches its target."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.bench import figures
from tests.bench.contestants import OURS
from tests.bench.samples import Outcome, Sample

MEGABYTE = 1024 * 1024
Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Measure:
    """``figure`` is None where there is nothing to measure; ``holds`` compares ours, given everybody's outcomes."""

    name: str
    figure: Callable[[Outcome], float | None]
    write: Callable[[float, Outcome], str]
    target: str = ""
    holds: Callable[[float, Outcomes], bool] | None = None

    def shown(self, outcome: Outcome) -> str:
        value = self.figure(outcome)
        return "—" if value is None else self.write(value, outcome)

    def verdict(self, ours: Outcome, everybody: Outcomes) -> bool | None:
        """Return whether our figure reaches its target; None where there is none."""
        if self.holds is None:
            return None
        value = self.figure(ours)
        return value is not None and self.holds(value, everybody)


def acked() -> Measure:
    return Measure(
        "answered within 3 s",
        lambda outcome: sum(sample.is_acked for sample in outcome.samples),
        lambda value, outcome: f"{value:g} of {len(outcome.samples)}",
        "all",
        lambda value, everybody: value == len(everybody[OURS.name].samples),
    )


def delivered() -> Measure:
    """Return how many images arrived; one that arrived twice, or was paid twice, is told and misses the target."""

    def write(value: float, outcome: Outcome) -> str:
        told = sum(sample.reported is not None for sample in outcome.samples)
        twice = sum(sample.replies > 1 for sample in outcome.samples)
        notes = [
            f"{told} told of a failure" if told else "",
            f"{twice} answered twice" if twice else "",
            f"{outcome.paid} paid" if outcome.paid > len(outcome.delivered) else "",
        ]
        return ", ".join([f"{value:g} of {len(outcome.samples)}", *filter(None, notes)])

    def holds(value: float, everybody: Outcomes) -> bool:
        ours = everybody[OURS.name]
        return value == len(ours.samples) == ours.paid and all(sample.replies == 1 for sample in ours.samples)

    return Measure("delivered", lambda outcome: len(outcome.delivered), write, "all, once", holds)


def added_time(share: float, *, at_most: float | None = None) -> Measure:
    return _seconds(
        f"added to Bloom's time, p{100 * share:g}",
        lambda outcome: figures.percentile(figures.added(outcome.samples), share),
        at_most,
    )


def acks(share: float, *, at_most: float | None = None) -> Measure:
    def figure(outcome: Outcome) -> float | None:
        seconds = [sample.ack_seconds for sample in outcome.samples if sample.ack_seconds is not None]
        return figures.percentile(seconds, share)

    return _seconds(f"time to the answer, p{100 * share:g}", figure, at_most, needs_all=False)


def cpu_each(*, no_more_than: str | None = None) -> Measure:
    """Return CPU for every delivered image, and in all."""

    def figure(outcome: Outcome) -> float | None:
        return outcome.usage.cpu / len(outcome.delivered) if outcome.usage and outcome.delivered else None

    def write(value: float, outcome: Outcome) -> str:
        return f"{1000 * value:.1f} ms ({outcome.usage.cpu:.1f} s)" if outcome.usage else "—"

    def holds(value: float, everybody: Outcomes) -> bool:
        peer = figure(everybody[no_more_than or ""]) if no_more_than in everybody else None
        return peer is not None and value <= peer and _complete(everybody)

    name = "CPU for an image (for all)"
    return Measure(name, figure, write, *((f"≤ {no_more_than}", holds) if no_more_than else ()))


def memory(*, at_most: int | None = None) -> Measure:
    def figure(outcome: Outcome) -> float | None:
        return outcome.usage.peak if outcome.usage else None

    return Measure("memory at its peak", figure, lambda value, _: _megabytes(value), *_ceiling(at_most, _megabytes))


def windows(seconds: float, *, at_least: float, of: int) -> Measure:
    return Measure(
        f"images in {seconds:g} s, steady",
        lambda outcome: figures.per_window(outcome.samples, seconds),
        lambda value, _: f"{value:.0f}",
        f"≥ {at_least:g} of {of}",
        lambda value, _: value >= at_least,
    )


def generations(seconds: float, *, at_least: float, of: int) -> Measure:
    return Measure(
        f"generations in {seconds:g} s, steady",
        lambda outcome: figures.started_per_window(outcome.samples, seconds),
        lambda value, _: f"{value:.0f}",
        f"≥ {at_least:g} of {of}",
        lambda value, _: value >= at_least,
    )


def refusals() -> Measure:
    return Measure(
        "429s from Bloom",
        lambda outcome: figures.refused(outcome.asked),
        lambda value, _: f"{value:g}",
        "none",
        lambda value, _: value == 0,
    )


def slack_refusals() -> Measure:
    return Measure(
        "429s from Slack",
        lambda outcome: outcome.too_fast,
        lambda value, _: f"{value:g}",
        "none",
        lambda value, _: value == 0,
    )


def order() -> Measure:
    """Return how many request messages stand in the channel behind that of a later command of the same person."""
    return Measure(
        "overtaken by a later command of theirs",
        lambda outcome: figures.overtakings(outcome.samples),
        lambda value, _: f"{value:g}",
        "none",
        lambda value, everybody: value == 0 and _complete(everybody),
    )


def a_minute() -> Measure:
    """Return images a minute, from the first command to the last reply."""

    def figure(outcome: Outcome) -> float | None:
        ends = [sample.delivered for sample in outcome.samples if sample.delivered is not None]
        return len(ends) * 60 / (max(ends) - min(sample.sent for sample in outcome.samples)) if ends else None

    return Measure("images a minute", figure, lambda value, _: f"{value:.0f}")


def singles(person: str, requests_a_second: float, *, at_most: float) -> tuple[Measure, Measure]:
    """Return how long somebody's single requests waited while batches ran: in budget, which is fair, and in seconds."""

    def of_theirs(outcome: Outcome, waits: Callable[[Sample], float | None]) -> float:
        found = [waits(sample) for sample in outcome.samples if sample.person == person]
        return max((math.inf if wait is None else wait for wait in found), default=math.inf)

    def budget(outcome: Outcome) -> float:
        return of_theirs(outcome, lambda sample: figures.admitted_before(sample, outcome.asked)) / requests_a_second

    def wall(outcome: Outcome) -> float:
        return of_theirs(outcome, lambda sample: sample.waited)

    def write(value: float) -> str:
        return "some never started" if math.isinf(value) else f"{value:.1f} s"

    return (
        Measure(
            "longest wait of a single, in budget",
            budget,
            lambda value, _: write(value),
            f"≤ {at_most:g} s",
            lambda value, _: value <= at_most,
        ),
        Measure("longest wait of a single, by the clock", wall, lambda value, _: write(value)),
    )


def in_flight(count: int) -> Measure:
    return Measure(
        "in flight at once",
        lambda outcome: figures.most_in_flight(outcome.samples),
        lambda value, _: f"{value:g}",
        f"{count}",
        lambda value, _: value >= count,
    )


def stand_ins() -> Measure:
    """Return what the stand-ins took themselves: their lateness counts as the bot's."""
    return Measure(
        "(stand-ins: of a core, late at p99)",
        lambda outcome: outcome.stand_in_share,
        lambda value, outcome: f"{100 * value:.0f} %, {1000 * outcome.stand_in_lag:.0f} ms",
    )


def _seconds(
    name: str, figure: Callable[[Outcome], float | None], at_most: float | None, *, needs_all: bool = True
) -> Measure:
    ceiling = _ceiling(at_most, _duration, needs_all=needs_all)
    return Measure(name, figure, lambda value, _: _duration(value), *ceiling)


def _ceiling(
    at_most: float | None, write: Callable[[float], str], *, needs_all: bool = True
) -> tuple[()] | tuple[str, Callable[[float, Outcomes], bool]]:
    if at_most is None:
        return ()
    return f"≤ {write(at_most)}", lambda value, everybody: value <= at_most and (not needs_all or _complete(everybody))


def _complete(everybody: Outcomes) -> bool:
    """Return whether ours delivered everything: to be fast or small by leaving something out does not count."""
    ours = everybody[OURS.name]
    return len(ours.delivered) == len(ours.samples)


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _megabytes(size: float) -> str:
    return f"{size / MEGABYTE:.0f} MB"
