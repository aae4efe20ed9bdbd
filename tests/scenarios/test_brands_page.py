"""The page of brands: finding, adding, mending, preferring and deleting them, as a manager and as anybody else."""

import asyncio
import copy
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.slack import Person, View
from tests.scenarios.world import World, open_world, words

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle r="9"/></svg>'
ONLY_MANAGERS = "Only managers of Bloom can do that"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world over HTTP in which Bloom takes its time over nothing. Mia is an admin, Sam is not."""
    async with open_world(tmp_path, fetch_images=False) as opened:
        opened.bloom.state.brands.analysis_seconds = (4.0, 4.0)
        await opened.brands_known()
        yield opened


async def page_of(world: World, person: Person | None = None, expected: str = "Acme") -> View:
    """Turn to the page on the Home tab, and return the tab once it says something."""
    person = person or world.mia
    assert (await person.open_home()).ok
    home = await world.slack.wait_until(lambda: person.home)
    await person.click(home, "Brands")
    await world.slack.wait_until(lambda: '"brands"' in home.definition["private_metadata"] and expected in words(home))
    return home


async def details_of(world: World, home: View, name: str, person: Person | None = None, expected: str = "") -> View:
    """Open a brand from the list, and return its modal once Bloom has told all of it."""
    person = person or world.mia
    await person.click(home, beside(home, name))
    modal = await person.wait_for_view("page")
    await world.slack.wait_until(lambda: "Asking Bloom what" not in words(modal) and expected in words(modal))
    return modal


def beside(view: View, name: str) -> tuple[str, str]:
    """Return where the button beside a brand's name is."""
    found = (block for block in view.blocks if f"*{name}*" in block.get("text", {}).get("text", ""))
    block = next(found)
    return block["block_id"], block["accessory"]["action_id"]


def told(person: Person) -> list[str]:
    return [words(message) for message in person.direct_messages() if message.bot_id]


class TestTheList:
    async def test_manager_sees_every_brand_with_its_state_and_what_to_do(self, world: World) -> None:
        home = await page_of(world)
        shown = words(home)
        for name, state in (
            ("Acme", ":white_check_mark: Ready"),
            ("Fernweh Travel", ":hourglass_flowing_sand:"),
            ("Paperplane", ":warning: Needs a logo"),
            ("Old Harbor", ":x: Could not be set up"),
        ):
            assert f"*{name}* · " in shown
            assert state in shown
        assert "<https://acme.com|acme.com>" in shown
        assert "Add a brand" in home.buttons

    async def test_member_sees_no_control_and_a_forged_one_changes_nothing(self, world: World) -> None:
        home = await page_of(world, world.sam)
        modal = await details_of(world, home, "Acme", world.sam)
        assert "Add a brand" not in home.buttons
        assert not {"Delete", "Make default", "Replace logo"} & {*home.buttons, *modal.buttons}
        assert "Make an image" in modal.buttons
        acme = next(brand for brand in world.bloom.state.brands.of(world.bloom.state.account) if brand.name == "Acme")
        for action_id in ("delete_brand", "make_default", "give_logo", "add_brand"):
            forge(modal, action_id, acme.id)
            await world.sam.click(modal, ("forged", action_id))
        await world.slack.wait_until(lambda: ONLY_MANAGERS in words(modal) and sum(map(_refused, told(world.sam))) == 3)
        assert acme in world.bloom.state.brands.of(world.bloom.state.account)
        assert (await world.bot.core.preferences.current(world.workspace_id)).defaults.brand_id is None

    async def test_long_list_is_shown_in_parts_and_searched_beyond_them(self, world: World) -> None:
        for number in range(40):
            world.bloom.state.add_brand(f"Zephyr {number:02}", f"https://zephyr{number}.example")
        await world.look_at_brands()
        home = await page_of(world, expected="1–20 of 46")
        await world.mia.click(home, "Next")
        await world.slack.wait_until(lambda: "21–40 of 46" in words(home))
        await world.mia.click(home, "Next")
        await world.slack.wait_until(lambda: "41–46 of 46" in words(home))
        assert "Next" not in home.buttons
        await world.mia.click(home, "Previous")
        await world.slack.wait_until(lambda: "21–40 of 46" in words(home))
        await look_for(world, home, "zephyr 3")
        await world.slack.wait_until(lambda: "*Brands* · 10" in words(home))
        await look_for(world, home, "nobody")
        await world.slack.wait_until(lambda: "No brand is called anything like “nobody”." in words(home))
        await world.mia.click(home, "Show all brands")
        await world.slack.wait_until(lambda: "1–20 of 46" in words(home))
        assert [field["search"]["value"] for field in home.values.values() if "search" in field] == [None]

    async def test_page_before_bloom_is_connected_leads_to_connecting(self, tmp_path: Path) -> None:
        async with open_world(tmp_path, bloom_api_key=None) as unconnected:
            for person, buttons in ((unconnected.mia, "Connect Bloom"), (unconnected.sam, "Ask them")):
                home = await page_of(unconnected, person, "Bloom isn't connected to this workspace yet.")
                assert buttons in home.buttons
                assert "Add a brand" not in home.buttons

    async def test_workspace_without_brands_says_how_to_get_one(self, world: World) -> None:
        state = world.bloom.state
        for brand in state.brands.of(state.account):
            state.brands.remove(brand)
        await world.look_at_brands()
        home = await page_of(world, expected="There is no brand at Bloom yet. Give Bloom a website")
        assert "Add a brand" in home.buttons
        await page_of(world, world.sam, f"There is no brand at Bloom yet. <@{world.mia.id}> can add one.")

    async def test_page_says_when_bloom_is_down_and_shows_what_is_known(self, world: World) -> None:
        world.bloom.faults.drop("GET /brands", times=None)
        home = await page_of(world, expected="Bloom isn't answering right now")
        assert "*Acme*" in words(home)


