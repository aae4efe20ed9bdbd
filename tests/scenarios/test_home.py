"""App Home: where to start, and once connected, who pays and which brands there are."""

import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import View
from tests.scenarios.world import World, own_buttons, shows, words

BRANDS = "GET /brands"


async def home_of(world: World) -> View:
    """Open the Home tab and return what is published first."""
    answer = await world.mia.open_home()
    assert answer.ok
    return await world.slack.wait_until(lambda: world.mia.home)


async def test_home_before_bloom_is_connected_leads_to_connecting_and_follows(unconnected: World) -> None:
    home = await home_of(unconnected)
    assert "Welcome to Bloom" in words(home)
    assert own_buttons(home) == ["Connect Bloom"]
    await unconnected.mia.click(home, "Connect Bloom")
    form = await unconnected.mia.wait_for_view("connect")
    await unconnected.mia.submit(form, {"key": SANDBOX_API_KEY})
    await unconnected.slack.wait_until(lambda: "Acme" in words(home))
    assert f"Connected as *you@sandbox.example* by <@{unconnected.mia.id}>" in words(home)
    await unconnected.slack.wait_until(lambda: "250 credits left" in words(home))


async def test_home_shows_who_pays_and_every_brand_with_its_state(world: World) -> None:
    home = await home_of(world)
    await world.slack.wait_until(lambda: "250 credits left" in words(home))
    told = words(home)
    assert "Connected as *you@sandbox.example* by this deployment's settings" in told
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
    held = http_world.bloom.faults.hold(BRANDS)
    await http_world.start()
    home = await home_of(http_world)
    assert "Loading your brands…" in words(home)
    assert "no brand" not in words(home)
    held.release()
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


async def test_first_steps_tick_themselves_off_without_being_opened_again(unconnected: World) -> None:
    world, mia, state = unconnected, unconnected.mia, unconnected.bloom.state
    for brand in state.brands.of(state.account):
        state.brands.remove(brand)
    home = await home_of(world)
    assert marks(home) == [NOW, LATER, LATER]
    assert own_buttons(home) == ["Connect Bloom"]
    await world.bot.core.connections.connect(world.workspace_id, SANDBOX_API_KEY, mia.id)
    await world.slack.wait_until(lambda: marks(home) == [DONE, NOW, LATER] and "no brand" in words(home))
    assert own_buttons(home)[0] == "Add a brand"
    added = state.add_brand("Zephyr", "https://zephyr.example")
    await world.look_at_brands()
    await world.slack.wait_until(lambda: marks(home) == [DONE, DONE, NOW])
    assert f"*{added.name}* is ready." in words(home)
    assert own_buttons(home)[0] == "Make an image"
    await mia.command("general", "/bloom", "a red bicycle --brand zephyr --n 2")
    await world.slack.wait_until(lambda: "Welcome" not in words(home), seconds=10)
    await world.slack.wait_until(lambda: "248 credits left" in words(home))
    assert "You: 2 credits\nEverybody: 2 credits" in words(home)


async def test_members_see_the_steps_without_what_they_may_not_do(unconnected: World) -> None:
    world, sam = unconnected, unconnected.sam
    await sam.open_home()
    home = await world.slack.wait_until(lambda: sam.home)
    assert f"<@{world.mia.id}> can connect it." in words(home)
    assert own_buttons(home) == ["Ask them"]
    await world.bot.core.connections.connect(world.workspace_id, SANDBOX_API_KEY, world.mia.id)
    await world.slack.wait_until(lambda: marks(home) == [DONE, DONE, NOW])
    assert own_buttons(home) == ["Make an image", "See all brands"]
    await sam.command("general", "/bloom", "a red bicycle --brand acme")
    await world.slack.wait_until(lambda: "Welcome" not in words(home), seconds=10)
    assert "You: 1 credit" in words(home)
    assert "Everybody" not in words(home)


async def test_page_that_was_turned_to_stays_when_something_changes(http_world: World) -> None:
    home = await home_of(http_world)
    await http_world.mia.click(home, "Brands")
    await http_world.slack.wait_until(lambda: not own_buttons(home) or "Make an image" not in words(home))
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    assert (await http_world.reply()).images
    await http_world.clock.sleep(5)
    assert "Make an image" not in words(home)
    await http_world.mia.click(home, "Overview")
    await http_world.slack.wait_until(lambda: "249 credits left" in words(home))


async def test_everybodys_tab_says_when_bloom_refuses_the_connection(http_world: World) -> None:
    await http_world.sam.open_home()
    theirs = await http_world.slack.wait_until(lambda: http_world.sam.home)
    http_world.bloom.state.revoke(SANDBOX_API_KEY)
    await http_world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    await http_world.slack.wait_until(lambda: "Bloom doesn't accept this connection any more" in words(theirs))
    assert f"<@{http_world.mia.id}> can connect it again." in words(theirs)
    assert own_buttons(theirs) == ["Ask them", "See all brands"]


DONE, NOW, LATER = ":white_check_mark:", ":point_right:", ":white_circle:"


def marks(home: View) -> list[str]:
    """Return what stands before each of the first steps."""
    steps = [block for block in home.blocks if str(block.get("block_id")).startswith("step_")]
    return [str(block["text"]["text"]).split()[0] for block in steps]
