"""A workspace and its account at Bloom."""

import asyncio

import pytest

from bot.core.clock import SystemClock
from bot.core.credentials import ApiKey
from bot.core.errors import BloomUnauthorized, BloomUnavailable, NotConnected
from bot.core.models import Account, BloomWorkspace, Connection, Failure, ImageState, Payer
from tests.core.world import ADA, BOB, BOSS, KEY, TEAM, S, World, a_request, secrets_of
from tests.fakes.bloom import PERSONAL, FakeBloom, FakeClient
from tests.fakes.eventually import eventually, settle

SALES = BloomWorkspace("w1", "Sales", is_personal=False)
REFUSED = BloomUnauthorized("UNAUTHORIZED", 401)


async def test_connecting_asks_bloom_whose_key_it_is_and_keeps_it(world: World) -> None:
    world.accounts["bloom_sk_bob"] = FakeBloom(world.clock, Account("bob@acme.com", "Bob"))
    await world.clock.advance(60)
    connection = await world.connections.connect(TEAM, "bloom_sk_bob", "U2")
    bob = Account("bob@acme.com", "Bob")
    assert connection == Connection(connection.id, TEAM, "bloom_sk_bob", bob, "U2", world.clock.now())
    assert await world.connections.current(TEAM) == connection


async def test_key_that_bloom_refuses_leaves_everything_as_it_was(world: World) -> None:
    before = await world.connections.current(TEAM)
    stranger = world.accounts["bloom_sk_wrong"] = FakeBloom(world.clock)
    stranger.script.answer("account", BloomUnauthorized("UNAUTHORIZED", 401))
    with pytest.raises(BloomUnauthorized):
        await world.connections.connect(TEAM, "bloom_sk_wrong", "U2")
    assert await world.connections.current(TEAM) == before


async def test_two_workspaces_with_different_accounts_never_mix(world: World) -> None:
    bob = world.accounts["bloom_sk_bob"] = FakeBloom(world.clock, Account("bob@acme.com"))
    theirs = await world.connections.connect("T2", "bloom_sk_bob", "U2")
    assert await (await world.connections.bloom(TEAM)).account() == ADA
    assert await (await world.connections.bloom("T2")).account() == bob.who
    with pytest.raises(NotConnected, match=TEAM):
        await world.connections.bloom_of(theirs.id, TEAM)
    await world.connections.disconnect("T2", BOSS)
    assert await (await world.connections.bloom(TEAM)).account() == ADA


async def test_workspace_without_an_account_is_not_connected(world: World) -> None:
    assert await world.connections.current("T9") is None
    with pytest.raises(NotConnected, match="T9"):
        await world.connections.bloom("T9")


def test_credential_stands_in_no_repr() -> None:
    assert KEY not in repr(Connection("c1", TEAM, KEY, ADA, None, SystemClock().now()))


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
    typed = Connection("c9", TEAM, "bloom_sk_typed", Account("ada@acme.com"), "U1", world.clock.now())
    await world.store.save_connection(typed)
    gate.set()
    assert await from_settings == typed
    assert await world.connections.current(TEAM) == typed


