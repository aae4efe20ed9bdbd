"""SIGTERM with a house full of work: the bot ends in time, and the next one brings everything to its end."""

import asyncio
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.models import GenerationRequest, Parameters
from bot.store import SqliteStore, Vault
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World, open_world

COUNT = 500
CHANNELS = 50
"""Channels that the work is spread over: a channel takes one message a second."""


async def ask_for_many(world: World, database: Path) -> None:
    """Leave as many requests as a bot would that had just acknowledged them."""
    channels = [world.slack.workspace.add_channel(f"channel-{number}").id for number in range(CHANNELS)]
    (brand,) = [one for one in world.bloom.state.brands.of(world.bloom.state.account) if one.name == "Acme"]
    store = await SqliteStore.open(database, Vault.beside(database))
    team, parameters = world.slack.workspace.team.id, Parameters(prompt="a red door", brand_id=brand.id)
    requests = (
        GenerationRequest(f"V{number}", team, channels[number % CHANNELS], world.mia.id, parameters, "Acme")
        for number in range(COUNT)
    )
    await asyncio.gather(*(store.add_generation(request.key, request, world.clock.now()) for request in requests))
    await store.close()


def rows(database: Path, column: str) -> Counter[str | int | None]:
    with closing(sqlite3.connect(database)) as connection:
        return Counter(value for (value,) in connection.execute(f"SELECT {column} FROM generations"))


async def all_are(state: str, database: Path, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while rows(database, "state") != {state: COUNT}:
            await asyncio.sleep(0.05)


@pytest.mark.timing
@pytest.mark.timeout(120)
async def test_sigterm_with_500_in_flight_ends_in_time_and_all_are_delivered_after_the_next_start(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, start=False, fetch_images=False, speed=5) as world:
        world.bloom.state.account.personal.credits = COUNT
        world.bloom.state.studio.generation_seconds = (300, 300)
        orders: list[int | None] = []  # the journal keeps the last requests only, and these are more
        world.bloom.requests.on_request(
            lambda record: orders.append(record.status) if record.path == "/images/generations" else None
        )
        bot = BotProcess(world, tmp_path)
        await ask_for_many(world, bot.database)
        await bot.start()
        await all_are("waiting", bot.database, 40)
        began = time.monotonic()
        assert await bot.terminate() == 0
        assert time.monotonic() - began < 10
        assert rows(bot.database, "owner") == {None: COUNT}
        assert rows(bot.database, "faults") == {0: COUNT}
        world.clock.skip(300)
        await bot.start()
        await all_are("delivered", bot.database, 60)
        assert await bot.terminate() == 0
        assert orders == [202] * COUNT
        posted = [message for number in range(CHANNELS) for message in world.posted(f"channel-{number}")]
        assert Counter(message.is_reply for message in posted) == {True: COUNT, False: COUNT}
        assert "Traceback" not in bot.log
