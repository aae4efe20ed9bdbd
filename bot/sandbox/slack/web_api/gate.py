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
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api.access import require_scope
from bot.sandbox.slack.web_api.arguments import Arguments, read
from bot.sandbox.slack.web_api.methods import APP_METHODS, METHODS, AppMethod
from bot.sandbox.slack.web_api.planned import Outage, Plans
from bot.sandbox.slack.web_api.routing import workspace_of

CALLS_KEPT: Final = 2000
SECRET: Final = frozenset({"token", "client_secret", "code", "access_token", "refresh_token"})
"""What stands in no record."""


@dataclass(frozen=True)
class Call:
    """One call of a Web API method, without its token.

    ``answer`` is the JSON that Slack answered (None where it was none), ``seconds`` the real time it took,
    ``team_id`` the workspace it was carried out in (None where that is none in particular).
    """

    method: str
    args: Json
    ok: bool
    error: str | None
    at: datetime
    answer: Json | None = field(default=None, repr=False)
    seconds: float = 0.0
    team_id: str | None = None


Watch = Callable[[str, Json, Literal["before", "after"]], Awaitable[None]]
"""Told the method, its arguments, and whether it is about to be carried out or to be answered; may raise an Outage."""


@dataclass
class Underway:
    """A call that is being answered, and the workspace it turned out to be for."""

    name: str
    arguments: Arguments
    started: float
    backend: Backend | None = None

    @property
    def team_id(self) -> str | None:
        return None if self.backend is None else self.backend.workspace.team.id

    @property
    def headers(self) -> dict[str, str]:
        granted = self.backend.granted_scopes if self.backend is not None else None
        return {} if granted is None else {"x-oauth-scopes": ",".join(sorted(granted))}


class WebApi:
    """Answers /api/<method> as Slack does."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.plans = Plans()
        self._last_post: dict[tuple[str, str], float] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.listeners = Listeners[Call]()
        self.watches: dict[str | None, Watch] = {}

    def watch(self, watch: Watch | None, team_id: str | None = None) -> None:
        """Let this see the calls of one workspace, or (None) all."""
        self.watches.pop(team_id, None)
        if watch is not None:
            self.watches[team_id] = watch

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call; a lost answer closes the connection instead."""
        arguments = Arguments({}, request.headers.get("Authorization", ""))
        one = Underway(request.match_info["method"], arguments, time.perf_counter())
        try:
            arguments.values = await read(request)
            one.backend = self._find_workspace(one.name, arguments)
            await self._let_watch(one, "before")
            body = {"ok": True, **await self._run(one.name, arguments)}
            await self._let_watch(one, "after")
        except Outage as outage:
            self._record(one, None, f"HTTP {outage.status}")
            return web.Response(status=outage.status, text=outage.text, content_type=outage.content_type)
        except SlackRefusal as refusal:
            self._record(one, refusal.body(), refusal.error)
            return _refused(refusal, one.headers)
        self._record(one, body)
        if self.plans.loses_answer(one.name, one.team_id) and request.transport is not None:
            request.transport.abort()
        return web.json_response(body, headers=one.headers)

    def _find_workspace(self, name: str, arguments: Arguments) -> Backend | None:
        """Return where a call belongs, as far as its token and arguments say."""
        try:
            return self._workspace(name, arguments) if name in METHODS else None
        except SlackRefusal:
            return None

    def _workspace(self, name: str, arguments: Arguments) -> Backend:
        if not arguments.token:
            raise SlackRefusal("not_authed")
        if arguments.token == self._platform.settings.app_token:
            raise SlackRefusal("not_allowed_token_type")
        return workspace_of(self._platform, arguments, anywhere=METHODS[name].anywhere)

    async def _let_watch(self, one: Underway, when: Literal["before", "after"]) -> None:
        """Let those see the call who watch its workspace, or everybody where it belongs to none."""
        for team_id, watch in tuple(self.watches.items()):
            if team_id is None or one.team_id in (None, team_id):
                await watch(one.name, one.arguments.values, when)

    async def _run(self, name: str, arguments: Arguments) -> Json:
        if (method := APP_METHODS.get(name)) is not None:
            self._require_app_token(method, arguments)
            self.plans.fail(name, None)
            return await method.run(self._platform, arguments)
        if name not in METHODS:
            raise SlackRefusal("unknown_method", req_method=name)
        backend = self._workspace(name, arguments)
        if (scope := METHODS[name].scope) is not None:
            require_scope(backend, scope)
        self.plans.fail(name, backend.workspace.team.id)
        if name == "chat.postMessage" and self._platform.settings.enforce_rate:
            self._limit_rate(backend, arguments.text("channel"))
        return await METHODS[name].run(backend, arguments)

    def _require_app_token(self, method: AppMethod, arguments: Arguments) -> None:
        if not method.takes_app_token or arguments.token == self._platform.settings.app_token:
            return
        if not arguments.token:
            raise SlackRefusal("not_authed")
        is_bots = self._platform.installations.find(arguments.token) is not None
        raise SlackRefusal("not_allowed_token_type" if is_bots else "invalid_auth")

    def _limit_rate(self, backend: Backend, channel: str) -> None:
        now, place = self._platform.clock.monotonic(), (backend.workspace.team.id, channel)
        if now - self._last_post.get(place, float("-inf")) < 1.0:
            raise SlackRefusal("ratelimited", retry_after=1)
        self._last_post[place] = now

    def _record(self, one: Underway, answer: Json | None, error: str | None = None) -> None:
        at, seconds = self._platform.clock.now(), time.perf_counter() - one.started
        args, shown = _public(one.arguments.values), None if answer is None else _public(answer)
        call = Call(one.name, args, error is None, error, at, shown, seconds, one.team_id)
        self.calls.append(call)
        self.listeners.tell(call)


def _refused(refusal: SlackRefusal, headers: dict[str, str]) -> web.Response:
    if refusal.retry_after is not None:
        headers = {**headers, "Retry-After": str(refusal.retry_after)}
    return web.json_response(refusal.body(), status=refusal.status, headers=headers)


def _public(values: Json) -> Json:
    return {key: value for key, value in values.items() if key not in SECRET}
