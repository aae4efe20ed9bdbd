"""Signing in with Bloom and looking after the connection, in the browser in which a person does all of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.sandbox.bloom import LEO_EMAIL, MAYA_EMAIL
from tests.browser.gestures import BOAT, articles, choose, group, open_thread, open_tool, place, rows, write
from tests.browser.visits import Visits
from tests.scenarios.visitor import free_port, public_address
from tests.scenarios.world import World, open_world

OVER = "This link doesn't work any more"


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world without a Bloom account whose bot a browser finds its way back to. Mia is an admin, Sam is not."""
    async with open_world(tmp_path, **public_address(free_port())) as opened:
        yield opened


def home(page: Page) -> Locator:
    return page.get_by_role("main")


async def begin(page: Page, button: str = "Connect Bloom") -> Page:
    """Open the form from the Home tab, and follow its link; return the browser's new tab."""
    await home(page).get_by_role("button", name=button).click()
    link = page.get_by_role("dialog").get_by_role("link", name="Sign in with Bloom")
    await expect(link).to_be_visible()
    async with page.context.expect_page() as opened:
        await link.click()
    return await opened.value


async def agree(tab: Page, account: str = MAYA_EMAIL) -> None:
    """Go on to Bloom and allow it there as somebody."""
    await tab.get_by_role("button", name="Continue to Bloom").click()
    await tab.get_by_role("radio", name=account).check()
    await tab.get_by_role("button", name="Allow").click()
    await expect(tab.get_by_role("heading", name="Bloom is connected")).to_be_visible()


async def sign_in(page: Page, account: str = MAYA_EMAIL, button: str = "Connect Bloom") -> None:
    """Do all of it, and come back to the Home tab."""
    tab = await begin(page, button)
    await agree(tab, account)
    await tab.close()
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(home(page)).to_contain_text(f"Connected as {account} by @")


async def test_signing_in_connects_and_slack_shows_it_at_once(world: World, visit: Visits) -> None:
    page = await visit("mia", "app/home")
    tab = await begin(page)
    await expect(page.get_by_role("dialog")).to_contain_text("Go on in your browser.")
    await expect(tab.get_by_role("heading")).to_have_text(
        "Let the Slack workspace Bloom Sandbox use your Bloom account?"
    )
    await agree(tab)
    await expect(tab.get_by_role("main")).to_contain_text(f"Bloom Sandbox uses the Bloom account {MAYA_EMAIL} now.")
    await tab.reload()
    await expect(tab.get_by_role("heading")).to_have_text(OVER)

    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(home(page)).to_contain_text(f"Connected as {MAYA_EMAIL} by @Mia")
    await expect(home(page)).to_contain_text("Maya Makes")
    await page.get_by_role("tab", name="Messages").click()
    await expect(articles(page)).to_contain_text(f"Bloom is connected as {MAYA_EMAIL}.")

    inspector = await open_tool(page, "Inspector")
    exchanged = rows(inspector).filter(has_text="POST /oauth2/token")
    await exchanged.get_by_role("button", name="/oauth2/token").click()
    await expect(exchanged.get_by_role("region", name="Body")).to_contain_text("authorization_code")
    await expect(rows(inspector).filter(has_text="GET /oauth2/authorize")).to_contain_text("browser → Bloom")
    opened = rows(inspector).filter(has_text="views.update")
    await opened.first.get_by_role("button", name="views.update").click()
    await expect(opened.first).to_contain_text("/bloom/connect?state=…")
    shown = await inspector.inner_text()
    assert not [secret for secret in world.bloom.secrets if secret in shown]


async def test_who_says_no_at_bloom_is_told_that_nothing_was_connected(world: World, visit: Visits) -> None:
    page = await visit("mia", "app/home")
    tab = await begin(page)
    await tab.get_by_role("button", name="Continue to Bloom").click()
    await tab.get_by_role("button", name="Deny").click()
    await expect(tab.get_by_role("heading")).to_have_text("Bloom was not connected")
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(home(page).get_by_role("button", name="Connect Bloom")).to_be_visible()
    assert await world.bot.core.connections.current(world.workspace_id) is None


