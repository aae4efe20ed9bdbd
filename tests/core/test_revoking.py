"""What is shown to Bloom to be revoked: never a refresh token that is used up.

Better Auth, whose addresses Bloom's look like, takes one for stolen and ends all that its owner allowed the deployment,
in other Slack workspaces too (`BloomSignIn.revoke`; the stand-in plays it with ``reuse_ends = "account"``).
"""

import asyncio

import pytest

from bot.core.errors import BloomError, BotError, NotAllowed, StoreError
from bot.core.models import Connection, TokenSet
from tests.core.world import BOSS, TEAM, World, secrets_of
from tests.fakes.eventually import eventually, settle
from tests.fakes.sign_in_server import REFUSED as INVALID_GRANT

HOUR = 3600.0


@pytest.fixture
async def connection(world: World) -> Connection:
    """Return what somebody signed in with, whose access token has ended."""
    connection = await world.sign_in_as()
    await world.idle()
    world.server.script.calls.clear()
    await world.clock.advance(HOUR)
    return connection


def revoked(world: World) -> list[str]:
    return [call.arguments["token"] for call in world.server.script.named("revoke")]


async def shown(world: World) -> str:
    return await world.renewals.access_token((await world.connections.present(TEAM)).id)


async def test_disconnecting_during_a_renewal_revokes_what_came_of_it_and_not_what_it_used_up(
    world: World, connection: Connection
) -> None:
    gate = world.server.script.hold("refresh")
    asking = asyncio.create_task(shown(world))
    await eventually(lambda: world.server.script.count("refresh"))
    disconnecting = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
    await settle()
    gate.set()
    await asyncio.gather(asking, return_exceptions=True)
    assert await disconnecting
    await world.idle()
    assert secrets_of(connection)[0] not in revoked(world)
    assert not world.server.refresh_tokens
    assert not [token for token in world.accounts if token.startswith("access-")]


async def test_retiring_during_a_renewal_does_not_either(world: World, connection: Connection) -> None:
    gate = world.server.script.hold("refresh")
    asking = asyncio.create_task(shown(world))
    await eventually(lambda: world.server.script.count("refresh"))
    await world.connect_as_bob()
    await settle()
    gate.set()
    await asyncio.gather(asking, return_exceptions=True)
    await world.idle()
    assert secrets_of(connection)[0] not in revoked(world)
    assert not world.server.refresh_tokens


async def test_signing_in_anew_after_a_refused_renewal_does_not_show_the_dead_refresh_token_again(
    world: World, connection: Connection
) -> None:
    """It would end the sign-in that has just mended the connection."""
    world.server.script.answer("refresh", INVALID_GRANT)
    with pytest.raises(BloomError):
        await shown(world)
    anew = await world.sign_in_as()
    await world.idle()
    assert await world.store.connection_by_id(connection.id) is None
    assert secrets_of(connection)[0] not in revoked(world)
    assert await shown(world) == anew.credential


async def test_renewal_that_fails_leaves_the_refresh_token_to_be_revoked(world: World, connection: Connection) -> None:
    world.server.script.answer("refresh", BloomError("away"))
    gate = world.server.script.hold("refresh")
    asking = asyncio.create_task(shown(world))
    await eventually(lambda: world.server.script.count("refresh"))
    disconnecting = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
    await settle()
    gate.set()
    await asyncio.gather(asking, return_exceptions=True)
    assert await disconnecting
    assert revoked(world) == list(secrets_of(connection))


async def test_what_the_database_would_not_take_is_revoked_when_the_connection_goes(
    world: World, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(connection_id: str, tokens: TokenSet) -> bool:
        raise StoreError("locked")

    monkeypatch.setattr(world.store, "renew_connection", failing)
    with pytest.raises(StoreError):
        await world.passing(shown(world))
    assert await world.connections.disconnect(TEAM, BOSS)
    assert secrets_of(connection)[0] not in revoked(world)
    assert not world.server.refresh_tokens


async def test_connection_that_bloom_refuses_but_could_renew_is_revoked_all_the_same(
    world: World, connection: Connection
) -> None:
    await world.renewals.give_up(connection)
    assert await world.connections.disconnect(TEAM, BOSS)
    assert revoked(world) == list(secrets_of(connection))


@pytest.mark.parametrize("held", ["exchange", "account"])
async def test_sign_in_that_is_still_under_way_does_not_undo_a_disconnection(world: World, held: str) -> None:
    state = (await world.sign_in.begin(TEAM, BOSS)).partition("state=")[2]
    world.server.codes["code"] = world.bloom
    script = world.server.script if held == "exchange" else world.bloom.script
    gate = script.hold(held)
    finishing = asyncio.create_task(world.sign_in.finish(state, "code"))
    await eventually(lambda: script.count(held))
    await world.connections.disconnect(TEAM, BOSS)
    gate.set()
    outcome: object = (await asyncio.gather(finishing, return_exceptions=True))[0]
    await world.idle()
    assert isinstance(outcome, NotAllowed)
    assert await world.connections.current(TEAM) is None
    assert not world.server.refresh_tokens


async def test_registration_that_bloom_forgot_is_forgotten_when_a_renewal_meets_it(
    world: World, connection: Connection
) -> None:
    """Bloom's page sends nobody back who comes with an unknown client: no exchange would ever tell."""
    world.server.clients.clear()
    with pytest.raises(BotError):
        await shown(world)
    await world.sign_in_as()
    assert world.server.script.count("register") == 1
