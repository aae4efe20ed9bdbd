"""What people do with results: menus under each image, files to save, threads and messages of their own, and the form.

An app of no purpose shows them, for it is the page that is looked at here.
"""

import io
from typing import Any

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from bot.sandbox.slack import Message, SlackStandIn
from bot.sandbox.slack.block_kit.check import with_ids
from tests.browser.gestures import articles, box, group, open_tool, pane, replies, reply_box
from tests.browser.staging import Json, edit, listening, modal, picture
from tests.browser.visits import Visits
from tests.sandbox.slack.blocks import CONFIRM, actions, button, mrkdwn, section
from tests.sandbox.slack.demo_app import input_block, option, plain
from tests.scenarios.world import World

RATIOS = ("1:1", "16:9", "9:16")
VECTOR = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'


def png(size: tuple[int, int] = (6, 4)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, "PNG")
    return drawn.getvalue()


def row(number: int) -> Json:
    """Return the actions under one image."""
    more = {"type": "overflow", "action_id": "more", "options": [option("Vectorize"), option("Delete…", f"d:{number}")]}
    discard = button("Discard", action_id="discard", value=str(number), confirm=CONFIRM)
    return actions(button("Vary", action_id="vary", value=str(number)), discard, more)


def reply(stage: SlackStandIn, root: Message, *blocks: Json, files: list[Json] | None = None) -> Message:
    """Post into a thread as the app."""
    message = stage.workspace.bot_message(root.channel_id, "a result", with_ids(list(blocks)))
    message.thread_ts, message.files = root.ts, files or []
    return stage.workspace.post(message)


