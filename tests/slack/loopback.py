"""Slack's Web API on loopback, as far as a test writes it: for what people at Slack decide, and for its bad days."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.core.clock import Clock
from bot.slack.client import SlackApi, make_session

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One call."""

    method: str
    form: Json
    authorization: str

    @property
    def token(self) -> str:
        return self.authorization.removeprefix("Bearer ")


class WrittenSlack:
    """Answers each method as it was told to: the answers one by one, the last one again and again; else with ok."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.root = ""
        self._answers: defaultdict[str, deque[Json | str | int]] = defaultdict(deque)
        self._gates: dict[str, asyncio.Event] = {}

    def answer(self, method: str, *answers: Json | str | int) -> None:
        """Say what comes next: an answer, an error's name, or the HTTP status of an outage."""
        self._answers[method] = deque(answers)

    def hold(self, method: str) -> asyncio.Event:
        """Keep calls of a method from being answered until the event is set."""
        return self._gates.setdefault(method, asyncio.Event())

    def named(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/"

    async def serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        form: Json = await request.json() if is_json else dict(await request.post())
        self.asked.append(Asked(method, {**request.query, **form}, request.headers.get("Authorization", "")))
        if method in self._gates:
            await self._gates[method].wait()
        answers = self._answers[method] or deque([{}])
        given = answers.popleft() if len(answers) > 1 else answers[0]
        if isinstance(given, int):
            return web.Response(status=given, text="<html>away</html>", content_type="text/html")
        body = {"ok": False, "error": given} if isinstance(given, str) else {"ok": True, **given}
        return web.json_response(body)


@asynccontextmanager
async def written_slack() -> AsyncIterator[WrittenSlack]:
    """Open one."""
    slack = WrittenSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


@asynccontextmanager
async def slack_api(url: str, clock: Clock) -> AsyncIterator[SlackApi]:
    """Open a way to it."""
    async with make_session() as session:
        yield SlackApi(url, session, clock)
