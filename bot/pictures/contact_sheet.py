"""Hands the pictures of a batch to the process that makes a contact sheet of them."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import structlog

from bot.pictures.processes import ended, environment

log = structlog.get_logger(__name__)

PATIENCE = 60.0
"""Real seconds that the process may take for one picture, and for the sheet in the end: it takes about one."""
PROGRAM = (sys.executable, "-m", "bot.pictures.sheet_drawing")


class ContactSheet:
    """Makes one sheet. Once something has gone wrong, which is in the log, it takes pictures and makes nothing."""

    def __init__(self, path: Path, program: Sequence[str] = PROGRAM, patience: float = PATIENCE) -> None:
        self._path = path
        self._program = program
        self._patience = patience
        self._work: Process | None = None

    async def begin(self, labels: Sequence[str]) -> None:
        """Start the process, with what stands in the cells."""
        await self._do(self._start(labels))

    async def add(self, cell: int, picture: bytes) -> None:
        """Put a picture into a cell."""
        await self._do(self._send({"cell": cell, "size": len(picture)}, picture))

    async def finish(self) -> Path | None:
        """Return the sheet, if there is one."""
        await self._do(self._finish())
        is_made = self._work is not None and self._work.returncode == 0 and self._path.exists()
        return self._path if is_made else None

    async def close(self) -> None:
        """Leave no process behind."""
        if self._work is not None:
            await ended(self._work)

    async def _do(self, step: Coroutine[Any, Any, None]) -> None:
        """Take a step in time, or none any more."""
        try:
            async with asyncio.timeout(self._patience):
                await step
        except (OSError, TimeoutError) as exc:
            log.warning("a contact sheet could not be made", reason=type(exc).__name__)
            await self.close()

    async def _start(self, labels: Sequence[str]) -> None:
        program, folder = (*self._program, str(self._path)), self._path.parent
        self._work = await asyncio.create_subprocess_exec(
            *program, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL, env=environment(folder), cwd=folder
        )
        await self._send(labels)

    async def _send(self, told: object, picture: bytes = b"") -> None:
        if self._work is None or self._work.stdin is None or self._work.returncode is not None:
            return
        self._work.stdin.write(json.dumps(told).encode() + b"\n")
        self._work.stdin.write(picture)
        await self._work.stdin.drain()

    async def _finish(self) -> None:
        if self._work is None or self._work.stdin is None:
            return
        self._work.stdin.close()
        if await self._work.wait() != 0:
            log.warning("a contact sheet could not be made", status=self._work.returncode)