class TestReplacing:
    async def test_replaced_account_stays_while_a_generation_needs_it_then_goes_and_is_revoked(
        self, world: World
    ) -> None:
        before = await world.sign_in_as()
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("watch"))
        await world.connect_as_bob()
        await settle()
        assert await world.store.connection_by_id(before.id) == before
        world.bloom.complete()
        assert (await world.ended(generation.id)).state is S.DELIVERED
        await world.connections.retire()
        await world.idle()
        assert await world.store.connection_by_id(before.id) is None
        assert [call.arguments["token"] for call in world.server.script.named("revoke")] == list(secrets_of(before))

    async def test_what_nothing_needs_goes_at_once(self, world: World) -> None:
        before = await world.sign_in_as()
        await world.connect_as_bob()
        await world.idle()
        assert await world.store.connection_by_id(before.id) is None
        assert not world.server.refresh_tokens

    async def test_left_overs_are_looked_for_at_the_start_and_every_hour(self, world: World) -> None:
        keeping = asyncio.create_task(world.connections.keep_retiring())
        for _ in range(2):
            before = await world.connect()
            await world.connect()  # past the service: nobody looks
            await eventually(lambda: world.clock.sleepers)
            await world.clock.advance(3600)
            await settle()
            assert await world.store.connection_by_id(before.id) is None
        keeping.cancel()

    async def test_two_retirements_at_once_revoke_once(self, world: World) -> None:
        await world.sign_in_as()
        await world.connect()
        await asyncio.gather(*(world.connections.retire() for _ in range(3)))
        await world.idle()
        assert world.server.script.count("revoke") == 2

    async def test_same_account_goes_on_with_who_pays_and_another_does_not(self, world: World) -> None:
        await world.connections.choose_bloom_workspace(TEAM, SALES, BOSS)
        assert (await world.sign_in_as()).bloom_workspace == SALES
        assert (await world.connect_as_bob()).bloom_workspace is None

    async def test_two_who_connect_at_once_leave_one_connection(self, world: World) -> None:
        world.accounts["bloom_sk_bob"] = FakeBloom(world.clock, BOB)
        both = await asyncio.gather(
            world.connections.connect(TEAM, "bloom_sk_bob", "U2"), world.connections.connect(TEAM, KEY, "U3")
        )
        await world.idle()
        current = await world.connections.current(TEAM)
        kept = [one for one in both if await world.store.connection_by_id(one.id)]
        assert kept == [current]

    async def test_sign_in_holds_although_it_cannot_be_put_on_record(self, world: World) -> None:
        full = "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        await world.store._writer.run(lambda database: database.execute(full))
        connection = await world.sign_in_as()
        await world.idle()
        assert await world.connections.current(TEAM) == connection
        assert not world.server.script.count("revoke")


class TestDisconnecting:
    async def test_account_that_cannot_be_read_is_forgotten_all_the_same(self, world: World) -> None:
        await world.store._writer.run(lambda database: database.execute("UPDATE connections SET credential = 'x'"))
        world.store._connections_by_id.forget()
        world.store._present_connections.forget()
        await world.connections.disconnect(TEAM, BOSS)
        assert await world.connections.current(TEAM) is None

    async def test_sign_in_is_erased_and_revoked_refresh_token_first(self, world: World) -> None:
        connection = await world.sign_in_as()
        assert await world.connections.disconnect(TEAM, BOSS)
        assert await world.connections.current(TEAM) is None
        refresh_token, access_token = secrets_of(connection)
        revoked = [call.arguments["token"] for call in world.server.script.named("revoke")][-2:]
        assert revoked == [refresh_token, access_token]

    async def test_key_has_nothing_to_revoke(self, world: World) -> None:
        assert await world.connections.disconnect(TEAM, BOSS)
        assert await world.connections.current(TEAM) is None
        assert not world.server.script.calls

    async def test_bloom_that_is_away_does_not_keep_it_but_that_is_said(self, world: World) -> None:
        await world.sign_in_as()
        world.server.script.answer("revoke", BloomUnavailable("away"), BloomUnavailable("away"))
        assert not await world.connections.disconnect(TEAM, BOSS)
        assert await world.connections.current(TEAM) is None

    async def test_bloom_that_does_not_answer_is_not_waited_for_long(self, world: World) -> None:
        await world.sign_in_as()
        gate = world.server.script.hold("revoke")
        assert not await world.passing(world.connections.disconnect(TEAM, BOSS))
        assert await world.connections.current(TEAM) is None
        gate.set()
        await world.idle()
        assert not world.server.refresh_tokens

    async def test_caller_who_goes_away_does_not_leave_it_half_done(self, world: World) -> None:
        await world.sign_in_as()
        leaving = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
        await asyncio.sleep(0)
        leaving.cancel()
        await world.idle()
        assert await world.connections.current(TEAM) is None
        assert not world.server.refresh_tokens

    async def test_shutdown_does_not_leave_it_half_done(self, world: World) -> None:
        await world.sign_in_as()
        leaving = asyncio.create_task(world.connections.disconnect(TEAM, BOSS))
        await asyncio.sleep(0)
        await world.tasks.stop()
        assert await leaving
        assert await world.connections.current(TEAM) is None
        assert not world.server.refresh_tokens

    async def test_balance_is_known_no_more(self, world: World) -> None:
        await world.usage.credits(TEAM, Payer())
        await world.connections.disconnect(TEAM, BOSS)
        assert world.usage.known_credits(TEAM, Payer()) is None

    async def test_what_is_not_connected_needs_nothing(self, world: World) -> None:
        assert await world.connections.disconnect("T9", BOSS)

    async def test_generation_under_way_ends_with_the_reason(self, world: World) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("watch"))
        await world.connections.disconnect(TEAM, BOSS)
        assert (await world.ended(generation.id)).failure == Failure("not_connected")


