"""Leaving a workspace: nothing goes on there, no secret stays, and others do not notice."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.core.departures import Departures
from bot.core.errors import NotAllowed
from bot.core.models import Failure, ImageState
from tests.core.world import ADA, BOSS, KEY, TEAM, S, World, a_request
from tests.fakes.eventually import eventually, settle


@pytest.fixture
def keeping(world: World) -> Departures:
    return Departures(world.store, world.connections, world.clock, keep_history=True)


async def row_or_none(world: World, generation_id: str) -> Any:
    return await world.store.generation(generation_id)


@pytest.mark.parametrize("held", ["turn", "generate", "watch"])
async def test_generation_under_way_ends_and_its_late_answer_changes_nothing(
    world: World, keeping: Departures, held: str
) -> None:
    gate = world.bloom.script.hold(held)
    generation = await world.generations.start(a_request())
    await eventually(lambda: world.bloom.script.count(held))
    await keeping.leave(TEAM)
    gate.set()
    await world.passing(world.idle())
    ended = await world.row(generation.id)
    assert (ended.state, ended.failure) == (S.FAILED, Failure("uninstalled"))
    assert not world.messenger.replies
    assert world.bloom.script.count("generate") == (0 if held == "turn" else 1)


async def test_left_during_a_submit_nothing_of_it_is_left_or_told(world: World) -> None:
    gate = world.bloom.script.hold("generate")
    generation = await world.generations.start(a_request())
    await eventually(lambda: world.bloom.script.count("generate"))
    await world.departures.leave(TEAM)
    gate.set()
    await world.passing(world.idle())
    assert await row_or_none(world, generation.id) is None
    assert not world.messenger.replies
    assert not world.engine.ids


async def test_generation_that_is_begun_while_it_is_left_ends_too(
    world: World, keeping: Departures, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.messenger.script.hold("announce")
    leave, before = world.connections.leave, await world.generations.start(a_request())

    async def late(workspace_id: str) -> None:
        assert (await world.row(before.id)).failure == Failure("uninstalled"), "ended before Bloom is disconnected"
        await world.generations.start(a_request("V2"))
        await leave(workspace_id)

    monkeypatch.setattr(world.connections, "leave", late)
    await keeping.leave(TEAM)
    rows = await world.store._writer.run(lambda db: list(db.execute("SELECT state FROM generations")))
    assert rows == [("failed",), ("failed",)]


async def test_secrets_go_and_sign_ins_are_revoked(world: World) -> None:
    await world.sign_in_as()
    await world.departures.leave(TEAM)
    await world.idle()
    assert await world.connections.current(TEAM) is None
    assert not world.server.refresh_tokens


async def test_managers_go(world: World, keeping: Departures) -> None:
    await world.managers.name(TEAM, BOSS, ["U5"])
    await keeping.leave(TEAM)
    assert not await world.managers.named(TEAM)


async def test_history_stays_or_goes_as_the_operator_wants(world: World, keeping: Departures) -> None:
    delivered = await world.ended((await world.generations.start(a_request())).id)
    await keeping.leave(TEAM)
    assert await world.row(delivered.id) == delivered
    await world.departures.leave(TEAM)
    assert await row_or_none(world, delivered.id) is None


async def test_other_workspaces_do_not_notice(world: World) -> None:
    await world.connections.connect("T2", KEY, "U2")
    world.bloom.drawn_as = ImageState.PENDING
    theirs = await world.generations.start(replace(a_request(), workspace_id="T2"))
    await eventually(lambda: world.bloom.script.count("watch"))
    await world.departures.leave(TEAM)
    world.bloom.complete()
    assert (await world.ended(theirs.id)).state is S.DELIVERED


async def test_it_can_be_left_twice_and_connected_again(world: World) -> None:
    for _ in range(2):
        await world.departures.leave(TEAM)
    assert (await world.sign_in_as()).connected_by == BOSS
    await world.connections.connect(TEAM, KEY, "U1")
    assert await (await world.connections.bloom(TEAM)).account() == ADA
    assert (await world.ended((await world.generations.start(a_request())).id)).state is S.DELIVERED


async def test_key_that_is_checked_while_it_is_left_is_not_kept(world: World) -> None:
    gate = world.bloom.script.hold("account")
    connecting = asyncio.create_task(world.connections.connect(TEAM, KEY, "U1"))
    await eventually(lambda: world.bloom.script.count("account"))
    await world.departures.leave(TEAM)
    gate.set()
    with pytest.raises(NotAllowed):
        await connecting
    await settle()
    assert await world.connections.current(TEAM) is None
