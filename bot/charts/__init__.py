"""Charts, drawn by matplotlib in a process of its own: the bot's loop never waits for a drawing, and the hundred
megabytes that it takes are given back with the process.

The process gets words and numbers, no secrets: not even those that stand in the bot's environment.
"""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

PATIENCE = 30.0
"""Real seconds that a drawing may take: one takes about two."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Bars:
    """A heading, and what is to be seen under it: labels and numbers, from above to below."""

    title: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Groups of bars, one below the other, under one title."""

    title: str
    groups: tuple[Bars, ...]

    @property
    def key(self) -> str:
        """Return what two charts that look the same have in common."""
        return sha256(self.content()).hexdigest()

    def content(self) -> bytes:
        """Return everything that is drawn."""
        return json.dumps(asdict(self)).encode()


class Painter:
    """Draws one chart at a time."""

    def __init__(self, program: tuple[str, ...] = (sys.executable, "-m", "bot.charts"), patience: float = PATIENCE):
        self._program = program
        self._patience = patience
        self._turn = asyncio.Lock()

    async def draw(self, chart: Chart) -> bytes | None:
        """Return a PNG, or nothing when that went wrong, which is in the log."""
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="bloom-charts-") as folder:
                try:
                    return await self._drawn(chart, folder)
                except (OSError, TimeoutError) as exc:
                    log.warning("a chart could not be drawn", reason=type(exc).__name__)
                    return None

    async def _drawn(self, chart: Chart, folder: str) -> bytes | None:
        painting = await asyncio.create_subprocess_exec(
            *self._program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(folder), cwd=folder
        )
        try:
            async with asyncio.timeout(self._patience):
                picture, _ = await painting.communicate(chart.content())
        finally:
            await _ended(painting)
        if painting.returncode != 0:
            log.warning("a chart could not be drawn", status=painting.returncode)
        return picture if painting.returncode == 0 else None


def _environment(folder: str) -> dict[str, str]:
    """Return what a process needs that only draws; what tests measure coverage by goes along.

    With MPLCONFIGDIR set, matplotlib keeps its list of fonts there: to look for them takes a third of a drawing.
    """
    passed = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG") or "COVERAGE" in name}
    return {**passed, "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", folder), "HOME": folder}


async def _ended(painting: Process) -> None:
    """Leave no process behind, whatever happened."""
    if painting.returncode is None:
        with suppress(ProcessLookupError):
            painting.kill()
        await painting.wait()