class TestBroken:
    async def test_key_that_is_refused_breaks_the_connection_and_a_manager_is_told_once(self, world: World) -> None:
        world.bloom.script.answer("credits", *[REFUSED] * 3)
        clients = [await world.connections.bloom(TEAM) for _ in range(3)]
        outcomes = await asyncio.gather(*(client.credits() for client in clients), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [BloomUnauthorized] * 3
        await world.idle()
        connection = await world.connections.current(TEAM)
        assert connection is not None
        assert connection.is_broken
        assert world.messenger.told("connection_broken") == [BOSS]

    async def test_broken_one_is_refused_without_asking_bloom(self, world: World) -> None:
        client = await world.connections.bloom(TEAM)
        await world.store.break_connection((await world.connections.present(TEAM)).id, KEY)
        with pytest.raises(BloomUnauthorized, match="UNAUTHORIZED"):
            await client.credits()
        with pytest.raises(BloomUnauthorized, match="UNAUTHORIZED"):
            await world.connections.bloom(TEAM)
        assert not world.bloom.script.calls

    async def test_connecting_anew_mends_it(self, world: World) -> None:
        await world.store.break_connection((await world.connections.present(TEAM)).id, KEY)
        await world.connections.connect(TEAM, KEY, "U1")
        assert await (await world.connections.bloom(TEAM)).account() == ADA

    async def test_refusal_of_a_key_that_was_replaced_meanwhile_is_told_to_nobody(self, world: World) -> None:
        world.bloom.script.answer("credits", REFUSED)
        gate = world.bloom.script.hold("credits")
        client = await world.connections.bloom(TEAM)
        asking = asyncio.create_task(client.credits())
        await eventually(lambda: world.bloom.script.calls)
        await world.connect_as_bob()
        gate.set()
        with pytest.raises(BloomUnauthorized):
            await asking
        await world.idle()
        assert not world.messenger.notices
        assert not (await world.connections.present(TEAM)).is_broken

    async def test_key_of_two_workspaces_has_one_request_limit(self, world: World) -> None:
        await world.connections.connect("T2", KEY, "U2")
        one, other = [await world.connections.bloom(workspace) for workspace in (TEAM, "T2")]
        assert isinstance(one, FakeClient)
        assert isinstance(other, FakeClient)
        assert one.credential.id == other.credential.id == ApiKey(KEY).id
        assert KEY not in one.credential.id


class TestConnectorLeft:
    async def test_managers_are_told_once(self, world: World) -> None:
        for _ in range(2):
            await world.connections.connector_left(TEAM, "U1")
        await world.idle()
        assert world.messenger.told("connector_left") == [BOSS]
        notice = world.messenger.notices[0][2]
        assert notice.connection == await world.connections.current(TEAM)

    async def test_who_left_is_not_written_to(self, world: World) -> None:
        await world.store.name_managers(TEAM, ["U1", "U2"])
        await world.connections.connector_left(TEAM, "U1")
        await world.idle()
        assert world.messenger.told("connector_left") == ["U2"]

    @pytest.mark.parametrize(("workspace_id", "user_id"), [(TEAM, "U2"), ("T9", "U1")])
    async def test_others_who_leave_are_nobodys_business(self, world: World, workspace_id: str, user_id: str) -> None:
        await world.connections.connector_left(workspace_id, user_id)
        await world.idle()
        assert not world.messenger.notices


async def test_choice_of_who_pays_is_kept_and_blooms_workspaces_are_named(world: World) -> None:
    world.bloom.rooms = (PERSONAL, SALES)
    assert await world.connections.workspaces(TEAM) == (PERSONAL, SALES)
    await world.usage.credits(TEAM, Payer())
    await world.connections.choose_bloom_workspace(TEAM, SALES, BOSS)
    assert (await world.connections.present(TEAM)).bloom_workspace == SALES
    assert world.usage.known_credits(TEAM, Payer()) is None
    with pytest.raises(NotConnected):
        await world.connections.choose_bloom_workspace("T9", SALES, BOSS)
