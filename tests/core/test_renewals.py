"""Access tokens: renewed in time, once for all who need it, and never lost; what Bloom refuses is given up once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    NotConnected,
    StoreError,
)
from bot.core.models import Connection, Credits, TokenSet
from tests.core.world import BOSS, TEAM, S, World, a_request, secrets_of
from tests.fakes.eventually import eventually, settle
from tests.fakes.script import LostAnswer
from tests.fakes.sign_in_server import REFUSED as INVALID_GRANT

HOUR = 3600.0
REFUSED = BloomUnauthorized("UNAUTHORIZED", 401)
AWAY = BloomUnavailable("away")


@pytest.fixture
async def connection(world: World) -> Connection:
    """Return what somebody signed in with."""
    connection = await world.sign_in_as()
    await world.idle()
    world.server.script.calls.clear()
    world.messenger.notices.clear()
    return connection


async def shown(world: World) -> str:
    """Return what the workspace shows to Bloom now."""
    return await world.renewals.access_token((await world.connections.present(TEAM)).id)


async def present(world: World) -> Connection:
    return await world.connections.present(TEAM)


def refreshes(world: World) -> int:
    return world.server.script.count("refresh")


def fail_to_save(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> Callable[[], int]:
    """Let the database refuse new tokens so often; return how often it still will."""
    renew, failures = world.store.renew_connection, [StoreError("locked")] * times

    async def failing(connection_id: str, tokens: TokenSet) -> bool:
        if failures:
            raise failures.pop()
        return await renew(connection_id, tokens)

    monkeypatch.setattr(world.store, "renew_connection", failing)
    return lambda: len(failures)


class TestInTime:
    async def test_token_is_used_as_it_is_until_shortly_before_its_end(
        self, world: World, connection: Connection
    ) -> None:
        await world.clock.advance(HOUR - 301)
        assert await shown(world) == connection.credential
        assert len(world.tasks) == 0
        assert not refreshes(world)

    async def test_shortly_before_its_end_it_is_renewed_behind_and_nobody_waits(
        self, world: World, connection: Connection
    ) -> None:
        gate = world.server.script.hold("refresh")
        await world.clock.advance(HOUR - 300)
        assert [await shown(world) for _ in range(3)] == [connection.credential] * 3
        gate.set()
        await world.idle()
        assert refreshes(world) == 1
        renewed = await present(world)
        assert await shown(world) == renewed.credential != connection.credential
        assert renewed.id == connection.id

    async def test_bloom_that_is_away_then_is_asked_now_and_then_and_the_old_one_used(
        self, world: World, connection: Connection
    ) -> None:
        world.server.script.answer("refresh", *[AWAY] * 20)
        await world.clock.advance(HOUR - 300)
        for _ in range(12):
            assert await shown(world) == connection.credential
            await world.idle()
            await world.clock.advance(10)
        assert refreshes(world) == 4
        assert not (await present(world)).is_broken

    async def test_three_requests_after_the_end_make_one_renewal(self, world: World, connection: Connection) -> None:
        await world.clock.advance(HOUR)
        client = await world.connections.bloom(TEAM)
        assert await asyncio.gather(*(client.credits() for _ in range(3))) == [Credits(100)] * 3
        assert refreshes(world) == 1
        assert world.server.script.calls[0].arguments == {
            "client_id": "client-1",
            "refresh_token": secrets_of(connection)[0],
        }

    async def test_next_renewal_shows_the_new_refresh_token(self, world: World, connection: Connection) -> None:
        for _ in range(3):
            await world.clock.advance(HOUR)
            await shown(world)
        assert refreshes(world) == 3
        assert not (await present(world)).is_broken

    async def test_refresh_token_that_is_not_rotated_goes_on(self, world: World, connection: Connection) -> None:
        world.server.rotates = False
        for _ in range(3):
            await world.clock.advance(HOUR)
            await shown(world)
        assert secrets_of(await present(world))[0] == secrets_of(connection)[0]
        assert refreshes(world) == 3

    async def test_token_about_to_end_is_used_when_there_is_no_other_and_no_longer(
        self, world: World, connection: Connection
    ) -> None:
        world.server.script.answer("refresh", AWAY, AWAY)
        await world.clock.advance(HOUR - 10)
        assert await shown(world) == connection.credential
        await world.clock.advance(10)
        with pytest.raises(BloomUnavailable):
            await shown(world)
        assert await shown(world) != connection.credential

    async def test_token_without_an_end_is_renewed_when_it_is_refused(
        self, world: World, connection: Connection
    ) -> None:
        await world.store.renew_connection(connection.id, TokenSet("access-x", "refresh-x", None))
        world.accounts["access-x"] = world.server.refresh_tokens["refresh-x"] = world.bloom
        await world.clock.advance(1000 * HOUR)
        assert await shown(world) == "access-x"
        del world.accounts["access-x"]
        assert await (await world.connections.bloom(TEAM)).credits() == Credits(100)

    @pytest.mark.parametrize("trouble", [AWAY, BloomTimeout("late"), BloomUnreadable("html")])
    async def test_bloom_that_cannot_renew_now_is_away_and_nothing_was_sent(
        self, world: World, connection: Connection, trouble: Exception
    ) -> None:
        """Nothing was sent to Bloom's API, so nothing was paid: a generation just waits."""
        await world.clock.advance(HOUR)
        world.server.script.answer("refresh", trouble)
        with pytest.raises(BloomUnavailable) as away:
            await shown(world)
        assert not away.value.sent
        assert not (await present(world)).is_broken

    async def test_refusal_for_now_is_no_refusal_for_good(self, world: World, connection: Connection) -> None:
        await world.clock.advance(HOUR)
        world.server.script.answer(
            "refresh", BloomRateLimited("TOO_MANY_REQUESTS", 429), BloomRefused("temporarily_unavailable", 400)
        )
        for _ in range(2):
            with pytest.raises(BloomUnavailable):
                await shown(world)
        assert await shown(world) != connection.credential


