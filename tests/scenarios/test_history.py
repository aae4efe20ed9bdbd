"""The page of history: what was made, who sees it, and making one like it."""

from pathlib import Path

import pytest

from bot.sandbox.slack import PersonCannot, View
from bot.slack.sights import PageName
from tests.scenarios.pages import make, turn_to
from tests.scenarios.world import World, open_world, words
from tests.store.test_history import made

WHOSE = "You see your own images, and what was made in public channels."


async def history_of(world: World, name: str = "Mia", shows: str = WHOSE) -> View:
    return await turn_to(world, world.slack.person(name), PageName.HISTORY, shows)


def prompts(view: View) -> list[str]:
    """Return the prompts of the images on the page, from above to below."""
    return [
        block["text"]["text"].split("\n")[1]
        for block in view.blocks
        if block["type"] == "section" and "\n" in block["text"]["text"]
    ]


async def test_without_images_it_says_so_and_leads_to_the_form(http_world: World) -> None:
    page = await history_of(http_world)
    assert "No images yet." in words(page)
    await http_world.mia.click(page, "Make an image")
    assert await http_world.mia.wait_for_view("generate")


async def test_images_stand_newest_first_with_who_where_and_the_way_to_the_thread(world: World) -> None:
    await make(world, world.mia, "a red bicycle")
    await make(world, world.sam, "a blue door", "marketing")
    page = await history_of(world)
    assert prompts(page) == ["a blue door", "a red bicycle"]
    marketing = world.slack.workspace.channel("marketing")
    assert f"*Acme* · <@{world.sam.id}> in <#{marketing.id}> · <!date^" in words(page)
    assert "Bloom's choice of shape · pro · 2K · 1 credit" in words(page)
    pictures = [block["accessory"] for block in page.blocks if block.get("accessory", {}).get("type") == "image"]
    assert [picture["alt_text"] for picture in pictures] == [
        "Image for Acme: a blue door",
        "Image for Acme: a red bicycle",
    ]
    request = next(message for message in world.posted("marketing") if not message.is_reply)
    links = [part["url"] for block in page.blocks for part in block.get("elements", ()) if "url" in part]
    assert links[0] == world.slack.workspace.team.permalink(marketing.id, request.ts, None)


async def test_use_again_opens_the_form_filled_in(world: World) -> None:
    await make(world, world.sam, "a red bicycle --ar 16:9 --model fast --n 2")
    page = await history_of(world)
    await world.mia.click(page, "Use again")
    form = await world.mia.wait_for_view("generate")
    assert form.values["prompt"]["prompt"]["value"] == "a red bicycle"
    chosen = {name: form.values[name][name]["selected_option"]["value"] for name in ("variants", "model")}
    assert [shape["value"] for shape in form.values["ratio"]["ratio"]["selected_options"]] == ["16:9"]
    assert chosen == {"variants": "2", "model": "fast"}


async def test_what_was_made_in_private_shows_only_to_who_made_it(http_world: World) -> None:
    secret = http_world.slack.workspace.add_channel("board", private=True)
    for person in (http_world.mia, http_world.sam):
        http_world.slack.workspace.join(secret.id, person.id)
    await make(http_world, http_world.sam, "the merger", "board")
    await make(http_world, http_world.sam, "a red bicycle")
    assert prompts(await history_of(http_world, "Sam")) == ["a red bicycle", "the merger"]
    assert prompts(await history_of(http_world, "Mia")) == ["a red bicycle"]


async def test_images_of_each_of_many_public_channels_show_to_everybody(tmp_path: Path) -> None:
    async with open_world(tmp_path, fetch_images=False) as world:
        for number in range(101):
            channel = world.slack.workspace.add_channel(f"channel-{number}")
            store, team = world.bot.core.generations._store, world.workspace_id
            await made(store, f"number {number}", user=world.mia.id, channel=channel.id, team=team)  # type: ignore[arg-type]
        page = await history_of(world, "Sam")
        assert prompts(page)[0] == "number 100"
        await world.sam.fill(page, {field(page): "number 0"})
        await world.sam.press_enter(page, field(page))
        await world.slack.wait_until(lambda: prompts(page) == ["number 0"])


async def test_guests_see_their_own_alone(http_world: World) -> None:
    await make(http_world, http_world.mia, "a red bicycle")
    await make(http_world, http_world.sam, "a blue door")
    http_world.slack.fail_next("users.info", "user_not_found", times=20)
    page = await history_of(http_world, "Sam", "You see your own images.")
    assert prompts(page) == ["a blue door"]


async def test_images_are_found_by_words_by_brand_and_by_person(world: World) -> None:
    await make(world, world.mia, "a red bicycle")
    await make(world, world.sam, "a blue door")
    await make(world, world.sam, "a RED door", brand="Lumen Labs")
    page = await history_of(world)
    await world.mia.fill(page, {field(page): "red"})
    await world.mia.press_enter(page, field(page))
    await world.slack.wait_until(lambda: prompts(page) == ["a RED door", "a red bicycle"])
    await world.mia.choose(page, "history_person", "Sam")
    await world.slack.wait_until(lambda: prompts(page) == ["a RED door"])
    await world.mia.choose(page, "history_brand", "Acme")
    await world.slack.wait_until(lambda: "No image matches." in words(page))
    await world.mia.click(page, "Show all")
    await world.slack.wait_until(lambda: len(prompts(page)) == 3)
    assert page.values[field(page)]["search"]["value"] in ("", None)


def field(view: View) -> str:
    """Return the id of the block to type into."""
    return next(str(block["block_id"]) for block in view.blocks if block["type"] == "input")


async def test_long_history_is_turned_page_by_page_and_back(http_world: World) -> None:
    for number in range(10):
        await make(http_world, http_world.mia, f"number {number}")
    page = await history_of(http_world)
    assert prompts(page) == [f"number {number}" for number in range(9, 1, -1)]
    await http_world.mia.click(page, "Older")
    await http_world.slack.wait_until(lambda: prompts(page) == ["number 1", "number 0"])
    assert "Older" not in page.buttons
    await http_world.mia.click(page, "Newer")
    await http_world.slack.wait_until(lambda: len(prompts(page)) == 8)
    with pytest.raises(PersonCannot):
        await http_world.mia.click(page, "Newer")


async def test_new_image_comes_onto_an_open_page(http_world: World) -> None:
    page = await history_of(http_world)
    await make(http_world, http_world.mia, "a red bicycle")
    http_world.bot.core.changes.tell(http_world.workspace_id)
    await http_world.slack.wait_until(lambda: prompts(page) == ["a red bicycle"])


async def test_page_in_a_modal_is_searched_by_its_button(http_world: World) -> None:
    await make(http_world, http_world.mia, "a red bicycle")
    await make(http_world, http_world.mia, "a blue door")
    home = await history_of(http_world)
    modal = await in_modal(http_world, home)
    await http_world.slack.wait_until(lambda: len(prompts(modal)) == 2)
    answer = await http_world.mia.submit(modal, {field(modal): "red"})
    assert answer.ok
    assert prompts(modal) == ["a red bicycle"]
    await http_world.slack.wait_until(lambda: any("accessory" in block for block in modal.blocks))


async def in_modal(world: World, home: View) -> View:
    """Open the page as a command does."""
    answer = await world.mia.command("general", "/bloom", "history")
    assert answer.ok
    return await world.mia.wait_for_view("page")
