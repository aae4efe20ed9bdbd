"""Hands pictures to the process that makes PNGs of them, a few at a time."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0
"""Real seconds that a picture may take: one takes about a third of one."""
AT_ONCE = 2
ROOT = Path(__file__).parents[2]


class PictureUnreadable(Exception):
    """No picture that can be shown, or none that can be shown in reasonable time and memory."""


class Converter:
    """Makes PNGs."""

    def __init__(self, program: tuple[str, ...] = (sys.executable, "-m", "bot.pictures"), patience: float = PATIENCE):
        self._program = program
        self._patience = patience
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def to_png(self, content: bytes, mime_type: str) -> bytes:
        """Return the picture as a PNG, no larger than people can tell; what was transparent is still.

        Raises PictureUnreadable.
        """
        async with self._turns:
            with tempfile.TemporaryDirectory(prefix="bloom-pictures-") as folder:
                try:
                    return await self._converted(content, mime_type, folder)
                except (OSError, TimeoutError) as exc:
                    raise PictureUnreadable(type(exc).__name__) from exc

    async def _converted(self, content: bytes, mime_type: str, folder: str) -> bytes:
        work = await asyncio.create_subprocess_exec(
            *self._program, mime_type, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(folder), cwd=folder
        )
        try:
            async with asyncio.timeout(self._patience):
                picture, _ = await work.communicate(content)
        finally:
            await _ended(work)
        if work.returncode != 0 or not picture:
            raise PictureUnreadable(f"status {work.returncode}")
        return picture


def _environment(folder: str) -> dict[str, str]:
    """Return what a process needs that only draws; what tests measure coverage by goes along."""
    passed = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG") or "COVERAGE" in name}
    return {**passed, "PYTHONPATH": str(ROOT), "HOME": folder}


async def _ended(work: Process) -> None:
    """Leave no process behind, whatever happened."""
    if work.returncode is None:
        with suppress(ProcessLookupError):
            work.kill()
        await work.wait()
