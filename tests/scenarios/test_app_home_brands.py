"""Brands that are being added when the bot is killed, and what pages do by themselves when something ends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack import View
from bot.slack.sights import PageName
from tests.scenarios.pages import turn_to
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World, open_world, words

ADDED = ("before.example", "after.example", "waiting.example", "nologo.example")
"""What Bloom is in the middle of when the bot is killed: asked but not heard, heard but not answered, analyzing."""
READY = ":white_check_mark: *{}* is ready"


class Arrows:
    """Holds what the bot asks of Bloom for the first two brands, for as long as the process lives that asks."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        """How often Bloom made a brand from each address."""
        self.reached: set[str] = set()
        self._over = asyncio.Event()

    async def bloom(self, asked: Asked, body: Any, when: Literal["before", "after"]) -> None:
        if (asked.method, asked.path) != ("POST", "/brands"):
            return
        site = str(body["url"]).removeprefix("https://")
        self.made[site] += when == "after"
        if site != f"{when}.example" or self._over.is_set():
            return
        self.reached.add(site)
        await self._over.wait()
        if when == "before":
            raise ConnectionCut

    def let_go(self) -> None:
        """Hold nothing any more; what was not carried out yet never is."""
        self._over.set()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, start=False, fetch_images=False) as world:
        world.bloom.state.brands.analysis_seconds = (160.0, 160.0)  # four real seconds, in which the bot is killed
        yield world


@pytest.fixture
async def bot(world: World, tmp_path: Path) -> AsyncIterator[BotProcess]:
    bot = BotProcess(world, tmp_path)
    await bot.start()
    yield bot
    await bot.aclose()


async def add(world: World, address: str) -> None:
    """Give Bloom an address on the page of brands, and close the form."""
    home = await turn_to(world, world.mia, PageName.BRANDS, "Add a brand")
    await world.mia.click(home, "Add a brand")
    form = await world.mia.wait_for_view("add_brand")
    assert (await world.mia.submit(form, {"address": address})).ok
    await world.mia.close_view(form)


def told(world: World) -> list[str]:
    """Return what Mia was written of what came of her brands, and not that Bloom looks at them, the form closed."""
    written = (words(message) for message in world.mia.direct_messages() if message.bot_id)
    return sorted(text for text in written if not text.startswith(":hourglass_flowing_sand:"))


async def test_brands_that_were_being_added_at_a_kill_are_made_once_and_told_once(
    world: World, bot: BotProcess
) -> None:
    arrows = Arrows()
    world.bloom.watch(arrows.bloom)
    for address in ADDED:
        await add(world, address)
    home = await turn_to(world, world.mia, PageName.BRANDS, "*Waiting*")
    await world.slack.wait_until(lambda: arrows.reached == {"before.example", "after.example"})
    await world.slack.wait_until(lambda: _is_there(home, "*Nologo*"))
    assert said_of(home, "*before.example*") == ":hourglass_flowing_sand: On its way to Bloom"
    assert said_of(home, "*Waiting*").startswith(":hourglass_flowing_sand: Bloom is looking at it")
    await bot.kill()
    assert not told(world)
    arrows.let_go()
    world.bloom.state.brands.analysis_seconds = (20.0, 20.0)
    await bot.start()
    names = ("After", "Before", "Waiting")
    await world.slack.wait_until(lambda: len(told(world)) == len(ADDED), seconds=25)
    await world.clock.sleep(20)
    found = told(world)
    assert [any(READY.format(name) in text for text in found) for name in names] == [True] * 3
    assert any("*Nologo* is almost ready: it needs a logo." in text for text in found)
    assert len(found) == len(ADDED)
    assert arrows.made == dict.fromkeys(ADDED, 1)
    home = await turn_to(world, world.mia, PageName.BRANDS, "*Before*")
    await world.slack.wait_until(lambda: "On its way to Bloom" not in words(home))
    assert await bot.terminate() == 0


def said_of(home: View, name: str) -> str:
    """Return what stands below a brand's name in the list."""
    lines = [block["text"]["text"].split("\n") for block in home.blocks if block["type"] == "section"]
    return next(str(rest[0]) for head, *rest in lines if head.startswith(name))


def _is_there(home: View, *names: str) -> bool:
    return all(name in words(home) for name in names)
