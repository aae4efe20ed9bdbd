"""One request on its way through the stand-in: what it asks, who asks, and how it is answered."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.sandbox.bloom.accounts import Account
from bot.sandbox.bloom.backend import Backend
from bot.sandbox.bloom.errors import Refused, refusal
from bot.sandbox.bloom.faults import Asked
from bot.sandbox.bloom.journal import RequestRecord, fingerprint
from bot.sandbox.bloom.oauth import AUTH_PREFIX, OAuthRefused
from bot.sandbox.bloom.oauth.parameters import Given, without_secrets
from bot.sandbox.bloom.request_schemas import PathId, Wait
from bot.sandbox.bloom.state import BloomState

API_PREFIX = "/api/v1"
BACKEND = web.AppKey("backend", Backend)
M = TypeVar("M", bound=BaseModel)


@dataclass
class Call:
    """A request with what was learned of it so far."""

    request: web.Request
    backend: Backend
    asked: Asked
    at: datetime
    credential: str | None
    account: Account = field(init=False, repr=False)
    limited_as: str = field(init=False, repr=False)
    body: Any = None
    form: Given | None = field(default=None, repr=False)
    code: str | None = None
    held: float = 0.0
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.limited_as = self.credential or ""

    @classmethod
    def of(cls, request: web.Request) -> "Call":
        """Begin to look at a request."""
        backend = request.app[BACKEND]
        path = request.path.removeprefix(API_PREFIX).removeprefix(AUTH_PREFIX)
        asked = Asked(request.method, path, request.match_info.route.name)
        return cls(request, backend, asked, backend.clock.now(), _credential(request))

    @property
    def is_api(self) -> bool:
        return self.request.path.startswith(API_PREFIX)

    @property
    def state(self) -> BloomState:
        """Return accounts, brands and images as of the last ``catch_up``."""
        return self.backend.state

    @property
    def id(self) -> str:
        """Return the id in the path."""
        return _checked(PathId, {"id": self.request.match_info["id"]}).id

    @property
    def query_pairs(self) -> Given:
        """Return the query string as it came."""
        return list(self.request.query.items())

    def catch_up(self) -> None:
        """Let everything happen in the state that is due by now."""
        self.backend.state.catch_up()

    def authenticate(self) -> None:
        """Learn whose account the credential acts for, or refuse it; ``x-api-key`` is for keys only."""
        grant = None if self.request.headers.get("x-api-key") else self.backend.oauth.grant_of(self.credential)
        if grant is None:
            self.account = self.backend.state.accounts.admit(self.credential)
        else:
            self.account, self.limited_as = grant.account.in_good_standing(), grant.id

    def meet_forced_refusal(self) -> None:
        """Refuse the authorization server's requests that are to be refused."""
        forced = self.backend.faults.forced_answer(self.asked)
        if forced:
            raise OAuthRefused(*forced)

    async def read_body(self) -> None:
        """Read a body in JSON, for who watches and records also a form; what is unreadable the handler refuses."""
        if self.asked.is_oauth and self.request.content_type == "application/x-www-form-urlencoded":
            with suppress(web.HTTPRequestEntityTooLarge):
                form = await self.request.post()
                self.form = [(name, value) for name, value in form.items() if isinstance(value, str)]
                self.body = without_secrets(self.form)
        if self.request.content_type == "application/json" and self.request.can_read_body:
            with suppress(ValueError, web.HTTPRequestEntityTooLarge):
                self.body = json.loads(await self.request.read())

    def query(self, schema: type[M]) -> M:
        """Return the query string as a schema reads it, or refuse it."""
        return _checked(schema, dict(self.request.query))

    def json(self, schema: type[M]) -> M:
        """Return the body as a schema reads it, or refuse it."""
        return _checked(schema, self.body)

    async def hold(self, wait: Wait, due: Callable[[], float | None]) -> None:
        """Keep the caller waiting, if that was asked, until nothing is due any more."""
        if wait.wait:
            self.held = await self.backend.waits.hold(due, wait.timeout)

    def answer(self, data: Any, status: int = 200) -> web.Response:
        """Return a success."""
        return web.json_response({"data": data}, status=status)

    def refuse(self, reason: Refused) -> web.Response:
        """Return a refusal in this operation's words."""
        said = refusal(reason.code, self.asked.operation, reason.message)
        self.code = said.code
        return web.json_response(said.envelope(self.backend.spelling.error_style), status=said.status)

    def record(self, status: int | None) -> None:
        """Write the request down."""
        self.backend.journal.add(
            RequestRecord(
                self.at,
                self.asked.method,
                self.asked.path,
                self.asked.operation,
                without_secrets(self.query_pairs) if self.asked.is_oauth else dict(self.request.query),
                fingerprint(self.credential),
                self.body,
                status,
                self.code,
                self.held,
                time.perf_counter() - self.started,
                self.backend.limits.left(self.limited_as),
            )
        )


def _credential(request: web.Request) -> str | None:
    key = request.headers.get("x-api-key")
    if key:
        return key
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _checked(schema: type[M], value: Any) -> M:
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        raise Refused("BAD_REQUEST", _first_complaint(error)) from error


def _first_complaint(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"Input validation failed: {where or 'body'}: {first['msg']}"
