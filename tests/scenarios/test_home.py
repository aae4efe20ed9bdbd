"""App Home: where to start, and once connected, who pays and which brands there are."""

import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import View
from tests.scenarios.world import World, shows, words

BRANDS = "GET /brands"


async def home_of(world: World) -> View:
    """Open the Home tab and return what is published first."""
    answer = await world.mia.open_home()
    assert answer.ok
    return await world.slack.wait_until(lambda: world.mia.home)


async def test_home_before_bloom_is_connected_leads_to_connecting_and_follows(unconnected: World) -> None:
    home = await home_of(unconnected)
    assert "Welcome to Bloom" in words(home)
    assert home.buttons == ["Connect Bloom"]
    await unconnected.mia.click(home, "Connect Bloom")
    form = await unconnected.mia.wait_for_view("connect")
    await unconnected.mia.submit(form, {"key": SANDBOX_API_KEY})
    await unconnected.slack.wait_until(lambda: "Acme" in words(home))
    assert f"Connected as *you@sandbox.example* by <@{unconnected.mia.id}> · 250 credits left" in words(home)


async def test_home_shows_who_pays_and_every_brand_with_its_state(world: World) -> None:
    home = await home_of(world)
    who = "Connected as *you@sandbox.example* by this deployment's settings · 250 credits left"
    await world.slack.wait_until(lambda: who in words(home))
    told = words(home)
    for name in ("Acme", "Lumen Labs", "Northwind Coffee", "Fernweh Travel\n (still being analyzed)"):
        assert name in told
    assert "Paperplane\n (needs a logo)" in told


async def test_home_leads_to_the_form_which_asks_for_the_channel(world: World) -> None:
    home = await home_of(world)
    await world.mia.click(home, "Make an image")
    view = await world.mia.wait_for_view("generate")
    assert shows(view, "channel")
    await world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme", "channel": "marketing"})
    assert (await world.reply("marketing")).images


async def test_home_says_that_brands_are_loading_until_bloom_has_named_them(http_world: World) -> None:
    await http_world.stop()
    http_world.settings.database_path.unlink()
    http_world.bloom.faults.delay(BRANDS, 8)
    await http_world.start()
    home = await home_of(http_world)
    assert "Loading your brands…" in words(home)
    assert "no brand" not in words(home)
    await http_world.slack.wait_until(lambda: "Acme" in words(home))
    assert "Loading" not in words(home)


@pytest.mark.parametrize("known", [True, False])
async def test_home_says_when_bloom_is_down(http_world: World, known: bool) -> None:
    if not known:
        await http_world.stop()
        http_world.settings.database_path.unlink()
    http_world.bloom.faults.drop(BRANDS, times=None)
    if not known:
        await http_world.start()
    home = await home_of(http_world)
    await http_world.slack.wait_until(lambda: "Bloom isn't answering right now" in words(home))
    assert ("Acme" in words(home)) is known
    assert "no brand" not in words(home)


async def test_home_without_brands_says_how_to_get_one_and_finds_it_when_opened_again(http_world: World) -> None:
    state = http_world.bloom.state
    for brand in state.brands.of(state.account):
        state.brands.remove(brand)
    home = await home_of(http_world)
    await http_world.slack.wait_until(lambda: "There is no brand at Bloom yet." in words(home))
    state.add_brand("Zephyr", "https://zephyr.example")
    await home_of(http_world)
    await http_world.slack.wait_until(lambda: "Zephyr" in words(home))


async def test_home_claims_no_balance_when_several_purses_pay(http_world: World) -> None:
    state = http_world.bloom.state
    state.add_brand("Zephyr", "https://zephyr.example", workspace=state.add_team("Agency", credits=7))
    home = await home_of(http_world)
    await http_world.slack.wait_until(lambda: "Zephyr" in words(home))
    assert "left" not in words(home)


async def test_only_the_home_tab_is_published(world: World) -> None:
    answer = await world.mia.open_home("messages")
    assert answer.ok
    await world.clock.sleep(1)
    assert world.mia.home is None
    assert not any(call.method == "views.publish" for call in world.slack.calls)
