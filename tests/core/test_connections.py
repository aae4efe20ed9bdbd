"""A workspace and its account at Bloom."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.clock import SystemClock
from bot.core.errors import BloomUnauthorized, NotConnected
from bot.core.models import Account, Connection
from tests.core.world import ADA, KEY, TEAM, World
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually


async def test_connecting_asks_bloom_whose_key_it_is_and_keeps_it(world: World) -> None:
    world.accounts["bloom_sk_bob"] = FakeBloom(world.clock, Account("bob@acme.com", "Bob"))
    await world.clock.advance(60)
    connection = await world.connections.connect(TEAM, "bloom_sk_bob", "U2")
    assert connection == Connection(TEAM, "bloom_sk_bob", Account("bob@acme.com", "Bob"), "U2", world.clock.now())
    assert await world.connections.current(TEAM) == connection


async def test_key_that_bloom_refuses_leaves_everything_as_it_was(world: World) -> None:
    before = await world.connections.current(TEAM)
    stranger = world.accounts["bloom_sk_wrong"] = FakeBloom(world.clock)
    stranger.script.answer("account", BloomUnauthorized("UNAUTHORIZED", 401))
    with pytest.raises(BloomUnauthorized):
        await world.connections.connect(TEAM, "bloom_sk_wrong", "U2")
    assert await world.connections.current(TEAM) == before


async def test_bloom_speaks_with_the_credential_of_the_workspace(world: World) -> None:
    world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
    await world.store.save_connection(replace(await world.connect(), workspace_id="T2", credential="bloom_sk_bob"))
    assert await world.connections.bloom(TEAM) is world.accounts[KEY]
    assert await world.connections.bloom("T2") is world.accounts["bloom_sk_bob"]


async def test_workspace_without_an_account_is_not_connected(world: World) -> None:
    assert await world.connections.current("T9") is None
    with pytest.raises(NotConnected, match="T9"):
        await world.connections.bloom("T9")


def test_credential_stands_in_no_repr() -> None:
    assert KEY not in repr(Connection(TEAM, KEY, ADA, None, SystemClock().now()))


async def test_system_clock_is_aware_and_goes_forward() -> None:
    clock = SystemClock()
    now, began = clock.now(), clock.monotonic()
    await clock.sleep(0.001)
    assert clock.now().tzinfo is not None
    assert clock.now() > now
    assert clock.monotonic() > began


async def test_key_from_the_settings_does_not_replace_what_a_person_connected_meanwhile(world: World) -> None:
    slow = world.accounts["bloom_sk_settings"] = FakeBloom(world.clock)
    gate = slow.script.hold("account")
    from_settings = asyncio.create_task(world.connections.connect(TEAM, "bloom_sk_settings", None))
    await eventually(lambda: slow.script.calls)
    typed = Connection(TEAM, "bloom_sk_typed", Account("ada@acme.com"), "U1", world.clock.now())
    await world.store.save_connection(typed)
    gate.set()
    assert await from_settings == typed
    assert await world.connections.current(TEAM) == typed
