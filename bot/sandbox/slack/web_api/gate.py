"""The way of one Web API call: who calls, may they, is a failure planned, and what went on record."""

import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from aiohttp import web

from bot.sandbox.listeners import Listeners
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.web_api.access import require_scope
from bot.sandbox.slack.web_api.arguments import Arguments, read
from bot.sandbox.slack.web_api.methods import METHODS, Method

CALLS_KEPT: Final = 2000


@dataclass(frozen=True)
class Call:
    """One call of a Web API method, without its token.

    ``answer`` is the JSON that Slack answered (None where it was none), ``seconds`` the real time it took.
    """

    method: str
    args: Json
    ok: bool
    error: str | None
    at: datetime
    answer: Json | None = field(default=None, repr=False)
    seconds: float = 0.0


Watch = Callable[[str, Json, Literal["before", "after"]], Awaitable[None]]
"""Told the method, its arguments, and whether it is about to be carried out or to be answered; may raise an Outage."""
OutageKind = Literal["html", "text", "broken"]
OUTAGES: Final[dict[OutageKind, tuple[str, str]]] = {
    "html": ("text/html", "<html>Slack is down</html>"),
    "text": ("text/plain", "upstream connect error or disconnect/reset before headers"),
    "broken": ("application/json", '{"ok": fal'),
}
"""What stands in for Slack's JSON when Slack, or something in front of it, is down."""


class Outage(Exception):
    """Slack itself is down: an HTTP error with something else than JSON."""

    def __init__(self, status: int, kind: OutageKind) -> None:
        super().__init__(status)
        self.status = status
        self.content_type, self.text = OUTAGES[kind]


@dataclass
class PlannedFailure:
    """A failure that a test ordered; ``lose_answer`` does the work and then drops the connection."""

    error: str
    times: int
    retry_after: int | None = None
    messages: tuple[str, ...] = ()
    lose_answer: bool = False
    status: int | None = None
    outage: OutageKind = "html"

    def refusal(self) -> SlackRefusal:
        wait = self.retry_after if self.error == "ratelimited" else None
        return SlackRefusal(self.error, self.messages, retry_after=wait)


class WebApi:
    """Answers /api/<method> as Slack does."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._planned: dict[str, list[PlannedFailure]] = {}
        self._last_post: dict[str, float] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.listeners = Listeners[Call]()
        self.revoked: str | None = None
        self.watch: Watch | None = None

    def plan(self, method: str, failure: PlannedFailure) -> None:
        self._planned.setdefault(method, []).append(failure)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call; a lost answer closes the connection instead."""
        name, started = request.match_info["method"], time.perf_counter()
        values: Json = {}
        try:
            values = await read(request)
            if self.watch:
                await self.watch(name, values, "before")
            body = await self._run(name, request, values)
            if self.watch:
                await self.watch(name, values, "after")
        except Outage as outage:
            self._record(name, values, None, started, f"HTTP {outage.status}")
            return web.Response(status=outage.status, text=outage.text, content_type=outage.content_type)
        except SlackRefusal as refusal:
            self._record(name, values, refusal.body(), started, refusal.error)
            return self._refused(refusal)
        self._record(name, values, {"ok": True, **body}, started)
        if self._take(name, lost=True) is not None and request.transport is not None:
            request.transport.abort()
        return web.json_response({"ok": True, **body}, headers=self._headers())

    async def _run(self, name: str, request: web.Request, values: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise SlackRefusal("unknown_method", req_method=name)
        self._authenticate(method, request, values)
        if method.scope is not None:
            require_scope(self._backend, method.scope)
        if (planned := self._take(name, lost=False)) is not None:
            if planned.status is not None:
                raise Outage(planned.status, planned.outage)
            raise planned.refusal()
        if name == "chat.postMessage" and self._backend.settings.enforce_rate:
            self._limit_rate(str(values.get("channel")))
        return await method.run(self._backend, Arguments(values))

    def _authenticate(self, method: Method, request: web.Request, values: Json) -> None:
        if method.token is None:
            return
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else str(values.get("token", ""))
        if not token:
            raise SlackRefusal("not_authed")
        settings = self._backend.settings
        if token not in (settings.bot_token, settings.app_token):
            raise SlackRefusal("invalid_auth")
        if token != (settings.app_token if method.token == "xapp-" else settings.bot_token):
            raise SlackRefusal("not_allowed_token_type")
        if self.revoked is not None:
            raise SlackRefusal(self.revoked)

    def _limit_rate(self, channel: str) -> None:
        now = self._backend.clock.monotonic()
        if now - self._last_post.get(channel, float("-inf")) < 1.0:
            raise SlackRefusal("ratelimited", retry_after=1)
        self._last_post[channel] = now

    def _take(self, name: str, *, lost: bool) -> PlannedFailure | None:
        """Take the next planned failure of a method, if it is of this sort."""
        planned = self._planned.get(name, [])
        if not planned or planned[0].lose_answer is not lost:
            return None
        planned[0].times -= 1
        return planned.pop(0) if planned[0].times <= 0 else planned[0]

    def _record(self, name: str, values: Json, answer: Json | None, started: float, error: str | None = None) -> None:
        args = {key: value for key, value in values.items() if key != "token"}
        seconds = time.perf_counter() - started
        call = Call(name, args, error is None, error, self._backend.clock.now(), answer, seconds)
        self.calls.append(call)
        self.listeners.tell(call)

    def _headers(self) -> dict[str, str]:
        granted = self._backend.settings.granted_scopes
        return {} if granted is None else {"x-oauth-scopes": ",".join(sorted(granted))}

    def _refused(self, refusal: SlackRefusal) -> web.Response:
        headers = self._headers()
        if refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        return web.json_response(refusal.body(), status=refusal.status, headers=headers)
