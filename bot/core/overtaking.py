"""Drawing what may change while it is drawn: of two edits the later one may carry what was read first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until_unchanged(read: Callable[[], Awaitable[T]], draw: Callable[[T], Awaitable[None]]) -> None:
    """Draw what there is, and once more whenever that has changed meanwhile."""
    drawn, now = None, await read()
    while drawn != now:
        await draw(now)
        drawn, now = now, await read()
