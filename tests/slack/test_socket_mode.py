"""The WebSocket to Slack: made when Slack is there, watched over while the bot runs, closed in good time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

from bot.core.errors import ConfigError
from bot.core.tasks import Tasks
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.delivery import socket_mode as stand_in
from bot.slack.client import SlackApi, make_session
from bot.slack.socket_mode import WATCH_EVERY, SocketMode
from tests.fakes.eventually import eventually
from tests.fakes.scaled_clock import ScaledClock

BOT_TOKEN, APP_TOKEN = "xoxb-socket", "xapp-socket"
OPEN = "apps.connections.open"
SPEED = 100.0


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=BOT_TOKEN, app_token=APP_TOKEN, fetch_images=False) as opened:
        yield opened


@pytest.fixture
def clock() -> ScaledClock:
    return ScaledClock(SPEED)


@pytest.fixture
def swift_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK's client, which goes by the wall's clock, try again after three looks of the watchdog."""
    monkeypatch.setattr("bot.slack.socket_mode.PING_EVERY", 3 * WATCH_EVERY / SPEED)


@asynccontextmanager
async def socket_mode(api_url: str, clock: ScaledClock, app_token: str = APP_TOKEN) -> AsyncIterator[SocketMode]:
    """Build a Socket Mode connection of a bot that answers `/bloom`, and close it as the bot does."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=BOT_TOKEN)

    async def answer(ack: AsyncAck) -> None:
        await ack("here")

    tasks = Tasks()
    async with make_session() as session:
        client = SlackApi(api_url, session, clock).client(BOT_TOKEN)
        app = AsyncApp(client=client, authorize=authorize, request_verification_enabled=False)
        app.command("/bloom")(answer)
        socket = SocketMode(app, app_token, client, clock, tasks)
        try:
            yield socket
        finally:
            await socket.stop()
            await tasks.stop()


async def tickets(slack: SlackStandIn) -> int:
    """Return how many tickets Slack has given out."""
    return sum(call.ok for call in slack.calls if call.method == OPEN)


async def answers(slack: SlackStandIn) -> bool:
    answer = await slack.person("Mia").command("general", "/bloom")
    return answer.ok and answer.body == {"text": "here"}


async def connected(slack: SlackStandIn, socket: SocketMode) -> None:
    await slack.wait_until(lambda: slack.connections == 1)
    while not await socket.is_connected():
        await asyncio.sleep(0.001)


async def test_connection_brings_commands_and_takes_answers(slack: SlackStandIn, clock: ScaledClock) -> None:
    async with socket_mode(slack.api_url, clock) as socket:
        assert not await socket.is_connected()
        await socket.start()
        await connected(slack, socket)
        assert await answers(slack)
    assert not await socket.is_connected()
    await slack.wait_until(lambda: slack.connections == 0)


async def test_token_that_slack_refuses_is_one_clear_line(slack: SlackStandIn, clock: ScaledClock) -> None:
    async with socket_mode(slack.api_url, clock, "xapp-wrong") as socket:
        with pytest.raises(ConfigError, match=r"^SLACK_APP_TOKEN is refused by Slack \(invalid_auth\)$"):
            await socket.start()


async def test_slack_away_at_the_start_is_connected_to_when_it_is_there(
    slack: SlackStandIn, clock: ScaledClock
) -> None:
    slack.fail_next(OPEN, status=503)
    async with socket_mode(slack.api_url, clock) as socket:
        with capture_logs() as lines:
            await socket.start()
        assert [line["event"] for line in lines] == ["Slack is not reachable yet"]
        await connected(slack, socket)
        assert await answers(slack)


@pytest.mark.usefixtures("swift_client")
async def test_slack_away_for_a_minute_is_connected_to_once_and_for_good(
    slack: SlackStandIn, clock: ScaledClock
) -> None:
    slack.fail_next(OPEN, status=503, times=3)
    async with socket_mode(slack.api_url, clock) as socket:
        await socket.start()
        await connected(slack, socket)
        given = await tickets(slack)
        await clock.sleep(6 * WATCH_EVERY)
        assert await tickets(slack) == given == 1
        assert await socket.is_connected()
        assert await answers(slack)


@pytest.mark.usefixtures("swift_client")
async def test_ticket_that_leads_nowhere_is_dropped_for_a_new_one(
    slack: SlackStandIn, clock: ScaledClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(stand_in.SocketMode, "ticket", lambda _: "nowhere")
        async with socket_mode(slack.api_url, clock) as socket:
            await socket.start()
            meanwhile.undo()
            with capture_logs() as lines:
                await connected(slack, socket)
            assert "no connection to Slack; asking for a new one" in [line["event"] for line in lines]
            assert await answers(slack)


@pytest.mark.usefixtures("swift_client")
async def test_new_ticket_that_leads_nowhere_is_dropped_too(
    slack: SlackStandIn, clock: ScaledClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket_mode(slack.api_url, clock) as socket:
        await socket.start()
        await connected(slack, socket)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(stand_in.SocketMode, "ticket", lambda _: "nowhere")
            await slack.disconnect()
            with capture_logs() as lines:
                await slack.wait_until(lambda: lines)
        await connected(slack, socket)
        assert await answers(slack)


async def test_connection_that_is_lost_while_slack_gives_no_ticket_is_made_anew(
    slack: SlackStandIn, clock: ScaledClock
) -> None:
    async with socket_mode(slack.api_url, clock) as socket:
        await socket.start()
        await connected(slack, socket)
        slack.fail_next(OPEN, status=503, times=2)
        await slack.disconnect()
        with capture_logs() as lines:
            await slack.wait_until(lambda: lines)
            await connected(slack, socket)
        assert {line["event"] for line in lines} == {"no connection to Slack; asking for a new one"}
        assert await answers(slack)


async def test_connection_that_slack_wants_renewed_is_renewed_once(slack: SlackStandIn, clock: ScaledClock) -> None:
    async with socket_mode(slack.api_url, clock) as socket:
        await socket.start()
        await connected(slack, socket)
        for renewals in range(1, 4):
            await slack.disconnect()
            await connected(slack, socket)
            await clock.sleep(0.5 * WATCH_EVERY)
            assert await answers(slack)
            assert await tickets(slack) == 1 + renewals


@asynccontextmanager
async def silent_slack() -> AsyncIterator[str]:
    """Serve a Slack that gives out tickets and opens connections, and never says anything on them; yield its API."""
    hangs_up = asyncio.Event()

    async def give_ticket(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link"})

    async def be_silent(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await hangs_up.wait()
        return socket

    app = web.Application()
    app.router.add_post(f"/api/{OPEN}", give_ticket)
    app.router.add_get("/link", be_silent)
    runner = web.AppRunner(app, shutdown_timeout=0.02)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        hangs_up.set()
        await runner.cleanup()


async def test_slack_that_says_no_goodbye_holds_up_nobody(clock: ScaledClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.socket_mode.CLOSE_TIMEOUT", 0.04)
    async with silent_slack() as api_url, socket_mode(api_url, clock) as socket:
        await socket.start()
        while not await socket.is_connected():
            await asyncio.sleep(0.001)
        began = time.monotonic()
        await socket.stop()
        assert time.monotonic() - began < 1
        assert not await socket.is_connected()
        await eventually(lambda: not [task for task in asyncio.all_tasks() if "SocketModeClient" in repr(task)])
