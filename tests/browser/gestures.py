"""What people do on the page, and where they look: the steps that several of these tests share."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as NotInTime

from bot.sandbox import page as page_package

BOAT = "A paper boat on a calm sea"
CAMPAIGN = Path(page_package.__file__).parent / "static/campaign.csv"
"""The table that the first page gives out."""
BATCH_SECONDS = 30
"""How long its batch may take on a busy machine."""


def box(page: Page) -> Locator:
    """Return where one writes in the channel."""
    return page.get_by_role("main").get_by_role("textbox", name="Message")


def articles(page: Page) -> Locator:
    """Return the messages of the channel."""
    return page.get_by_role("main").get_by_role("article")


def place(page: Page, name: str) -> Locator:
    """Return a link of the sidebar."""
    return page.get_by_role("navigation").get_by_role("link", name=name)


def pane(page: Page) -> Locator:
    """Return the thread beside the channel."""
    return page.get_by_role("complementary", name="Thread")


def replies(page: Page) -> Locator:
    """Return the messages of the open thread."""
    return pane(page).get_by_role("article")


def reply_box(page: Page) -> Locator:
    """Return where one writes in the thread."""
    return pane(page).get_by_role("textbox", name="Reply")


async def write(page: Page, text: str) -> None:
    """Type into the channel's composer and send it."""
    await box(page).fill(text)
    await box(page).press("Enter")


async def become(page: Page, person: str) -> None:
    """Switch to another person."""
    await page.get_by_role("button", name="You are").click()
    await page.get_by_role("menuitem", name=person).click()


async def open_form(page: Page, command: str = "/bloom") -> Locator:
    """Type the command and return the form, its brands loaded."""
    await write(page, command)
    form = page.get_by_role("dialog", name="Make an image")
    await expect(form.get_by_role("combobox", name="Brand", exact=True)).to_be_visible()
    return form


async def check_batch(page: Page, table: Path) -> Locator:
    """Have a table checked in the form of a batch, and return the preview."""
    await write(page, "/bloom batch")
    form = page.get_by_role("dialog", name="Make a batch")
    await form.get_by_label("Or a table").set_input_files(table)
    await expect(form.get_by_role("group", name="Uploads")).to_contain_text(table.name)
    await expect(form.get_by_role("combobox", name="Brand")).to_be_visible()
    await form.get_by_role("button", name="Check").click()
    preview = page.get_by_role("dialog", name="rows")
    await expect(preview).to_contain_text("credits")
    return preview


async def start_batch(page: Page, table: Path) -> None:
    """Start a batch of the rows of a table that can be made."""
    await (await check_batch(page, table)).get_by_role("button", name="Start").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def choose(form: Locator, menu: str, option: str) -> None:
    """Choose in a menu by what it is called and what it offers; a page that is drawn anew closes it, so once more."""
    offered = form.page.get_by_role("option", name=option).first
    await form.get_by_role("combobox", name=menu).first.click()
    try:
        await offered.click(timeout=2000)
    except NotInTime:
        await form.get_by_role("combobox", name=menu).first.click()
        await offered.click()


async def add_brand(page: Page, address: str) -> None:
    """Add a brand on the Home tab, and wait until Bloom has taken it on."""
    home = page.get_by_role("main")
    await home.get_by_role("button", name="Brands", exact=True).click()
    await home.get_by_role("button", name="Add a brand").click()
    form = page.get_by_role("dialog", name="Add a brand")
    await form.get_by_role("textbox", name="Website").fill(address)
    await form.get_by_role("button", name="Add it").click()
    await expect(form).to_contain_text("Bloom is looking at")
    await form.get_by_role("button", name="Close", exact=True).last.click()


async def open_thread(page: Page) -> Locator:
    """Open the thread of the latest request and return its messages."""
    await page.get_by_role("main").get_by_role("button", name=re.compile(r"\d repl")).last.click()
    return replies(page)


async def open_tool(page: Page, name: str) -> Locator:
    """Open a tool from the banner and return its tab's panel."""
    await page.get_by_role("banner").get_by_role("button", name=name).click()
    panel = page.get_by_role("tabpanel", name=name)
    await expect(panel).to_be_visible()
    return panel


def rows(inspector: Locator) -> Locator:
    """Return what the inspector lists."""
    return inspector.get_by_role("list", name="Exchanges").get_by_role("listitem")


def group(panel: Locator, name: str) -> Locator:
    """Return one control of Bloom's panel."""
    return panel.get_by_role("group", name=name, exact=True)
