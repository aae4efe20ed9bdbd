"""The brands of a workspace: how they are called, found, and kept up to date."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.core.brands import KnownBrands, labels, named, search, site
from bot.core.errors import BloomUnauthorized, BloomUnavailable, NotConnected
from bot.core.models import Account, BloomWorkspace, Brand, BrandState, Payer
from tests.core.world import BOSS, KEY, TEAM, World
from tests.fakes.bloom import ACME, PERSONAL, FakeBloom
from tests.fakes.eventually import eventually, settle

BOB = "bloom_sk_bob"


def a_brand(brand_id: str, name: str = "Acme", url: str = "https://acme.com", workspace: str = "") -> Brand:
    return Brand(brand_id, name, url, BrandState.READY, bloom_workspace_name=workspace)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.acme.com/about?x=1", "acme.com"),
        ("ACME.com", "acme.com"),
        ("https://www.instagram.com/acme/", "instagram.com/acme"),
        ("instagram.com/acme", "instagram.com/acme"),
        ("", ""),
        ("https://[acme", "https://[acme"),
    ],
)
def test_site_is_the_host_or_the_profile(url: str, expected: str) -> None:
    assert site(a_brand("b1", url=url)) == expected


def test_names_that_nobody_shares_stay_as_they_are() -> None:
    assert labels([a_brand("b1", " Acme "), a_brand("b2", "Bloom")]) == {"b1": "Acme", "b2": "Bloom"}


def test_brand_without_a_name_is_called_by_its_site() -> None:
    assert labels([a_brand("b1", " ", "https://www.acme.com")]) == {"b1": "acme.com"}


def test_equal_names_are_told_apart_by_site() -> None:
    brands = [a_brand("b1"), a_brand("b2", "ACME", "https://acme.org")]
    assert labels(brands) == {"b1": "Acme · acme.com", "b2": "ACME · acme.org"}


def test_equal_sites_are_told_apart_by_workspace_then_by_id() -> None:
    brands = [a_brand("b1", workspace="Sales"), a_brand("1234567890"), a_brand("abcdefghij")]
    assert labels(brands) == {
        "b1": "Acme · Sales",
        "1234567890": "Acme · 12345678",
        "abcdefghij": "Acme · abcdefgh",
    }


def test_search_looks_at_names_and_sites_and_shows_ready_ones_first() -> None:
    waiting = replace(a_brand("b1", "Aardvark", "https://zoo.com"), state=BrandState.ANALYZING)
    brands = [waiting, a_brand("b3", "Zebra", "https://zebra.org"), a_brand("b2", "Bear", "https://zoo.com")]
    assert [b.id for b in search(brands, "")] == ["b2", "b3", "b1"]
    assert [b.id for b in search(brands, " ZOO ")] == ["b2", "b1"]
    assert [b.id for b in search(brands, "bra")] == ["b3"]
    assert search(brands, "lion") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme", ["b1"]),
        ("ac", ["b1", "B2"]),
        ("Acme Labs", ["B2"]),
        ("labs.acme.com", ["B2"]),
        ("b2", ["B2"]),
        ("B2", ["B2"]),
        ("b", []),
        ("  ", []),
        ("other", []),
    ],
)
def test_typed_name_means_exact_matches_or_beginnings(text: str, expected: list[str]) -> None:
    brands = [a_brand("b1"), a_brand("B2", "Acme Labs", "https://labs.acme.com")]
    assert [b.id for b in named(brands, text)] == expected


def test_name_that_two_share_means_both_and_its_label_one() -> None:
    brands = [a_brand("b1"), a_brand("b2", url="https://acme.org")]
    assert [b.id for b in named(brands, "Acme")] == ["b1", "b2"]
    assert [b.id for b in named(brands, "Acme · acme.org")] == ["b2"]


async def test_known_brands_find_by_id_and_by_readiness(world: World) -> None:
    analyzing = replace(a_brand("b2"), state=BrandState.ANALYZING)
    known = KnownBrands((ACME, analyzing), world.clock.now())
    assert known.get("b2") is analyzing
    assert known.get(None) is None
    assert known.ready == (ACME,)


async def test_first_answer_comes_at_once_however_long_bloom_takes(world: World) -> None:
    gate = world.bloom.script.hold("brands")
    assert await world.brands.known(TEAM) == KnownBrands((), None)
    gate.set()
    await world.idle()
    assert await world.brands.known(TEAM) == KnownBrands((ACME,), world.clock.now())


async def test_fresh_look_is_not_repeated(world: World) -> None:
    await world.brands.refresh(TEAM)
    await world.clock.advance(60)
    await world.brands.known(TEAM)
    await world.idle()
    assert world.bloom.script.count("brands") == 1


async def test_stale_look_is_shown_and_renewed_behind_it(world: World) -> None:
    seen = await world.brands.refresh(TEAM)
    world.bloom.shelf.append(a_brand("b2", "Bloom"))
    await world.clock.advance(61)
    assert await world.brands.known(TEAM) == seen
    await world.idle()
    assert len((await world.brands.known(TEAM)).brands) == 2
    assert world.bloom.script.count("brands") == 2


async def test_last_look_survives_bloom_being_away(world: World) -> None:
    seen = await world.brands.refresh(TEAM)
    world.bloom.script.answer("brands", BloomUnavailable("away"))
    await world.clock.advance(61)
    await world.brands.known(TEAM)
    await world.idle()
    world.bloom.script.hold("brands")
    assert await world.brands.known(TEAM) == seen


async def test_all_who_ask_meanwhile_cost_one_look(world: World) -> None:
    gate = world.bloom.script.hold("brands")
    await asyncio.gather(*(world.brands.known(TEAM) for _ in range(3)))
    asking = asyncio.create_task(world.brands.refresh(TEAM))
    await eventually(lambda: world.bloom.script.calls)
    gate.set()
    assert (await asking).brands == (ACME,)
    assert world.bloom.script.count("brands") == 1


async def test_all_pages_are_turned(world: World) -> None:
    world.bloom.shelf = [a_brand(f"b{number}") for number in range(250)]
    assert len((await world.brands.refresh(TEAM)).brands) == 250
    assert world.bloom.script.count("brands") == 3


async def test_listing_without_an_end_is_left_after_some_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.brands.catalogue.PAGE_LIMIT", 2)
    world.bloom.shelf = [a_brand(f"b{number}") for number in range(250)]
    assert len((await world.brands.refresh(TEAM)).brands) == 200


async def test_workspace_that_is_not_connected_has_none_and_no_noise_in_the_log(world: World) -> None:
    with capture_logs() as lines:
        assert await world.brands.known("T9") == KnownBrands((), None)
        await settle()
    assert lines == []
    with pytest.raises(NotConnected):
        await world.brands.refresh("T9")


async def test_account_replaced_meanwhile_never_shows_the_old_ones_brands(world: World) -> None:
    new = world.accounts[BOB] = FakeBloom(world.clock, Account("bob@other.com"))
    new.shelf = [a_brand("b9", "Other")]
    gate = world.bloom.script.hold("brands")
    asking = asyncio.create_task(world.brands.refresh(TEAM))
    await eventually(lambda: world.bloom.script.calls)
    await world.connect(BOB)
    gate.set()
    assert (await asking).brands == tuple(new.shelf)
    assert (await world.brands.known(TEAM)).brands == tuple(new.shelf)


async def test_refusal_of_the_replaced_account_is_not_the_new_ones(world: World) -> None:
    world.accounts[BOB] = FakeBloom(world.clock)
    world.bloom.script.answer("brands", BloomUnauthorized("UNAUTHORIZED", 401))
    gate = world.bloom.script.hold("brands")
    asking = asyncio.create_task(world.brands.refresh(TEAM))
    await eventually(lambda: world.bloom.script.calls)
    await world.connect(BOB)
    gate.set()
    assert (await asking).brands == (ACME,)


async def test_account_disconnected_meanwhile_leaves_no_brands(world: World) -> None:
    gate = world.bloom.script.hold("brands")
    asking = asyncio.create_task(world.brands.refresh(TEAM))
    await eventually(lambda: world.bloom.script.calls)
    await world.store.erase_connections(TEAM)
    gate.set()
    with pytest.raises(NotConnected):
        await asking
    assert await world.store.brands(TEAM) == ((), None)


async def test_refusal_reaches_who_asked(world: World) -> None:
    world.bloom.script.answer("brands", BloomUnauthorized("UNAUTHORIZED", 401))
    with pytest.raises(BloomUnauthorized):
        await world.brands.refresh(TEAM)


async def test_broken_connection_is_not_looked_through_behind_peoples_back(world: World) -> None:
    connection = await world.connect()
    await world.store.break_connection(connection.id, KEY)
    with capture_logs() as lines:
        assert await world.brands.known(TEAM) == KnownBrands((), None)
        await settle()
    assert lines == []
    assert not world.bloom.script.calls


class TestChosenWorkspace:
    """Two workspaces at Bloom with a brand each, beside the personal one with `ACME`."""

    SALES = BloomWorkspace("w1", "Sales", is_personal=False)

    @pytest.fixture
    def shelf(self, world: World) -> dict[str | None, Brand]:
        brands = {room: replace(a_brand(f"b-{room}"), bloom_workspace_id=room) for room in (None, "w1", "w2")}
        world.bloom.shelf = list(brands.values())
        return brands

    @pytest.mark.parametrize("chosen", [SALES, PERSONAL])
    async def test_only_its_brands_are_listed_and_it_pays(
        self, world: World, shelf: dict[str | None, Brand], chosen: BloomWorkspace
    ) -> None:
        await world.connections.choose_bloom_workspace(TEAM, chosen, BOSS)
        known = await world.brands.refresh(TEAM)
        assert known.brands == (shelf[chosen.id],)
        assert await world.brands.known(TEAM) == known
        assert {known.payer(), known.payer(f"b-{chosen.id}"), known.payer("b9")} == {Payer(chosen.id)}
        assert world.bloom.script.calls[-1].arguments["bloom_workspace_id"] == chosen.id

    async def test_it_pays_also_while_nobody_has_looked(self, world: World) -> None:
        await world.connections.choose_bloom_workspace(TEAM, self.SALES, BOSS)
        assert (await world.brands.known(TEAM)).payer() == Payer("w1")
        await world.idle()

    async def test_without_a_choice_all_are_listed_and_each_ones_own_pays(
        self, world: World, shelf: dict[str | None, Brand]
    ) -> None:
        known = await world.brands.refresh(TEAM)
        assert known.brands == tuple(shelf.values())
        assert (known.payer(), known.payer("b-w2")) == (None, Payer("w2"))

    async def test_choice_made_during_a_look_is_heeded(self, world: World, shelf: dict[str | None, Brand]) -> None:
        gate = world.bloom.script.hold("brands")
        asking = asyncio.create_task(world.brands.refresh(TEAM))
        await eventually(lambda: world.bloom.script.calls)
        await world.connections.choose_bloom_workspace(TEAM, self.SALES, BOSS)
        gate.set()
        assert (await asking).brands == (shelf["w1"],)
        assert (await world.brands.known(TEAM)).brands == (shelf["w1"],)