class TestOneBrand:
    async def test_it_opens_at_once_and_is_filled_in(self, world: World) -> None:
        held = world.bloom.faults.hold("GET /brands/*")
        home = await page_of(world)
        await world.mia.click(home, beside(home, "Acme"))
        modal = await world.mia.wait_for_view("page")
        assert "Asking Bloom what it knows" in words(modal)
        held.release()
        await world.slack.wait_until(lambda: "Archivo, Archivo Narrow" in words(modal))
        shown = words(modal)
        assert "Bold, graphic and a little mischievous" in shown
        assert "Acme makes tools for people who build things" in shown
        assert "Asking Bloom" not in shown
        colours = [part["value"] for part in parts(modal.blocks) if part.get("type") == "color"]
        assert colours[:2] == ["#E4572E", "#17213A"]
        (logo,) = [part for part in parts(modal.blocks) if part.get("type") == "image"]
        assert logo["alt_text"] == "Logo of Acme"

    async def test_form_opens_with_the_brand(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Lumen Labs")
        await world.mia.click(modal, "Make an image")
        form = await world.mia.wait_for_view("generate")
        await world.mia.submit(form, {"prompt": "a lamp", "channel": "marketing"})
        assert "Lumen Labs" in words(await world.reply("marketing"))

    async def test_brand_that_is_analyzed_changes_before_the_eyes(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Fernweh Travel")
        assert "Make an image" not in modal.buttons
        await world.clock.sleep(95)
        await world.look_at_brands()
        await world.slack.wait_until(lambda: ":white_check_mark: Ready" in words(modal) and "Inter" in words(modal))
        assert "Make an image" in modal.buttons
        asked = len(details_asked(world))
        for _ in range(3):
            world.bot.core.changes.tell(world.workspace_id)
            await world.clock.sleep(2)
        assert len(details_asked(world)) == asked

    async def test_manager_makes_it_the_default_and_everybody_sees_that(self, world: World) -> None:
        home = await page_of(world)
        sams = await page_of(world, world.sam)
        modal = await details_of(world, home, "Lumen Labs")
        await world.mia.click(modal, "Make default")
        await world.slack.wait_until(lambda: "*Lumen Labs* is now the default brand" in words(modal))
        assert "Make default" not in modal.buttons
        await world.slack.wait_until(
            lambda: all("default in this workspace" in words(seen) for seen in (home, sams, modal))
        )

    async def test_brand_in_a_modal_leads_back_to_its_list(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Acme")
        await world.mia.click(modal, "All brands")
        await world.slack.wait_until(lambda: "*Northwind Coffee* · " in words(modal))
        await world.mia.click(modal, beside(modal, "Northwind Coffee"))
        await world.slack.wait_until(lambda: "Recoleta, DM Sans" in words(modal))

    async def test_list_in_a_modal_is_searched_by_its_button(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Acme")
        await world.mia.click(modal, "All brands")
        await world.slack.wait_until(lambda: "*Northwind Coffee* · " in words(modal))
        (block,) = [one for one in modal.blocks if one["type"] == "input"]
        await world.mia.submit(modal, {block["block_id"]: "lumenlabs.io"})
        await world.slack.wait_until(lambda: "*Brands* · 1" in words(modal))
        assert not modal.closed
        await world.mia.click(modal, beside(modal, "Lumen Labs"))
        await world.slack.wait_until(lambda: "Space Grotesk" in words(modal))
        await world.mia.click(modal, "All brands")
        await world.slack.wait_until(lambda: "*Brands* · 1" in words(modal))

    async def test_manager_deletes_it_once_it_is_clear_what_stops(self, world: World) -> None:
        home = await page_of(world)
        modal = await details_of(world, home, "Lumen Labs")
        await world.mia.click(modal, "Make default")
        await world.slack.wait_until(lambda: "*Lumen Labs* is now the default brand" in words(modal))
        (confirm,) = [part["confirm"] for part in parts(modal.blocks) if part.get("action_id") == "delete_brand"]
        assert confirm["title"]["text"] == "Delete Lumen Labs?"
        assert confirm["text"]["text"].startswith("It is the default of this workspace.")
        await world.mia.click(modal, "Delete", confirm=True)
        await world.slack.wait_until(lambda: "*Lumen Labs* is deleted." in words(modal))
        await world.slack.wait_until(lambda: "*Lumen Labs* · " not in words(home) + words(modal))
        assert "Lumen Labs" not in [one.name for one in world.bloom.state.brands.of(world.bloom.state.account)]
        assert (await world.bot.core.preferences.current(world.workspace_id)).defaults.brand_id is None

    async def test_brand_that_bloom_does_not_delete_stays_and_it_says_why(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Lumen Labs")
        world.bloom.faults.down = True
        await world.mia.click(modal, "Delete", confirm=True)
        await world.slack.wait_until(lambda: "Bloom isn't answering right now" in words(modal), seconds=10)
        assert "*Lumen Labs*" in words(modal)

    async def test_brand_that_is_gone_becomes_no_default_by_a_button_of_before(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Lumen Labs")
        lumen = next(one for one in world.bloom.state.brands.of(world.bloom.state.account) if one.name == "Lumen Labs")
        world.bloom.state.brands.remove(lumen)
        await world.look_at_brands()
        await world.slack.wait_until(lambda: "This brand isn't at Bloom any more" in words(modal))
        forge(modal, "make_default", lumen.id)
        await world.mia.click(modal, ("forged", "make_default"))
        await world.slack.wait_until(lambda: "Bloom doesn't have this brand any more" in words(modal))
        assert (await world.bot.core.preferences.current(world.workspace_id)).defaults.brand_id is None

    async def test_brand_that_is_gone_says_so(self, world: World) -> None:
        modal = await details_of(world, await page_of(world), "Lumen Labs")
        lumen = next(one for one in world.bloom.state.brands.of(world.bloom.state.account) if one.name == "Lumen Labs")
        world.bloom.state.brands.remove(lumen)
        await world.look_at_brands()
        await world.slack.wait_until(lambda: "This brand isn't at Bloom any more" in words(modal))


class TestAdding:
    async def test_brand_is_there_at_once_and_who_added_it_hears_when_it_is_ready(self, world: World) -> None:
        home = await page_of(world)
        form = await add_form(world, home)
        await world.mia.submit(form, {"address": "zephyr.example"})
        await world.slack.wait_until(lambda: "Bloom is looking at *zephyr.example*" in words(form))
        await world.slack.wait_until(lambda: "*Zephyr* · " in words(home) or "*https://zephyr.example*" in words(home))
        (told_ready,) = await world.slack.wait_until(lambda: told(world.mia))
        assert ":white_check_mark: *Zephyr* is ready" in told_ready
        await world.slack.wait_until(lambda: "*Zephyr* · " in words(home))
        (message,) = [one for one in world.mia.direct_messages() if one.bot_id]
        await world.mia.close_view(form)
        await world.mia.click(message, "See what Bloom learned")
        modal = await world.mia.wait_for_view("page")
        await world.slack.wait_until(lambda: "Colors: " in words(modal) and "Inter" in words(modal))
        await world.mia.close_view(modal)
        await world.mia.click(message, "Make an image")
        image_form = await world.mia.wait_for_view("generate")
        await world.mia.submit(image_form, {"prompt": "a red bicycle", "channel": "marketing"})
        assert "Zephyr" in words(await world.reply("marketing"))

    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("@zephyr.co", "https://instagram.com/zephyr.co"),
            ("instagram.com/zephyr/", "https://instagram.com/zephyr"),
            ("http://zephyr.example/en", "http://zephyr.example/en"),
        ],
    )
    async def test_addresses_are_understood_as_people_type_them(self, world: World, typed: str, sent: str) -> None:
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": typed})
        await world.slack.wait_until(lambda: "Bloom is looking at" in words(form))
        assert sent in [brand.url for brand in world.bloom.state.brands.of(world.bloom.state.account)]

    async def test_address_that_can_be_none_is_said_at_once_at_its_field(self, world: World) -> None:
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr", "logo_address": "no logo"})
        assert set(form.errors) == {"address", "logo_address"}
        assert not form.closed
        assert not world.bloom.requests.matching("POST", "/brands")

    async def test_wrong_workspace_of_blooms_is_said_at_its_field(self, world: World) -> None:
        world.bloom.state.add_team("Agency", credits=7)
        world.bloom.faults.next("WORKSPACE_NOT_FOUND", path="POST /brands")
        form = await add_form(world, await page_of(world))
        await world.slack.wait_until(lambda: any(one.get("block_id") == "bloom_workspace" for one in form.blocks))
        await world.mia.submit(form, {"address": "zephyr.example", "bloom_workspace": "Agency"})
        await world.slack.wait_until(lambda: "That Bloom workspace is gone" in words(form))
        numbers = [number for number, one in enumerate(form.blocks) if one.get("block_id") == "bloom_workspace"]
        assert "That Bloom workspace is gone" in form.blocks[numbers[0] + 1]["elements"][0]["text"]
        assert form.blocks[numbers[0]]["element"]["initial_option"]["text"]["text"] == "Agency"

    async def test_who_sends_before_the_workspaces_are_there_is_asked_whose_brand_it_is(self, world: World) -> None:
        agency = world.bloom.state.add_team("Agency", credits=7)
        held = world.bloom.faults.hold("GET /workspaces", times=1)
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr.example"})
        await world.slack.wait_until(lambda: "choose whose brand it is" in words(form), seconds=10)
        held.release()
        assert not world.bloom.requests.matching("POST", "/brands")
        await world.mia.submit(form, {"bloom_workspace": "Agency"})
        await world.slack.wait_until(lambda: "Bloom is looking at" in words(form))
        assert [one.name for one in world.bloom.state.brands.of(world.bloom.state.account, agency.id)] == ["Zephyr"]

    async def test_wish_is_on_record_before_bloom_is_asked_whose_brand_it_can_be(self, world: World) -> None:
        """Else who sent it would wait for ever after a kill."""
        world.bloom.faults.hold("GET /workspaces")
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr.example"})
        async with asyncio.timeout(10):
            while not (jobs := await world.bot.core.onboarding.pending(world.workspace_id)):
                await world.clock.sleep(1)
        assert [job.wanted and job.wanted.url for job in jobs] == ["https://zephyr.example"]
        assert "Asking Bloom to look at *zephyr.example*" in words(form)

    async def test_brand_goes_to_nobody_else_when_the_chosen_workspace_is_not_there_any_more(
        self, world: World
    ) -> None:
        """Another account was connected while the form was open."""
        world.bloom.state.add_team("Agency", credits=7)
        form = await add_form(world, await page_of(world))
        await world.slack.wait_until(lambda: any(one.get("block_id") == "bloom_workspace" for one in form.blocks))
        world.bloom.state.add_account("bloom_sk_bob", "bob@acme.com")
        await world.bot.core.connections.connect(world.workspace_id, "bloom_sk_bob", world.mia.id)
        await world.mia.submit(form, {"address": "zephyr.example", "bloom_workspace": "Agency"})
        await world.slack.wait_until(lambda: "That Bloom workspace is gone" in words(form), seconds=10)
        assert [one.status for one in world.bloom.requests.matching("POST", "/brands")] == [404]

    async def test_what_bloom_refuses_stands_under_its_field_with_all_that_was_typed(self, world: World) -> None:
        world.bloom.faults.next("INVALID_URL", path="POST /brands")
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr.example", "collect_images": []})
        await world.slack.wait_until(lambda: "Bloom can't open that address" in words(form))
        address, problem = form.blocks[:2]
        assert address["element"]["initial_value"] == "zephyr.example"
        assert problem["type"] == "context"
        await world.mia.submit(form, {})
        await world.slack.wait_until(lambda: "Bloom is looking at *zephyr.example*" in words(form))
        zephyr = next(one for one in world.bloom.state.brands.of(world.bloom.state.account) if one.name == "Zephyr")
        assert not zephyr.collects_images

    async def test_who_closed_the_form_reads_what_came_of_it(self, world: World) -> None:
        world.bloom.faults.next("INVALID_URL", path="POST /brands")
        held = world.bloom.faults.hold("POST /brands")
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr.example"})
        await world.mia.close_view(form)
        held.release()
        (sentence,) = await world.slack.wait_until(lambda: told(world.mia), seconds=10)
        assert sentence.startswith("zephyr.example: Bloom can't open that address")

    async def test_lost_answer_is_followed_up_and_not_added_twice(self, world: World) -> None:
        world.bloom.faults.drop("POST /brands", when="after")
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "zephyr.example"})
        await world.slack.wait_until(lambda: "Bloom hasn't answered yet." in words(form), seconds=10)
        (ready,) = await world.slack.wait_until(lambda: told(world.mia), seconds=20)
        assert "*Zephyr* is ready" in ready
        assert [one.name for one in world.bloom.state.brands.of(world.bloom.state.account)].count("Zephyr") == 1

    async def test_account_in_several_bloom_workspaces_chooses_whose_brand_it_is(self, world: World) -> None:
        state = world.bloom.state
        agency = state.add_team("Agency", credits=7)
        form = await add_form(world, await page_of(world))
        await world.slack.wait_until(lambda: any(one.get("block_id") == "bloom_workspace" for one in form.blocks))
        await world.mia.submit(form, {"address": "zephyr.example", "bloom_workspace": "Agency"})
        await world.slack.wait_until(lambda: "Bloom is looking at" in words(form))
        assert [one.name for one in state.brands.of(state.account, agency.id)] == ["Zephyr"]

    async def test_failed_brand_leads_back_to_the_form_with_its_address(self, world: World) -> None:
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "unreachable.example"})
        await world.slack.wait_until(lambda: "Bloom is looking at" in words(form))
        await world.slack.wait_until(lambda: told(world.mia), seconds=10)
        (message,) = [one for one in world.mia.direct_messages() if one.bot_id]
        assert "Bloom couldn't set up *Unreachable*. Bloom couldn't read its website" in words(message)
        await world.mia.close_view(form)
        await world.mia.click(message, "Try another address")
        again = await world.mia.wait_for_view("add_brand")
        assert again.blocks[0]["element"]["initial_value"] == "https://unreachable.example"


