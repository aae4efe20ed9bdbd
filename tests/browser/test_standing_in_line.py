"""Waiting for an image and changing one's mind, as a person does it: the place in line, Cancel, and what that costs.

Bloom's answers come when the test lets them: nothing here depends on how fast this machine is.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.core.models import RateLimit
from bot.sandbox.bloom.trouble import Hold
from tests.browser.gestures import BOAT, articles, open_thread, open_tool, write
from tests.browser.visits import Visits
from tests.fakes.eventually import eventually
from tests.scenarios.world import World, open_world

OPEN_SLOTS = 5
"""How many of six requests new images can take; the other one is for looking at them."""
LINE = re.compile(r"(?:\d+ ahead in line|Next in line), about \d+ (?:s|min)")
FOREVER = (1000.0, 1000.0)
ENDLESS = RateLimit(6, 100_000.0)
"""A limit whose window does not move while a test looks at it."""


@pytest.fixture
def limit() -> RateLimit:
    """Return the bot's limit: its window is a quarter of a second of the wall's clock."""
    return RateLimit(6, 10.0)


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path, limit: RateLimit) -> AsyncIterator[World]:
    async with open_world(tmp_path, start=False, bloom_rate_limit=limit) as opened:
        if limit is ENDLESS:  # in a shorter window a busy machine would be late by Bloom's count
            opened.bloom.rate_limit = (limit.requests, limit.seconds)
        await opened.start()
        await opened.brands_known()
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(world: World, door: Hold) -> None:
    """Let Sam's orders take all that the limit allows: whoever comes now stands in line until the door is opened."""
    for number in range(OPEN_SLOTS):
        await world.sam.command("marketing", "/bloom", f"poster number {number} --brand Acme")
    await world.bloom.until_held(OPEN_SLOTS)


async def ask(page: Page, prompt: str = BOAT) -> Locator:
    """Ask for an image and return the request message."""
    await write(page, f"/bloom {prompt} --brand Acme")
    request = articles(page).filter(has_text="is making").filter(has_text=prompt)
    await expect(request).to_be_visible()
    return articles(page).filter(has_text=prompt).filter(has_not_text="Only visible to you")


def cancel_of(request: Locator) -> Locator:
    return request.get_by_role("button", name="Cancel")


