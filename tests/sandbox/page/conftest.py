"""The page of two stand-ins, a small app behind them, and two people who look at it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.page import serving_page
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.manifest import Manifest
from tests.sandbox.page.visitor import Visitor
from tests.sandbox.slack.listener import Listener

MANIFEST = Manifest.model_validate(
    {
        "features": {
            "bot_user": {"display_name": "Bloom"},
            "slash_commands": [{"command": "/bloom", "description": "Make an image"}],
            "shortcuts": [
                {"name": "Make", "type": "global", "callback_id": "from_anywhere"},
                {"name": "Make from this", "type": "message", "callback_id": "from_message"},
            ],
        },
        "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]}},
    }
)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(
        signing_secret="shh", bot_token="xoxb-test", fetch_images=False, manifest=MANIFEST, ack_seconds=0.5
    )
    async with stand_in:
        yield stand_in


@pytest.fixture
async def page(slack: SlackStandIn, bloom: BloomStandIn, app: Listener) -> AsyncIterator[str]:
    async with serving_page(slack, bloom) as address:
        yield address


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def mia(http: aiohttp.ClientSession, page: str) -> Visitor:
    return Visitor(http, page, "mia")


@pytest.fixture
def sam(http: aiohttp.ClientSession, page: str) -> Visitor:
    return Visitor(http, page, "sam")


async def show(client: AsyncWebClient, slack: SlackStandIn, *elements: dict[str, Any]) -> Any:
    """Let the app post a message with these elements in the block ``b``; return it."""
    blocks = [{"type": "actions", "block_id": "b", "elements": list(elements)}]
    await client.chat_postMessage(channel="general", text="x", blocks=blocks)
    return slack.messages("general")[-1]
