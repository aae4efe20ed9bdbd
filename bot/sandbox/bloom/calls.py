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
    body: Any = None
    code: str | None = None
    held: float = 0.0
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def of(cls, request: web.Request) -> "Call":
        """Begin to look at a request."""
        backend = request.app[BACKEND]
        path, operation = request.path.removeprefix(API_PREFIX), request.match_info.route.name
        asked = Asked(request.method, path, operation)
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

    def catch_up(self) -> None:
        """Let everything happen in the state that is due by now."""
        self.backend.state.catch_up()

    def authenticate(self) -> None:
        """Learn whose account the credential acts for, or refuse it."""
        self.account = self.backend.state.accounts.admit(self.credential)

    async def read_json(self) -> None:
        """Read the body where it is JSON; what is unreadable is left to the handler to refuse."""
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
                dict(self.request.query),
                fingerprint(self.credential),
                self.body,
                status,
                self.code,
                self.held,
                time.perf_counter() - self.started,
                self.backend.limits.left(self.credential or ""),
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
