"""Delivery over the WebSockets that the app opened: Socket Mode."""

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections import OrderedDict
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.sandbox.slack.delivery.answers import Answer, Delivery, failed
from bot.sandbox.slack.errors import Json

CONNECTIONS: Final = 10
TICKETS: Final = 100
HEARTBEAT: Final = 10.0
FAREWELL: Final = 1.0


class SocketMode:
    """The open connections of the app; each delivery goes to one of them, in turn."""

    def __init__(self, app_id: str, ack_seconds: float) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._tickets: OrderedDict[str, None] = OrderedDict()
        self._connections: list[web.WebSocketResponse] = []
        self._awaited: dict[str, asyncio.Future[Json]] = {}

    @property
    def connections(self) -> int:
        return len(self._connections)

    def ticket(self) -> str:
        """Return the right to open one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = None
        if len(self._tickets) > TICKETS:
            self._tickets.popitem(last=False)
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side closes it."""
        if self._tickets.pop(request.query.get("ticket", ""), 0) == 0:
            raise web.HTTPForbidden(text="invalid ticket")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=FAREWELL)
        await socket.prepare(request)
        if len(self._connections) >= CONNECTIONS:
            await self._disconnect(socket, "too_many_websockets")
            return socket
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            self._forget(socket)
        return socket

    async def deliver(self, delivery: Delivery) -> Answer:
        """Send one delivery and wait for its ack."""
        started = time.perf_counter()
        if not self._connections:
            return failed("dispatch_failed", 0.0)
        envelope = self._envelope(delivery)
        acked: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = acked
        socket = self._connections.pop(0)
        self._connections.append(socket)
        try:
            async with asyncio.timeout(self._ack_seconds):
                await socket.send_json(envelope)
                payload = (await acked).get("payload") or None
        except TimeoutError:
            return failed("operation_timeout", time.perf_counter() - started)
        except ConnectionError:
            return failed("dispatch_failed", time.perf_counter() - started)
        finally:
            del self._awaited[envelope["envelope_id"]]
        body = payload if delivery.accepts_response else None
        return Answer(200, _text_or_body(body), time.perf_counter() - started)

    async def disconnect(self, reason: str) -> None:
        """Ask every connection to be renewed and close it, as Slack does every few hours."""
        for socket in tuple(self._connections):
            self._forget(socket)
            await self._disconnect(socket, reason)

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        with contextlib.suppress(ConnectionError):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}})
        await socket.close()

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledged(message.data)

    def _acknowledged(self, data: str) -> None:
        ack: Any = json.loads(data)
        awaited = self._awaited.get(ack.get("envelope_id", ""))
        if awaited is not None and not awaited.done():
            awaited.set_result(ack)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._connections:
            self._connections.remove(socket)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "stand-in", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _envelope(self, delivery: Delivery) -> Json:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.accepts_response,
        }
        if delivery.kind == "events_api" or delivery.retried:
            reason = "timeout" if delivery.retried else ""
            envelope |= {"retry_attempt": delivery.retried, "retry_reason": reason}
        return envelope


def _text_or_body(payload: Any) -> Json | str | None:
    """Return an ack's payload; Bolt wraps a plain text as ``{"text": …}`` by itself."""
    return payload if isinstance(payload, dict | str) else None
