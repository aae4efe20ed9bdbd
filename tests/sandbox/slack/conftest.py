"""A stand-in, a client that talks to it, and a Bolt app behind it by HTTP or by Socket Mode."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.sandbox.slack import Person, SlackSite, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import build
from tests.sandbox.slack.installing import CLIENT


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack(clock: ManualClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(
        clock=clock, signing_secret="shh", bot_token="xoxb-test", app_token="xapp-test", fetch_images=False
    ) as stand_in:
        yield stand_in


@pytest.fixture
async def site(clock: ManualClock) -> AsyncIterator[SlackSite]:
    """Return a Slack with nobody in it yet."""
    async with SlackSite(
        clock=clock, signing_secret="shh", app_token="xapp-test", fetch_images=False, **CLIENT
    ) as site:
        yield site


@pytest.fixture
def mia(slack: SlackStandIn) -> Person:
    return slack.person("Mia")


@pytest.fixture
def secret(slack: SlackStandIn) -> str:
    return slack.workspace.channel("secret-launch").id


@dataclass
class Demo:
    """The demo app, connected."""

    slack: SlackStandIn
    heard: list[Any]


@pytest.fixture(params=["http", "socket"])
async def demo(slack: SlackStandIn, request: pytest.FixtureRequest) -> AsyncIterator[Demo]:
    app, heard = build(slack)
    if request.param == "http":
        runner = web.AppRunner(app.web_app("/slack/events"))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        yield Demo(slack, heard)
        await runner.cleanup()
    else:
        handler = AsyncSocketModeHandler(app, app_token="xapp-test", web_client=app.client)
        await handler.connect_async()
        await slack.wait_until(lambda: slack.connections)
        yield Demo(slack, heard)
        await handler.close_async()
