"""`kill -9` at every arrow of a generation's way: after a restart on the same file each is paid once and told once."""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.slack.web_api import Outage
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World

ARROWS = (
    "request before",
    "request after",
    "generate before",
    "generate after",
    "result before",
    "result after",
    "update before",
    "update after",
)
"""What the process is in the middle of, and whether it is carried out by then; the prompts have the same names."""
FINAL = {"delivered", "failed", "cancelled"}
ROUNDS = 6
HELD = "held request"
"""What is killed while it waits for Bloom."""


class Arrows:
    """Holds each generation at the arrow that its prompt names, for as long as the process lives that asked."""

    def __init__(self) -> None:
        self.paid: Counter[str] = Counter()
        """How often Bloom carried out the request for each prompt."""
        self.reached: set[str] = set()
        self._over = asyncio.Event()
        self._changed = asyncio.Event()

    async def slack(self, method: str, values: dict[str, Any], when: Literal["before", "after"]) -> None:
        said = json.dumps(values)
        part = "request" if '\\"request\\"' in said or '"request"' in said else "result"
        kind = {"chat.postMessage": part, "chat.update": "update"}.get(method)
        await self._pass(f"{kind} {when}", said, Outage(503, "html"))

    async def bloom(self, asked: Asked, body: Any, when: Literal["before", "after"]) -> None:
        if (asked.method, asked.path) == ("POST", "/images/generations"):
            self.paid[body["prompt"]] += when == "after"
            await self._pass(f"generate {when}", body["prompt"], ConnectionCut())

    async def all_reached(self) -> None:
        """Wait until every generation is where it is to be killed."""
        async with asyncio.timeout(15):
            while self.reached < set(ARROWS):
                self._changed.clear()
                await self._changed.wait()

    def let_go(self) -> None:
        """Hold nothing any more; what was not carried out yet never is."""
        self._over.set()

    async def _pass(self, arrow: str, said: str, lost: Exception) -> None:
        if arrow not in said or self._over.is_set():
            return
        self.reached.add(arrow)
        self._changed.set()
        await self._over.wait()
        if arrow.endswith("before"):
            raise lost


async def ask(world: World, prompt: str) -> None:
    """Ask for an image in a channel of its own: messages to one channel wait for each other."""
    world.slack.workspace.add_channel(channel_of(prompt))
    assert (await world.mia.command(channel_of(prompt), "/bloom", f"{prompt} --brand Acme")).ok


def channel_of(prompt: str) -> str:
    return prompt.replace(" ", "-")


async def ended(bot: BotProcess, *, seconds: float = 20) -> Counter[str]:
    """Wait until every generation has ended and its request message says so, and return how."""
    async with asyncio.timeout(seconds):
        while not (found := states(bot.database)).keys() <= FINAL:
            await asyncio.sleep(0.05)
    return found


def told_once(world: World, prompt: str) -> None:
    """Check that people see one request message, in its final state, and one reply with the image."""
    posted = world.posted(channel_of(prompt))
    assert [(post.is_reply, bool(post.edited), len(post.images)) for post in posted] == [
        (False, True, 0),
        (True, False, 1),
    ], "\n".join(post.text for post in posted)


def states(database: Path) -> Counter[str]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT CASE WHEN is_stale THEN 'untold' ELSE state END FROM generations")
        return Counter(state for (state,) in found)


async def test_killed_at_every_arrow_each_is_paid_once_and_told_once(bot: BotProcess) -> None:
    world = bot.world
    arrows = Arrows()
    world.slack.watch(arrows.slack)
    world.bloom.watch(arrows.bloom)
    for arrow in ARROWS:
        await ask(world, arrow)
    await arrows.all_reached()
    world.bloom.state.studio.generation_seconds = (60, 60)
    await ask(world, HELD)
    await world.bloom.until_held()
    await bot.kill()
    arrows.let_go()
    await bot.start()
    assert await ended(bot) == Counter(delivered=len(ARROWS) + 1)
    assert await bot.terminate() == 0
    assert arrows.paid == dict.fromkeys([*ARROWS, HELD], 1)
    for prompt in (*ARROWS, HELD):
        told_once(world, prompt)


async def test_killed_again_and_again_at_any_moment_each_is_paid_once_and_told_once(bot: BotProcess) -> None:
    world = bot.world
    chance = random.Random(4)
    arrows = Arrows()
    world.bloom.watch(arrows.bloom)
    world.bloom.state.studio.generation_seconds = (2, 90)
    prompts = [f"picture-{number}" for number in range(ROUNDS * 3)]
    for number in range(ROUNDS):
        for prompt in prompts[number * 3 : number * 3 + 3]:
            await ask(world, prompt)
        await world.clock.sleep(chance.random() * 20)
        await bot.kill()
        await bot.start()
    assert await ended(bot) == Counter(delivered=len(prompts))
    assert await bot.terminate() == 0
    assert arrows.paid == dict.fromkeys(prompts, 1)
    for prompt in prompts:
        told_once(world, prompt)
