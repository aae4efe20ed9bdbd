"""The scripted server behind the `loopback` fixture, and the answers it can be told to give."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Step = Callable[["Loopback", web.Request], Awaitable[web.StreamResponse]]

ACCOUNT = {"email": "ada@example.com", "name": "Ada"}


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Loopback:
    """Plays the steps of its script in order, the last one again and again."""

    script: list[Step] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.path, dict(request.query), headers, await request.read()))
        self.asked.set()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step(self, request)


def success(data: object, status: int = 200, headers: dict[str, str] | None = None) -> Step:
    """Answer as Bloom does when all is well."""

    async def step(_: Loopback, __: web.Request) -> web.StreamResponse:
        return web.json_response({"data": data}, status=status, headers=headers)

    return step


def error(status: int, code: str, message: str = "", headers: dict[str, str] | None = None) -> Step:
    """Answer with Bloom's error envelope."""

    async def step(_: Loopback, __: web.Request) -> web.StreamResponse:
        body = {"error": {"code": code, "status": status, "message": message}}
        return web.json_response(body, status=status, headers=headers)

    return step


def raw(status: int, body: bytes, headers: dict[str, str] | None = None) -> Step:
    """Answer with any bytes."""

    async def step(_: Loopback, __: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return step


async def hang_up(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Break the connection in the middle of the answer."""
    response = web.StreamResponse(headers={"content-length": "1000"})
    await response.prepare(request)
    await response.write(b'{"data": ')
    assert request.transport is not None
    request.transport.abort()
    return response


async def cut(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Break the connection before anything is answered."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def stay_silent(loopback: Loopback, _: web.Request) -> web.StreamResponse:
    """Never answer while the test runs."""
    await loopback.over.wait()
    return web.Response()


async def trickle(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Answer a byte at a time, for as long as anybody listens."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.005)
