"""What the product is for, as a person does it in a browser: ask for an image, and get it or a helpful word."""

import re

from playwright.async_api import expect

from bot.sandbox.bloom import SANDBOX_API_KEY
from bot.sandbox.bloom.trouble import Hold
from tests.browser.gestures import (
    BOAT,
    CAMPAIGN,
    add_brand,
    articles,
    check_batch,
    choose,
    group,
    open_form,
    open_thread,
    open_tool,
    place,
    replies,
    rows,
    write,
)
from tests.browser.visits import Visits
from tests.scenarios.world import World


async def test_brand_added_on_the_home_tab_is_what_the_form_opens_with_in_its_channel(visit: Visits) -> None:
    page = await visit("mia", "app/home")
    home = page.get_by_role("main")
    await add_brand(page, "https://harbor-bakery.example")
    await home.get_by_role("button", name="Settings").click()
    await home.get_by_role("button", name="Add a channel").click()
    form = page.get_by_role("dialog", name="Channel defaults")
    await choose(form, "Channel", "marketing")
    await choose(form, "Brand", "Harbor Bakery")
    await form.get_by_role("button", name="Save").click()
    await expect(home).to_contain_text("#marketing: Harbor Bakery")
    await home.get_by_role("button", name="Brands", exact=True).click()
    await expect(home).to_contain_text("Ready · 4 images · default in #marketing")

    theirs = await visit("sam", "marketing")
    form = await open_form(theirs)
    await expect(form.get_by_role("combobox", name="Brand", exact=True)).to_have_value("Harbor Bakery")
    await form.get_by_role("textbox", name="What should it show?").fill(BOAT)
    await form.get_by_role("button", name="Make").click()
    await expect((await open_thread(theirs)).last).to_contain_text("for Harbor Bakery")


