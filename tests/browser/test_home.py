"""A home tab as people use it: pages, filters, rows with menus, a question before what lasts, forms over it."""

import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from bot.sandbox.slack import SlackStandIn
from tests.browser.gestures import open_tool
from tests.browser.staging import App, Json, listening, modal, picture, post
from tests.browser.visits import Visits
from tests.sandbox.slack.blocks import CONFIRM, actions, button, mrkdwn, section
from tests.sandbox.slack.demo_app import input_block, option, plain

NAV = ("Overview", "Brands", "Usage", "History")
PLACE = "app/home"
ASK = CONFIRM | {"title": plain("Delete Acme?"), "confirm": plain("Delete"), "style": "danger"}
NARROW = (400, 800)


def nav(current: str) -> Json:
    styled = [button(name, action_id=name.lower()) for name in NAV]
    for one in styled:
        if one["text"]["text"] == current:
            one["style"] = "primary"
    return {**actions(*styled), "block_id": "nav"}


def filters() -> list[Json]:
    typed = {"type": "plain_text_input", "placeholder": plain("A lighthouse …")}
    find = {"type": "external_select", "action_id": "brand", "min_query_length": 0, "placeholder": plain("Every brand")}
    who = {"type": "users_select", "action_id": "who", "placeholder": plain("Everybody")}
    month = {"type": "static_select", "action_id": "month", "options": [option("November"), option("October")]}
    many = {"type": "multi_static_select", "action_id": "states", "options": [option("Ready"), option("Failed")]}
    return [
        input_block("text", typed, dispatch_action=True, optional=True),
        {**actions(find, who, {**month, "initial_option": option("November")}, many), "block_id": "filters"},
    ]


def brand(name: str, image: Json) -> list[Json]:
    """Return the three blocks of a row: what it is, its colours, a line."""
    logo = {key: value for key, value in image.items() if key != "title"}
    more = {"type": "overflow", "action_id": "more", "options": [option("Rename"), option("Delete")], "confirm": ASK}
    return [
        section(f"*{name}*\nhttps://{name.lower()}.com · ready · 12 images", block_id=name.lower(), accessory=more),
        {"type": "context", "elements": [logo, mrkdwn("`#E4572E` `#17213A` · Archivo")]},
        {"type": "divider"},
    ]


def ledger() -> list[Json]:
    lines = "Mia      12  ████████████\nSam       3  ███"
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": lines}]}
    return [
        {"type": "section", "fields": [mrkdwn("*Credits*\n250"), mrkdwn("*This month*\n15 of 100")]},
        {"type": "rich_text", "elements": [code]},
    ]


def whole_home(stage: SlackStandIn, *, rows: int = 29) -> list[Json]:
    """Return a home of nearly a hundred blocks, with everything on it."""
    image = picture(stage)
    head = [nav("Brands"), {"type": "header", "text": plain("Brands")}, *filters(), *ledger()]
    return [*head, *(block for number in range(rows) for block in brand(f"Brand{number}", image)), image]


async def publish(app: App, *blocks: Json, person: str = "Mia", **more: Any) -> None:
    home = {"type": "home", "blocks": list(blocks), **more}
    await app.client.views_publish(user_id=app.slack.person(person).id, view=home)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


