"""The rows: what each asks of a bot, what it measures, and what we aim at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tests.bench.contestants import NAIVE_ASYNC, NAIVE_SYNC
from tests.bench.load import Load
from tests.bench.measures import (
    Measure,
    a_minute,
    acked,
    acks,
    added_time,
    cpu_each,
    delivered,
    generations,
    in_flight,
    memory,
    order,
    refusals,
    singles,
    slack_refusals,
    stand_ins,
    windows,
)
from tests.bench.samples import Command

PEOPLE = tuple(f"Person{number}" for number in range(20))
BATCH, OTHER_BATCH, SINGLE = "Batch", "Otherbatch", "Single"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. ``not_run`` says of a contestant why it makes no sense to run it."""

    number: int
    title: str
    load: Load
    measures: tuple[Measure, ...]
    patience: dict[str, float] = field(default_factory=dict)
    """Seconds for contestants that would take a multiple of everybody's time to fail."""
    not_run: dict[str, str] = field(default_factory=dict)

    def load_of(self, contestant: str) -> Load:
        return replace(self.load, patience=self.patience.get(contestant, self.load.patience))


def evenly(count: int, seconds: float, people: Sequence[str] = PEOPLE, start: float = 0.0) -> list[Command]:
    """Return so many commands over so many seconds, by these people in turn."""
    return [Command(start + n * seconds / count, people[n % len(people)]) for n in range(count)]


def burst(*, quick: bool) -> Row:
    count, seconds, images_take = (12, 0.5, (0.2, 0.4)) if quick else (200, 5.0, (5.0, 15.0))
    load = Load(tuple(evenly(count, seconds)), images_take, patience=2 * images_take[1], paced=not quick)
    return Row(
        1,
        f"Burst: {count} commands in {seconds:g} s, images take {_range(images_take)}, no limit",
        load,
        (
            acked(),
            delivered(),
            added_time(0.5),
            added_time(0.99, at_most=0.150),
            cpu_each(no_more_than=NAIVE_ASYNC.name),
            memory(),
            stand_ins(),
        ),
        patience={NAIVE_SYNC.name: 1.2 * images_take[1]},
    )


def saturation(*, quick: bool) -> Row:
    """Two batches of commands and now and then one of somebody else's, five times as many as the limit lets in."""
    limit, images_take, scale = ((12, 1.2), (0.1, 0.3), 0.1) if quick else ((120, 12.0), (1.0, 3.0), 1.0)
    batch, other, alone = (20, 7, 3) if quick else (300, 290, 10)
    commands = [
        *evenly(batch, 12.0 * scale, (BATCH,)),
        *evenly(other, 12.0 * scale, (OTHER_BATCH,), start=12.0 * scale),
        *evenly(alone, 30.0 * scale, (SINGLE,), start=6.0 * scale),
    ]
    load = Load(
        tuple(sorted(commands, key=lambda command: command.at)),
        images_take,
        rate_limit=limit,
        second=limit[1] / 60,
        patience=50.0 * scale + 2,
        paced=not quick,
    )
    requests, seconds = limit
    return Row(
        2,
        f"Saturation: {len(commands)} generations, limit {requests} requests in {seconds:g} s "
        f"(a minute scaled to {seconds:g} s, images take {_range(images_take)})",
        load,
        (
            delivered(),
            windows(seconds, at_least=requests * 110 / 120, of=requests),
            refusals(),
            *singles(SINGLE, requests / 60, at_most=2.0),
            stand_ins(),
        ),
        patience={NAIVE_SYNC.name: 1.0},
    )


def in_flight_at_once(*, quick: bool) -> Row:
    count, seconds, takes = (20, 0.4, 1.0) if quick else (3000, 40.0, 70.0)
    load = Load(tuple(evenly(count, seconds)), (takes, takes), patience=takes + 15, paced=not quick)
    return Row(
        3,
        f"In flight: {count} images that take {takes:g} s, ordered within {seconds:g} s, no limit",
        load,
        (
            in_flight(count),
            delivered(),
            added_time(0.5),
            added_time(0.99, at_most=0.500),
            memory(at_most=130 * MEGABYTE),
            cpu_each(),
            stand_ins(),
        ),
        not_run={NAIVE_SYNC.name: "not run: its five threads hold five images"},
    )


def acknowledgements(*, quick: bool) -> Row:
    rate, seconds, images_take = (20, 0.5, (0.2, 0.4)) if quick else (50, 30.0, (5.0, 15.0))
    load = Load(tuple(evenly(int(rate * seconds), seconds)), images_take, paced=not quick)
    return Row(
        4,
        f"Acks: {rate} commands a second for {seconds:g} s, images take {_range(images_take)}, no limit",
        load,
        (acked(), acks(0.5), acks(0.99, at_most=0.100), stand_ins()),
    )


def one_channel(*, quick: bool) -> Row:
    """Many commands in one place, where Slack takes one message a second, and an image needs two."""
    count, seconds, images_take = (4, 0.2, (0.1, 0.2)) if quick else (12, 1.2, (1.0, 3.0))
    load = Load(
        tuple(evenly(count, seconds, PEOPLE[:3])),
        images_take,
        has_one_channel=True,
        patience=2 * count + 15,
        paced=not quick,
    )
    return Row(
        5,
        f"One channel: {count} commands in {seconds:g} s, images take {_range(images_take)}; Slack takes one message a "
        "second there, so at most 30 images a minute",
        load,
        (acked(), delivered(), slack_refusals(), order(), a_minute(), stand_ins()),
        patience={NAIVE_ASYNC.name: 2 * images_take[1]},
        not_run={NAIVE_SYNC.name: "not run: paces nothing either"},
    )


def batch(*, quick: bool) -> Row:
    """A table of more rows than the limit lets in at once, and now and then a single request of somebody else's.

    A minute is scaled less than in `saturation`: that the bot looks at a batch once a second, and Slack takes one
    message a second in its thread, is not scaled.
    """
    limit, images_take, scale = ((12, 1.2), (0.1, 0.3), 0.05) if quick else ((120, 24.0), (2.0, 6.0), 1.0)
    rows, alone = (12, 3) if quick else (480, 10)
    load = Load(
        (Command(0.0, BATCH, rows=rows), *evenly(alone, 60.0 * scale, (SINGLE,), start=12.0 * scale)),
        images_take,
        rate_limit=limit,
        second=limit[1] / 60,
        patience=70.0 * scale + 10,
        paced=not quick,
    )
    requests, seconds = limit
    naive = "not run: has no batches"
    return Row(
        6,
        f"Batch: {rows} rows through a CSV, {alone} single requests beside, limit {requests} requests in {seconds:g} s "
        f"(a minute scaled to {seconds:g} s, images take {_range(images_take)})",
        load,
        (
            delivered(),
            generations(seconds, at_least=requests * 110 / 120, of=requests),
            refusals(),
            slack_refusals(),
            *singles(SINGLE, requests / 60, at_most=2.0),
            stand_ins(),
        ),
        not_run={NAIVE_ASYNC.name: naive, NAIVE_SYNC.name: naive},
    )


ROWS: tuple[Callable[..., Row], ...] = (burst, saturation, in_flight_at_once, acknowledgements, one_channel, batch)


def _range(seconds: tuple[float, float]) -> str:
    return f"{seconds[0]:g}–{seconds[1]:g} s"