class TestLogos:
    async def test_brand_without_a_logo_is_given_one_from_its_message(self, world: World) -> None:
        form = await add_form(world, await page_of(world))
        await world.mia.submit(form, {"address": "nologo.example"})
        await world.slack.wait_until(lambda: told(world.mia), seconds=10)
        (message,) = [one for one in world.mia.direct_messages() if one.bot_id]
        assert "*Nologo* is almost ready: it needs a logo." in words(message)
        await world.mia.close_view(form)
        await world.mia.click(message, "Add a logo")
        asked = await world.mia.wait_for_view("brand_logo")
        await world.mia.submit(asked, {"logo_address": "nologo.example/logo.svg"})
        await world.slack.wait_until(lambda: "Bloom is looking at *Nologo* again" in words(asked))
        await world.slack.wait_until(lambda: any("*Nologo* is ready" in text for text in told(world.mia)), seconds=10)

    @pytest.mark.parametrize(("name", "content"), [("logo.svg", SVG), ("logo.PNG", None)])
    async def test_logo_is_given_as_a_file(self, world: World, name: str, content: bytes | None) -> None:
        asked = await logo_form(world, "Paperplane")
        await world.mia.submit(asked, {"logo_file": world.mia.upload(name, content or picture())})
        await world.slack.wait_until(lambda: "Bloom is looking at *Paperplane* again" in words(asked), seconds=10)
        await world.slack.wait_until(lambda: any("*Paperplane* is ready" in one for one in told(world.mia)), seconds=10)

    @pytest.mark.parametrize(
        ("filled", "field", "why"),
        [
            ({}, "logo_address", "choose a file"),
            ({"logo_address": "nowhere"}, "logo_address", "address of a picture"),
            ({"logo_file": ("song.mp3", b"la la")}, "logo_file", "Choose a PNG"),
            ({"logo_address": "a.example/l.png", "logo_file": ("logo.png", PNG)}, "logo_file", "not both"),
        ],
    )
    async def test_what_is_no_logo_is_said_at_once(
        self, world: World, filled: dict[str, Any], field: str, why: str
    ) -> None:
        asked = await logo_form(world, "Paperplane")
        if "logo_file" in filled:
            filled = {**filled, "logo_file": world.mia.upload(*filled["logo_file"])}
        await world.mia.submit(asked, filled)
        assert why in asked.errors[field]
        assert not logos_sent(world)

    async def test_file_that_bloom_refuses_is_said_at_the_field(self, world: World) -> None:
        asked = await logo_form(world, "Paperplane")
        await world.mia.submit(asked, {"logo_file": world.mia.upload("logo.png", PNG)})
        await world.slack.wait_until(lambda: "Choose the file again, or another." in words(asked), seconds=10)
        assert [one.status for one in logos_sent(world)] == [400]

    async def test_brand_that_is_gone_gets_no_logo_and_no_other_try(self, world: World) -> None:
        asked = await logo_form(world, "Paperplane")
        state = world.bloom.state
        state.brands.remove(next(one for one in state.brands.of(state.account) if one.name == "Paperplane"))
        await world.mia.submit(asked, {"logo_address": "paperplane.studio/logo.png"})
        await world.slack.wait_until(lambda: "Bloom doesn't know this brand" in words(asked))
        assert not asked.definition.get("submit")

    async def test_logo_that_bloom_refuses_is_said_at_the_field(self, world: World) -> None:
        asked = await logo_form(world, "Paperplane")
        await world.mia.submit(asked, {"logo_address": "paperplane.studio/logo.exe"})
        await world.slack.wait_until(lambda: "Bloom can't use that logo" in words(asked))
        numbers = [number for number, one in enumerate(asked.blocks) if one.get("block_id") == "logo_address"]
        assert "Bloom can't use that logo" in asked.blocks[numbers[0] + 1]["elements"][0]["text"]
        assert asked.blocks[numbers[0]]["element"]["initial_value"] == "paperplane.studio/logo.exe"


