"""Where people write: completion by keyboard, files, drafts, and what Slack's own commands do."""

import asyncio
import base64

from playwright.async_api import FilePayload, Locator, Page, Route, expect

from bot.sandbox.slack import SlackStandIn
from tests.browser.gestures import articles, become, box, place
from tests.browser.visits import Visits
from tests.scenarios.world import World

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURE = FilePayload(name="logo.png", mimeType="image/png", buffer=PIXEL)
NOTES = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"three words only")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


async def attach(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("main").get_by_role("button", name="Attach files").click()
    await (await choosing.value).set_files(list(files))


async def test_command_is_completed_by_keyboard_and_explains_itself(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    await box(page).press("/")
    await expect(options(page)).to_contain_text(["/bloom", "/invite", "/remove"])
    await box(page).press("ArrowDown")
    await expect(page.get_by_role("option", name="/invite")).to_have_attribute("aria-selected", "true")
    await box(page).press("ArrowUp")
    await box(page).press("Tab")
    await expect(box(page)).to_have_value("/bloom ")
    await expect(options(page)).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("[what it should show]")


async def test_completed_command_is_sent_by_enter(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    await box(page).press_sequentially("/bl")
    await expect(options(page)).to_have_count(1)
    await box(page).press("Enter")
    await expect(box(page)).to_have_value("/bloom ")
    await box(page).press("Enter")
    await expect(page.get_by_role("dialog", name="Make an image")).to_be_visible()


async def test_people_and_channels_are_completed_within_a_sentence(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    await box(page).press_sequentially("ask @s")
    await expect(options(page)).to_contain_text(["Sam"])
    await box(page).press("Enter")
    await box(page).press_sequentially("in #mark")
    await options(page).click()
    await expect(box(page)).to_have_value("ask @Sam in #marketing ")
    await box(page).press("Enter")
    await expect(articles(page).last).to_contain_text("ask @Sam in #marketing")
    assert f"<@{stage.person('Sam').id}>" in stage.messages("general")[-1].text


async def test_escape_closes_the_suggestions_and_keeps_the_words(look: Visits) -> None:
    page = await look()
    await box(page).press_sequentially("@")
    await expect(options(page).first).to_be_visible()
    await box(page).press("Escape")
    await expect(options(page)).to_have_count(0)
    await expect(box(page)).to_have_value("@")
    await box(page).press("Shift+Enter")
    await expect(box(page)).to_have_value("@\n")


async def test_draft_waits_while_one_looks_elsewhere(look: Visits) -> None:
    page = await look("mia", "general")
    await box(page).fill("half a thought")
    await place(page, "marketing").click()
    await expect(page.get_by_role("textbox", name="Message #marketing")).to_have_value("")
    await page.goto(f"{look.address}/#/sam/general")
    await expect(page).to_have_title("#general · Sam · Sandbox")
    await expect(box(page)).to_have_value("")
    await page.goto(f"{look.address}/#/mia/general")
    await expect(box(page)).to_have_value("half a thought")
    await page.reload()
    await expect(box(page)).to_have_value("half a thought")


async def test_words_come_back_when_they_could_not_be_sent(stage: SlackStandIn, look: Visits) -> None:
    page = await look("mia", "general")
    too_long = "a" * 12_001
    await box(page).fill(too_long)
    await box(page).press("Enter")
    await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("12,000 characters")
    await expect(box(page)).to_have_value(too_long)
    await box(page).fill("short enough")
    await box(page).press("Enter")
    await expect(articles(page)).to_contain_text(["short enough"])
    await expect(box(page)).to_have_value("")
    assert [message.text for message in stage.messages("general")] == ["short enough"]


async def test_nothing_is_sent_while_the_box_is_empty(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    send = page.get_by_role("main").get_by_role("button", name="Send")
    await expect(send).to_be_disabled()
    await box(page).fill(" \n ")
    await expect(send).to_be_disabled()
    await box(page).press("Enter")
    await box(page).fill("words")
    await send.click()
    await expect(articles(page)).to_have_count(1)
    assert [message.text for message in stage.messages("general")] == ["words"]


async def test_files_are_sent_with_the_words_and_pictures_open_large(look: Visits) -> None:
    page = await look()
    await attach(page, PICTURE, NOTES)
    chips = page.get_by_role("list", name="Files to send")
    await expect(chips.get_by_role("button", name="Remove")).to_have_count(2)
    await box(page).fill("our logo")
    await box(page).press("Enter")
    message = articles(page).last
    await expect(message).to_contain_text("our logo")
    await expect(message.get_by_role("link", name="notes.txt")).to_be_visible()
    await expect(chips.get_by_role("listitem")).to_have_count(0)
    async with page.expect_download() as saving:
        await message.get_by_role("link", name="notes.txt").click()
    assert (await saving.value).suggested_filename == "notes.txt"
    await message.get_by_role("button", name="logo.png").click()
    await expect(page.get_by_role("dialog").get_by_role("img", name="logo.png")).to_be_visible()


async def test_file_that_was_taken_out_again_is_not_sent(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    await attach(page, PICTURE, NOTES)
    await page.get_by_role("button", name="Remove logo.png").click()
    await page.get_by_role("main").get_by_role("button", name="Send").click()
    await expect(articles(page).last.get_by_role("link", name="notes.txt")).to_be_visible()
    assert [file["name"] for file in stage.messages("general")[-1].files] == ["notes.txt"]


async def test_unknown_command_is_answered_by_slackbot_for_oneself(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    await box(page).fill("/blom a boat")
    await box(page).press("Enter")
    answer = articles(page).last
    await expect(answer).to_contain_text("Slackbot")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer).to_contain_text("/blom is not a valid command")
    assert stage.messages("general") == []
    assert stage.person("Sam").ephemerals == []


async def test_invitation_brings_the_app_into_the_private_channel(world: World, visit: Visits) -> None:
    page = await visit("mia", "secret-launch")
    await expect(page.get_by_role("main")).to_contain_text("Bloom is not in this channel.")
    await box(page).fill("/invite @Bloom")
    await box(page).press("Enter")
    await expect(page.get_by_text("Bloom is not in this channel.")).to_be_hidden()
    await expect(page.get_by_role("main")).to_contain_text("Mia, Sam and Bloom")
    assert world.slack.workspace.app.bot_user_id in world.slack.workspace.channel("secret-launch").members


async def test_archived_channel_has_a_sentence_in_place_of_the_composer(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    await expect(box(page)).to_be_visible()
    stage.workspace.archive("general")
    await expect(page.get_by_role("main")).to_contain_text("This channel is archived")
    await expect(box(page)).to_have_count(0)


async def test_global_shortcut_opens_the_form_from_the_lightning_button(world: World, visit: Visits) -> None:
    page = await visit("sam", "general")
    await page.get_by_role("main").get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Make an image").press("Enter")
    await expect(page.get_by_role("dialog", name="Make an image")).to_be_visible()


async def test_files_stay_with_who_chose_them_though_someone_else_looks_meanwhile(
    stage: SlackStandIn, look: Visits
) -> None:
    page = await look("mia", "general")
    may_go = asyncio.Event()
    uploaded_by = []

    async def hold(route: Route) -> None:
        uploaded_by.append(route.request.url.split("/")[-2])
        await may_go.wait()
        await route.continue_()

    await page.route("**/people/*/files", hold)
    await attach(page, PICTURE, NOTES)
    await expect(page.get_by_text("Uploading logo.png…")).to_be_visible()
    await become(page, "Sam")
    await expect(page).to_have_title("#general · Sam · Sandbox")
    async with page.expect_response(lambda response: len(uploaded_by) == 2):
        may_go.set()
    await become(page, "Mia")
    await expect(page.get_by_role("button", name="Remove")).to_have_count(2)
    assert uploaded_by == [stage.person("Mia").id] * 2
    await box(page).press("Enter")
    await expect(articles(page).get_by_role("link", name="notes.txt")).to_be_visible()


async def test_suggestions_follow_the_caret(look: Visits) -> None:
    page = await look()
    await box(page).press_sequentially("hello @s")
    await expect(options(page)).to_have_count(1)
    await box(page).press("Home")
    await expect(options(page)).to_have_count(0)
    await box(page).press("End")
    await box(page).press("Backspace")
    await box(page).press("s")
    await expect(options(page)).to_have_count(1)
    await box(page).evaluate("field => field.setSelectionRange(0, 0)")
    await box(page).press("Enter")
    await expect(articles(page)).to_contain_text(["hello @s"])


async def test_focus_goes_on_when_a_file_is_taken_out_by_keyboard(look: Visits) -> None:
    page = await look()
    await attach(page, PICTURE, NOTES)
    await expect(page.get_by_role("button", name="Remove notes.txt")).to_be_visible()
    await page.get_by_role("button", name="Remove logo.png").press("Enter")
    await expect(page.get_by_role("button", name="Remove notes.txt")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main").get_by_role("button", name="Attach files")).to_be_focused()
