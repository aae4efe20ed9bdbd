"""The command line: `python -m tests.bench`."""

import asyncio
import logging
import os
import resource
import sys
import time
from datetime import UTC, datetime

import click

from tests.bench.contestants import CONTESTANTS, Contestant
from tests.bench.load import run
from tests.bench.rows import ROWS, Row
from tests.bench.samples import Outcome
from tests.bench.table import Finished, machine, markdown, terminal

NAMES = [contestant.name for contestant in CONTESTANTS]
FAIRNESS = (
    "Everybody meets the same stand-ins, on this machine, at the same load. Slack's stand-in fetches no pictures; "
    "what the stand-ins are late counts as the bot's."
)

BUSY = 0.05
"""Share of the machine that other programs may take before the figures are doubted."""


@click.command()
@click.option("--quick", is_flag=True, help="Every row very small: shows that it runs, and measures nothing.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table for the README.")
@click.option("--row", "numbers", type=click.IntRange(1, len(ROWS)), multiple=True, help="Only this row.")
@click.option("--only", "names", type=click.Choice(NAMES), multiple=True, help="Only this contestant.")
def main(quick: bool, as_markdown: bool, numbers: tuple[int, ...], names: tuple[str, ...]) -> None:
    """Measure the bot beside two naive peers, and print one table."""
    _allow_many_files()
    logging.getLogger("aiohttp.server").addFilter(_is_about_us)
    began, busy = time.monotonic(), os.getloadavg()[0]
    contestants = [contestant for contestant in CONTESTANTS if not names or contestant.name in names]
    rows = [make(quick=quick) for make in ROWS]
    chosen = [row for row in rows if not numbers or row.number in numbers]
    finished = asyncio.run(_run(chosen, contestants))
    write = markdown if as_markdown else terminal
    click.echo(write(finished, [contestant.name for contestant in contestants]))
    verdicts = [verdict for each in finished for verdict in each.verdicts()]
    command = " ".join(("python -m tests.bench", *sys.argv[1:]))
    click.echo(f"\n{sum(verdicts)} of {len(verdicts)} targets reached. {FAIRNESS}")
    for each in finished:
        if each.others_share > BUSY:
            taken = f"{100 * each.others_share:.0f} % of the machine"
            click.echo(f"Row {each.row.number}: other programs took {taken}; measure again when it is quiet.")
    where = f"{machine()}, load {busy:.1f} before"
    click.echo(f"{datetime.now(UTC):%Y-%m-%d} · {where} · `{command}` · {time.monotonic() - began:.0f} s")


async def _run(rows: list[Row], contestants: list[Contestant]) -> list[Finished]:
    finished = []
    for row in rows:
        outcomes: dict[str, Outcome] = {}
        for contestant in contestants:
            if contestant.name in row.not_run:
                continue
            click.echo(f"row {row.number}, {contestant.name} …", err=True)
            outcomes[contestant.name] = await run(contestant, row.load_of(contestant.name))
        finished.append(Finished(row, outcomes))
    return finished


def _allow_many_files() -> None:
    """Let thousands of held requests be open at once, here and in the bots."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(16_384, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def _is_about_us(record: logging.LogRecord) -> bool:
    """Return False for a bot that ended in the middle of a request."""
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionError))


if __name__ == "__main__":
    main()
