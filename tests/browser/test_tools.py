"""Behind the scenes: the inspector shows what was said, the panel of Bloom's stand-in changes what will happen."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.bloom import RequestRecord
from bot.sandbox.slack import SlackStandIn
from tests.browser.gestures import BOAT, group, open_tool, rows
from tests.browser.staging import listening
from tests.browser.visits import Visits
from tests.fakes.eventually import eventually
from tests.scenarios.world import BOT_TOKEN, World

EXCHANGES_KEPT = 500
LONG_WINDOW = (120, 100_000.0)
"""A request limit whose window does not move while a test looks at it."""


def chip(inspector: Locator, name: str) -> Locator:
    return inspector.get_by_role("group", name="Show").get_by_role("button", name=name)


def asked(path: str) -> RequestRecord:
    """Return a request of Bloom as its stand-in writes it down."""
    return RequestRecord(
        at=datetime.now(UTC),
        method="GET",
        path=path,
        operation=None,
        query={},
        credential=None,
        body=None,
        status=200,
        code=None,
        held=0.0,
    )


@pytest.fixture
def client(world: World) -> AsyncWebClient:
    """What the bot could call Slack with."""
    return AsyncWebClient(token=BOT_TOKEN, base_url=world.slack.api_url)


async def test_command_appears_with_who_typed_it_how_it_went_and_how_long_it_took(world: World, visit: Visits) -> None:
    page = await visit("sam", "general")
    inspector = await open_tool(page, "Inspector")
    await expect(inspector.get_by_text("Nothing yet")).to_be_visible()
    await world.mia.command("general", "/bloom", f"{BOAT} --brand Acme")
    row = rows(inspector).filter(has_text="/bloom")
    await expect(row).to_contain_text(re.compile(rf"Slack → bot.*Mia.*{BOAT}.*200 · HTTP.*\d ms", re.DOTALL))
    await expect(rows(inspector).filter(has_text="POST /images/generations")).to_contain_text("202")
    await expect(rows(inspector).filter(has_text="chat.postMessage in #general").first).to_contain_text("ok")
    await expect(inspector.get_by_text("Nothing yet")).to_be_hidden()


async def test_details_open_and_close_with_the_keyboard_and_can_be_copied(world: World, visit: Visits) -> None:
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    await world.mia.command("general", "/bloom", "help")
    row = rows(inspector).filter(has_text="/bloom help")
    head = row.get_by_role("button", name="/bloom help")
    await head.focus()
    await page.keyboard.press("Enter")
    await expect(head).to_have_attribute("aria-expanded", "true")
    sent = row.get_by_role("region", name="Slack sent")
    await expect(sent).to_contain_text('"command": "/bloom"')
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await row.get_by_role("button", name="Copy Slack sent").click()
    await expect(row.get_by_role("button", name="Copy Slack sent")).to_have_text("Copied")
    assert '"user_name": "mia"' in await page.evaluate("navigator.clipboard.readText()")
    await head.press("Enter")
    await expect(sent).to_be_hidden()


async def test_call_that_slack_refuses_is_a_problem_and_says_why(
    client: AsyncWebClient, visit: Visits, world: World
) -> None:
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="general", text="x", blocks=[{"type": "section"}])
    row = rows(inspector).filter(has_text="chat.postMessage")
    await expect(row).to_contain_text("Problem")
    await expect(row).to_have_attribute("data-condition", "failed")
    await row.get_by_role("button", name="chat.postMessage").click()
    await expect(row.get_by_role("region", name="Why")).to_contain_text("json-pointer:/blocks/0")


async def test_slow_answer_is_marked(stage: SlackStandIn, look: Visits) -> None:
    inspector = await open_tool(await look(), "Inspector")
    async with listening(stage) as app:
        for app.seconds in (0.0, 1.05):
            await stage.person("Mia").shortcut("start")
    await expect(rows(inspector)).to_have_count(2)
    await expect(rows(inspector).first).to_have_attribute("data-condition", "fine")
    await expect(rows(inspector).last).to_have_attribute("data-condition", "slow")
    await expect(rows(inspector).last.get_by_text("Slow", exact=True)).to_be_visible()


async def test_filters_leave_what_is_looked_for(client: AsyncWebClient, visit: Visits, world: World) -> None:
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    await world.mia.command("general", "/bloom", "help")
    await client.auth_test()
    world.slack.fail_next("users.info")
    with pytest.raises(SlackApiError):
        await client.users_info(user=world.mia.id)
    shown = rows(inspector).filter(visible=True)
    await expect(shown).to_have_count(3)
    await chip(inspector, "bot → Slack").click()
    await expect(shown).to_have_count(1)
    await chip(inspector, "Slack → bot").click()
    await expect(inspector.get_by_text("Nothing here matches")).to_be_visible()
    await chip(inspector, "bot → Slack").click()
    await chip(inspector, "Only problems").click()
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("users.info")
    await chip(inspector, "Only problems").click()
    await inspector.get_by_role("searchbox", name="Filter by text").fill("AUTH.test")
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("auth.test")


async def test_pause_holds_what_comes_and_clear_forgets_what_was(client: AsyncWebClient, visit: Visits) -> None:
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    await client.auth_test()
    await expect(rows(inspector)).to_have_count(1)
    await inspector.get_by_role("button", name="Pause").click()
    await client.auth_test()
    await inspector.get_by_role("button", name="Resume (1 new)").click()
    await expect(rows(inspector)).to_have_count(2)
    await inspector.get_by_role("button", name="Clear").click()
    await expect(rows(inspector)).to_have_count(0)
    await expect(inspector.get_by_text("Nothing yet")).to_be_visible()
    await client.auth_test()
    await expect(rows(inspector)).to_have_count(1)


async def test_many_rows_stay_bounded_and_the_newest_is_in_sight(world: World, visit: Visits) -> None:
    inspector = await open_tool(await visit(), "Inspector")
    for lot, count in enumerate((EXCHANGES_KEPT - 10, 20)):
        for number in range(count):
            world.bloom.requests.add(asked(f"/lot-{lot}/{number}"))
        await expect(rows(inspector).last).to_contain_text(f"/lot-{lot}/{count - 1}")
    await expect(rows(inspector)).to_have_count(EXCHANGES_KEPT)
    await expect(rows(inspector).last).to_be_in_viewport()


async def test_open_details_stay_where_they_are_while_more_comes(client: AsyncWebClient, visit: Visits) -> None:
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    for _ in range(20):
        await client.auth_test()
    await expect(rows(inspector)).to_have_count(20)
    await rows(inspector).nth(3).get_by_role("button", name="auth.test").click()
    before = await rows(inspector).nth(3).bounding_box()
    await client.api_test()
    await expect(rows(inspector)).to_have_count(21)
    assert await rows(inspector).nth(3).bounding_box() == before


async def test_budget_falls_with_every_request(world: World, visit: Visits) -> None:
    world.bloom.rate_limit = LONG_WINDOW
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    meter = inspector.get_by_role("meter", name="Requests left")
    await expect(inspector).to_contain_text("120 of 120 requests left")
    await world.look_at_brands()
    await expect(meter).not_to_have_attribute("aria-valuenow", "120")
    left = int(await meter.get_attribute("aria-valuenow") or 0)
    await expect(inspector).to_contain_text(f"{left} of 120 requests left")
    assert left < 120


async def test_held_requests_are_counted(world: World, visit: Visits) -> None:
    world.bloom.state.studio.generation_seconds = (600.0, 600.0)
    page = await visit()
    inspector = await open_tool(page, "Inspector")
    await expect(inspector).to_contain_text("No request is held.")
    await world.mia.command("general", "/bloom", f"{BOAT} --brand Acme")
    await expect(inspector).to_contain_text("1 request is held now.")


async def test_tabs_work_with_arrows_and_the_open_one_is_remembered(visit: Visits) -> None:
    page = await visit()
    tools = page.get_by_role("complementary", name="Behind the scenes")
    await expect(tools).to_be_hidden()
    await open_tool(page, "Inspector")
    await page.get_by_role("tab", name="Inspector").press("ArrowRight")
    await expect(page.get_by_role("tab", name="Bloom")).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="Bloom")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("tabpanel", name="Bloom")).to_be_visible()
    await page.get_by_role("button", name="Close the tools").click()
    await expect(tools).to_be_hidden()
    await expect(page.get_by_role("banner").get_by_role("button", name="Bloom")).to_be_focused()
    await page.reload()
    await expect(tools).to_be_hidden()


async def test_speed_is_chosen_and_a_second_window_follows(world: World, visit: Visits) -> None:
    panel = await open_tool(await visit("mia"), "Bloom")
    other = await open_tool(await visit("sam"), "Bloom")
    await expect(panel.get_by_role("radio", name="Usual")).to_be_checked()
    await panel.get_by_role("radio", name="Slow").check()
    await expect(other.get_by_role("radio", name="Slow")).to_be_checked()
    assert world.bloom.state.studio.generation_seconds == (20.0, 30.0)


async def test_credits_are_set_by_number_and_by_button(world: World, visit: Visits) -> None:
    panel = group(await open_tool(await visit(), "Bloom"), "Credits")
    await panel.get_by_role("spinbutton", name="Credits").fill("17")
    await panel.get_by_role("button", name="Set credits").click()
    await expect(panel).to_contain_text("Now: 17")
    assert world.bloom.state.account.personal.credits == 17
    await panel.get_by_role("button", name="3 credits", exact=True).click()
    await expect(panel).to_contain_text("Now: 3")
    assert world.bloom.state.account.personal.credits == 3


async def test_number_that_makes_no_sense_is_explained_at_the_control(world: World, visit: Visits) -> None:
    panel = group(await open_tool(await visit(), "Bloom"), "Credits")
    number = panel.get_by_role("spinbutton", name="Credits")
    for wrong in ("-1", "100001", "2.5", ""):
        await number.fill(wrong)
        await number.press("Enter")
        await expect(panel.get_by_role("alert")).to_contain_text("a whole number from 0 to 100,000")
        await expect(number).to_be_focused()
        assert world.bloom.state.account.personal.credits == 250
        await number.fill("5")
        await expect(panel.get_by_role("alert")).to_be_hidden()


async def test_what_the_server_refuses_is_said_at_the_control(visit: Visits) -> None:
    page = await visit()
    panel = group(await open_tool(page, "Bloom"), "Plan")
    await page.route("**/bloom", lambda route: route.fulfill(status=422, json={"problem": "Not today."}))
    await panel.get_by_role("switch", name="4K").click()
    await expect(panel.get_by_role("alert")).to_have_text("Not today.")
    await expect(panel.get_by_role("switch", name="4K")).not_to_be_checked()


async def test_plan_has_4k(world: World, visit: Visits) -> None:
    panel = await open_tool(await visit(), "Bloom")
    await panel.get_by_role("switch", name="4K").check()
    await eventually(lambda: world.bloom.state.account.plan_4k)


async def test_next_request_is_refused_with_the_chosen_code(world: World, visit: Visits) -> None:
    panel = await open_tool(await visit(), "Bloom")
    refuse = group(panel, "Refuse requests")
    await expect(refuse).to_contain_text("Not enough credits to generate")
    await refuse.get_by_label("The next request fails with").select_option("PAYMENT_REQUIRED")
    await expect(refuse).to_contain_text("Subscription paused")
    await refuse.get_by_role("spinbutton", name="How many times").fill("2")
    await refuse.get_by_role("button", name="Make it fail").click()
    await expect(panel.get_by_role("list", name="Trouble")).to_contain_text("fail with PAYMENT_REQUIRED")
    await world.mia.command("general", "/bloom", f"{BOAT} --brand Acme")
    assert "paused" in (await world.reply()).text
    await expect(panel.get_by_role("list", name="Trouble")).to_contain_text("The next request for an image")
    await panel.get_by_role("button", name="End all trouble").click()
    await expect(panel.get_by_text("Bloom is well")).to_be_visible()
    assert world.bloom.faults.pending == []


async def test_next_images_fail_for_the_chosen_reason(world: World, visit: Visits) -> None:
    panel = await open_tool(await visit(), "Bloom")
    fail = group(panel, "Fail images")
    await fail.get_by_label("The next image fails with").select_option("rate_limited")
    await fail.get_by_role("button", name="Let images fail").click()
    await expect(panel.get_by_role("list", name="Trouble")).to_have_text("The next image fails with rate_limited")
    await world.mia.command("general", "/bloom", f"{BOAT} --brand Acme")
    assert "too busy" in (await world.reply()).text


async def test_bloom_is_taken_down_and_brought_back(world: World, visit: Visits) -> None:
    page = await visit()
    panel = await open_tool(page, "Bloom")
    switch = panel.get_by_role("switch", name="Take Bloom down")
    marked = page.get_by_role("banner").get_by_role("button", name="Bloom (trouble)")
    await expect(marked).to_have_count(0)
    await switch.press("Space")
    await expect(panel.get_by_role("list", name="Trouble")).to_contain_text("Bloom is down")
    await expect(marked).to_be_visible()
    assert world.bloom.faults.down
    await world.mia.command("general", "/bloom", f"{BOAT} --brand Acme")
    await page.get_by_role("tab", name="Inspector").click()
    inspector = page.get_by_role("tabpanel", name="Inspector")
    await expect(rows(inspector).filter(has_text="connection cut").first).to_contain_text("Problem")
    await page.get_by_role("tab", name="Bloom").click()
    await switch.press("Space")
    await expect(panel.get_by_text("Bloom is well")).to_be_visible()
    await expect(marked).to_have_count(0)
    assert (await world.reply()).images


async def test_held_connections_are_cut_after_the_chosen_seconds(world: World, visit: Visits) -> None:
    panel = group(await open_tool(await visit(), "Bloom"), "Impatient proxy")
    await panel.get_by_role("spinbutton").fill("0")
    await panel.get_by_role("switch", name="Cut held connections").click()
    await expect(panel.get_by_role("alert")).to_contain_text("from 1 to 120")
    await expect(panel.get_by_role("switch")).not_to_be_checked()
    await panel.get_by_role("spinbutton").fill("12")
    await panel.get_by_role("switch").click()
    await eventually(lambda: world.bloom.faults.held_cut == 12)
    await panel.get_by_role("spinbutton").fill("40")
    await panel.get_by_role("spinbutton").press("Tab")
    await eventually(lambda: world.bloom.faults.held_cut == 40)
    await panel.get_by_role("switch").click()
    await eventually(lambda: world.bloom.faults.held_cut is None)


@pytest.mark.parametrize("tool", ["Inspector", "Bloom"])
async def test_small_screen_needs_no_sideways_scrolling(world: World, visit: Visits, tool: str) -> None:
    page = await visit(size=(380, 700))
    await world.mia.command("general", "/bloom", f"help{'x' * 200} --brand Acme")
    await open_tool(page, tool)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 380
    assert await page.locator("#tools").evaluate("pane => pane.scrollWidth <= pane.clientWidth")