async def test_form_filled_in_makes_the_image_in_the_thread(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    form = await open_form(page)
    await form.get_by_role("textbox", name="What should it show?").fill(BOAT)
    await choose(form, "Brand", "Northwind Coffee")
    await form.get_by_role("button", name="Make").click()
    await expect(form).to_be_hidden()

    messages = await open_thread(page)
    picture = messages.last.get_by_role("img", name=BOAT)
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")
    await picture.click()
    await expect(page.get_by_role("dialog").get_by_role("img", name=BOAT)).to_be_visible()
    assert world.generations_paid == 1


async def test_command_in_one_line_makes_all_its_images_at_once(world: World, visit: Visits) -> None:
    page = await visit("sam", "marketing")
    await write(page, f'/bloom {BOAT} --brand "Northwind Coffee" --ar 16:9 --n 3')
    messages = await open_thread(page)
    await expect(messages.last.get_by_role("img", name=BOAT)).to_have_count(3)
    assert world.generations_paid == 1


async def test_batch_goes_back_to_its_form_as_it_was_and_comes_in_a_thread(world: World, visit: Visits) -> None:
    page = await visit("mia", "marketing")
    preview = await check_batch(page, CAMPAIGN)
    await expect(preview).to_contain_text("Row 13:")
    await preview.get_by_role("button", name="Go back").last.click()
    form = page.get_by_role("dialog", name="Make a batch")
    await expect(form.get_by_role("group", name="Uploads")).to_contain_text(CAMPAIGN.name)
    await form.get_by_role("button", name="Check").click()
    await preview.get_by_role("button", name="Start the good ones").click()

    await expect(articles(page).last).to_contain_text("is making 15 images")
    await expect((await open_thread(page)).nth(1).get_by_role("img", name="calm sea")).to_be_visible()
    await place(page, "Start here").click()
    await expect(page.get_by_role("main")).to_contain_text("Make your first image")
    await expect(page.get_by_role("main")).not_to_contain_text("Done")


async def test_wrong_flag_is_explained_and_what_was_typed_is_not_lost(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    await write(page, f"/bloom {BOAT} --ar 5:9")
    answer = page.get_by_role("main").get_by_role("article").filter(has_text="Only visible to you").last
    await expect(answer).to_contain_text("5:9")
    await expect(answer).to_contain_text(BOAT)
    assert world.generations_paid == 0


async def test_prompt_that_bloom_refuses_ends_with_a_sentence_and_a_button(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    await write(page, "/bloom a forbidden thing --brand Acme")
    messages = await open_thread(page)
    again = messages.last.get_by_role("button", name="Standard")
    await expect(again).to_be_visible()
    await again.click()
    await expect(replies(page).get_by_role("img", name="a forbidden thing")).to_have_count(1)


async def test_bloom_down_is_said_in_the_form_and_passes(world: World, visit: Visits) -> None:
    world.bloom.faults.down = True
    page = await visit("mia", "general")
    await write(page, f"/bloom {BOAT} --brand Acme")
    request = page.get_by_role("main").get_by_role("article").last
    await expect(request).to_contain_text(BOAT)
    await page.get_by_role("banner").get_by_role("button", name="Bloom").click()
    await page.get_by_role("switch", name="down").click()
    messages = await open_thread(page)
    await expect(messages.last.get_by_role("img", name=BOAT)).to_be_visible()


async def test_bloom_is_taken_down_while_a_form_is_open(world: World, visit: Visits) -> None:
    page = await visit("mia", "general")
    form = await open_form(page)
    await form.get_by_role("textbox", name="What should it show?").fill(BOAT)
    await choose(form, "Brand", "Acme")
    await page.get_by_role("banner").get_by_role("button", name="Bloom").click()
    await page.get_by_role("switch", name="down").click()
    await expect(form.get_by_role("textbox", name="What should it show?")).to_have_value(BOAT)
    await form.get_by_role("button", name="Make").click()
    await expect(form).to_be_hidden()
    assert world.generations_paid == 0


async def test_slow_bloom_leaves_the_request_standing_until_the_image_comes(door: Hold, visit: Visits) -> None:
    page = await visit("mia", "general")
    await write(page, f"/bloom {BOAT} --brand Acme")
    request = articles(page).last
    await expect(request).to_contain_text(BOAT)
    await expect(request).to_contain_text("is making")
    door.release()
    messages = await open_thread(page)
    await expect(messages.last.get_by_role("img", name=BOAT)).to_be_visible()


async def test_private_channel_without_the_bot_gets_it_by_direct_message(world: World, visit: Visits) -> None:
    page = await visit("mia", "secret-launch")
    await write(page, f"/bloom {BOAT} --brand Acme")
    await page.get_by_role("navigation").get_by_role("link", name="Bloom").first.click()
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_role("main")).to_contain_text("/invite @Bloom")


async def test_app_home_shows_the_account_and_its_brands(world: World, visit: Visits) -> None:
    page = await visit("mia", "app/home")
    home = page.get_by_role("main")
    await expect(home).to_contain_text("Northwind Coffee")
    await expect(home).to_contain_text("250")


async def test_expired_key_is_explained_and_the_new_one_connects_and_is_never_shown(
    world: World, visit: Visits
) -> None:
    page = await visit("mia", "general")
    panel = await open_tool(page, "Bloom")
    key_group = group(panel, "API key")
    await key_group.get_by_role("switch", name="Expire the key").click()
    await expect(group(panel, "Trouble").get_by_text("key has expired")).to_be_visible()
    await write(page, f"/bloom {BOAT} --brand Acme")
    await expect((await open_thread(page)).last).to_contain_text("doesn't accept this workspace's connection")

    await key_group.get_by_role("button", name="New key").click()
    await expect(key_group).not_to_contain_text(SANDBOX_API_KEY)
    await expect(key_group.get_by_role("switch", name="Expire the key")).not_to_be_checked()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await key_group.get_by_role("button", name="Copy the key").click()
    await expect(key_group.get_by_role("button", name="Copy the key")).to_have_text("Copied")
    key = await page.evaluate("navigator.clipboard.readText()")
    assert key == world.bloom.state.accounts.newest_key != SANDBOX_API_KEY

    await page.get_by_role("button", name="Close the thread").click()
    await write(page, "/bloom connect")
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="key").fill(key)
    await form.get_by_role("button", name="Connect").click()
    await expect(form).to_contain_text("Connected as you@sandbox.example")
    await form.get_by_role("button", name="Dismiss").click()
    await write(page, f"/bloom {BOAT} --brand Acme")
    await expect(articles(page).get_by_role("button", name=re.compile("^\\d repl"))).to_have_count(2)
    await expect((await open_thread(page)).last.get_by_role("img", name=BOAT)).to_be_visible()

    inspector = await open_tool(page, "Inspector")
    submitted = rows(inspector).filter(has_text="submitted “Connect Bloom”")
    await submitted.get_by_role("button", name="submitted").click()
    await expect(submitted.get_by_role("region", name="Slack sent")).to_contain_text("… (")
    assert key not in await inspector.inner_text()
