"""Waiting, in real time, until the workspace looks a certain way."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, TypeVar

from bot.sandbox.slack.changes import ChangeFeed

Found = TypeVar("Found")
GLANCE: Final = 0.01


async def until(changes: ChangeFeed, look: Callable[[], Found | None], seconds: float) -> Found | None:
    """Look after every change, and every few milliseconds, until something is found; None when nothing is.

    A look that meets nothing at all yet, such as the first of no messages, has found nothing.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    with changes.listening() as queue:
        while True:
            with contextlib.suppress(LookupError):
                if found := look():
                    return found
            left = deadline - loop.time()
            if left <= 0:
                return None
            with contextlib.suppress(TimeoutError):  # not `wait_for`, which may lose a cancellation before Python 3.12
                async with asyncio.timeout(min(left, GLANCE)):
                    await queue.get()
