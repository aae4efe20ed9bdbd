"""Who works on which batch: one at a time, who hears of everything that is decided, up to the moment of leaving."""

import asyncio
from typing import Any

from bot.core.batches.conductors import Conductors
from bot.core.tasks import Tasks
from tests.fakes.eventually import eventually


class Busy:
    """A conductor that works until it may leave."""

    def __init__(self) -> None:
        self.is_poked = False
        self.times = 0
        self.may_leave = asyncio.Event()

    def poke(self) -> None:
        self.is_poked = True

    async def conduct(self) -> None:
        self.times, self.is_poked = self.times + 1, False
        await self.may_leave.wait()


async def test_who_is_about_to_leave_begins_again_when_something_was_decided() -> None:
    busy, tasks = Busy(), Tasks()
    hired: list[Any] = [busy]
    conductors = Conductors(lambda _: hired.pop(), tasks)
    conductors.attend("b1")
    await eventually(lambda: busy.times)
    conductors.attend("b1")
    busy.may_leave.set()
    await eventually(lambda: not len(tasks))
    assert (busy.times, "b1" in conductors) == (2, False)
