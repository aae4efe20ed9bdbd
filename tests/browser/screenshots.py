"""The README's pictures, taken of the sandbox's page by `python -m tests.browser.screenshots docs`.

A person fills in the form, makes two images in one line and a batch, and opens App Home; Pillow then makes the files
small.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, expect

from bot.sandbox.page import serving_page
from tests.browser.chromium import chromium
from tests.browser.gestures import BATCH_SECONDS, CAMPAIGN, articles, choose, open_form, open_thread, start_batch, write
from tests.browser.visits import Visits
from tests.scenarios.world import World, open_world

PICTURES = ("form", "thread", "batch", "home")
SIZE = (1200, 760)
COLOURS = 256


async def take(browser: Browser, folder: Path) -> None:
    """Leave a picture of each name in the folder."""
    with tempfile.TemporaryDirectory() as data:
        async with open_world(Path(data)) as world:
            await world.brands_known()
            async with serving_page(world.slack, world.bloom) as address:
                visits = Visits(browser, address)
                await _take_all(visits, world, folder)
                await visits.close()
    for name in PICTURES:
        _make_small(folder / f"{name}.png")


async def _take_all(visits: Visits, world: World, folder: Path) -> None:
    await world.mia.say("marketing", "The coffee festival is in three weeks. Who has a banner?")
    page = await visits("mia", "marketing", size=SIZE)
    await write(page, '/bloom A launch banner for our coffee festival --brand "Northwind Coffee" --ar 16:9 --n 2')
    images = (await open_thread(page)).last.get_by_role("img", name="coffee festival")
    await expect(images).to_have_count(2)
    await _settled(page)
    await page.screenshot(path=folder / "thread.png")

    await page.goto(f"{visits.address}/#/mia/general")
    form = await open_form(page)
    await form.get_by_role("textbox", name="What should it show?").fill(
        "A paper boat on a calm sea at sunrise, seen from above"
    )
    await choose(form, "Brand", "Acme")
    await _settled(page)
    await page.screenshot(path=folder / "form.png")
    await form.get_by_role("button", name="Cancel").click()

    await _take_batch(page, folder)

    await page.goto(f"{visits.address}/#/mia/app/home")
    await expect(page.get_by_role("main")).to_contain_text("Northwind Coffee")
    await _settled(page)
    await page.screenshot(path=folder / "home.png")


async def _take_batch(page: Page, folder: Path) -> None:
    """Show where a batch of the sandbox's own table has ended: with its summary, its files and their contact sheet."""
    await start_batch(page, CAMPAIGN)
    await expect(articles(page).last).to_contain_text("12 of 15 images", timeout=BATCH_SECONDS * 1000)
    messages = await open_thread(page)
    await expect(messages.last).to_contain_text("campaign-images.zip")
    await _settled(page)
    await messages.last.scroll_into_view_if_needed()
    await page.screenshot(path=folder / "batch.png")


async def _settled(page: Page) -> None:
    """Wait until every picture on the page is there."""
    await page.wait_for_function("() => [...document.images].every(image => image.complete && image.naturalWidth)")


def _make_small(path: Path) -> None:
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


async def _main(folder: Path) -> None:
    async with chromium() as browser:
        await take(browser, folder)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
