"""Threads and what one does with a message: answers that arrive live, deep links, the message's menu, the keyboard."""

from typing import cast

from playwright.async_api import expect

from bot.sandbox.slack import Message, SlackStandIn
from tests.browser.gestures import BOAT, articles, box, open_tool, pane, reply_box
from tests.browser.staging import post
from tests.browser.visits import Visits
from tests.scenarios.world import World

NARROW = (400, 800)


async def say_much(slack: SlackStandIn) -> None:
    for number in range(30):
        await slack.person("Sam" if number % 2 else "Mia").say("general", f"line {number}")


async def test_thread_opens_by_its_address_and_answers_arrive_in_other_tabs(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    mia = await look("mia", f"general/thread/{root.ts}")
    sam = await look("sam", f"general/thread/{root.ts}")
    await expect(pane(sam).get_by_role("article")).to_contain_text(["Who has a banner?"])
    await reply_box(mia).fill("I have")
    await reply_box(mia).press("Enter")
    await expect(pane(sam).get_by_role("article")).to_contain_text(["Who has a banner?", "I have"])
    await expect(articles(sam)).to_have_count(1)
    await expect(articles(sam).get_by_role("button", name="1 reply")).to_be_visible()


async def test_escape_closes_the_thread_and_returns_to_its_message(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    await stage.person("Sam").say("general", "I have", thread_ts=root.ts)
    page = await look("mia", "general")
    bar = articles(page).get_by_role("button", name="1 reply")
    await bar.press("Enter")
    await expect(reply_box(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(pane(page)).to_be_hidden()
    await expect(bar).to_be_focused()
    await page.go_back()
    await expect(pane(page)).to_be_visible()


async def test_thread_of_a_message_that_is_gone_says_so(look: Visits) -> None:
    page = await look("mia", "general/thread/1700000000.000100")
    await expect(pane(page)).to_contain_text("not there any more")
    await expect(reply_box(page)).to_have_count(0)


async def test_answer_that_was_sent_to_the_channel_too_leads_to_its_thread(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    workspace, channel = stage.workspace, stage.workspace.channel("general").id
    ts, author = workspace.new_ts(), stage.person("Sam").id
    workspace.post(Message(channel, ts, author, "All of you: I have", [], thread_ts=root.ts, broadcast=True))
    page = await look()
    await articles(page).last.get_by_role("link", name="a thread").click()
    await expect(pane(page).get_by_role("article").last).to_contain_text("Also sent to the channel")


async def test_command_in_a_thread_is_refused_within_the_thread(world: World, visit: Visits) -> None:
    root = await world.mia.say("general", "Who has a banner?")
    page = await visit("mia", f"general/thread/{root.ts}")
    await reply_box(page).fill(f"/bloom {BOAT}")
    await reply_box(page).press("Enter")
    await expect(pane(page)).to_contain_text("/bloom is not supported in threads. Sorry!")
    assert world.generations_paid == 0


async def test_message_shortcut_in_a_thread_opens_the_form_with_the_words(world: World, visit: Visits) -> None:
    root = await world.mia.say("general", "What shall it be?")
    await world.mia.say("general", BOAT, thread_ts=root.ts)
    page = await visit("sam", f"general/thread/{root.ts}")
    more = pane(page).get_by_role("article").filter(has_text=BOAT).get_by_role("button", name="More actions")
    await more.press("Enter")
    await page.get_by_role("menuitem", name="Make an image from this").press("Enter")
    form = page.get_by_role("dialog", name="Make an image")
    await expect(form.get_by_role("textbox").first).to_have_value(BOAT)


async def test_new_message_is_offered_to_who_reads_further_up(stage: SlackStandIn, look: Visits) -> None:
    await say_much(stage)
    page = await look()
    await expect(articles(page).last).to_be_in_viewport()
    await articles(page).first.scroll_into_view_if_needed()
    await stage.person("Sam").say("general", "the latest")
    offer = page.get_by_role("button", name="New messages")
    await expect(offer).to_be_visible()
    await expect(articles(page).first).to_be_in_viewport()
    await offer.click()
    await expect(articles(page).last).to_be_in_viewport()
    await expect(offer).to_be_hidden()


async def test_arrow_keys_go_from_message_to_message(stage: SlackStandIn, look: Visits) -> None:
    await say_much(stage)
    page = await look()
    await page.get_by_role("log").press("ArrowUp")
    await expect(articles(page).last).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(articles(page).nth(28)).to_be_focused()
    await expect(box(page)).not_to_be_focused()


async def test_edit_elsewhere_leaves_the_focus_within_a_message(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    await stage.person("Sam").say("general", "I have", thread_ts=root.ts)
    page = await look()
    await articles(page).get_by_role("button", name="1 reply").focus()
    await stage.person("Sam").say("general", "Here it is", thread_ts=root.ts)
    await expect(articles(page).get_by_role("button", name="2 replies")).to_be_focused()


async def test_closed_thread_gives_the_focus_back_though_it_hid_the_channel(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    await stage.person("Sam").say("general", "I have", thread_ts=root.ts)
    page = await look("mia", "general")
    await open_tool(page, "Inspector")
    bar = articles(page).get_by_role("button", name="1 reply")
    await bar.press("Enter")
    await expect(bar).to_be_hidden()
    await expect(reply_box(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(bar).to_be_focused()


async def test_channel_is_out_of_reach_while_a_thread_covers_it(stage: SlackStandIn, look: Visits) -> None:
    root = await stage.person("Mia").say("general", "Who has a banner?")
    page = await look("mia", f"general/thread/{root.ts}", size=NARROW)
    main = page.locator("#main")
    await expect(main).to_have_attribute("inert", "")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(main).not_to_have_attribute("inert", "")
    await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    await page.get_by_role("button", name="Close the thread").click()
    await expect(main).not_to_have_attribute("inert", "")
    await expect(articles(page)).to_be_focused()


async def test_message_that_cannot_be_shown_leaves_the_others_in_sight(stage: SlackStandIn, look: Visits) -> None:
    page = await look("mia", "general")
    message = await stage.person("Sam").say("general", "words")
    message.text = cast(str, 5)
    stage.workspace.edited(message)
    await stage.person("Sam").say("general", "still here")
    await expect(articles(page).first).to_contain_text("could not be shown")
    await expect(articles(page).last).to_contain_text("still here")


async def test_edited_blocks_say_so_beside_the_time(stage: SlackStandIn, look: Visits) -> None:
    await stage.person("Sam").say("general", "first words")
    message = post(stage, {"type": "section", "text": {"type": "mrkdwn", "text": "a boat"}})
    page = await look("mia", "general")
    message.edited = {"user": message.user_id, "ts": message.ts}
    stage.workspace.edited(message)
    await expect(articles(page).last.get_by_text("(edited)")).to_be_visible()
    time, mark = articles(page).last.locator(".time"), articles(page).last.get_by_text("(edited)")
    one, other = await time.bounding_box(), await mark.bounding_box()
    assert one
    assert other
    assert abs(one["y"] + one["height"] / 2 - other["y"] - other["height"] / 2) < 6
