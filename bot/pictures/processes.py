"""The processes that draw, as the bot starts and ends them, and what each grants itself."""

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process  # what only draws does not load it

ROOT = Path(__file__).parents[2]
MEMORY = 1 << 30
"""Bytes: a picture of the most pixels there may be takes less than half of it."""


def confine(seconds: int) -> None:
    """Grant this process little memory, no more than so many seconds of the processor, and no dump of its memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def environment(folder: Path) -> dict[str, str]:
    """Return what a process needs that only draws; what tests measure coverage by goes along."""
    passed = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG") or "COVERAGE" in name}
    return {**passed, "PYTHONPATH": str(ROOT), "HOME": str(folder)}


async def ended(work: "Process") -> None:
    """Leave no process behind, whatever happened."""
    if work.returncode is None:
        with suppress(ProcessLookupError):
            work.kill()
        await work.wait()
