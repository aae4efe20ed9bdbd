"""Runs one contestant through one row: starts it, warms it up, lets people type, and waits for what comes of it.

The load is open: a command is typed when it is due, whatever became of those before it.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from tests.bench.contestants import Contestant, Program, machine_cpu, running
from tests.bench.figures import percentile
from tests.bench.samples import Command, Outcome, Sample, Usage
from tests.bench.stage import WARM_UP, RateLimit, Stage, open_stage, prompt
from tests.bench.tables import upload

WARM_UP_SECONDS = 30.0
CHANNEL_PAUSE = 1.2
"""Seconds that any channel rests before the first command that counts."""
LAST_CALLS = 0.5
"""Seconds that a bot gets, after its last reply, for what it still writes."""
LAG_EVERY = 0.02
"""Seconds between two looks at how late this process is."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a row asks of a bot. Times are in seconds."""

    commands: tuple[Command, ...]
    images_take: tuple[float, float]
    rate_limit: RateLimit | None = None
    second: float = 1.0
    """How long a second lasts, where the limit's window and Bloom's times are scaled."""
    has_one_channel: bool = False
    """Whether everything is typed in one channel; else each command has one of its own."""
    patience: float = 0.0
    """How long the outcome is waited for after the last command."""
    paced: bool = True


async def run(contestant: Contestant, load: Load) -> Outcome:
    """Run one contestant through one row, between stand-ins of its own."""
    people = sorted({command.person for command in load.commands})
    with tempfile.TemporaryDirectory(prefix="bloom-bench-") as name:
        folder = Path(name)
        async with open_stage(people, paced=load.paced) as stage:
            environment = stage.environment(folder, load.rate_limit, load.second)
            async with running(contestant, environment, folder) as program:
                stage.slack.connect_http(program.url)
                await _warm_up(stage, people[0])
                return await _measure(contestant, program, stage, load)


async def _warm_up(stage: Stage, person: str) -> None:
    """Make images until the first one arrives: by then the bot knows the brand and has loaded what it needs."""
    deadline = time.monotonic() + WARM_UP_SECONDS
    while time.monotonic() < deadline:
        (channel,) = stage.add_channels(1)
        await stage.slack.person(person).command(channel, "/bloom", prompt(WARM_UP))
        for _ in range(40):
            await asyncio.sleep(0.05)
            if stage.is_warm:
                return
    raise RuntimeError(f"no image within {WARM_UP_SECONDS:g} s\n{stage.slack.transcript()}")


async def _measure(contestant: Contestant, program: Program, stage: Stage, load: Load) -> Outcome:
    channels = (
        stage.add_channels(1) * len(load.commands) if load.has_one_channel else stage.add_channels(len(load.commands))
    )
    await asyncio.sleep(CHANNEL_PAUSE if load.paced else 0.1)
    stage.begin(load.images_take, load.rate_limit)
    before, all_before, began, own = program.usage(), machine_cpu(), time.monotonic(), time.process_time()
    with _small_heap():
        async with _watching_lag() as lags:
            await _type(stage, load.commands, channels)
            await _outcome(stage, began + max(command.at for command in load.commands) + load.patience)
    seconds, own = time.monotonic() - began, time.process_time() - own
    await asyncio.sleep(LAST_CALLS if load.patience else 0)
    usage, everything = _since(before, program.usage()), machine_cpu()
    others = None
    if usage and everything is not None and all_before is not None:
        others = (everything - all_before - usage.cpu - own) / (time.monotonic() - began) / (os.cpu_count() or 1)
    paid = stage.settle()
    return Outcome(
        contestant.name,
        tuple(stage.observed.samples.values()),
        tuple(stage.observed.asked),
        paid,
        seconds,
        usage,
        own / seconds,
        percentile(lags, 0.99) or 0.0,
        others,
        stage.observed.too_fast,
    )


async def _type(stage: Stage, commands: Sequence[Command], channels: Sequence[str]) -> None:
    began, numbers = time.monotonic(), count(1)
    async with asyncio.TaskGroup() as typing:
        for command, channel in zip(commands, channels, strict=True):
            await asyncio.sleep(began + command.at - time.monotonic())
            if command.rows:
                typing.create_task(upload(stage, [*islice(numbers, command.rows)], command.person, channel))
            else:
                typing.create_task(_command(stage, next(numbers), command, channel))


async def _command(stage: Stage, number: int, command: Command, channel: str) -> None:
    sample = stage.observed.samples[number] = Sample(number, command.person, time.monotonic())
    answer = await stage.slack.person(command.person).command(channel, "/bloom", prompt(number))
    sample.ack_seconds, sample.is_acked = answer.seconds, answer.ok


async def _outcome(stage: Stage, deadline: float) -> None:
    while stage.observed.final < len(stage.observed.samples) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


def _since(before: Usage | None, after: Usage | None) -> Usage | None:
    return Usage(after.cpu - before.cpu, after.peak) if before and after else None


@contextmanager
def _small_heap() -> Iterator[None]:
    """Keep the collector from walking everything that was imported, which would delay the stand-ins."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@asynccontextmanager
async def _watching_lag() -> AsyncIterator[list[float]]:
    """Measure how late this process does what it planned."""
    lags: list[float] = []

    async def watch() -> None:
        while True:
            planned = time.monotonic() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            lags.append(max(0.0, time.monotonic() - planned))

    watcher = asyncio.create_task(watch())
    try:
        yield lags
    finally:
        watcher.cancel()
