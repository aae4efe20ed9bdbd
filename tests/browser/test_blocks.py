"""What blocks look like and do in a message: each known one drawn, each unknown one a red box, each act told once."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.sandbox.slack import SlackStandIn
from tests.browser.staging import Json, edit, listening, picture, post
from tests.browser.visits import Visits
from tests.sandbox.slack.blocks import CONFIRM, actions, button, mrkdwn, section
from tests.sandbox.slack.demo_app import input_block, option, plain

WORDS = {"type": "text", "text": "worded"}


def rich(kind: str, *elements: Json, **more: Any) -> Json:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


async def test_every_block_is_drawn(stage: SlackStandIn, look: Visits) -> None:
    image = picture(stage)
    listed = rich("list", rich("section", WORDS), style="ordered", offset=2)
    post(
        stage,
        {"type": "header", "text": plain("Heading :tada:")},
        section("Text", fields=[mrkdwn("*One*"), plain("Two")], accessory=button("Accessory")),
        {"type": "divider"},
        image,
        {"type": "context", "elements": [mrkdwn("Small print"), {**image, "title": None, "alt_text": "A sign"}]},
        {"type": "rich_text", "elements": [rich("section", {**WORDS, "style": {"bold": True}}), listed]},
        {"type": "markdown", "text": "## Plan\n\n1. **first**\n2. [second](https://example.com/two)"},
        {
            "type": "video",
            "alt_text": "A film",
            "title": plain("The film"),
            "thumbnail_url": "http://127.0.0.1/none.png",
            "video_url": "https://example.com/film",
            "author_name": "Ann",
        },
        {"type": "file", "external_id": "REMOTE1", "source": "remote"},
    )
    message = (await look()).get_by_role("article")
    for name in ("Heading 🎉", "Plan"):
        await expect(message.get_by_role("heading", name=name)).to_be_visible()
    for words in ("Text", "One", "Two", "Our boat", "Small print", "Ann", "Remote file REMOTE1"):
        await expect(message.get_by_text(words, exact=True)).to_be_visible()
    for name in ("A boat", "A sign"):
        assert (
            await message.get_by_role("img", name=name).evaluate(
                "async image => (await image.decode(), image.naturalWidth)"
            )
            == 60
        )
    await expect(message.get_by_role("button", name="Accessory")).to_be_visible()
    await expect(message.get_by_role("separator")).to_be_visible()
    await expect(message.locator("strong", has_text="worded")).to_be_visible()
    await expect(message.locator("ol[start='3'] li", has_text="worded")).to_be_visible()
    for name in ("second", "The film", "Watch the video"):
        link = message.get_by_role("link", name=name)
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(link).to_have_attribute("target", "_blank")


MARKUP = {
    "*bold* _italic_ ~struck~": "<strong>bold</strong> <em>italic</em> <s>struck</s>",
    "(*_both_*)": "(<strong><em>both</em></strong>)",
    "snake_case_word 2*3*4 a~b~c **no** * no *": "snake_case_word 2*3*4 a~b~c **no** * no *",
    "`*code* &lt;b&gt;` _after_": "<code>*code* &lt;b&gt;</code> <em>after</em>",
    "*<https://a.example/?x&amp;y|a _b_>*": '<strong><a href="https://a.example/?x&amp;y">a _b_</a></strong>',
    "see https://a.example/x_y_z.": 'see <a href="https://a.example/x_y_z">https://a.example/x_y_z</a>.',
    "<mailto:a@b.example|mail>": '<a href="mailto:a@b.example">mail</a>',
    "<javascript:alert(1)|no>": "&lt;javascript:alert(1)|no&gt;",
    "<@U0000000002> <!here> <!subteam^S1|@design>": "<span>@Sam</span> <span>@here</span> <span>@design</span>",
    "&gt; quoted *twice*\n&gt; over\nafter": "<blockquote>quoted <strong>twice</strong><br>over</blockquote>after",
    "one\ntwo &amp;lt; &lt;i&gt; <b>": "one<br>two &amp;lt; &lt;i&gt; &lt;b&gt;",
    "```*pre*\n :tada: ```after": "<pre>*pre*<br> :tada: </pre>after",
    ":tada: :no_such_one: 10:30:45": "<span>🎉</span> :no_such_one: 10:30:45",
    "<!date^0^{date_num} {no}^https://a.example/|x>": '<a href="https://a.example/"><time>1970-01-01 {no}</time></a>',
    "<!date^soon^{date}|some day>": "some day",
}


async def test_markup_is_read_as_slack_documents_it(stage: SlackStandIn, look: Visits) -> None:
    post(stage, *(section(text) for text in MARKUP))
    texts = (await look()).get_by_role("article").locator(".text")
    await expect(texts).to_have_count(len(MARKUP))
    drawn = [bare(html) for html in await texts.evaluate_all("all => all.map(one => one.innerHTML)")]
    assert dict(zip(MARKUP, drawn, strict=True)) == MARKUP


def bare(html: str) -> str:
    """Leave out every attribute but an address."""
    return re.sub(r' (?!href)[\w-]+="[^"]*"', "", html)


async def test_verbatim_text_links_only_what_is_marked_as_a_link(stage: SlackStandIn, look: Visits) -> None:
    text = "https://a.example #general <https://b.example|B>"
    post(stage, {"type": "section", "text": {**mrkdwn(text), "verbatim": True}}, section(text))
    texts = (await look()).get_by_role("article").locator(".text")
    await expect(texts.first.get_by_role("link")).to_have_text(["B"])
    await expect(texts.last.get_by_role("link")).to_have_text(["https://a.example", "#general", "B"])


async def test_unknown_parts_are_red_boxes_with_their_json_and_stop_nothing(stage: SlackStandIn, look: Visits) -> None:
    post(
        stage,
        {"type": "hologram", "beam": "<b>blue</b>"},
        actions({"type": "lever"}, button("Still here")),
        {"type": "rich_text", "elements": [rich("section", {"type": "wormhole"}, WORDS)]},
        {"type": "section", "text": {"type": "html", "text": "<b>"}},
        {"type": "context", "elements": {}},
        actions({"type": "static_select", "options": 7}, {"type": "overflow", "options": {}}),
        section(" ".join(["*many*"] * 9000)),
        {"type": "markdown", "text": "[wiki](https://a.example/a_(b))\n\n- bullet\n1. number"},
        section("The end"),
    )
    message = (await look()).get_by_role("article")
    for what in ("block: hologram", "element: lever", "rich text: wormhole", "text object: html"):
        await expect(message.get_by_role("group", name=f"Unknown {what}")).to_be_visible()
    await expect(message.get_by_text("This block “context” could not be shown")).to_be_visible()
    for what in ("element “static_select”", "element “overflow”"):
        await expect(message.get_by_text(f"This {what} could not be shown")).to_be_visible()
    await expect(message.locator("strong", has_text="many")).to_have_count(9000)
    await expect(message.get_by_role("link", name="wiki")).to_have_attribute("href", "https://a.example/a_(b)")
    await expect(message.locator(".markdown :is(ul, ol)")).to_have_text(["bullet", "number"])
    await message.get_by_text("Unknown block: hologram").click()
    await expect(message.get_by_text('"beam": "<b>blue</b>"')).to_be_visible()
    await expect(message.get_by_text("worded")).to_be_visible()
    await expect(message.get_by_role("button", name="Still here")).to_be_visible()
    await expect(message.get_by_text("The end")).to_be_visible()


async def test_button_is_busy_until_the_app_answers_and_pressed_once(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        app.seconds = 0.3
        post(stage, actions(button("Vary", value="7"), button("Other")))
        page = await look()
        vary = page.get_by_role("button", name="Vary")
        await vary.focus()
        await page.keyboard.press("Enter")
        await expect(vary).to_have_attribute("aria-busy", "true")
        await page.keyboard.press("Enter")
        await expect(vary).not_to_have_attribute("aria-busy", "true")
        await expect(vary).to_be_focused()
        assert [action["value"] for action in app.actions] == ["7"]


async def test_app_that_fails_is_named_at_the_button_until_it_works_again(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        app.status = 500
        post(stage, actions(button("Vary")))
        page = await look()
        vary = page.get_by_role("button", name="Vary")
        await vary.click()
        words = page.get_by_role("status").filter(has_text="did not respond. Try again? (dispatch_failed)")
        await expect(words).to_be_visible()
        app.status = 200
        await vary.click()
        await expect(words).to_have_count(0)


async def test_question_is_asked_before_the_app_hears(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        asking = {**CONFIRM, "text": mrkdwn("It costs *4 credits*"), "style": "danger"}
        post(stage, actions(button("Delete", confirm=asking, value="1")))
        page = await look()
        delete, question = page.get_by_role("button", name="Delete"), page.get_by_role("alertdialog", name="Sure?")
        for refuse in ("Escape", "No"):
            await delete.click()
            await expect(question).to_contain_text("It costs 4 credits")
            await (
                page.keyboard.press(refuse) if refuse == "Escape" else question.get_by_role("button", name="No").click()
            )
            await expect(question).to_have_count(0)
            await expect(delete).to_be_focused()
        assert app.actions == []
        await delete.click()
        await page.keyboard.press("Enter")
        assert (await app.acted())["value"] == "1"


async def test_link_button_opens_a_tab_and_tells_the_app(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        page = await look()
        address = f"{look.address}/static/icon.svg"
        post(stage, actions(button("Open", url=address, action_id="open"), button("Bad", url="javascript:alert(1)")))
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Open").click()
        assert (await opened.value).url == address
        assert (await app.acted())["action_id"] == "open"
        await expect(page.get_by_role("button", name="Bad")).to_be_visible()


async def test_overflow_menu_is_worked_by_keyboard(stage: SlackStandIn, look: Visits) -> None:
    async with listening(stage) as app:
        options = [option("Edit"), {**option("Share"), "description": plain("with all")}, option("Delete")]
        post(stage, section("An image", accessory={"type": "overflow", "options": options}))
        page = await look()
        more = page.get_by_role("button", name="More options")
        await more.press("ArrowDown")
        await expect(page.get_by_role("menuitem", name="Edit")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(more).to_be_focused()
        await more.press("Enter")
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
        await page.keyboard.press("s")
        await page.keyboard.press("Enter")
        assert (await app.acted())["selected_option"]["value"] == "share"
        await expect(page.get_by_role("menu")).to_have_count(0)


async def test_image_opens_large_and_a_broken_one_says_so(stage: SlackStandIn, look: Visits) -> None:
    page = await look()
    broken = {"type": "image", "image_url": f"{look.address}/files/F0NONE", "alt_text": "A lost ship"}
    post(stage, picture(stage), broken)
    image = page.get_by_role("link", name="A boat")
    await expect(page.get_by_text("This image could not be loaded.")).to_be_visible()
    await expect(page.get_by_text("A lost ship")).to_be_visible()
    await image.press("Enter")
    large = page.get_by_role("dialog", name="Our boat")
    await expect(large.get_by_role("img", name="A boat")).to_be_visible()
    await expect(large.get_by_role("link", name="Open original")).to_have_attribute("href", re.compile("^/files/F"))
    await page.keyboard.press("Escape")
    await expect(large).to_have_count(0)
    await expect(image).to_be_focused()


@pytest.mark.parametrize("change", ["elsewhere", "in the block itself"])
async def test_edited_message_leaves_the_typist_alone(stage: SlackStandIn, look: Visits, change: str) -> None:
    field = input_block("title", {"type": "plain_text_input", "multiline": True})
    message = post(stage, section("Before"), field)
    page = await look()
    title = page.get_by_role("textbox", name="Title")
    await title.fill("A boat at sea")
    await title.press("Home")
    await title.press("ArrowRight")
    changed = field if change == "elsewhere" else {**field, "hint": plain("Keep it short")}
    edit(stage, message, section("Afterwards"), changed)
    await expect(page.get_by_text("Afterwards")).to_be_visible()
    await expect(page.get_by_text("Keep it short")).to_have_count(0 if change == "elsewhere" else 1)
    await expect(title).to_be_focused()
    await page.keyboard.type("!")
    await expect(title).to_have_value("A! boat at sea")


async def test_long_text_folds_unless_the_app_wants_all_of_it(stage: SlackStandIn, look: Visits) -> None:
    long = "Many words. " * 100
    post(stage, section(long), section(long, expand=True))
    page = await look()
    more = page.get_by_role("button", name="Show more")
    await expect(more).to_have_count(1)
    heights = "texts => texts.map(text => text.clientHeight)"
    folded, whole = await page.locator(".section .text").evaluate_all(heights)
    assert folded < whole
    await more.click()
    assert await page.locator(".section .text").evaluate_all(heights) == [whole, whole]


async def test_blocks_fit_a_narrow_window(stage: SlackStandIn, look: Visits) -> None:
    wide = [button(f"A button with many words {n}") for n in range(3)]
    post(stage, section("Words " * 30 + "x" * 300, accessory=button("Accessory")), actions(*wide), picture(stage))
    page = await look(size=(400, 700))
    await expect(page.get_by_role("img", name="A boat")).to_be_visible()
    assert await widest(page) <= 400


async def widest(page: Page) -> int:
    edges = "all => Math.max(...all.map(one => Math.ceil(one.getBoundingClientRect().right)))"
    return int(await page.locator(".block, .block *").evaluate_all(edges))
