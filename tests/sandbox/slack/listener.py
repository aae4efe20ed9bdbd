"""The other end of the line: an app that records what Slack sends and answers what a test says."""

import asyncio
import json
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.slack import SlackStandIn


class Listener:
    """An app of a few lines, for what Bolt would hide."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack
        self.received: list[Any] = []
        self.headers: dict[str, str] = {}
        self.bodies: list[str] = []
        self.answer: Any = ""
        self.status = 200
        self.seconds = 0.0

    @property
    def last(self) -> Any:
        return self.received[-1]

    async def start(self) -> None:
        application = web.Application()
        application.router.add_post("/slack/events", self._hear)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._slack.connect_http(self.url)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def post(self, url: str, body: Any) -> tuple[int, str]:
        """Post to a response URL."""
        data = body if isinstance(body, str) else json.dumps(body)
        async with aiohttp.ClientSession() as session, session.post(url, data=data) as response:
            return response.status, await response.text()

    async def _hear(self, request: web.Request) -> web.Response:
        self.headers = dict(request.headers)
        self.bodies.append(await request.text())
        self.received.append(await self._payload(request))
        await asyncio.sleep(self.seconds)
        if isinstance(self.answer, str):
            return web.Response(text=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)

    async def _payload(self, request: web.Request) -> Any:
        if request.content_type == "application/json":
            return await request.json()
        fields = dict(await request.post())
        payload = fields.get("payload")
        return json.loads(payload) if isinstance(payload, str) else fields
