"""The first page is put together from what is stored; Bloom is asked behind it, and not more often than it needs."""

import pytest

from bot.core.errors import BloomUnavailable
from bot.core.models import BloomWorkspace, Credits
from bot.slack.home.bloom_facts import EVERY, PAUSE, SHOWN_FOR, BloomFacts
from bot.slack.home.overview import OverviewPage
from bot.slack.home.pages import Viewer
from bot.slack.sights import Sight
from tests.core.world import BOSS, KEY, TEAM, World
from tests.fakes.bloom import PERSONAL
from tests.slack.home.stage import Stage

MANAGER, MEMBER = Viewer(TEAM, BOSS, is_manager=True), Viewer(TEAM, "U7", is_manager=False)
SALES = BloomWorkspace("w1", "Sales", is_personal=False)


@pytest.fixture
def world(stage: Stage) -> World:
    """Return a world whose account is in two of Bloom's workspaces."""
    stage.world.bloom.rooms = (PERSONAL, SALES)
    return stage.world


@pytest.fixture
def page(world: World) -> OverviewPage:
    return OverviewPage(world.core, BloomFacts(world.core, world.clock))


async def look(page: OverviewPage, viewer: Viewer = MEMBER) -> str:
    """Return all that the page says."""
    return str([block.to_dict() for block in await page.look(viewer, Sight(), {})])


async def refresh(page: OverviewPage, viewer: Viewer = MEMBER) -> None:
    """Ask for everything that is asked for behind it."""
    for refresher in page.refreshers.values():
        await refresher(viewer, Sight())


class TestBalance:
    async def test_it_stays_while_a_new_one_is_looked_for_after_something_was_spent(
        self, world: World, page: OverviewPage
    ) -> None:
        await refresh(page)
        assert "100 credits left" in await look(page)
        world.bloom.balance = Credits(98)
        world.usage.forget(TEAM)
        heard: list[str] = []
        world.changes.listen(heard.append)
        assert "100 credits left" in await look(page)
        await world.passing(world.idle())
        assert heard == [TEAM]
        assert "98 credits left" in await look(page)

    async def test_many_ends_at_once_cost_a_look_now_and_then(self, world: World, page: OverviewPage) -> None:
        await refresh(page)
        await look(page)
        before = world.bloom.script.count("credits")
        for _ in range(30):
            world.usage.forget(TEAM)
            await look(page)
            await world.pass_time(1)
        await world.passing(world.idle())
        assert world.bloom.script.count("credits") - before <= 1 + 30 / EVERY

    async def test_an_old_one_is_not_shown(self, world: World, page: OverviewPage) -> None:
        await refresh(page)
        await look(page)
        world.bloom.script.answer("credits", BloomUnavailable("away"))
        await world.clock.advance(SHOWN_FOR + 1)
        assert "Asking Bloom…" in await look(page)
        await world.passing(world.idle())

    async def test_another_accounts_or_payers_is_not_shown(self, world: World, page: OverviewPage) -> None:
        await refresh(page)
        await look(page)
        await world.connections.choose_bloom_workspace(TEAM, SALES, BOSS)
        assert "100 credits left" not in await look(page)
        await world.connections.choose_bloom_workspace(TEAM, None, BOSS)
        await refresh(page)
        assert "100 credits left" in await look(page)
        await world.connect_as_bob()
        assert "100 credits left" not in await look(page)
        await world.passing(world.idle())

    async def test_bloom_that_is_away_is_not_told_as_a_change(self, world: World, page: OverviewPage) -> None:
        await world.brands.refresh(TEAM)
        world.bloom.script.answer("credits", BloomUnavailable("away"))
        heard: list[str] = []
        world.changes.listen(heard.append)
        await look(page)
        await world.passing(world.idle())
        assert not heard

    async def test_broken_connection_is_not_asked(self, world: World, page: OverviewPage) -> None:
        await world.brands.refresh(TEAM)
        await world.store.break_connection((await world.connections.present(TEAM)).id, KEY)
        asked = len(world.bloom.script.calls)
        await look(page, MANAGER)
        await page.refreshers["payer"](MANAGER, Sight())
        await world.passing(world.idle())
        assert len(world.bloom.script.calls) == asked


class TestWhoPays:
    async def test_menu_stays_when_another_is_chosen(self, world: World, page: OverviewPage) -> None:
        await refresh(page, MANAGER)
        assert "choose_payer" in await look(page, MANAGER)
        await world.connections.choose_bloom_workspace(TEAM, SALES, BOSS)
        assert "choose_payer" in await look(page, MANAGER)
        await world.passing(world.idle())

    async def test_manager_who_follows_a_new_connection_gets_it_too(self, world: World, page: OverviewPage) -> None:
        await world.brands.refresh(TEAM)
        assert "choose_payer" not in await look(page, MANAGER)
        heard: list[str] = []
        world.changes.listen(heard.append)
        await world.passing(world.idle())
        assert heard
        assert "choose_payer" in await look(page, MANAGER)

    async def test_members_cost_no_look(self, world: World, page: OverviewPage) -> None:
        await refresh(page)
        await look(page)
        await world.passing(world.idle())
        assert not world.bloom.script.count("workspaces")

    async def test_who_opens_the_page_and_asks_by_themselves_asks_once(self, world: World, page: OverviewPage) -> None:
        await look(page, MANAGER)
        await refresh(page, MANAGER)
        await world.pass_time(PAUSE + 1)
        await world.passing(world.idle())
        assert world.bloom.script.count("credits") == 1


class TestWhomItWaitsFor:
    async def test_it_waits_for_nobody_outside(self, world: World, page: OverviewPage) -> None:
        gates = [world.bloom.script.hold(name) for name in ("brands", "credits", "workspaces")]
        assert "Loading your brands…" in await look(page, MANAGER)
        assert "Loading your brands…" in await look(page)
        assert not world.directory.script.calls
        for gate in gates:
            gate.set()
        await world.passing(world.idle())

    async def test_whom_to_ask_is_looked_up_only_for_who_has_to(self, world: World, page: OverviewPage) -> None:
        await world.connections.disconnect(TEAM, BOSS)
        await look(page, MANAGER)
        assert not world.directory.script.calls
        assert f"<@{BOSS}> can connect it." in await look(page)

    async def test_unconnected_workspace_asks_bloom_nothing(self, world: World, page: OverviewPage) -> None:
        await world.connections.disconnect(TEAM, BOSS)
        await refresh(page, MANAGER)
        assert not world.bloom.script.calls


async def test_limits_are_seen_by_whom_they_bind(world: World, page: OverviewPage) -> None:
    preferences = await world.store.preferences(TEAM)
    limits = type(preferences.limits)(credits_per_month=500, credits_per_person=20)
    assert await world.store.save_preferences(TEAM, preferences.but(revision=1, limits=limits))
    await refresh(page)
    assert "You: 0 of 20 credits\\nYou can use 20 credits more." in await look(page)
    assert "Everybody: 0 of 500 credits" in await look(page, MANAGER)
    await world.passing(world.idle())
