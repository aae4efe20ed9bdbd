"""What the tests of the stand-ins and of their page have in common: Bloom, and the app's two ends of the line."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.slack import SlackStandIn
from tests.sandbox.slack.listener import Listener


@pytest.fixture
async def bloom() -> AsyncIterator[BloomStandIn]:
    async with BloomStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-test", base_url=slack.api_url)


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[Listener]:
    listener = Listener(slack)
    await listener.start()
    yield listener
    await listener.stop()


@pytest.fixture
def general(slack: SlackStandIn) -> str:
    return slack.workspace.channel("general").id