async def test_home_of_nearly_a_hundred_blocks_is_walked_by_its_buttons(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        blocks = whole_home(stage)
        assert len(blocks) > 90
        await publish(app, *blocks)
        page = await look("mia", PLACE)
        await expect(main(page).get_by_role("button", name="More options")).to_have_count(29)
        await expect(main(page).get_by_text("Brand28", exact=True)).to_be_attached()
        await main(page).get_by_role("button", name="Usage").click()
        act = await app.acted()
        assert (act["block_id"], act["action_id"]) == ("nav", "usage")
        await publish(app, nav("Usage"), *ledger())
        await expect(main(page).get_by_role("button", name="More options")).to_have_count(0)
        await expect(main(page).get_by_role("button", name="Usage")).to_be_focused()


async def test_filters_are_told_and_stay_over_a_new_version(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        await publish(app, nav("History"), *filters())
        page = await look("mia", PLACE)
        field = main(page).get_by_role("textbox", name="Text")
        await field.fill("lighthouse")
        await field.press("Enter")
        assert (await app.acted())["value"] == "lighthouse"
        await publish(app, nav("History"), *filters(), section("3 images"))
        await expect(main(page).get_by_text("3 images")).to_be_visible()
        await expect(field).to_have_value("lighthouse")
        app.answer = {"options": [option("Acme"), option("Lumen")]}
        await main(page).get_by_role("combobox", name="Every brand").click()
        await page.get_by_role("option", name="Lumen").click()
        assert (await app.acted(2))["selected_option"] == option("Lumen")
        asked = app.heard("block_suggestion")[0]
        assert (asked["container"]["type"], asked["view"]["type"]) == ("view", "home")
        await main(page).get_by_role("combobox", name="Everybody").click()
        await page.get_by_role("option", name="Sam").click()
        assert (await app.acted(3))["selected_user"] == stage.person("Sam").id
        values = app.heard("block_actions")[-1]["view"]["state"]["values"]
        assert values["text"]["text"]["value"] == "lighthouse"
        assert values["filters"]["brand"]["selected_option"] == option("Lumen")
        assert values["filters"]["month"]["selected_option"] == option("November")


async def test_menu_of_a_row_asks_before_it_acts(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        await publish(app, *brand("Acme", picture(stage)), *brand("Lumen", picture(stage)))
        page = await look("mia", PLACE)
        for answer in ("No", "Delete"):
            await main(page).get_by_role("button", name="More options").last.click()
            await page.get_by_role("menuitem", name="Delete").click()
            question = page.get_by_role("alertdialog", name="Delete Acme?")
            await question.get_by_role("button", name=answer).click()
            await expect(question).to_have_count(0)
        act = await app.acted()
        assert (act["block_id"], act["selected_option"]["value"]) == ("lumen", "delete")
        assert len(app.actions) == 1


async def test_forms_stand_over_a_home_and_a_question_over_a_form(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        await publish(app, actions(button("Add a brand", action_id="add")))
        page = await look("mia", PLACE)
        await main(page).get_by_role("button", name="Add a brand").click()
        await app.acted()
        trigger = app.heard("block_actions")[-1]["trigger_id"]
        danger = button("Delete", action_id="delete", style="danger", confirm=ASK)
        form = modal(input_block("url", {"type": "url_text_input"}), actions(danger), title="Add a brand")
        await app.client.views_open(trigger_id=trigger, view=form)
        dialog = page.get_by_role("dialog", name="Add a brand")
        await dialog.get_by_role("textbox", name="Url").fill("https://harbor-bakery.example")
        await dialog.get_by_role("button", name="Delete").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        await app.acted(2)
        trigger = app.heard("block_actions")[-1]["trigger_id"]
        pushed = modal(input_block("logo", {"type": "file_input", "filetypes": ["png"]}), title="Give a logo")
        await app.client.views_push(trigger_id=trigger, view=pushed)
        above = page.get_by_role("dialog", name="Give a logo")
        chosen: FilePayload = {"name": "logo.png", "mimeType": "image/png", "buffer": b"x"}
        await above.locator("input[type=file]").set_input_files(files=[chosen])
        await expect(above.get_by_text("logo.png")).to_be_visible()
        await above.get_by_role("button", name="Send").click()
        (file,) = (await app.submitted())["logo"]["files"]
        assert file["name"] == "logo.png"
        await expect(dialog.get_by_role("textbox", name="Url")).to_have_value("https://harbor-bakery.example")


async def test_link_to_a_message_leads_to_its_thread_within_the_page(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        root = post(stage, section("the request"))
        reply = stage.workspace.bot_message(root.channel_id, "the images", [])
        reply.thread_ts = root.ts
        stage.workspace.post(reply)
        link = (await app.client.chat_getPermalink(channel=root.channel_id, message_ts=reply.ts))["permalink"]
        more = {"type": "overflow", "options": [{**option("Go there too"), "url": link}]}
        await publish(app, actions(button("Go to thread", url=link)), section(f"<{link}|the thread>", accessory=more))
        page = await look("mia", PLACE)
        thread = page.get_by_role("complementary", name="Thread")
        await main(page).get_by_role("link", name="Go to thread").click()
        await expect(thread).to_contain_text("the images")
        assert (await app.acted())["url"] == link
        await page.go_back()
        await main(page).get_by_role("link", name="the thread", exact=True).click()
        await expect(thread).to_contain_text("the images")
        await page.go_back()
        await main(page).get_by_role("button", name="More options").click()
        await page.get_by_role("menuitem", name="Go there too").click()
        await expect(thread).to_contain_text("the images")


async def test_message_shows_a_table_a_picture_and_a_file_to_save(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        bold = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Sam", "style": {"bold": True}}]}
        rows = [
            [{"type": "raw_text", "text": "Who"}, {"type": "raw_text", "text": "Credits"}],
            [{"type": "rich_text", "elements": [bold]}, {"type": "raw_number", "value": 12, "text": "12"}],
            [{"type": "emoji", "name": "wave"}, {"type": "raw_text", "text": "3"}],
        ]
        post(stage, {"type": "table", "rows": rows, "column_settings": [{}, {"align": "right"}]})
        page = await look()
        table = main(page).get_by_role("table")
        await expect(table.get_by_role("columnheader")).to_have_text(["Who", "Credits"])
        await expect(table.get_by_role("cell", name="Sam")).to_be_visible()
        await expect(table.get_by_role("cell", name="12")).to_have_css("text-align", "right")
        await expect(table).to_contain_text("emoji")
        mia = stage.person("Mia")
        channel = (await app.client.conversations_open(users=mia.id))["channel"]["id"]
        image = stage.file(picture(stage)["slack_file"]["id"])
        assert image
        uploads: list[Json] = [
            {"filename": "usage.csv", "content": b"who,credits\nMia,12\n", "title": "Usage"},
            {"filename": "usage.png", "content": image.data, "title": "Chart"},
        ]
        await app.client.files_upload_v2(channel=channel, file_uploads=uploads, initial_comment="Here it is.")
        page = await look("mia", "app/messages")
        message = main(page).get_by_role("article")
        await expect(message).to_contain_text("Here it is.")
        await expect(message.get_by_role("img", name="Chart")).to_be_visible()
        async with page.expect_download() as saved:
            await message.get_by_role("link", name="Usage").click()
        assert (await saved.value).suggested_filename == "usage.csv"


async def test_groups_are_called_by_their_handle(stage: SlackStandIn, look: Visits) -> None:
    group = stage.workspace.user_groups.group("@design")
    post(stage, section(f"for <!subteam^{group.id}> only"))
    await expect(main(await look()).get_by_text("@design")).to_be_visible()


async def test_panel_lists_addresses_to_add_a_brand_with(look: Visits) -> None:
    page = await look("mia", "start")
    await main(page).get_by_role("button", name="the Bloom panel", exact=True).click()
    panel = page.get_by_role("tabpanel", name="Bloom")
    websites = panel.get_by_role("list", name="Websites and profiles").get_by_role("listitem")
    await expect(websites.filter(has_text="unreachable")).to_contain_text("fails")
    await expect(panel.get_by_role("button", name="Copy https://nologo.example")).to_be_visible()
    await expect(panel.get_by_role("list", name="Logos").get_by_role("listitem")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_small_screen_shows_a_whole_home_without_sideways_scrolling(
    stage: SlackStandIn, look: Visits, theme: Any
) -> None:
    async with listening(stage) as app:
        await publish(app, *whole_home(stage, rows=4))
        page = await look("mia", PLACE, size=NARROW, theme=theme)
        await expect(main(page).get_by_text("Brand3", exact=True)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
        assert await main(page).locator(".home").evaluate("home => home.scrollWidth <= home.clientWidth")
        await open_tool(page, "Bloom")
        assert await page.locator("#tools").evaluate("pane => pane.scrollWidth <= pane.clientWidth")
        await expect(page).to_have_url(re.compile("app/home$"))