async def test_member_asks_a_manager_who_names_them_and_they_connect(world: World, visit: Visits) -> None:
    sam = await visit("sam", "app/home")
    await expect(home(sam)).to_contain_text("@Mia can connect it.")
    await home(sam).get_by_role("button", name="Ask them").click()
    await expect(home(sam)).to_contain_text("I've asked @Mia to connect Bloom.")

    mia = await visit("mia", "app/messages")
    await expect(articles(mia)).to_contain_text("@Sam would like to make images with Bloom")
    await mia.get_by_role("tab", name="Home").click()
    await home(mia).get_by_role("button", name="Settings").click()
    await home(mia).get_by_role("button", name="Choose").last.click()
    await choose(mia.get_by_role("dialog"), "Also managers", "Sam")
    await mia.keyboard.press("Tab")  # closes the list, which lies over the button
    await mia.get_by_role("dialog").get_by_role("button", name="Save").click()
    await sam.get_by_role("tab", name="Messages").click()
    await expect(articles(sam)).to_contain_text("@Mia named you as a manager of Bloom")
    await sam.get_by_role("tab", name="Home").click()
    await sign_in(sam, LEO_EMAIL)
    await home(mia).get_by_role("button", name="Overview").click()
    await expect(home(mia)).to_contain_text(f"Connected as {LEO_EMAIL} by @Sam")
    await expect(home(mia).get_by_role("button", name="Take over")).to_be_visible()


async def test_manager_chooses_who_pays_and_disconnects_once_it_is_sure(world: World, visit: Visits) -> None:
    page = await visit("mia", "app/home")
    await sign_in(page)
    await choose(home(page), "Choose a workspace", "Harbor Studio")
    await expect(home(page)).to_contain_text("The Bloom workspace Harbor Studio pays")
    await expect(home(page)).to_contain_text("1,000 credits left")
    await expect(home(page)).not_to_contain_text("Maya Makes")

    disconnect = home(page).get_by_role("button", name="Disconnect")
    await disconnect.click()
    await page.get_by_role("button", name="Keep it").click()
    await expect(home(page)).to_contain_text(f"Connected as {MAYA_EMAIL}")
    await disconnect.click()
    studio = world.bloom.state.accounts["bloom_sk_maya"].workspace("ws_harbor")
    world.bloom.state.add_brand("Seaside", "https://seaside.example", workspace=studio)
    assert (await world.mia.open_home()).ok
    await expect(home(page)).to_contain_text("Seaside")  # drawn anew while they are asked
    await page.get_by_role("button", name="Yes, disconnect").click()
    await expect(home(page)).to_contain_text("Bloom is disconnected from this workspace.")
    assert [grant.is_revoked for grant in world.bloom.oauth.grants(MAYA_EMAIL)] == [True]


async def test_sign_in_that_is_taken_back_at_bloom_is_told_and_done_again(world: World, visit: Visits) -> None:
    page = await visit("mia", "app/home")
    await sign_in(page)
    signed_in = group(await open_tool(page, "Bloom"), "Sign-ins")
    await expect(signed_in).to_contain_text(MAYA_EMAIL)
    await signed_in.get_by_role("button", name="Expire the tokens").click()
    await place(page, "general").click()
    await write(page, f'/bloom {BOAT} --brand "Maya Makes"')
    await expect((await open_thread(page)).last.get_by_role("img", name=BOAT)).to_be_visible()

    await page.get_by_role("button", name="Close the thread").click()
    await signed_in.get_by_role("button", name="Take back").click()
    await expect(signed_in).to_contain_text("Nobody has signed in.")
    await write(page, f'/bloom {BOAT} --brand "Maya Makes"')
    await expect(articles(page).last).to_contain_text("couldn't get an image")
    await page.goto(f"{visit.address}/#/mia/app/home")
    await expect(home(page)).to_contain_text("Bloom doesn't accept this connection any more")
    await sign_in(page, button="Reconnect")
    assert len(world.bloom.oauth.grants(MAYA_EMAIL)) == 2
