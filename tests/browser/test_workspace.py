"""The page as a place: the first page that teaches, people and channels, what is unread, and how it keeps going."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.page import serving_page
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.manifest import UNWRITTEN
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.settings import BOT_TOKEN
from tests.browser.gestures import add_brand, articles, become, box, choose, place
from tests.browser.staging import listening
from tests.browser.visits import Visits
from tests.scenarios.world import World

NARROW = (400, 800)
PLACES = ("start", "general", "app/home", "app/about")


def try_card(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title))


def whisper(slack: SlackStandIn, person: str, text: str) -> None:
    """Show one person a message that nobody else sees."""
    workspace, channel = slack.workspace, slack.workspace.channel("general").id
    user_id = slack.person(person).id
    workspace.post(Message(channel, workspace.new_ts(), workspace.app.bot_user_id, text, [], ephemeral_for=user_id))


async def test_first_visit_teaches_five_things(look: Visits) -> None:
    page = await look("mia", "start")
    await page.goto(look.address)
    await expect(page).to_have_url(re.compile("#/mia/start$"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to the sandbox")
    await expect(page.get_by_role("main").get_by_role("heading", level=3)).to_have_count(5)
    await expect(page.get_by_role("banner")).to_contain_text("Nothing here leaves it.")


async def test_first_page_types_the_command_and_ticks_what_was_done(world: World, visit: Visits) -> None:
    page = await visit("mia", "start")
    await try_card(page, "Say it all in one line").get_by_role("button", name="#marketing").click()
    await expect(page).to_have_title("#marketing · Mia · Sandbox")
    await expect(box(page)).to_be_focused()
    await expect(box(page)).to_have_value(re.compile("^/bloom a launch banner .* --n 2$"))
    await page.keyboard.press("Enter")
    await world.reply("marketing")
    await place(page, "Start here").click()
    await expect(try_card(page, "Say it all in one line")).to_contain_text("Done")
    await expect(page.get_by_text("Done", exact=True)).to_have_count(1)


async def test_first_page_opens_the_panel_and_ticks_that_bloom_was_in_trouble(world: World, visit: Visits) -> None:
    page = await visit("mia", "start")
    await try_card(page, "See how it copes").get_by_role("button", name="Bloom panel").click()
    await expect(page.get_by_role("tabpanel", name="Bloom")).to_be_visible()
    await expect(box(page)).to_have_value(re.compile("^/bloom a lighthouse"))
    world.bloom.state.account.personal.credits = 0
    await box(page).press("Enter")
    await world.reply()
    await place(page, "Start here").click()
    await expect(try_card(page, "See how it copes")).to_contain_text("Done")


async def test_first_page_leads_to_the_home_and_ticks_the_brand_that_was_added(world: World, visit: Visits) -> None:
    page = await visit("mia", "start")
    await try_card(page, "Look after your brands").get_by_role("button", name="home").click()
    await add_brand(page, "https://harbor-bakery.example")
    await place(page, "Start here").click()
    await expect(try_card(page, "Look after your brands")).to_contain_text("Done")
    await expect(page.get_by_text("Done", exact=True)).to_have_count(1)


async def test_first_page_ticks_the_image_that_was_made_by_form(world: World, visit: Visits) -> None:
    page = await visit("mia", "start")
    await try_card(page, "Make your first image").get_by_role("button", name="#general").click()
    await expect(box(page)).to_be_focused()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Make an image")
    await form.get_by_role("textbox").first.fill("A paper boat")
    await choose(form, "Brand", "Acme")
    await form.get_by_role("button", name="Make").click()
    await world.reply()
    await place(page, "Start here").click()
    await expect(try_card(page, "Make your first image")).to_contain_text("Done")
    await expect(page.get_by_text("Done", exact=True)).to_have_count(1)


async def test_people_see_their_own_workspace_and_not_what_is_for_others_only(
    stage: SlackStandIn, look: Visits
) -> None:
    whisper(stage, "Mia", "a secret of Mia")
    whisper(stage, "Sam", "a secret of Sam")
    page = await look("mia", "general")
    await expect(articles(page)).to_contain_text(["a secret of Mia"])
    await become(page, "Sam")
    await expect(page).to_have_title("#general · Sam · Sandbox")
    await expect(page.get_by_role("button", name="You are Sam (member)")).to_be_visible()
    await expect(articles(page)).to_have_count(1)
    await expect(articles(page)).to_contain_text(["a secret of Sam"])
    await page.go_back()
    await expect(articles(page)).to_contain_text(["a secret of Mia"])
    await page.reload()
    await expect(page.get_by_role("button", name="You are Mia (manager)")).to_be_visible()


async def test_ephemeral_and_edited_messages_say_so(stage: SlackStandIn, look: Visits) -> None:
    whisper(stage, "Mia", "for you")
    message = await stage.person("Sam").say("general", "first words")
    page = await look()
    await expect(articles(page).first).to_contain_text("Only visible to you")
    await expect(articles(page).last).not_to_contain_text("(edited)")
    message.revise("better words", [])
    message.edited = {"user": message.user_id, "ts": message.ts}
    stage.workspace.edited(message)
    await expect(articles(page).last).to_contain_text("better words (edited)")


async def test_unread_channel_is_marked_until_it_is_read(stage: SlackStandIn, look: Visits) -> None:
    page = await look("mia", "general")
    await expect(place(page, "marketing (unread)")).to_have_count(0)
    await stage.person("Sam").say("marketing", "news")
    await stage.person("Mia").say("secret-launch", "my own words are no news to me")
    await expect(place(page, "marketing (unread)")).to_be_visible()
    await expect(place(page, "secret-launch (unread)")).to_have_count(0)
    await place(page, "marketing").click()
    await expect(place(page, "marketing (unread)")).to_have_count(0)
    await expect(place(page, "marketing")).to_have_attribute("aria-current", "page")


async def test_page_recovers_when_the_server_was_away_and_keeps_what_was_typed(
    stage: SlackStandIn, browser: Browser
) -> None:
    async with BloomStandIn() as bloom:
        async with serving_page(stage, bloom) as address:
            visits = Visits(browser, address)
            page = await visits("mia", "general")
            await box(page).fill("half a sent")
        await expect(page.get_by_role("banner")).to_contain_text("Reconnecting…")
        await stage.person("Sam").say("general", "while you were away")
        async with serving_page(stage, bloom, port=urlsplit(address).port or 0):
            await expect(articles(page)).to_contain_text(["while you were away"])
            await expect(page.get_by_role("banner")).not_to_contain_text("Reconnecting…")
            await expect(box(page)).to_have_value("half a sent")
            await expect(box(page)).to_be_focused()
            await visits.close()


async def test_theme_is_switched_and_remembered(look: Visits) -> None:
    page = await look(theme="light")
    root = page.locator("html")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.get_by_role("button", name="Theme: automatic").click()
    await page.get_by_role("button", name="Theme: light").click()
    await expect(root).to_have_attribute("data-theme", "dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.reload()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    await expect(root).to_have_attribute("data-theme", "dark")


async def test_narrow_page_never_scrolls_sideways_and_keeps_its_channels_in_a_drawer(
    world: World, visit: Visits
) -> None:
    await world.mia.say("general", "averyveryverylongword" * 20)
    page = await visit("mia", "start", size=NARROW)
    for where in PLACES:
        await page.goto(f"{visit.address}/#/mia/{where}")
        await expect(page).to_have_title(re.compile("Mia · Sandbox"))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
    opener = page.get_by_role("button", name="Channels")
    await opener.press("Enter")
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await place(page, "secret-launch").click()
    await expect(page).to_have_title("#secret-launch · Mia · Sandbox")
    await expect(opener).to_have_attribute("aria-expanded", "false")
    await expect(page.get_by_role("navigation")).not_to_be_in_viewport()


async def test_place_that_is_not_there_leads_back_to_the_start(look: Visits) -> None:
    page = await look("mia", "nowhere")
    await expect(page.get_by_role("main")).to_contain_text("Nothing here")
    await page.get_by_role("main").get_by_role("link", name="Start here").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to the sandbox")


async def test_address_of_a_person_who_does_not_exist_leads_to_the_start(stage: SlackStandIn, browser: Browser) -> None:
    async with BloomStandIn() as bloom, serving_page(stage, bloom) as address:
        visits = Visits(browser, address)  # of its own, for Chromium complains of the refused WebSocket
        page = await visits("nobody", "general")
        await expect(page).to_have_url(re.compile("#/mia/start$"))
        await visits.close()


async def test_app_page_has_its_home_its_messages_and_what_it_says_of_itself(world: World, visit: Visits) -> None:
    page = await visit("sam", "app/home")
    await expect(page.get_by_role("tabpanel")).to_contain_text("Northwind Coffee")
    await page.get_by_role("tab", name="Home").press("ArrowRight")
    await expect(page.get_by_role("tabpanel", name="Messages")).to_contain_text("writes to you alone")
    await page.get_by_role("tab", name="About").click()
    await expect(page.get_by_role("tabpanel", name="About")).to_contain_text("Make an image from this")


async def test_messages_that_nobody_may_answer_have_no_composer(browser: Browser) -> None:
    manifest = UNWRITTEN.model_copy(update={"messages_are_read_only": True})
    async with SlackStandIn(manifest=manifest) as slack, BloomStandIn() as bloom, serving_page(slack, bloom) as address:
        visits = Visits(browser, address)
        page = await visits("mia", "app/messages")
        await expect(page.get_by_role("tabpanel", name="Messages")).to_contain_text("has been turned off")
        await expect(box(page)).to_have_count(0)
        await visits.close()
    assert visits.complaints == []


async def test_home_that_is_published_late_appears_by_itself(stage: SlackStandIn, look: Visits) -> None:
    page = await look("mia", "app/home")
    await expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Opening Home")
    client = AsyncWebClient(token=BOT_TOKEN, base_url=stage.api_url)
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "Here I am"}}]
    await client.views_publish(user_id=stage.person("Mia").id, view={"type": "home", "blocks": blocks})
    await expect(page.get_by_role("tabpanel")).to_contain_text("Here I am")


async def test_words_typed_into_home_wait_while_one_looks_at_another_tab(stage: SlackStandIn, look: Visits) -> None:
    field = {"type": "plain_text_input", "action_id": "name"}
    blocks = [{"type": "input", "label": {"type": "plain_text", "text": "Name"}, "element": field}]
    client = AsyncWebClient(token=BOT_TOKEN, base_url=stage.api_url)
    await client.views_publish(user_id=stage.person("Mia").id, view={"type": "home", "blocks": blocks})
    page = await look("mia", "app/home")
    await page.get_by_role("textbox", name="Name").fill("half a name")
    await page.get_by_role("tab", name="About").click()
    await expect(page.get_by_role("textbox", name="Name")).to_have_count(0)
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("half a name")


async def test_first_page_gives_a_table_and_ticks_the_batch_whose_results_have_come(
    stage: SlackStandIn, look: Visits
) -> None:
    page = await look("mia", "start")
    card = try_card(page, "Make a whole batch")
    async with page.expect_download() as saving:
        await card.get_by_role("link", name="campaign.csv").click()
    assert (await saving.value).suggested_filename == "campaign.csv"
    async with listening(stage) as app:
        marketing = stage.workspace.channel("marketing").id
        await app.client.files_upload_v2(channel=marketing, filename="campaign-results.csv", content="row\r\n2\r\n")
    await expect(card).to_contain_text("Done")


async def test_first_page_leaves_alone_what_someone_was_writing(look: Visits) -> None:
    page = await look("mia", "general")
    await box(page).fill("half a thought")
    await place(page, "Start here").click()
    await try_card(page, "Make your first image").get_by_role("button", name="#general").click()
    await expect(box(page)).to_have_value("half a thought")
    await expect(page.get_by_role("main")).to_contain_text("What you were writing is still here.")


async def test_drawer_stays_shut_while_a_form_covers_it(stage: SlackStandIn, look: Visits) -> None:
    page = await look("mia", "general", size=NARROW)
    opener = page.get_by_role("button", name="Channels")
    await opener.click()
    async with listening(stage) as app:
        await app.open_view({"type": "divider"})
        await expect(opener).to_be_disabled()
        await expect(opener).to_have_attribute("aria-expanded", "false")
        await page.keyboard.press("Escape")
        await expect(opener).to_be_enabled()