async def add_form(world: World, home: View) -> View:
    await world.mia.click(home, "Add a brand")
    return await world.mia.wait_for_view("add_brand")


async def logo_form(world: World, name: str) -> View:
    modal = await details_of(world, await page_of(world), name)
    await world.mia.click(modal, "Add a logo")
    return await world.mia.wait_for_view("brand_logo")


async def look_for(world: World, view: View, text: str) -> None:
    """Type into the field of the page and press Enter."""
    (block,) = [one for one in view.blocks if one["type"] == "input"]
    place = (block["block_id"], "search")
    await world.mia.fill(view, {block["block_id"]: text})
    await world.mia.press_enter(view, place)


def details_asked(world: World) -> list[Any]:
    """Return the requests for single brands."""
    return [one for one in world.bloom.requests if one.method == "GET" and one.path.startswith("/brands/")]


def logos_sent(world: World) -> list[Any]:
    """Return the requests that gave Bloom a logo."""
    return [one for one in world.bloom.requests if one.method == "PUT"]


def forge(view: View, action_id: str, value: str) -> None:
    """Put a button on somebody's screen that they were never shown."""
    definition = copy.deepcopy(view.definition)
    definition["blocks"] = [block for block in definition["blocks"] if block.get("block_id") != "forged"]
    button = {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": "Forged"},
    }
    definition["blocks"].append({"type": "actions", "block_id": "forged", "elements": [button]})
    view.replace(definition, view.hash)


def parts(value: Any) -> list[dict[str, Any]]:
    """Return everything within some blocks."""
    if isinstance(value, dict):
        return [value, *(part for child in value.values() for part in parts(child))]
    return [part for child in value for part in parts(child)] if isinstance(value, list) else []


def picture() -> bytes:
    """Return a logo as PNG."""
    drawn = io.BytesIO()
    Image.new("RGBA", (64, 64), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def _refused(text: str) -> bool:
    return ONLY_MANAGERS in text