async def attach(page: Page, where: str, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as choosing:
        await page.locator(where).get_by_role("button", name="Attach files").click()
    await (await choosing.value).set_files(list(files))


async def test_each_image_of_a_message_has_a_menu_and_a_question_of_its_own(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        root = await stage.person("Mia").say("general", "root")
        image = picture(stage)
        result = reply(stage, root, image, row(1), image, row(2))
        page = await look("mia", f"general/thread/{root.ts}")
        await replies(page).last.get_by_role("button", name="More options").last.click()
        await page.get_by_role("menuitem", name="Delete…").click()
        assert (await app.acted())["selected_option"]["value"] == "d:2"
        container = app.heard("block_actions")[0]["container"]
        assert (container["message_ts"], container["thread_ts"]) == (result.ts, root.ts)
        await replies(page).last.get_by_role("button", name="Discard").first.click()
        await page.get_by_role("alertdialog", name="Sure?").get_by_role("button", name="Yes").click()
        assert (await app.acted(2))["value"] == "1"
        edit(stage, result, {"type": "context", "elements": [mrkdwn("Image 1 was deleted")]}, image, row(2))
        await expect(replies(page).last.get_by_role("img")).to_have_count(1)
        stage.workspace.delete(result)
        await expect(replies(page)).to_have_count(1)


async def test_vector_is_saved_and_a_file_that_is_gone_says_so(stage: SlackStandIn, look: Visits) -> None:
    mia = stage.person("Mia")
    root = await mia.say("general", "root")
    vector = mia.upload("fox.svg", VECTOR)
    message = reply(stage, root, files=stage._backend.files.share([vector]))
    page = await look("mia", f"general/thread/{root.ts}")
    link = replies(page).last.get_by_role("link", name="fox.svg")
    await expect(link).to_have_attribute("download", "fox.svg")
    await expect(replies(page).last.get_by_role("img", name="fox.svg")).to_have_count(0)
    async with page.expect_download() as saving:
        await link.click()
    assert (await (await saving.value).path()).read_bytes() == VECTOR
    message.lose(vector.id)
    stage.workspace.edited(message)
    await expect(replies(page).last).to_contain_text("This file was deleted.")
    await expect(link).to_have_count(0)


async def test_thread_stays_at_its_end_though_a_picture_grows_while_it_scrolls(
    stage: SlackStandIn, look: Visits
) -> None:
    mia = stage.person("Mia")
    root = await mia.say("general", "root")
    for number in range(3):
        tall = mia.upload(f"{number}.png", png((300, 500)))
        reply(stage, root, {"type": "image", "slack_file": {"id": tall.id}, "alt_text": "tall"}, row(number))
    await mia.say("general", "the end", thread_ts=root.ts)
    page = await look("mia", f"general/thread/{root.ts}")
    await page.wait_for_function("() => [...document.images].every(one => one.complete && one.naturalWidth)")
    await expect(replies(page).last).to_be_in_viewport(ratio=1)
    grow = """log => {
        log.style.overflowAnchor = "none";
        log.querySelector(".message").style.paddingBottom = "900px";
        log.dispatchEvent(new Event("scroll"));
    }"""
    await pane(page).get_by_role("log").evaluate(grow)
    await expect(replies(page).last).to_be_in_viewport(ratio=1)


async def test_direct_messages_and_their_threads_take_words_and_files(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look("mia", "app/messages")
        await box(page).fill("a red fox")
        await box(page).press("Enter")
        await expect(articles(page)).to_have_count(1)
        await articles(page).last.hover()
        await articles(page).last.get_by_role("button", name="Reply in thread").click()
        await attach(page, "aside", FilePayload(name="sketch.png", mimeType="image/png", buffer=png()))
        await expect(pane(page).get_by_role("button", name="Remove sketch.png")).to_be_visible()
        await reply_box(page).fill("darker, like this")
        await reply_box(page).press("Enter")
        await expect(replies(page).last.get_by_role("img", name="sketch.png")).to_be_visible()

        def told() -> list[Json]:
            return [one["event"] for one in app.heard("event_callback") if one["event"].get("channel_type") == "im"]

        first, second = await stage.wait_until(lambda: told() if len(told()) == 2 else None)
        assert (first["text"], second["text"]) == ("a red fox", "darker, like this")
        assert (second["subtype"], second["thread_ts"]) == ("file_share", first["ts"])
        assert second["files"][0]["mimetype"] == "image/png"


def form(stage: SlackStandIn, *, brand: str) -> Json:
    ratios = {"type": "multi_static_select", "options": [option(ratio) for ratio in RATIOS]}
    return modal(
        picture(stage),
        section(f"For *{brand}*"),
        input_block("prompt", {"type": "plain_text_input"}),
        input_block("shapes", ratios, optional=True),
        input_block("preview", {"type": "checkboxes", "options": [option("Show it to me first", "1")]}, optional=True),
        input_block("library", {"type": "multi_external_select", "min_query_length": 0}, optional=True),
        input_block("files", {"type": "file_input", "max_files": 10}, optional=True),
        submit="Create",
    )


async def test_all_that_is_chosen_in_a_form_outlives_its_redrawing_in_the_order_of_choice(
    stage: SlackStandIn, look: Visits
) -> None:
    async with listening(stage) as app:
        await stage.person("Mia").shortcut("start")
        page = await look("mia", "general")
        opened: Any = await app.client.views_open(
            trigger_id=app.received[-1]["trigger_id"], view=form(stage, brand="Acme")
        )
        window = page.get_by_role("dialog", name="Form")
        await window.get_by_role("textbox", name="Prompt").fill("a fox")
        for ratio in ("9:16", "1:1"):
            await window.get_by_role("combobox", name="Shapes").click()
            await page.get_by_role("option", name=ratio).click()
        await page.keyboard.press("Escape")
        await window.get_by_role("checkbox", name="Show it to me first").check()
        app.answer = {"options": [option("Hands holding a cup", "i1"), option("Latte art", "i2")]}
        await window.get_by_role("combobox", name="Library").fill("coff")
        await page.get_by_role("option", name="Latte art").click()
        asked = next(one for one in app.heard("block_suggestion") if one["value"] == "coff")
        assert asked["view"]["state"]["values"]["prompt"]["prompt"]["value"] == "a fox"
        await page.keyboard.press("Escape")
        app.answer = ""
        async with page.expect_file_chooser() as choosing:
            await window.get_by_text("Choose files").click()
        await (await choosing.value).set_files([FilePayload(name="a.png", mimeType="image/png", buffer=png())])
        await expect(window.get_by_role("button", name="Remove a.png")).to_be_visible()
        await app.client.views_update(view_id=opened["view"]["id"], view=form(stage, brand="Lumen"))
        await expect(window).to_contain_text("For Lumen")
        await expect(window.get_by_role("img", name="A boat")).to_be_visible()
        await window.get_by_role("button", name="Create").click()
        values = await app.submitted()
        assert values["prompt"]["value"] == "a fox"
        assert [one["value"] for one in values["shapes"]["selected_options"]] == ["9:16", "1:1"]
        assert values["preview"]["selected_options"] == [option("Show it to me first", "1")]
        assert values["library"]["selected_options"] == [{"text": plain("Latte art"), "value": "i2"}]
        assert [file["name"] for file in values["files"]["files"]] == ["a.png"]


async def test_panel_changes_the_files_hides_pictures_and_takes_images_away(world: World, visit: Visits) -> None:
    state = world.bloom.state
    state.studio.generation_seconds = (0.0, 0.0)
    acme = next(brand for brand in state.brands.of(state.account) if brand.name == "Acme")
    state.studio.generate(state.account, acme, "a red fox")
    panel = await open_tool(await visit(), "Bloom")
    await group(panel, "Files").get_by_label("New images are").select_option("AVIF")
    hide = group(panel, "Hide pictures")
    await hide.get_by_role("spinbutton", name="How many times").fill("2")
    await hide.get_by_role("button", name="Hide them").click()
    await expect(panel.get_by_role("list", name="Trouble")).to_have_text(
        "Slack cannot fetch the next 2 pictures it asks for"
    )
    away = group(panel, "Take away")
    await expect(away).to_contain_text("Latest: a red fox for Acme")
    await away.get_by_role("button", name="Delete the image").click()
    await expect(away).to_contain_text("Nobody has made an image yet.")
    assert world.bloom.state.studio.file_format == "AVIF"
