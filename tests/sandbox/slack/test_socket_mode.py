"""Socket Mode: one envelope to one connection, acks with and without words, and renewals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import build

Socket = aiohttp.ClientWebSocketResponse
PATIENCE = 5.0
"""Seconds within which a frame comes on the busiest machine; none of these tests waits them out."""


@asynccontextmanager
async def connected(slack: SlackStandIn, sockets: int = 1) -> AsyncIterator[list[Socket]]:
    """Open connections by hand."""
    client = AsyncWebClient(base_url=slack.api_url)
    async with aiohttp.ClientSession() as session:
        opened = []
        for _ in range(sockets):
            url = (await client.apps_connections_open(app_token="xapp-test"))["url"]
            opened.append(await session.ws_connect(url))
        yield opened
        for socket in opened:
            await socket.close()


async def ack(socket: Socket, **payload: Any) -> Any:
    """Receive one envelope and acknowledge it."""
    envelope = await socket.receive_json(timeout=PATIENCE)
    await socket.send_json({"envelope_id": envelope["envelope_id"], **payload})
    return envelope


async def test_a_connection_begins_with_hello(slack: SlackStandIn) -> None:
    async with connected(slack) as (socket,):
        hello = await socket.receive_json(timeout=PATIENCE)
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"]["app_id"] == slack.workspace.app.id
    await slack.wait_until(lambda: slack.connections == 0)


async def test_a_ticket_opens_one_connection(slack: SlackStandIn) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token="xapp-test"))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_each_envelope_goes_to_one_connection_in_turn(slack: SlackStandIn, mia: Person) -> None:
    async with connected(slack, 2) as sockets:
        for socket in sockets:
            await socket.receive_json(timeout=PATIENCE)
        for socket in sockets:
            said = asyncio.create_task(mia.command("general", "/bloom", "hi"))
            envelope = await ack(socket, payload={"text": "hello"})
            assert envelope["type"] == "slash_commands"
            assert envelope["accepts_response_payload"]
            assert (await said).ok
    assert [message.text for message in mia.ephemerals] == ["hello", "hello"]


async def test_a_click_cannot_be_answered_with_words(slack: SlackStandIn, mia: Person) -> None:
    async with connected(slack) as (socket,):
        await socket.receive_json(timeout=PATIENCE)
        clicked = asyncio.create_task(mia.shortcut("start"))
        envelope = await ack(socket, payload={"text": "ignored"})
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", False)
        assert (await clicked).body is None


async def test_events_are_marked_when_repeated(slack: SlackStandIn, mia: Person) -> None:
    async with connected(slack) as (socket,):
        await socket.receive_json(timeout=PATIENCE)
        opened = asyncio.create_task(mia.open_home())
        first = await ack(socket)
        assert (await opened).ok
        repeated = asyncio.create_task(slack.redeliver())
        second = await ack(socket)
        assert (await repeated).ok
    assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_a_missing_ack_is_a_time_out(clock: ManualClock) -> None:
    stand_in = SlackStandIn(clock=clock, app_token="xapp-test", ack_seconds=0.02)
    async with stand_in as slack, connected(slack) as (socket,):
        await socket.receive_json(timeout=PATIENCE)
        await socket.send_json({"envelope_id": "of nobody"})
        await socket.send_bytes(b"noise")
        assert (await slack.person("Mia").command("general", "/bloom")).error == "operation_timeout"


async def test_an_eleventh_connection_is_turned_away(slack: SlackStandIn) -> None:
    async with connected(slack, 11) as sockets:
        refusal = await sockets[-1].receive_json(timeout=PATIENCE)
        assert (refusal["type"], refusal["reason"]) == ("disconnect", "too_many_websockets")
        assert slack.connections == 10


async def test_bolt_returns_after_a_renewal(slack: SlackStandIn, mia: Person) -> None:
    app, heard = build(slack)
    handler = AsyncSocketModeHandler(app, app_token="xapp-test", web_client=app.client)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()
        await slack.wait_until(lambda: slack.connections)
        await slack.disconnect("refresh_requested")
        await slack.wait_until(lambda: slack.connections)
        # The SDK may renew twice, for the message and for the closed connection: what comes in between is typed again.
        assert (await mia.command("general", "/bloom", "help")).ok or (
            await mia.command("general", "/bloom", "help")
        ).ok
        assert heard