class TestNeverLost:
    async def test_new_token_is_on_disk_before_anybody_has_it(
        self, world: World, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failures = fail_to_save(world, monkeypatch, 2)
        await world.clock.advance(HOUR)
        asking = asyncio.create_task(shown(world))
        await world.paused()
        assert not asking.done()
        assert await world.passing(asking_for(asking)) == (await present(world)).credential
        assert refreshes(world) == 1
        assert not failures()

    async def test_database_that_fails_for_long_does_not_lose_what_bloom_gave(
        self, world: World, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_to_save(world, monkeypatch, 9)
        await world.clock.advance(HOUR)
        with pytest.raises(StoreError):
            await world.passing(shown(world))
        assert await world.passing(shown(world)) == (await present(world)).credential != connection.credential
        assert refreshes(world) == 1

    async def test_caller_who_goes_away_does_not_end_it(self, world: World, connection: Connection) -> None:
        gate = world.server.script.hold("refresh")
        await world.clock.advance(HOUR)
        leaving, staying = (asyncio.create_task(shown(world)) for _ in range(2))
        await eventually(lambda: refreshes(world))
        leaving.cancel()
        gate.set()
        assert await staying == (await present(world)).credential != connection.credential

    async def test_shutdown_waits_for_the_answer_and_the_disk(self, world: World, connection: Connection) -> None:
        gate = world.server.script.hold("refresh")
        await world.clock.advance(HOUR)
        asking = asyncio.create_task(shown(world))
        await eventually(lambda: refreshes(world))
        stopping = asyncio.create_task(world.tasks.stop())
        await settle()
        gate.set()
        await stopping
        assert await asking == (await present(world)).credential
        await world.restart()
        assert (await present(world)).credential == await shown(world) != connection.credential

    async def test_death_between_answer_and_disk_breaks_the_connection_and_a_manager_is_told_once(
        self, world: World, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It cannot be cured: the one refresh token is used up, and nobody knows the other."""
        monkeypatch.setattr("bot.core.tasks.VITAL_PATIENCE", 0.0)
        fail_to_save(world, monkeypatch, 1)
        await world.clock.advance(HOUR)
        asking = asyncio.create_task(shown(world))
        await world.paused()
        await world.restart()
        with pytest.raises(asyncio.CancelledError):
            await asking
        for _ in range(3):
            with pytest.raises(BloomUnauthorized):
                await shown(world)
        await world.idle()
        assert (await present(world)).is_broken
        assert world.messenger.told("connection_broken") == [BOSS]
        assert refreshes(world) == 2

    async def test_lost_answer_is_the_same(self, world: World, connection: Connection) -> None:
        await world.clock.advance(HOUR)
        world.server.script.answer("refresh", LostAnswer(BloomTimeout("no answer")))
        with pytest.raises(BloomUnavailable):
            await shown(world)
        with pytest.raises(BloomUnauthorized):
            await shown(world)
        await world.idle()
        assert world.messenger.told("connection_broken") == [BOSS]


class TestMeanwhile:
    """What becomes of a connection while Bloom is being asked for new tokens."""

    async def renewing(self, world: World) -> tuple["asyncio.Task[str]", asyncio.Event]:
        gate = world.server.script.hold("refresh")
        await world.clock.advance(HOUR)
        asking = asyncio.create_task(shown(world))
        await eventually(lambda: refreshes(world))
        return asking, gate

    async def test_disconnected_one_is_not_raised_from_the_dead_and_what_came_is_revoked(
        self, world: World, connection: Connection
    ) -> None:
        asking, gate = await self.renewing(world)
        disconnecting = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
        await settle()
        gate.set()
        with pytest.raises(NotConnected):
            await asking
        assert await disconnecting
        await world.idle()
        assert await world.store.connection_by_id(connection.id) is None
        assert await world.connections.current(TEAM) is None
        assert not world.server.refresh_tokens
        assert not [token for token in world.accounts if token.startswith("access-")]
        assert not world.messenger.notices

    async def test_refusal_for_a_disconnected_one_is_told_to_nobody(self, world: World, connection: Connection) -> None:
        asking, gate = await self.renewing(world)
        world.server.script.answer("refresh", INVALID_GRANT)
        disconnecting = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
        await settle()
        gate.set()
        with pytest.raises(BloomUnauthorized):
            await asking
        assert await disconnecting
        assert [call.arguments["token"] for call in world.server.script.named("revoke")] == [connection.credential]
        await world.idle()
        assert not world.messenger.notices

    async def test_left_workspace_is_not_connected_again(self, world: World, connection: Connection) -> None:
        asking, gate = await self.renewing(world)
        await world.departures.leave(TEAM)
        gate.set()
        with pytest.raises(NotConnected):
            await asking
        await world.idle()
        assert await world.connections.current(TEAM) is None
        assert not world.server.refresh_tokens

    async def test_replaced_one_is_renewed_for_the_generation_that_needs_it(
        self, world: World, connection: Connection
    ) -> None:
        await world.put(S.WAITING, image_ids=("i1",), connection_id=connection.id)
        asking, gate = await self.renewing(world)
        bobs = await world.connect_as_bob()
        gate.set()
        renewed = await asking
        old = await world.store.connection_by_id(connection.id)
        assert old is not None
        assert old.credential == renewed
        assert await world.connections.current(TEAM) == bobs
        assert await (await world.connections.bloom_of(connection.id, TEAM)).account() == world.bloom.who

    async def test_refusal_of_a_replaced_one_is_no_news_to_managers(self, world: World, connection: Connection) -> None:
        await world.put(S.WAITING, image_ids=("i1",), connection_id=connection.id)
        world.server.script.answer("refresh", INVALID_GRANT)
        asking, gate = await self.renewing(world)
        await world.connect_as_bob()
        gate.set()
        with pytest.raises(BloomUnauthorized):
            await asking
        await world.idle()
        assert not world.messenger.notices
        assert not (await present(world)).is_broken


class TestRefused:
    async def test_who_read_the_old_token_before_a_renewal_does_not_renew_the_new_one(
        self, world: World, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await world.clock.advance(HOUR)
        await shown(world)
        read, late = world.store.connection_by_id, [connection]

        async def reading(connection_id: str) -> Connection | None:
            return late.pop() if late else await read(connection_id)

        monkeypatch.setattr(world.store, "connection_by_id", reading)
        assert await world.renewals.access_token(connection.id) == (await present(world)).credential
        assert refreshes(world) == 1

    async def test_refused_token_is_renewed_and_the_request_made_again(
        self, world: World, connection: Connection
    ) -> None:
        del world.accounts[connection.credential]
        client = await world.connections.bloom(TEAM)
        assert await asyncio.gather(*(client.credits() for _ in range(3))) == [Credits(100)] * 3
        assert refreshes(world) == 1

    async def test_refused_token_that_was_renewed_meanwhile_is_not_renewed_again(
        self, world: World, connection: Connection
    ) -> None:
        await world.clock.advance(HOUR)
        await shown(world)
        assert await world.renewals.renewed(connection.id, connection.credential)
        assert refreshes(world) == 1

    async def test_refused_again_right_after_it_is_given_up_instead_of_renewed_for_ever(
        self, world: World, connection: Connection
    ) -> None:
        client = await world.connections.bloom(TEAM)
        world.bloom.script.answer("credits", *[REFUSED] * 9)
        for _ in range(3):
            with pytest.raises(BloomUnauthorized):
                await client.credits()
        await world.idle()
        assert refreshes(world) == 1
        assert (await present(world)).is_broken
        assert world.messenger.told("connection_broken") == [BOSS]

    async def test_refused_once_more_a_good_while_later_it_is_renewed_once_more(
        self, world: World, connection: Connection
    ) -> None:
        for _ in range(2):
            del world.accounts[(await present(world)).credential]
            assert await (await world.connections.bloom(TEAM)).credits() == Credits(100)
            await world.clock.advance(61)
        assert refreshes(world) == 2

    @pytest.mark.parametrize("refusal", [INVALID_GRANT, BloomRefused("invalid_client", 401)])
    async def test_refused_renewal_breaks_the_connection_and_managers_are_told_once(
        self, world: World, connection: Connection, refusal: BloomRefused
    ) -> None:
        await world.store.name_managers(TEAM, ["U5", "U6"])
        await world.clock.advance(HOUR)
        world.server.script.answer("refresh", refusal)
        outcomes = await asyncio.gather(*(shown(world) for _ in range(3)), return_exceptions=True)
        outcomes += await asyncio.gather(*(shown(world) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [BloomUnauthorized] * 6
        await world.idle()
        assert refreshes(world) == 1
        assert world.messenger.told("connection_broken") == ["U5", "U6"]
        assert not await world.renewals.renewed(connection.id, connection.credential)

    async def test_signing_in_anew_mends_it(self, world: World, connection: Connection) -> None:
        await world.renewals.give_up(connection)
        anew = await world.sign_in_as()
        assert await shown(world) == anew.credential

    async def test_without_a_refresh_token_it_holds_to_its_end_and_is_broken_then(
        self, world: World, connection: Connection
    ) -> None:
        assert connection.grant is not None
        only = replace(connection, id="c9", grant=replace(connection.grant, refresh_token=None))
        await world.store.save_connection(only)
        await world.clock.advance(HOUR - 200)
        assert await shown(world) == only.credential
        await world.idle()
        await world.clock.advance(199)
        assert await shown(world) == only.credential
        await world.clock.advance(1)
        with pytest.raises(BloomUnauthorized):
            await shown(world)
        await world.idle()
        assert world.messenger.told("connection_broken") == [BOSS]
        assert not refreshes(world)

    async def test_erased_one_has_nothing_to_show(self, world: World, connection: Connection) -> None:
        await world.store.erase_connection(connection.id)
        with pytest.raises(NotConnected):
            await world.renewals.access_token(connection.id)
        assert not await world.renewals.renewed(connection.id, connection.credential)

    async def test_bloom_that_cannot_be_asked_is_no_reason_to_fail_for_good(
        self, world: World, connection: Connection
    ) -> None:
        world.server.script.answer("refresh", AWAY)
        del world.accounts[connection.credential]
        with pytest.raises(BloomUnavailable):
            await (await world.connections.bloom(TEAM)).credits()


async def test_generation_whose_token_ends_while_it_stands_in_line_goes_on(
    world: World, connection: Connection
) -> None:
    gate = world.bloom.script.hold("turn")
    generation = await world.generations.start(a_request())
    await eventually(lambda: world.bloom.script.count("turn"))
    await world.clock.advance(HOUR)
    world.accounts.pop(connection.credential)
    gate.set()
    assert (await world.ended(generation.id)).state is S.DELIVERED
    assert world.bloom.script.count("generate") == 1
    assert refreshes(world) == 1


async def test_budget_goes_on_after_a_renewal(world: World, connection: Connection) -> None:
    """Its id is what the requests are counted by."""
    before = await world.connections.bloom(TEAM)
    await world.clock.advance(HOUR)
    await shown(world)
    after = await world.connections.bloom(TEAM)
    assert before.credential.id == after.credential.id == connection.id  # type: ignore[attr-defined]


async def test_no_secret_stands_in_a_log_or_a_repr(world: World, connection: Connection) -> None:
    with capture_logs() as lines:
        await world.clock.advance(HOUR)
        await shown(world)
        renewed = await present(world)
        world.server.script.answer("revoke", AWAY)
        world.server.script.answer("refresh", AWAY, INVALID_GRANT)
        await world.clock.advance(HOUR)
        for _ in range(2):
            with pytest.raises((BloomUnavailable, BloomUnauthorized)) as error:
                await shown(world)
            lines.append({"error": repr(error.value), "event": str(error.value), "log_level": "error"})
        broken = await present(world)
        await world.connections.disconnect(TEAM, BOSS)
        await world.idle()
    said = f"{lines} {broken} {connection} {world.messenger.notices} {world.renewals.__dict__}"
    assert len(lines) > 4
    for secret in (*secrets_of(connection), *secrets_of(renewed)):
        assert secret not in said


async def asking_for(task: "asyncio.Task[str]") -> str:
    return await task
