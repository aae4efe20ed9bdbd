"""Connecting by a key that stands in the settings, whatever Bloom does while the bot starts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    ConfigError,
)
from bot.core.first_connection import PAUSES, connect_at_start
from bot.core.models import Account
from tests.core.world import KEY, TEAM, World
from tests.fakes.bloom import ACME, ADA, FakeBloom
from tests.fakes.eventually import eventually

BOB = "bloom_sk_bob"
AWAY = BloomUnavailable("away")
BUSY = BloomRateLimited("TOO_MANY_REQUESTS", 429)
UNKNOWN = BloomUnauthorized("UNAUTHORIZED", 401)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Build a world whose workspace is not connected, and a second account at Bloom."""
    world = World(tmp_path / "bloom.db")
    world.accounts[BOB] = FakeBloom(world.clock, Account("bob@acme.com", "Bob"))
    await world.start()
    yield world
    await world.stop()


async def start(world: World, key: str = KEY) -> None:
    """Do what a start of the bot does with the key in its settings."""
    await connect_at_start(world.core, TEAM, key, world.clock)


async def connected_as(world: World) -> str | None:
    connection = await world.connections.current(TEAM)
    return connection.account.email if connection else None


async def brands_seen(world: World) -> bool:
    return (await world.store.brands(TEAM))[0] == (ACME,)


async def test_start_connects_and_looks_at_the_brands(world: World) -> None:
    await start(world)
    connection = await world.connections.current(TEAM)
    assert connection is not None
    assert (connection.account, connection.connected_by) == (ADA, None)
    await world.idle()
    assert await brands_seen(world)


async def test_key_that_is_connected_already_is_not_asked_about_again(world: World) -> None:
    await start(world)
    await start(world)
    assert world.bloom.script.count("account") == 1


async def test_new_key_in_the_settings_replaces_the_one_from_the_settings(world: World) -> None:
    await start(world)
    await start(world, BOB)
    assert await connected_as(world) == "bob@acme.com"


async def test_key_of_the_settings_that_bloom_refused_meanwhile_is_tried_again(world: World) -> None:
    await start(world)
    connection = await world.connections.current(TEAM)
    assert connection is not None
    await world.store.break_connection(connection.id, KEY)
    await start(world)
    mended = await world.connections.current(TEAM)
    assert mended is not None
    assert not mended.is_broken


async def test_account_that_a_person_connected_is_kept(world: World) -> None:
    await world.connect(BOB)
    await start(world)
    assert await connected_as(world) == "bob@acme.com"
    assert world.bloom.script.count("account") == 0
    await world.idle()
    assert world.accounts[BOB].script.count("brands") == 1


@pytest.mark.parametrize("code", ["UNAUTHORIZED", "ACCOUNT_BANNED"])
async def test_key_that_is_refused_keeps_the_bot_from_starting(world: World, code: str) -> None:
    world.bloom.script.answer("account", BloomRefused(code, 403, "no"))
    with pytest.raises(ConfigError) as refused:
        await start(world)
    assert str(refused.value) == f"BLOOM_API_KEY is refused by Bloom ({code})"
    assert await connected_as(world) is None
    assert len(world.tasks) == 0


@pytest.mark.parametrize("trouble", [AWAY, BUSY, BloomUnreadable("a page of a proxy")])
async def test_bloom_that_comes_back_is_connected_to_and_its_brands_looked_at(world: World, trouble: BotError) -> None:
    world.bloom.script.answer("account", *[trouble] * 4)
    await start(world)
    for pause in PAUSES[:3]:
        await world.paused()
        await world.clock.advance(pause)
    await world.paused()
    assert await connected_as(world) is None
    assert world.bloom.script.count("account") == 4
    await world.clock.advance(PAUSES[3])
    await world.idle()
    assert await connected_as(world) == ADA.email
    assert await brands_seen(world)


async def test_bloom_that_stays_away_is_asked_every_half_minute_for_ever(world: World) -> None:
    world.bloom.script.answer("account", *[AWAY] * 50)
    await start(world)
    for pause in (*PAUSES, *[PAUSES[-1]] * (45 - len(PAUSES))):
        await world.paused()
        await world.clock.advance(pause)
    await eventually(lambda: world.bloom.script.count("account") == 46)
    await world.passing(world.idle())
    assert await connected_as(world) == ADA.email


async def test_key_that_is_refused_later_is_logged_and_not_tried_again(world: World) -> None:
    world.bloom.script.answer("account", AWAY, AWAY, UNKNOWN)
    with capture_logs() as lines:
        await start(world)
        await world.passing(world.idle())
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "Bloom is not reachable yet"),
        ("warning", "Bloom is not reachable yet"),
        ("error", "BLOOM_API_KEY is refused by Bloom"),
    ]
    assert lines[-1]["code"] == "UNAUTHORIZED"
    assert await connected_as(world) is None
    assert world.bloom.script.count("brands") == 0


async def test_account_that_a_person_connects_meanwhile_is_kept(world: World) -> None:
    world.bloom.script.answer("account", AWAY)
    await start(world)
    await world.paused()
    await world.connect(BOB)
    await world.passing(world.idle())
    assert await connected_as(world) == "bob@acme.com"
    assert world.bloom.script.count("account") == 1
    assert world.accounts[BOB].script.count("brands") == 1


async def test_old_key_of_the_settings_gives_way_when_bloom_is_back(world: World) -> None:
    before = await world.connect()
    await world.store.save_connection(replace(before, connected_by=None))
    world.accounts[BOB].script.answer("account", AWAY)
    await start(world, BOB)
    assert await connected_as(world) == ADA.email
    await world.passing(world.idle())
    assert await connected_as(world) == "bob@acme.com"


async def test_bloom_that_answers_too_late_does_not_hold_up_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.first_connection.PATIENCE", 0.02)
    gate = world.bloom.script.hold("account")
    async with asyncio.timeout(2):
        await start(world)
    assert await connected_as(world) is None
    gate.set()
    await world.passing(world.idle())
    assert await connected_as(world) == ADA.email
    assert await brands_seen(world)


async def test_brands_that_bloom_does_not_name_at_once_do_not_undo_the_connection(world: World) -> None:
    world.bloom.script.answer("brands", AWAY)
    with capture_logs() as lines:
        await start(world)
        await world.idle()
    assert await connected_as(world) == ADA.email
    assert {line["log_level"] for line in lines} == {"warning"}
