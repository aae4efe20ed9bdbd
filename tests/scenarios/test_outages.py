"""Everything around the bot at its worst, for minutes: each outage has its outcome, and none costs an image."""

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from bot.sandbox.bloom.faults import DownStyle
from bot.sandbox.slack import Message
from bot.sandbox.slack.web_api import Outage
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World, open_world, words

MINUTES = 120.0
"""Seconds that an outage lasts."""
CREDITS = 100
"""What there is to spend at Bloom, at a credit an image."""
CHANNELS = ("one", "two", "three")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which Slack takes every picture, for it is no outage of the pictures."""
    async with open_world(tmp_path, fetch_images=False) as world:
        await world.brands_known()
        world.bloom.state.account.personal.credits = CREDITS
        yield world


async def ask(world: World, channel: str = "general") -> None:
    answer = await world.mia.command(channel, "/bloom", "a red bicycle --brand Acme")
    assert answer.ok, answer


async def ask_everywhere(world: World) -> None:
    for channel in CHANNELS:
        world.slack.workspace.add_channel(channel)
        await ask(world, channel)


async def told_once_everywhere(world: World) -> None:
    """Wait for each request's outcome, and check that it is one reply with the image, paid once."""

    def ended(channel: str) -> bool:
        return any(post.is_reply for post in world.posted(channel)) and any(map(is_final, world.posted(channel)))

    await world.slack.wait_until(lambda: all(map(ended, CHANNELS)), seconds=25)
    for channel in CHANNELS:
        assert [len(post.images) for post in world.posted(channel)] == [0, 1]
    assert world.bloom.state.account.personal.credits == CREDITS - len(CHANNELS)


def is_final(post: Message) -> bool:
    return not post.is_reply and "made an image" in words(post)


@pytest.mark.parametrize("style", ["abort", "html"])
async def test_bloom_down_for_minutes_is_waited_out_by_all(world: World, style: DownStyle) -> None:
    world.bloom.state.studio.generation_seconds = (30, 30)
    await ask_everywhere(world)
    await world.bloom.until_held()
    world.bloom.faults.down_style = style
    world.bloom.faults.down = True
    await world.clock.sleep(MINUTES)
    world.bloom.faults.clear()
    await told_once_everywhere(world)


async def test_slack_down_for_minutes_is_told_once_when_it_is_back(world: World) -> None:
    async def down(method: str, values: dict[str, Any], when: Literal["before", "after"]) -> None:
        if when == "before":
            raise Outage(503, "html")

    world.bloom.state.studio.generation_seconds = (10, 10)
    await ask_everywhere(world)
    await world.slack.wait_until(lambda: all(map(world.posted, CHANNELS)))
    world.slack.watch(down)
    await world.clock.sleep(MINUTES)
    world.slack.watch(None)
    await told_once_everywhere(world)


async def test_slack_down_from_the_beginning_gets_every_request_when_it_is_back(world: World) -> None:
    async def down(method: str, values: dict[str, Any], when: Literal["before", "after"]) -> None:
        if when == "before":
            raise Outage(503, "text")

    world.slack.watch(down)
    await ask_everywhere(world)
    await world.clock.sleep(MINUTES)
    assert not any(map(world.posted, CHANNELS))
    assert not world.generations_paid
    world.slack.watch(None)
    await told_once_everywhere(world)


async def test_storm_of_429_is_sat_out_and_nobody_sees_it(world: World) -> None:
    world.bloom.faults.next("TOO_MANY_REQUESTS", path=None, times=None)
    await ask_everywhere(world)
    await world.clock.sleep(MINUTES)
    world.bloom.faults.clear()
    await told_once_everywhere(world)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_connections_that_are_reset_for_a_while_cost_no_image(
    world: World, when: Literal["before", "after"]
) -> None:
    world.bloom.faults.drop(None, when, times=12)
    await ask_everywhere(world)
    await told_once_everywhere(world)


async def test_answers_that_are_no_json_for_a_while_cost_no_image(world: World) -> None:
    world.bloom.faults.garble(None, status=200, times=12)
    await ask_everywhere(world)
    await told_once_everywhere(world)


async def test_held_request_that_never_returns_is_given_up_and_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network's time-outs run on the wall's clock, so this one is shortened."""
    monkeypatch.setattr("bot.bloom.transport.allowed", lambda timeouts, hold: httpx.Timeout(0.3 if hold else 5.0))
    world.bloom.faults.delay("GET /images", 1e6, times=2)
    await ask(world)
    assert (await world.reply()).images
    assert world.generations_paid == 1


@asynccontextmanager
async def bot_at_work(folder: Path) -> AsyncIterator[tuple[World, BotProcess]]:
    """Run the bot as a process, with one image on its way at Bloom."""
    async with open_world(folder, start=False) as world:
        bot = BotProcess(world, folder)
        await bot.start()
        try:
            await world.mia.open_home()
            await world.slack.wait_until(lambda: world.mia.home and "Acme" in words(world.mia.home))
            world.bloom.state.studio.generation_seconds = (60, 60)
            await ask(world)
            await world.bloom.until_held()
            yield world, bot
            assert await bot.terminate() == 0
            assert "Traceback" not in bot.log
        finally:
            await bot.aclose()


@contextmanager
def full_disk(bot: BotProcess) -> Any:
    """Let no file of the process grow, as on a full disk; its log is shorter than its database."""
    full = max(bot.database.stat().st_size, bot.database.with_name("bloom.db-wal").stat().st_size)
    free = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (full, free[1]))
    yield
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, free)


@contextmanager
def locked(bot: BotProcess) -> Any:
    """Lock the database as somebody's forgotten shell does."""
    with closing(sqlite3.connect(bot.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def ready(bot: BotProcess) -> int:
    async with httpx.AsyncClient(verify=False) as client:
        return (await client.get(f"{bot.address}/readyz")).status_code


@pytest.mark.parametrize("trouble", [full_disk, locked])
async def test_database_that_cannot_be_written_refuses_new_requests_and_keeps_the_old(
    tmp_path: Path, trouble: Any
) -> None:
    async with bot_at_work(tmp_path) as (world, bot):
        with trouble(bot):
            assert await ready(bot) == 503
            assert (await world.mia.command("general", "/bloom", "a blue bicycle --brand Acme")).ok
            await world.slack.wait_until(lambda: world.mia.ephemerals)
            assert words(world.mia.ephemerals[0]) == "Something went wrong on my side."
            await world.clock.sleep(80)
            assert len(world.posted()) == 1
            assert "Traceback" not in bot.log
        assert (await world.reply()).images
        assert await ready(bot) == 200
        assert world.generations_paid == 1
        await ask(world)
        assert len(await world.replies(count=2)) == 2
