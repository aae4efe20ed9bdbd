"""Waiting for what other tasks and the database's thread bring about."""

import asyncio
import time
from collections.abc import Callable


async def eventually(condition: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Let everything else run until the condition holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        await asyncio.sleep(0.001)


async def settle(rounds: int = 20) -> None:
    """Let everything that can run without time passing run."""
    for _ in range(rounds):
        await asyncio.sleep(0.001)
