"""Who shows what a workspace looks like hears of what changes there, and the audit log of who changed it."""

from datetime import timedelta

import pytest

from bot.core.errors import BloomUnauthorized, BloomUnavailable, NotConnected
from bot.core.models import AuditAction, BloomWorkspace, ImageState
from tests.core.test_brands import a_brand
from tests.core.world import BOSS, KEY, TEAM, S, World, a_request
from tests.fakes.bloom import FakeBloom
from tests.fakes.eventually import eventually

SALES = BloomWorkspace("w1", "Sales", is_personal=False)


@pytest.fixture
def heard(world: World) -> list[str]:
    """Return the workspaces that a change was heard of."""
    told: list[str] = []
    world.changes.listen(told.append)
    return told


class TestConnection:
    async def test_every_change_of_it_is_told(self, world: World, heard: list[str]) -> None:
        await world.connections.choose_bloom_workspace(TEAM, SALES, BOSS)
        assert heard == [TEAM]
        await world.connections.connect(TEAM, KEY, "U2")
        assert heard == [TEAM] * 2
        await world.sign_in_as()
        assert heard == [TEAM] * 3
        await world.connections.disconnect(TEAM, BOSS)
        assert heard == [TEAM] * 4

    async def test_one_that_bloom_refuses_is_told_once(self, world: World, heard: list[str]) -> None:
        for name in ("credits", "brands"):
            world.bloom.script.answer(name, BloomUnauthorized("UNAUTHORIZED", 401))
        client = await world.connections.bloom(TEAM)
        for ask in (client.credits, client.brands):
            with pytest.raises(BloomUnauthorized):
                await ask()
        assert heard == [TEAM]

    async def test_key_that_bloom_does_not_know_changes_nothing(self, world: World, heard: list[str]) -> None:
        stranger = world.accounts["bloom_sk_wrong"] = FakeBloom(world.clock)
        stranger.script.answer("account", BloomUnauthorized("UNAUTHORIZED", 401))
        with pytest.raises(BloomUnauthorized):
            await world.connections.connect(TEAM, "bloom_sk_wrong", "U2")
        assert not heard
        assert not await audit(world)

    async def test_payer_that_was_chosen_before_is_no_news(self, world: World, heard: list[str]) -> None:
        await world.connections.choose_bloom_workspace(TEAM, None, BOSS)
        assert not heard
        assert not await audit(world)


class TestBrands:
    async def test_look_is_told_that_shows_anything_else(self, world: World, heard: list[str]) -> None:
        await world.brands.refresh(TEAM)
        assert heard == [TEAM]
        await world.brands.refresh(TEAM)
        assert heard == [TEAM]
        world.bloom.shelf.append(a_brand("b2", "Bloom"))
        await world.brands.refresh(TEAM)
        assert heard == [TEAM] * 2

    async def test_first_look_is_told_also_where_there_is_none(self, world: World, heard: list[str]) -> None:
        world.bloom.shelf = []
        await world.brands.refresh(TEAM)
        assert heard == [TEAM]

    async def test_look_that_fails_is_none(self, world: World, heard: list[str]) -> None:
        world.bloom.script.answer("brands", BloomUnavailable("away"))
        with pytest.raises(BloomUnavailable):
            await world.brands.refresh(TEAM)
        assert not heard


class TestGenerations:
    async def test_end_is_told(self, world: World, heard: list[str]) -> None:
        generation = await world.generations.start(a_request())
        assert (await world.ended(generation.id)).state is S.DELIVERED
        assert TEAM in heard

    async def test_cancelled_one_is_told(self, world: World, heard: list[str]) -> None:
        world.bloom.drawn_as = ImageState.PENDING
        generation = await world.generations.start(a_request())
        await eventually(lambda: world.bloom.script.count("watch"))
        heard.clear()
        assert (await world.passing(world.generations.cancel(generation.id, "U1"))).state is S.CANCELLED
        assert heard == [TEAM]


async def audit(world: World, workspace_id: str = TEAM) -> list[tuple[str | None, AuditAction, str, str]]:
    """Return what the audit log says, the oldest first."""
    now = world.clock.now()
    events = await world.store.events(workspace_id, now - timedelta(days=1), now + timedelta(days=1))
    return [(event.user_id, event.action, event.subject, event.detail) for event in events]


class TestAudit:
    async def test_who_connected_how_and_in_place_of_what(self, world: World) -> None:
        await world.connect_as_bob()
        await world.clock.advance(1)
        await world.sign_in_as(user_id=BOSS)
        assert await audit(world) == [
            ("U2", AuditAction.CONNECTED, "bob@acme.com", "with an API key, in place of ada@acme.com"),
            (BOSS, AuditAction.CONNECTED, "ada@acme.com", "signed in with Bloom, in place of bob@acme.com"),
        ]

    async def test_settings_connect_in_nobodys_name(self, world: World) -> None:
        await world.connections.connect("T2", KEY, None)
        assert await audit(world, "T2") == [(None, AuditAction.CONNECTED, "ada@acme.com", "with an API key")]

    async def test_who_disconnected_what(self, world: World) -> None:
        await world.connections.disconnect(TEAM, "U7")
        await world.connections.disconnect(TEAM, "U8")
        assert await audit(world) == [("U7", AuditAction.DISCONNECTED, "ada@acme.com", "")]

    async def test_workspace_that_is_left_disconnects_by_itself(self, world: World) -> None:
        await world.connections.leave(TEAM)
        assert await audit(world) == [(None, AuditAction.DISCONNECTED, "ada@acme.com", "")]

    async def test_who_chose_who_pays_and_who_did_before(self, world: World) -> None:
        for chosen in (SALES, BloomWorkspace(None, "", is_personal=True), None):
            await world.connections.choose_bloom_workspace(TEAM, chosen, "U7")
            await world.clock.advance(1)
        own = "each brand's own workspace"
        assert await audit(world) == [
            ("U7", AuditAction.PAYER_CHOSEN, "Sales", f"before: {own}"),
            ("U7", AuditAction.PAYER_CHOSEN, "Personal", "before: Sales"),
            ("U7", AuditAction.PAYER_CHOSEN, own, "before: Personal"),
        ]
        with pytest.raises(NotConnected):
            await world.connections.choose_bloom_workspace("T9", SALES, "U7")
