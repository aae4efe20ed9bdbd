"""Hands pictures to the process that makes PNGs of them, a few at a time."""

import asyncio
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from bot.pictures.processes import ended, environment

PATIENCE = 30.0
"""Real seconds that a picture may take: one takes about a third of one."""
AT_ONCE = 2


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
                    return await self._converted(content, mime_type, Path(folder))
                except (OSError, TimeoutError) as exc:
                    raise PictureUnreadable(type(exc).__name__) from exc

    async def _converted(self, content: bytes, mime_type: str, folder: Path) -> bytes:
        work = await asyncio.create_subprocess_exec(
            *self._program, mime_type, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment(folder), cwd=folder
        )
        try:
            async with asyncio.timeout(self._patience):
                picture, _ = await work.communicate(content)
        finally:
            await ended(work)
        if work.returncode != 0 or not picture:
            raise PictureUnreadable(f"status {work.returncode}")
        return picture
