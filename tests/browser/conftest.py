"""One Chromium for all of these tests; for each of them a sandbox of its own, and pages that may not complain."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.trouble import ORDERS, Hold
from bot.sandbox.page import serving_page
from bot.sandbox.slack import SlackStandIn
from tests.browser.chromium import EXECUTABLE, chromium
from tests.browser.visits import Visits
from tests.scenarios.world import World, open_world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in one event loop, the browser's; without a browser say so."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if EXECUTABLE is None:
                item.add_marker(
                    pytest.mark.skip(
                        reason="no Chromium on this machine (Debian: apt-get install chromium-headless-shell)"
                    )
                )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The bot between its stand-ins, on a clock that runs forty times as fast."""
    async with open_world(tmp_path) as opened:
        await opened.brands_known()
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def door(world: World) -> AsyncIterator[Hold]:
    """Let orders for images wait at Bloom until the test releases them."""
    closed = world.bloom.faults.hold(ORDERS)
    yield closed
    closed.release()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(world: World, browser: Browser) -> AsyncIterator[Visits]:
    """Open the page of ``world``: ``page = await visit("mia", "general")``."""
    async with serving_page(world.slack, world.bloom) as address:
        visits = Visits(browser, address)
        yield visits
        await visits.close()
    assert visits.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[SlackStandIn]:
    """A workspace without our bot: whatever a test wants to see on the screen is put there by hand."""
    async with SlackStandIn(fetch_images=False) as slack:
        yield slack


@pytest_asyncio.fixture(loop_scope="session")
async def look(stage: SlackStandIn, browser: Browser) -> AsyncIterator[Visits]:
    """Open the page of ``stage``, as ``visit`` does that of ``world``."""
    async with BloomStandIn() as bloom, serving_page(stage, bloom) as address:
        visits = Visits(browser, address)
        yield visits
        await visits.close()
    assert visits.complaints == []
