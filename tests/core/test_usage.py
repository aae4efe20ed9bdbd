"""What is left to spend, remembered for a moment."""

import asyncio

import pytest

from bot.core.errors import BloomUnavailable, NotConnected
from bot.core.models import Credits, Payer
from tests.core.world import TEAM, World
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually, settle


async def test_nothing_is_known_before_the_first_look(world: World) -> None:
    assert world.usage.known_credits(TEAM, Payer()) is None


async def test_no_balance_is_told_while_nobody_knows_who_pays(world: World) -> None:
    assert world.usage.known_credits(TEAM, None) is None
    assert await world.usage.credits(TEAM, None) is None
    assert not world.bloom.script.count("credits")


async def test_balance_is_asked_once_and_known_for_a_while(world: World) -> None:
    assert await world.usage.credits(TEAM, Payer()) == Credits(100)
    world.bloom.balance = Credits(90)
    await world.clock.advance(30)
    assert await world.usage.credits(TEAM, Payer()) == world.usage.known_credits(TEAM, Payer()) == Credits(100)
    assert world.bloom.script.count("credits") == 1


async def test_old_balance_is_no_longer_known_and_asked_anew(world: World) -> None:
    await world.usage.credits(TEAM, Payer())
    world.bloom.balance = Credits(90)
    await world.clock.advance(31)
    assert world.usage.known_credits(TEAM, Payer()) is None
    assert await world.usage.credits(TEAM, Payer()) == Credits(90)


async def test_purses_of_one_workspace_are_kept_apart(world: World) -> None:
    world.bloom.script.answer("credits", Credits(5), Credits(0, unlimited=True))
    assert await world.usage.credits(TEAM, Payer()) == Credits(5)
    assert await world.usage.credits(TEAM, Payer("w1")) == Credits(0, unlimited=True)
    assert world.usage.known_credits(TEAM, Payer()) == Credits(5)
    assert [call.arguments["bloom_workspace_id"] for call in world.bloom.script.calls] == [None, "w1"]


async def test_all_who_ask_meanwhile_cost_one_request(world: World) -> None:
    gate = world.bloom.script.hold("credits")
    asking = [asyncio.create_task(world.usage.credits(TEAM, Payer())) for _ in range(3)]
    await eventually(lambda: world.bloom.script.calls)
    gate.set()
    assert await asyncio.gather(*asking) == [Credits(100)] * 3
    assert world.bloom.script.count("credits") == 1


async def test_what_was_spent_is_forgotten_with_all_purses(world: World) -> None:
    await world.usage.credits(TEAM, Payer())
    await world.usage.credits(TEAM, Payer("w1"))
    world.usage.forget(TEAM)
    world.usage.forget("T9")
    assert world.usage.known_credits(TEAM, Payer()) is None
    assert world.usage.known_credits(TEAM, Payer("w1")) is None


async def test_answer_from_before_the_spending_is_not_remembered(world: World) -> None:
    gate = world.bloom.script.hold("credits")
    asking = asyncio.create_task(world.usage.credits(TEAM, Payer()))
    await eventually(lambda: world.bloom.script.calls)
    world.usage.forget(TEAM)
    gate.set()
    assert await asking == Credits(100)
    await settle()
    assert world.usage.known_credits(TEAM, Payer()) is None


async def test_failures_are_told_and_not_remembered(world: World) -> None:
    world.bloom.script.answer("credits", BloomUnavailable("away"))
    with pytest.raises(BloomUnavailable):
        await world.usage.credits(TEAM, Payer())
    assert await world.usage.credits(TEAM, Payer()) == Credits(100)
    with pytest.raises(NotConnected):
        await world.usage.credits("T9", Payer())


async def test_who_asks_after_the_account_changed_gets_no_answer_about_the_old_one(world: World) -> None:
    gate = world.bloom.script.hold("credits")
    before = asyncio.create_task(world.usage.credits(TEAM, Payer()))
    await eventually(lambda: world.bloom.script.calls)
    world.usage.forget(TEAM)
    world.bloom.balance = Credits(7)
    after = asyncio.create_task(world.usage.credits(TEAM, Payer()))
    await eventually(lambda: world.bloom.script.count("credits") == 2)
    gate.set()
    assert await before == Credits(100)
    assert await after == Credits(7)


async def test_balance_of_an_account_that_was_replaced_is_known_no_more(world: World) -> None:
    await world.usage.credits(TEAM, Payer())
    world.accounts["bloom_sk_bob"] = FakeBloom(world.clock)
    await world.connections.connect(TEAM, "bloom_sk_bob", "U1")
    assert world.usage.known_credits(TEAM, Payer()) is None