def question(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Cancel this image?")


async def cancel(page: Page, request: Locator) -> None:
    """Press Cancel and mean it."""
    await cancel_of(request).click()
    await question(page).get_by_role("button", name="Yes, cancel").click()


def whispers(page: Page) -> Locator:
    return articles(page).filter(has_text="Only visible to you")


async def test_image_that_bloom_draws_is_cancelled_after_a_question_and_says_what_it_cost(
    world: World, visit: Visits
) -> None:
    world.bloom.state.studio.generation_seconds = FOREVER
    page = await visit("mia", "general")
    request = await ask(page)
    await eventually(lambda: world.generations_paid == 1)
    await cancel_of(request).click()
    await expect(question(page)).to_contain_text("costs nothing if Bloom hasn't started")
    await question(page).get_by_role("button", name="Keep going").click()
    await expect(question(page)).to_be_hidden()
    await expect(request).to_contain_text("is making")
    await cancel(page, request)
    await expect(request).to_contain_text("@Mia cancelled an image for Acme.")
    await expect(request).to_contain_text("Bloom had started already: this took 1 credit")
    await expect(cancel_of(request)).to_have_count(0)
    await expect(request.get_by_role("button", name="Make it again")).to_be_visible()


@pytest.mark.usefixtures("crowd")
async def test_place_in_line_is_told_until_the_image_comes(world: World, door: Hold, visit: Visits) -> None:
    page = await visit("mia", "general")
    for place, prompt in (("Next in line", "a red bicycle"), ("1 ahead in line", BOAT)):
        request = await ask(page, prompt)
        await expect(request).to_contain_text(re.compile(rf"{place}, about \d+ s"))
    door.release()
    await expect(articles(page).filter(has_text=re.compile("made an image.*1 reply"))).to_have_count(2)
    await expect(articles(page).filter(has_text=LINE)).to_have_count(0)
    await expect((await open_thread(page)).last.get_by_role("img", name=BOAT)).to_be_visible()
    assert world.generations_paid == OPEN_SLOTS + 2


@pytest.mark.usefixtures("crowd")
async def test_place_in_line_is_given_up_for_nothing_and_the_image_is_made_after_all(
    world: World, door: Hold, visit: Visits
) -> None:
    page = await visit("mia", "general")
    request = await ask(page)
    await expect(request).to_contain_text(LINE)
    await cancel(page, request)
    await expect(request).to_contain_text("Bloom hadn't started, so no credits were spent.")
    await expect(request).not_to_contain_text(LINE)
    await request.get_by_role("button", name="Make it after all").click()
    await expect(whispers(page)).to_contain_text("On it.")
    door.release()
    messages = await open_thread(page)
    await expect(messages.last.get_by_role("img", name=BOAT)).to_be_visible()
    assert world.generations_paid == OPEN_SLOTS + 1


async def test_somebody_else_reads_privately_who_can_cancel(world: World, visit: Visits) -> None:
    world.bloom.state.studio.generation_seconds = FOREVER
    mia, sam = await visit("mia", "general"), await visit("sam", "general")
    await ask(mia)
    await cancel(sam, articles(sam).last)
    await expect(whispers(sam)).to_contain_text("Only @Mia can cancel this.")
    await expect(cancel_of(articles(sam).first)).to_be_visible()
    await write(mia, "Hello")
    await expect(articles(mia)).to_have_count(2)
    await expect(whispers(mia)).to_have_count(0)


async def test_pressed_when_the_images_are_there_it_says_so(world: World, door: Hold, visit: Visits) -> None:
    world.slack.fail_next("chat.update", "edit_window_closed", times=50)
    page = await visit("mia", "general")
    request = await ask(page)
    await cancel_of(request).click()
    door.release()
    await expect(articles(page).get_by_text("1 reply")).to_be_visible()
    await question(page).get_by_role("button", name="Yes, cancel").click()
    await expect(whispers(page)).to_contain_text("Too late to cancel")
    assert world.generations_paid == 1


async def test_question_that_is_answered_when_its_button_has_gone_is_not_answered_with_silence(
    world: World, door: Hold, visit: Visits
) -> None:
    page = await visit("mia", "general")
    request = await ask(page)
    await cancel_of(request).click()
    door.release()
    await expect(request).to_contain_text("made an image")
    await question(page).get_by_role("button", name="Yes, cancel").click()
    await expect(page.get_by_role("alert")).to_have_text("That is no longer there.")


async def test_cancel_needs_no_mouse(world: World, visit: Visits) -> None:
    world.bloom.state.studio.generation_seconds = FOREVER
    page = await visit("mia", "general")
    request = await ask(page)
    await eventually(lambda: world.generations_paid == 1)
    await page.keyboard.press("Shift+Tab")
    await expect(cancel_of(request)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(question(page).get_by_role("button", name="Yes, cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(cancel_of(request)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(request).to_contain_text("cancelled an image")
    await expect(request).to_be_focused()


@pytest.mark.parametrize("limit", [ENDLESS], ids=["endless"])
async def test_inspector_shows_what_is_left_while_images_stand_in_line(world: World, visit: Visits) -> None:
    world.bloom.state.studio.generation_seconds = FOREVER
    page = await visit("mia", "general")
    inspector = await open_tool(page, "Inspector")
    for number in range(OPEN_SLOTS):
        await ask(page, f"bicycle {number}")
    await eventually(lambda: world.bloom.requests_left == 0)
    request = articles(page).last
    await expect(request).to_contain_text(LINE)
    await expect(inspector).to_contain_text("0 of 6 requests left")
    await cancel(page, request)
    await expect(request).to_contain_text("no credits were spent")
    await expect(inspector.get_by_role("meter", name="Requests left")).to_have_attribute("aria-valuenow", "0")
