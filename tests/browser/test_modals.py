"""Modals as people fill them in: nothing typed is lost, what is wrong stands at its field, and nothing is silent."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from bot.sandbox.slack import SlackStandIn
from tests.browser.staging import Json, edit, hold_uploads, listening, modal, picture, post, type_at_once
from tests.browser.visits import Visits
from tests.sandbox.slack.blocks import CONFIRM, actions, button, section
from tests.sandbox.slack.demo_app import input_block, option, plain

TEXT = {"type": "plain_text_input"}


def prompt(**more: Any) -> Json:
    return input_block("prompt", {**TEXT, "multiline": True, "max_length": 20}, **more)


def front(page: Page, name: str = "Form") -> Locator:
    return page.get_by_role("dialog", name=name)


async def send(dialog: Locator, name: str = "Send") -> None:
    await dialog.get_by_role("button", name=name).click()


async def test_every_kind_of_input_is_sent(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        boxes = {"options": [option("Fast"), {**option("Cheap"), "description": plain("a bit slower")}]}
        await app.open_view(
            prompt(hint=plain("In a few words")),
            input_block("mail", {"type": "email_text_input"}),
            input_block("link", {"type": "url_text_input"}),
            input_block("count", {"type": "number_input", "is_decimal_allowed": False}),
            input_block("day", {"type": "datepicker"}),
            input_block("hour", {"type": "timepicker"}),
            input_block("wishes", {"type": "checkboxes", **boxes}),
            input_block("speed", {"type": "radio_buttons", **boxes}),
            input_block("people", {"type": "multi_users_select"}),
            input_block("nothing", TEXT, optional=True),
        )
        form = front(page)
        await expect(form.get_by_role("textbox", name="Prompt")).to_have_accessible_description("In a few words")
        await expect(form.get_by_label("Nothing (optional)")).to_be_visible()
        typed = {"Prompt": "A boat", "Mail": "mia@a.example", "Link": "https://a.example", "Count": "3"}
        for label, text in (typed | {"Day": "2026-03-04", "Hour": "09:30"}).items():
            await form.get_by_label(label).fill(text)
        for name in ("Fast", "Cheap"):
            await form.get_by_role("checkbox", name=name).check()
        await form.get_by_role("radio", name="Cheap").check()
        await form.get_by_role("combobox", name="People").click()
        await page.get_by_role("option", name="Sam").click()
        await page.keyboard.press("Escape")
        await send(form)
        sent = await app.submitted()
        await expect(form).to_have_count(0)
        assert [sent[key]["value"] for key in ("prompt", "mail", "link", "count", "nothing")] == [*typed.values(), None]
        assert (sent["day"]["selected_date"], sent["hour"]["selected_time"]) == ("2026-03-04", "09:30")
        assert [wish["value"] for wish in sent["wishes"]["selected_options"]] == ["fast", "cheap"]
        assert sent["speed"]["selected_option"]["value"] == "cheap"
        assert sent["people"]["selected_users"] == [stage.person("Sam").id]


async def test_what_is_missing_is_said_at_the_first_field_that_lacks_it(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        await app.open_view(input_block("name", TEXT), prompt(), input_block("note", TEXT, optional=True))
        form = front(page)
        missing = form.get_by_role("textbox", name="Prompt")
        await form.get_by_role("textbox", name="Name").fill("Ann")
        await page.keyboard.press("Enter")
        await expect(missing).to_be_focused()
        await expect(missing).to_have_attribute("aria-invalid", "true")
        await expect(missing).to_have_accessible_description("Please complete this required field.")
        await expect(form.get_by_role("textbox", name="Name")).to_have_value("Ann")
        assert app.heard("view_submission") == []
        await missing.fill("A boat")
        await page.keyboard.press("Control+Enter")
        assert (await app.submitted())["prompt"]["value"] == "A boat"


async def test_what_the_app_refuses_stands_at_the_field_until_it_is_sent_again(
    stage: SlackStandIn, look: Visits
) -> None:
    async with listening(stage) as app:
        page = await look()
        await app.open_view(prompt(), input_block("name", TEXT, optional=True))
        form = front(page)
        app.answer = {"response_action": "errors", "errors": {"name": "Not a name"}}
        await form.get_by_role("textbox", name="Prompt").fill("A boat")
        for _ in range(2):
            await send(form)
            await expect(form.get_by_role("textbox", name="Name")).to_be_focused()
            await expect(form.get_by_role("textbox", name="Name")).to_have_accessible_description("Not a name")
        app.status, app.answer = 500, ""
        await send(form)
        await expect(form.get_by_role("alert")).to_contain_text("We had some trouble connecting")
        await expect(form.get_by_role("alert")).to_contain_text("dispatch_failed")
        await expect(form.get_by_text("Not a name")).to_be_hidden()
        await expect(form.get_by_role("textbox", name="Prompt")).to_have_value("A boat")
        app.status = 200
        await send(form)
        await expect(form).to_have_count(0)


async def test_characters_left_are_counted_near_the_end(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        await app.open_view(prompt())
        form = front(page)
        field = form.get_by_role("textbox", name="Prompt")
        await field.fill("x" * 15)
        await expect(form.locator(".counter")).to_be_hidden()
        await field.fill("x" * 22)
        await expect(form.locator(".counter")).to_have_text("-2")
        await send(form)
        await expect(field).to_have_attribute("aria-invalid", "true")


async def test_update_by_the_app_leaves_the_typist_alone(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        filler = [section(f"Paragraph {number}") for number in range(30)]
        view = await app.open_view(section("4 credits"), *filler, prompt())
        form = front(page)
        field = form.get_by_role("textbox", name="Prompt")
        await field.fill("A boat at sea")
        await field.press("Home")
        scrolled = await form.locator(".modal-body").evaluate("body => body.scrollTop")
        changed = modal(section("8 credits"), *filler, prompt(hint=plain("Keep it short")), title="Form 2")
        await app.client.views_update(view_id=view["id"], view=changed)
        await expect(front(page, "Form 2").get_by_text("8 credits")).to_be_attached()
        await expect(page.get_by_text("Keep it short")).to_be_visible()
        assert scrolled > 0
        assert await page.locator(".modal-body").evaluate("body => body.scrollTop") == scrolled
        await page.keyboard.type("Oh: ")
        await expect(page.get_by_role("textbox", name="Prompt")).to_have_value("Oh: A boat at sea")


async def test_modals_are_stacked_and_closed_one_by_one_or_all(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        composer = page.get_by_role("textbox", name="Message")
        await composer.focus()
        await app.open_view(prompt(), notify_on_close=True)
        first, second = front(page), front(page, "Second")
        await first.get_by_role("textbox", name="Prompt").fill("A boat")
        app.answer = {"response_action": "push", "view": modal(section("On top"), title="Second", submit=None)}
        for leave in ("Escape", "Back", "Close"):
            await send(first)
            await expect(second.get_by_text("On top")).to_be_visible()
            await expect(first).to_be_hidden()
            await expect(second.get_by_role("button", name="Send")).to_have_count(0)
            if leave == "Escape":
                await page.keyboard.press("Escape")
            else:
                await second.get_by_role("button", name=leave).click()
            await expect(second).to_have_count(0)
            await expect(first.get_by_role("button", name="Send")).to_be_focused()
            await expect(first.get_by_role("textbox", name="Prompt")).to_have_value("A boat")
        assert app.heard("view_closed") == []
        await send(first)
        await second.get_by_role("button", name="Dismiss").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(composer).to_be_focused()
        await stage.wait_until(lambda: app.heard("view_closed"))
        assert app.heard("view_closed")[0]["is_cleared"] is True


async def test_loading_view_becomes_the_form_with_the_focus_in_it(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        view = await app.open_view(section("One moment …"), submit=None)
        await expect(front(page).get_by_text("One moment …")).to_be_visible()
        focused = input_block("size", {**TEXT, "focus_on_load": True})
        await app.client.views_update(view_id=view["id"], view=modal(prompt(), focused))
        await expect(front(page).get_by_role("textbox", name="Size")).to_be_focused()
        await app.client.views_update(view_id=view["id"], view=modal(section("Gone"), submit=None))
        await page.keyboard.press("Escape")
        await expect(front(page)).to_have_count(0)


async def test_inputs_tell_the_app_on_enter_or_while_one_types(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        live = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
        await app.open_view(
            input_block("calm", TEXT, dispatch_action=True),
            input_block("eager", {**TEXT, **live}, dispatch_action=True),
            input_block("quiet", TEXT, optional=True),
        )
        form = front(page)
        await form.get_by_role("textbox", name="Quiet").fill("never told")
        await form.get_by_role("textbox", name="Calm").fill("wait")
        await page.keyboard.press("Enter")
        assert (await app.acted())["value"] == "wait"
        await type_at_once(form.get_by_role("textbox", name="Eager"), "n", "no", "now")
        assert (await app.acted(2))["value"] == "now"
        await form.get_by_role("textbox", name="Calm").press("Enter")
        assert (await app.acted(3))["value"] == "wait"
        assert app.heard("view_submission") == []


async def test_files_are_uploaded_and_refused_at_the_field(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        await app.open_view(input_block("files", {"type": "file_input", "filetypes": ["png"], "max_files": 2}))
        form = front(page)
        names = ("one.png", "two.PNG", "notes.txt", "three.png")
        chosen: list[Any] = [{"name": name, "mimeType": "image/png", "buffer": b"x" * 1500} for name in names]
        await form.get_by_label("Files").set_input_files(chosen)
        await expect(form.get_by_role("group", name="Uploads")).to_contain_text("1.5 KB")
        await expect(form.get_by_text("notes.txt is none of these: png.")).to_be_visible()
        await expect(form.get_by_text("three.png was left out: 2 files at most.")).to_be_visible()
        await form.get_by_role("button", name="Remove two.PNG").click()
        await send(form)
        assert [file["name"] for file in (await app.submitted())["files"]["files"]] == ["one.png"]


async def test_form_is_as_it_was_after_the_way_back_from_what_was_pushed_on_it(
    stage: SlackStandIn, look: Visits
) -> None:
    checking = modal(section("Checking…"), title="Check", submit=None, external_id="check-1", close=plain("Go back"))
    checked = modal(section("Two rows"), title="Check", submit="Start", external_id="check-1", close=plain("Go back"))
    checking["notify_on_close"] = checked["notify_on_close"] = True
    async with listening(stage) as app:
        page = await look()
        table = input_block("table", {"type": "file_input", "filetypes": ["csv", "tsv", "txt"], "max_files": 1})
        await app.open_view(prompt(), table)
        form, check = front(page), front(page, "Check")
        await form.get_by_role("textbox", name="Prompt").fill("Oranges")
        rows: Any = {"name": "rows.csv", "mimeType": "text/csv", "buffer": b"prompt\r\nA boat\r\n"}
        await form.get_by_label("Table").set_input_files(rows)
        app.answer = {"response_action": "push", "view": checking}
        for count in (1, 2):
            await send(form)
            await expect(check.get_by_text("Checking…")).to_be_visible()
            await app.client.views_update(external_id="check-1", view=checked)
            await expect(check.get_by_text("Two rows")).to_be_visible()
            (file,) = (await app.submitted(count))["table"]["files"]
            assert (file["name"], file["mimetype"], file["filetype"]) == ("rows.csv", "text/csv", "csv")
            if count == 1:
                await check.get_by_role("button", name="Go back").click()
                await expect(form.get_by_role("group", name="Uploads")).to_contain_text("rows.csv")
                await expect(form.get_by_role("textbox", name="Prompt")).to_have_value("Oranges")
                (closed,) = await stage.wait_until(lambda: app.heard("view_closed"))
                assert (closed["is_cleared"], closed["view"]["external_id"]) == (False, "check-1")
        app.answer = {"response_action": "clear"}
        await send(check, "Start")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert len(app.heard("view_closed")) == 1


async def test_modal_fits_a_narrow_window(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look(size=(380, 600))
        await app.open_view(section("x" * 200), prompt(), *(input_block(f"field{n}", TEXT) for n in range(8)))
        form = front(page)
        await expect(form.get_by_role("button", name="Send")).to_be_in_viewport()
        sizes = "body => [body.scrollWidth - body.clientWidth, body.scrollHeight > body.clientHeight]"
        assert await form.locator(".modal-body").evaluate(sizes) == [0, True]
        assert await page.evaluate("() => document.documentElement.scrollWidth") <= 380


async def test_tools_lie_above_a_modal_and_keep_the_focus(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look(size=(1000, 700))
        await page.get_by_role("button", name="Inspector").click()
        tools = page.get_by_role("complementary", name="Behind the scenes")
        tab = tools.get_by_role("tab", name="Inspector")
        await tab.click()
        view = await app.open_view(prompt())
        await expect(front(page)).to_be_visible()
        await expect(tab).to_be_focused()
        await app.client.views_update(view_id=view["id"], view=modal(prompt(), title="Form 2"))
        await expect(front(page, "Form 2")).to_be_visible()
        await expect(tab).to_be_focused()
        await tools.get_by_role("tab", name="Bloom").click()
        await tools.get_by_role("button", name="Close the tools").click()
        await expect(tools).to_be_hidden()
        await expect(front(page, "Form 2")).to_be_visible()


async def test_form_waits_for_files_on_their_way_even_when_it_is_redrawn(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        files = input_block("files", {"type": "file_input"})
        view = await app.open_view(files)
        form = front(page)
        arrive = await hold_uploads(page)
        file: Any = {"name": "boat.png", "mimeType": "image/png", "buffer": b"x"}
        await form.get_by_label("Files").set_input_files(file)
        await app.client.views_update(view_id=view["id"], view=modal({**files, "hint": plain("One will do")}))
        await expect(form.get_by_text("One will do")).to_be_visible()
        await expect(form.get_by_text("Uploading boat.png")).to_be_visible()
        await send(form)
        await expect(form.get_by_role("button", name="Send")).to_have_attribute("aria-busy", "true")
        arrive.set()
        assert [sent["name"] for sent in (await app.submitted())["files"]["files"]] == ["boat.png"]


async def test_what_this_screen_found_wrong_stays_until_it_is_mended(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        view = await app.open_view(section("4 credits"), prompt())
        form = front(page)
        missing = form.get_by_text("Please complete this required field.")
        await send(form)
        await expect(missing).to_be_visible()
        await app.client.views_update(view_id=view["id"], view=modal(section("8 credits"), prompt()))
        await expect(form.get_by_text("8 credits")).to_be_visible()
        await expect(missing).to_be_visible()
        await form.get_by_role("textbox", name="Prompt").fill("A boat")
        await expect(missing).to_be_hidden()


async def test_keyboard_is_never_lost_around_a_modal(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        message = post(stage, actions(button("Open")))
        page = await look()
        await page.get_by_role("button", name="Open", exact=True).focus()
        await app.open_view(prompt())
        await expect(front(page)).to_be_visible()
        edit(stage, message, actions(button("Other")))
        await page.mouse.click(300, 100)
        await page.keyboard.press("Escape")
        await expect(front(page)).to_have_count(0)
        await expect(page.get_by_role("main")).to_be_focused()


async def test_modal_puts_away_menus_and_pictures_below_it(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        post(
            stage,
            picture(stage),
            actions({"type": "static_select", "options": [option("A")], "placeholder": plain("Pick")}),
        )
        page = await look()
        field = page.get_by_role("combobox", name="Pick")
        await field.click()
        await expect(page.get_by_role("option", name="A")).to_be_visible()
        await app.open_view(prompt())
        await expect(front(page).get_by_role("textbox", name="Prompt")).to_be_focused()
        await expect(page.get_by_role("listbox")).to_have_count(0)
        await page.keyboard.press("Escape")
        await page.get_by_role("link", name="A boat").click()
        await expect(page.get_by_role("dialog", name="Our boat")).to_be_visible()
        await app.open_view(prompt())
        await expect(page.get_by_role("dialog", name="Our boat")).to_have_count(0)
        await expect(front(page).get_by_role("textbox", name="Prompt")).to_be_focused()


async def test_question_does_not_outlive_its_person(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        post(stage, actions(button("Delete", confirm=CONFIRM)))
        page = await look()
        await page.get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("alertdialog")).to_be_visible()
        await page.evaluate("() => { location.hash = '#/sam/general'; }")
        await expect(page.get_by_role("alertdialog")).to_have_count(0)
        assert app.actions == []


async def test_day_is_told_when_its_year_is_whole(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        await app.open_view(input_block("day", {"type": "datepicker"}, dispatch_action=True))
        day = front(page).get_by_label("Day")
        await day.focus()
        await page.keyboard.type("03042026")
        assert (await app.acted())["selected_date"] == "2026-03-04"
        assert len(app.actions) == 1
