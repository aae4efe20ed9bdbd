"""A visitor's browser without the browser: what the page sends, and what it hears."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.sandbox.slack import Message, View

Json = dict[str, Any]
SECONDS = 5.0


class Live:
    """One open WebSocket, and the frames that came over it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Json] = []

    async def next(self) -> Json:
        """Wait for one frame."""
        frame: Json = await self.socket.receive_json(timeout=SECONDS)
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, suits: Callable[[Json], Any] = lambda _: True) -> Json:
        """Wait for a frame of this kind that suits."""
        async with asyncio.timeout(SECONDS):
            while (frame := await self.next())["kind"] != kind or not suits(frame):
                pass
        return frame


class Visitor:
    """One person at the page."""

    def __init__(self, http: aiohttp.ClientSession, address: str, person: str) -> None:
        self.http = http
        self.address = address
        self.person = person

    async def act(self, what: str, **body: Any) -> Json:
        """Do something that the page lets this person do."""
        status, answer = await self.try_to(what, **body)
        assert status == 200, answer
        return answer

    async def try_to(self, what: str, **body: Any) -> tuple[int, Json]:
        """Do something, and return the status with the answer."""
        async with self.http.post(f"{self.address}/people/{self.person}/{what}", json=body) as response:
            return response.status, await response.json()

    async def upload(self, name: str, data: bytes) -> tuple[int, Json]:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", io.BytesIO(data), filename=name)
        async with self.http.post(f"{self.address}/people/{self.person}/files", data=form) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Live]:
        """Open the WebSocket and take its first frame."""
        async with self.http.ws_connect(f"{self.address}/live?as={self.person}") as socket:
            live = Live(socket)
            await live.next()
            yield live


def on(surface: View | Message) -> Json:
    """Name a surface as the page does."""
    if isinstance(surface, View):
        return {"view_id": surface.id}
    return {"channel": surface.channel_id, "ts": surface.ts}
