"""App Home from the first day on: what people see there follows what they do, on every page and for everybody."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.slack import Person, View
from bot.slack.sights import PageName
from tests.scenarios.decisions import channel_id
from tests.scenarios.pages import make, turn_to
from tests.scenarios.world import World, open_world, words

DONE, NOW, LATER = ":white_check_mark:", ":point_right:", ":white_circle:"


CHANGES = [
    ("", "connected", "you@sandbox.example"),
    ("Mia", "limits_changed", ""),
    ("Mia", "defaults_changed", ""),
    ("Mia", "managers_changed", ""),
    ("Mia", "brand_deleted", "Lumen Labs"),
    ("Mia", "disconnected", "you@sandbox.example"),
]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world in which Mia is an admin, and Sam is not."""
    async with open_world(tmp_path, fetch_images=False) as opened:
        opened.bloom.state.studio.generation_seconds = (1, 1)
        await opened.brands_known()
        yield opened


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world where Bloom is not connected, whose account has no brand."""
    async with open_world(tmp_path, fetch_images=False, bloom_api_key=None) as opened:
        state = opened.bloom.state
        state.studio.generation_seconds, state.brands.analysis_seconds = (1, 1), (4.0, 4.0)
        for brand in state.brands.of(state.account):
            state.brands.remove(brand)
        yield opened


async def home_of(world: World, person: Person) -> View:
    await person.open_home()
    return await world.slack.wait_until(lambda: person.home)


def marks(home: View) -> list[str]:
    """Return what stands before each of the first steps."""
    steps = [block for block in home.blocks if str(block.get("block_id")).startswith("step_")]
    return [str(block["text"]["text"]).split()[0] for block in steps]


async def test_first_day_ticks_itself_off_on_everybodys_home(empty: World) -> None:
    world, mia = empty, empty.mia
    ours, theirs = await home_of(world, mia), await home_of(world, world.sam)

    async def both_show(*expected: str) -> None:
        await world.slack.wait_until(lambda: marks(ours) == marks(theirs) == list(expected), seconds=10)

    await both_show(NOW, LATER, LATER)
    await mia.click(ours, "Connect Bloom")
    form = await mia.wait_for_view("connect")
    await mia.submit(form, {"key": SANDBOX_API_KEY})
    await both_show(DONE, NOW, LATER)
    await mia.close_view(form)
    await world.slack.wait_until(lambda: "Add a brand" in ours.buttons)  # once Bloom has said that there is none
    await mia.click(ours, "Add a brand")
    await world.slack.wait_until(lambda: "add_brand" in str(ours.blocks))
    await mia.click(ours, "add_brand")
    form = await mia.wait_for_view("add_brand")
    await mia.submit(form, {"address": "zephyr.example"})
    await mia.close_view(form)
    await mia.click(ours, "Overview")
    await both_show(DONE, DONE, NOW)
    await world.sam.click(theirs, "Make an image")
    form = await world.sam.wait_for_view("generate")
    await world.sam.submit(form, {"prompt": "a red bicycle", "brand": "Zephyr", "channel": "marketing"})
    await both_show()
    assert "You: 1 credit" in words(theirs)
    await world.slack.wait_until(lambda: "You: 0 credits\nEverybody: 1 credit" in words(ours))


@pytest.mark.parametrize("page", [PageName.OVERVIEW, PageName.HISTORY, PageName.USAGE])
async def test_page_follows_an_image_that_somebody_else_makes(world: World, page: PageName) -> None:
    shown = {PageName.OVERVIEW: "Everybody: 1 credit", PageName.HISTORY: "a red bicycle", PageName.USAGE: "By person"}
    home = await turn_to(world, world.mia, page, "")
    assert shown[page] not in words(home)
    await make(world, world.sam, "a red bicycle")
    await world.slack.wait_until(lambda: shown[page] in words(home))


async def test_chart_of_an_open_page_follows_the_figures_and_is_drawn_once_for_many(world: World) -> None:
    await make(world, world.sam, "a red bicycle")
    home = await turn_to(world, world.mia, PageName.USAGE, "By person")
    await world.slack.wait_until(lambda: "1 credit in " in chart_words(home), seconds=25)
    for _ in range(3):
        await make(world, world.sam, "a red bicycle")
    await world.slack.wait_until(lambda: "4 credits in " in chart_words(home), seconds=25)
    assert sum(call.method == "files.completeUploadExternal" for call in world.slack.calls) <= 3


def chart_words(home: View) -> str:
    """Return what the chart is called for those who cannot see it."""
    return next((str(block["alt_text"]) for block in home.blocks if block["type"] == "image"), "")


async def test_brand_that_becomes_ready_does_so_before_everybodys_eyes(world: World) -> None:
    pages = [await turn_to(world, person, PageName.BRANDS, "*Fernweh Travel*") for person in (world.mia, world.sam)]
    over = await home_of(world, world.slack.person(world.slack.workspace.add_person("Lee").id))
    assert "Fernweh Travel\n (still being analyzed)" in words(over)
    world.clock.skip(95)
    await world.look_at_brands()
    await world.slack.wait_until(lambda: all("looking at it" not in words(page) for page in pages))
    await world.slack.wait_until(lambda: "still being analyzed" not in words(over))


@pytest.mark.parametrize("who", ["Mia", "Sam"])
@pytest.mark.parametrize(
    ("word", "page", "shows"),
    [
        ("brands", PageName.BRANDS, "*Acme*"),
        ("history", PageName.HISTORY, "a blue door"),
        ("credits", PageName.USAGE, "*At Bloom* there are 248 credits left."),
        ("settings", PageName.SETTINGS, "*Limits*"),
    ],
)
async def test_command_shows_what_home_shows(world: World, who: str, word: str, page: PageName, shows: str) -> None:
    person = world.slack.person(who)
    await make(world, world.mia, "a red bicycle")
    await make(world, world.sam, "a blue door", "marketing")
    home = await turn_to(world, person, page, shows)
    assert (await person.command("general", "/bloom", word)).ok
    modal = await person.wait_for_view("page")
    await world.slack.wait_until(lambda: set(words(home).splitlines()) <= set(words(modal).splitlines()))
    assert set(home.buttons) <= set(modal.buttons)


async def test_image_is_used_again_where_it_was_made(world: World) -> None:
    await make(world, world.sam, "a blue door --ar 9:16", "marketing")
    page = await turn_to(world, world.mia, PageName.HISTORY, "a blue door")
    await world.mia.click(page, "Use again")
    form = await world.mia.wait_for_view("generate")
    assert form.values["channel"]["channel"]["selected_conversation"] == channel_id(world, "marketing")
    await world.mia.submit(form)
    first, second = await world.replies("marketing", 2)
    assert "9:16" in words(second)
    assert first.thread_ts != second.thread_ts


async def test_audit_log_has_what_managers_did_through_the_pages(world: World) -> None:
    mia = world.mia
    home = await turn_to(world, mia, PageName.SETTINGS, "*Limits*")
    for button, typed in (
        ("change_limits", {"credits_per_month": "500"}),
        ("change_defaults", {"model": "fast"}),
        ("change_managers", {"managers": ["Sam"]}),
    ):
        await mia.click(home, button)
        await mia.submit(await mia.wait_for_view(), typed)
        await world.slack.wait_until(lambda: mia.open_view is None)
    await make(world, world.sam, '=1+1, a "red" bicycle; 100 %', "marketing")
    page = await turn_to(world, mia, PageName.BRANDS, "*Lumen Labs*")
    row = next(one for one in page.blocks if "*Lumen Labs*" in one.get("text", {}).get("text", ""))
    await mia.click(page, (row["block_id"], row["accessory"]["action_id"]))
    modal = await mia.wait_for_view("page")
    await mia.click(modal, "Delete", confirm=True)
    await world.slack.wait_until(lambda: "*Lumen Labs* is deleted." in words(modal))
    await mia.close_view(modal)
    home = await turn_to(world, mia, PageName.OVERVIEW, "Disconnect")
    await mia.click(home, "Disconnect", confirm=True)
    await world.slack.wait_until(lambda: "Bloom is disconnected" in words(home))
    page = await turn_to(world, mia, PageName.USAGE, "Audit log")
    await mia.choose(page, "send_log", "Everything")
    shared = await world.slack.wait_until(lambda: [one for said in mia.direct_messages() for one in said.files])
    file = world.slack.file(shared[0]["id"])
    assert file is not None
    content = file.data or b""
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    managers = [row for row in rows if row["what"] != "image"]
    assert [(row["who"], row["what"], row["subject"]) for row in managers] == CHANGES
    told = {row["what"]: row["detail"] for row in managers}
    assert told["limits_changed"] == "credits a month: none → 500"
    assert "fast" in told["defaults_changed"]
    assert "Sam" in told["managers_changed"] or world.sam.id in told["managers_changed"]
    (made,) = [row for row in rows if row["what"] == "image"]
    assert made["prompt"] == '\'=1+1, a "red" bicycle; 100 %'
    assert (made["who"], made["where"], made["brand"], made["credits"]) == ("Sam", "marketing", "Acme", "1")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
