"""Signing in with Bloom: from the link to the connection, once, by who began it."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from bot.core.errors import BloomRefused, BloomUnauthorized, BloomUnavailable, NotAllowed, SignInExpired
from bot.core.models import Connection, Grant
from tests.core.world import ADA, BOB, BOSS, CALLBACK, LANDING, TEAM, World
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually, settle

AWAY = BloomUnavailable("away")
FORGOTTEN = BloomRefused("invalid_client", 401)


async def begun(world: World, user_id: str = BOSS) -> str:
    """Begin a sign-in and return its state; Bloom has a code for it."""
    address = urlsplit(await world.sign_in.begin(TEAM, user_id))
    assert address._replace(query="").geturl() == LANDING
    (state,) = parse_qs(address.query)["state"]
    world.server.codes[code_of(state)] = world.bloom
    return state


def code_of(state: str) -> str:
    return f"code-{state[:6]}"


async def test_whole_way_connects_the_workspace_in_the_name_of_who_began(world: World) -> None:
    state = await begun(world)
    pending = await world.sign_in.page(state)
    assert pending is not None
    assert (pending.workspace_id, pending.user_id) == (TEAM, BOSS)
    url = await world.sign_in.authorization_url(pending)
    assert url == f"https://bloom.test/authorize?client_id=client-1&redirect_uri={CALLBACK}&state={state}"
    connection = await world.sign_in.finish(state, code_of(state))
    assert await world.connections.current(TEAM) == connection
    assert (connection.account, connection.connected_by, connection.connected_at) == (ADA, BOSS, world.clock.now())
    (refresh_token,) = world.server.refresh_tokens
    assert connection.grant == Grant("client-1", refresh_token, world.clock.now() + timedelta(hours=1))
    exchange = world.server.script.named("exchange")[0].arguments
    assert (exchange["redirect_uri"], exchange["verifier"]) == (CALLBACK, pending.verifier)
    await world.idle()
    assert world.messenger.told("connected") == [BOSS]


async def test_state_and_verifier_are_unlike_any_other_and_long_enough(world: World) -> None:
    begun_ones = [await world.sign_in.page(await begun(world)) for _ in range(2)]
    secrets = {secret for one in begun_ones if one for secret in (one.state, one.verifier)}
    assert len(secrets) == 4
    assert all(43 <= len(secret) <= 128 for secret in secrets)


class TestOnce:
    async def test_state_holds_once(self, world: World) -> None:
        state = await begun(world)
        await world.sign_in.finish(state, code_of(state))
        with pytest.raises(SignInExpired):
            await world.sign_in.finish(state, code_of(state))
        assert world.server.script.count("exchange") == 1

    async def test_twice_at_once_it_is_finished_once(self, world: World) -> None:
        state = await begun(world)
        outcomes = await asyncio.gather(
            *(world.sign_in.finish(state, code_of(state)) for _ in range(2)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {Connection, SignInExpired}

    async def test_state_that_nobody_began_is_nothing(self, world: World) -> None:
        assert await world.sign_in.page("forged") is None
        with pytest.raises(SignInExpired):
            await world.sign_in.finish("forged", "code")
        assert not world.server.script.calls

    async def test_state_expires(self, world: World) -> None:
        state = await begun(world)
        await world.clock.advance(15 * 60)
        assert await world.sign_in.page(state) is None
        with pytest.raises(SignInExpired):
            await world.sign_in.finish(state, code_of(state))

    async def test_who_says_no_at_bloom_ends_it_and_nothing_changes(self, world: World) -> None:
        before = await world.connections.current(TEAM)
        state = await begun(world)
        denied = await world.sign_in.deny(state)
        assert denied is not None
        assert denied.user_id == BOSS
        assert await world.sign_in.deny(state) is None
        with pytest.raises(SignInExpired):
            await world.sign_in.finish(state, code_of(state))
        assert await world.connections.current(TEAM) == before


class TestRegistration:
    async def test_deployment_is_registered_once_and_that_is_remembered(self, world: World) -> None:
        await asyncio.gather(*(begun(world) for _ in range(3)))
        await world.restart()
        await begun(world)
        assert world.server.script.count("register") == 1
        assert world.server.script.calls[0].arguments == {"redirect_uri": CALLBACK}

    async def test_bloom_that_is_away_is_said_and_asked_again_the_next_time(self, world: World) -> None:
        world.server.script.answer("register", AWAY)
        with pytest.raises(BloomUnavailable):
            await world.sign_in.begin(TEAM, BOSS)
        await begun(world)

    async def test_registration_that_bloom_forgot_is_made_anew_by_the_next_who_begins(self, world: World) -> None:
        state = await begun(world)
        world.server.clients.clear()
        with pytest.raises(BloomRefused, match="invalid_client"):
            await world.sign_in.finish(state, code_of(state))
        state = await begun(world)
        assert (await world.sign_in.finish(state, code_of(state))).grant is not None
        assert world.server.script.count("register") == 2

    async def test_refusal_of_an_older_registration_does_not_cost_the_new_one(self, world: World) -> None:
        state = await begun(world)
        gate = world.server.script.hold("exchange")
        finishing = asyncio.create_task(world.sign_in.finish(state, code_of(state)))
        await eventually(lambda: world.server.script.count("exchange"))
        world.server.clients.clear()
        await world.store.save_bloom_client(CALLBACK, "client-new")
        gate.set()
        with pytest.raises(BloomRefused):
            await finishing
        assert await world.store.bloom_client(CALLBACK) == "client-new"

    @pytest.mark.parametrize("refusal", [BloomUnauthorized("invalid_grant", 400), AWAY])
    async def test_any_other_trouble_is_no_reason_to_forget_it(self, world: World, refusal: Exception) -> None:
        state = await begun(world)
        world.server.script.answer("exchange", refusal)
        with pytest.raises(type(refusal)):
            await world.sign_in.finish(state, code_of(state))
        assert await world.store.bloom_client(CALLBACK) == "client-1"


class TestWhoMay:
    async def test_only_managers_begin(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            await world.sign_in.begin(TEAM, "U9")
        assert not world.server.script.calls

    async def test_who_is_no_manager_any_more_does_not_finish(self, world: World) -> None:
        state = await begun(world)
        before = await world.connections.current(TEAM)
        world.directory.put(BOSS)
        with pytest.raises(NotAllowed):
            await world.sign_in.finish(state, code_of(state))
        assert await world.connections.current(TEAM) == before
        assert not world.server.script.count("exchange")


class TestMeanwhile:
    async def test_of_two_sign_ins_the_later_one_counts_and_the_other_is_revoked(self, world: World) -> None:
        first, second = await begun(world), await begun(world)
        world.server.codes[code_of(second)] = FakeBloom(world.clock, BOB)
        both = await asyncio.gather(*(world.sign_in.finish(state, code_of(state)) for state in (first, second)))
        await world.idle()
        await world.connections.retire()
        await world.idle()
        current = await world.connections.current(TEAM)
        assert current in both
        assert current is not None
        assert current.grant is not None
        assert list(world.server.refresh_tokens) == [current.grant.refresh_token]

    async def test_browser_that_goes_away_does_not_lose_what_bloom_gave(self, world: World) -> None:
        state = await begun(world)
        gate = world.server.script.hold("exchange")
        finishing = asyncio.create_task(world.sign_in.finish(state, code_of(state)))
        await eventually(lambda: world.server.script.count("exchange"))
        finishing.cancel()
        gate.set()
        await world.idle()
        current = await world.connections.current(TEAM)
        assert current is not None
        assert current.connected_by == BOSS

    async def test_shutdown_waits_until_it_is_kept(self, world: World) -> None:
        state = await begun(world)
        gate = world.server.script.hold("exchange")
        finishing = asyncio.create_task(world.sign_in.finish(state, code_of(state)))
        await eventually(lambda: world.server.script.count("exchange"))
        stopping = asyncio.create_task(world.tasks.stop())
        await settle()
        gate.set()
        await stopping
        assert await world.connections.current(TEAM) == await finishing

    @pytest.mark.parametrize("trouble", [AWAY, BloomUnauthorized("UNAUTHORIZED", 401)])
    async def test_tokens_of_an_account_that_bloom_does_not_name_are_revoked(
        self, world: World, trouble: Exception
    ) -> None:
        before = await world.connections.current(TEAM)
        state = await begun(world)
        world.bloom.script.answer("account", trouble)
        with pytest.raises(type(trouble)):
            await world.sign_in.finish(state, code_of(state))
        await world.idle()
        assert await world.connections.current(TEAM) == before
        assert not world.server.refresh_tokens

    @pytest.mark.parametrize("held", ["exchange", "account"])
    async def test_workspace_that_is_left_meanwhile_stays_without_a_connection(self, world: World, held: str) -> None:
        state = await begun(world)
        script = world.server.script if held == "exchange" else world.bloom.script
        gate = script.hold(held)
        finishing = asyncio.create_task(world.sign_in.finish(state, code_of(state)))
        await eventually(lambda: script.count(held))
        world.directory.put(BOSS)
        await world.departures.leave(TEAM)
        gate.set()
        outcome = (await asyncio.gather(finishing, return_exceptions=True))[0]
        await world.idle()
        assert isinstance(outcome, NotAllowed)
        assert await world.connections.current(TEAM) is None
        assert not world.server.refresh_tokens

    async def test_sign_in_begun_before_a_workspace_was_left_is_over(self, world: World) -> None:
        state = await begun(world)
        await world.departures.leave(TEAM)
        with pytest.raises(SignInExpired):
            await world.sign_in.finish(state, code_of(state))


async def test_no_secret_stands_in_a_log_a_repr_or_a_name(world: World) -> None:
    names: list[str] = []
    start = world.tasks.start

    def listening(work: object, *, name: str, is_vital: bool = False) -> object:
        names.append(name)
        return start(work, name=name, is_vital=is_vital)  # type: ignore[arg-type]

    world.tasks.start = listening  # type: ignore[method-assign, assignment]
    with capture_logs() as lines:
        state = await begun(world)
        pending = await world.sign_in.page(state)
        assert pending is not None
        world.server.script.answer("exchange", BloomUnauthorized("invalid_grant", 400))
        with pytest.raises(BloomUnauthorized) as refused:
            await world.sign_in.finish(state, "secret-code")
        with pytest.raises(SignInExpired) as expired:
            await world.sign_in.finish(state, "secret-code")
        connection = await world.sign_in_as()
        await world.idle()
    assert connection.grant is not None
    said = f"{lines} {names} {pending} {connection} {refused.value!r} {expired.value!r} {world.messenger.notices}"
    assert names
    for secret in (
        state,
        pending.verifier,
        "secret-code",
        connection.credential,
        connection.grant.refresh_token or "!",
    ):
        assert secret not in said
