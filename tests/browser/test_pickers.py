"""Select menus as people search, choose and remove in them, by keyboard and by pointer."""

import asyncio
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

from bot.sandbox.slack import SlackStandIn
from tests.browser.staging import App, Json, listening, post, type_at_once
from tests.browser.visits import Visits
from tests.sandbox.slack.blocks import CONFIRM, actions
from tests.sandbox.slack.demo_app import input_block, option, plain

FRUIT = {"label": plain("Fruit"), "options": [option("Apple"), option("Pear")]}
TREES = {"label": plain("Trees"), "options": [{**option("Oak"), "description": plain("strong")}, option("Elm")]}


def menu(kind: str, label: str, **more: Any) -> Json:
    return {"type": kind, "placeholder": plain(label), **more}


def offered(page: Page) -> Locator:
    return page.get_by_role("option")


async def active(field: Locator) -> str:
    """Return the option that the arrow keys stand on, as a screen reader finds it."""
    words = "field => document.getElementById(field.getAttribute('aria-activedescendant'))?.innerText"
    return str(await field.evaluate(words))


async def test_static_menu_is_searched_and_chosen_by_keyboard(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        sizes = [option(f"Size {number}") for number in range(1, 21)]
        post(stage, actions(menu("static_select", "Pick a size", options=sizes)))
        page = await look()
        field = page.get_by_role("combobox", name="Pick a size")
        await field.press("ArrowDown")
        await expect(offered(page)).to_have_count(20)
        steps = {"End": "Size 20", "Home": "Size 1", "ArrowDown": "Size 2", "ArrowUp": "Size 1"}
        for key, words in steps.items():
            await field.press(key)
            assert await active(field) == words
        await field.press_sequentially("size 2")
        await expect(offered(page)).to_have_text(["Size 2", "Size 20"])
        await field.press("ArrowDown")
        await field.press("Enter")
        await expect(field).to_have_value("Size 20")
        await expect(field).to_have_attribute("aria-expanded", "false")
        assert (await app.acted())["selected_option"]["value"] == "size 20"
        await field.press_sequentially("nothing")
        await expect(page.get_by_text("No matches")).to_be_visible()
        await field.press("Escape")
        await expect(field).to_have_value("Size 20")
        assert len(app.actions) == 1


async def test_choice_that_is_denied_is_taken_back(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        post(stage, actions(menu("static_select", "Pick", options=[option("A"), option("B")], confirm=CONFIRM)))
        page = await look()
        field = page.get_by_role("combobox", name="Pick")
        await field.click()
        await page.get_by_role("option", name="B").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="No").click()
        await expect(field).to_have_value("")
        assert app.actions == []
        await field.click()
        await page.get_by_role("option", name="B").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Yes").click()
        assert (await app.acted())["selected_option"]["value"] == "b"


async def test_several_are_chosen_as_chips_up_to_the_most(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        several = menu("multi_static_select", "Pick some", option_groups=[FRUIT, TREES], max_selected_items=2)
        post(stage, actions(several))
        page = await look()
        field = page.get_by_role("combobox", name="Pick some")
        await field.click()
        await expect(page.get_by_role("group", name="Trees").get_by_role("option")).to_have_text(["Oakstrong", "Elm"])
        for name in ("Apple", "Oak", "Elm"):
            await page.get_by_role("option", name=name).click()
        await expect(page.get_by_role("status").filter(has_text="You can choose at most 2.").first).to_be_visible()
        await expect(page.get_by_role("option", name="Oak")).to_have_attribute("aria-selected", "true")
        await expect(page.get_by_role("option", name="Elm")).to_have_attribute("aria-selected", "false")
        await field.press("Backspace")
        await expect(page.get_by_role("button", name="Remove Oak")).to_have_count(0)
        await page.get_by_role("button", name="Remove Apple").click()
        await expect(page.get_by_role("button", name="Remove Apple")).to_have_count(0)
        await stage.wait_until(lambda: app.actions[-1]["selected_options"] == [])


async def open_search(page: Page, app: App, **more: Any) -> Locator:
    """Open a form with one external menu and return its field."""
    await app.open_view(input_block("brand", {"type": "external_select", **more}, optional=True))
    return page.get_by_role("dialog").get_by_role("combobox", name="Brand")


async def test_external_menu_asks_the_app_for_what_is_typed(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        field = await open_search(page, app, min_query_length=2)
        app.answer = {"option_groups": [FRUIT]}
        await field.click()
        await expect(page.get_by_text("Type at least 2 letters.")).to_be_visible()
        await type_at_once(field, "a", "ap", "app")
        await expect(page.get_by_role("group", name="Fruit").get_by_role("option")).to_have_text(["Apple", "Pear"])
        assert [asked["value"] for asked in app.heard("block_suggestion")] == ["app"]
        await page.get_by_role("option", name="Pear").click()
        await expect(field).to_have_value("Pear")
        app.answer = ""
        await page.get_by_role("dialog").get_by_role("button", name="Send").click()
        assert (await app.submitted())["brand"]["selected_option"]["value"] == "pear"


async def test_external_menu_says_when_the_app_fails_or_finds_nothing(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        field = await open_search(page, app, min_query_length=0)
        app.status = 500
        await field.click()
        await expect(page.get_by_text("did not answer with options. Try again? (dispatch_failed)")).to_be_visible()
        app.status, app.answer = 200, {"options": []}
        await field.press("x")
        await expect(page.get_by_text("No matches")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name="Form")).to_be_visible()


async def test_late_answer_to_an_earlier_search_is_ignored(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        answered = asyncio.Event()

        async def hold_back(route: Route) -> None:
            if '"query":"old"' in (route.request.post_data or ""):
                await answered.wait()
                await route.fulfill(json={"ok": True, "options": [option("Old")]})
            else:
                await route.fulfill(json={"ok": True, "options": [option("New")]})

        await page.route("**/options", hold_back)
        field = await open_search(page, app, min_query_length=1)
        async with page.expect_request("**/options"):
            await field.fill("old")
        await field.fill("new")
        await expect(offered(page)).to_have_text(["New"])
        async with page.expect_response("**/options"):
            answered.set()
        await page.evaluate("() => new Promise(requestAnimationFrame)")
        await expect(offered(page)).to_have_text(["New"])


async def test_menu_that_is_closed_while_it_searches_is_at_rest(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        field = await open_search(page, app, min_query_length=1)
        app.seconds = 0.5
        await field.fill("app")
        await expect(field).to_have_attribute("aria-busy", "true")
        await field.press("Escape")
        await expect(field).not_to_have_attribute("aria-busy", "true")


async def test_people_and_conversations_are_those_the_app_asks_for(stage: SlackStandIn, look: Visits) -> None:
    only = {"include": ["private", "im"], "exclude_bot_users": True}
    stage.workspace.deactivate("Sam")
    stage.workspace.archive("marketing")
    post(
        stage,
        actions(
            menu("users_select", "Person"),
            menu("channels_select", "Channel"),
            menu("conversations_select", "Anything"),
            menu("conversations_select", "Private", filter=only),
        ),
    )
    page = await look()
    expected = {
        "Person": ["bloom", "Mia"],
        "Channel": ["general"],
        "Anything": ["general", "secret-launch", "bloom"],
        "Private": ["secret-launch"],
    }
    for name, labels in expected.items():
        field = page.get_by_role("combobox", name=name)
        await field.click()
        await expect(offered(page)).to_have_count(len(labels))
        for label in labels:
            await expect(page.get_by_role("option", name=label)).to_be_visible()
        await field.press("Escape")


async def test_menu_reaches_beyond_a_small_modal(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        many = [option(f"Choice {number}") for number in range(1, 30)]
        await app.open_view(input_block("one", {"type": "static_select", "options": many}))
        dialog = page.get_by_role("dialog", name="Form")
        await dialog.get_by_role("combobox", name="One").click()
        bottoms = [await bottom(one) for one in (dialog, page.get_by_role("listbox"))]
        assert bottoms[1] > bottoms[0]
        await page.get_by_role("option", name="Choice 29").click()
        await expect(dialog.get_by_role("combobox", name="One")).to_have_value("Choice 29")


async def bottom(element: Locator) -> float:
    box = await element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
