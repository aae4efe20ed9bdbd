"""The HTTP adapter: carries a call of `wire` to Bloom once and brings the answer back, and decides nothing itself.

A credential travels as an `httpx.Auth`, so that it stands in no repr, local variable or header default of ours.
Redirects are not followed and cookies are not kept: each would hand one credential's session to someone else.
"""

import asyncio
import re
import ssl
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx

from bot.bloom.wire.answer import read, site_of
from bot.bloom.wire.call import Call
from bot.bloom.wire.problems import problem, seconds_until
from bot.core.clock import Clock
from bot.core.errors import (
    BloomError,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
)

T = TypeVar("T")

TIMEOUTS = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=10.0)
QUICK = 32
"""Connections for requests that Bloom answers at once."""
HELD = 300
"""Connections for requests that Bloom was asked to hold: those of single watches, and some for shared looks."""
KEPT = 5.0
"""Seconds that a connection is kept without use."""
USER_AGENT = "bloom-for-slack"
HOLD_MARGIN = 15.0
"""Seconds that Bloom may take beyond the hold it was asked for."""

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Credential(httpx.Auth):
    """An API key or an OAuth access token, shown to nobody but Bloom."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; raise BloomUnauthorized for what cannot be a credential, such as a pasted line."""
        if not re.fullmatch("[!-~]+", self._secret):
            raise BloomUnauthorized("UNAUTHORIZED", 401, "this is no credential of Bloom's")
        if self._secret.startswith("bloom_"):
            request.headers["x-api-key"] = self._secret
        else:
            request.headers["authorization"] = f"Bearer {self._secret}"
        yield request

    def redact(self, body: bytes) -> bytes:
        """Return an error's body without the credential, should it quote it."""
        return body.replace(self._secret.encode(), b"[credential]")


class Connections:
    """So many connections, and a seat in front of each.

    For its pool httpcore goes through all connections for each request that waits for one, and closes the idle ones
    when there are more connections than it may keep: so none ever waits inside, and all may be kept.
    """

    def __init__(self, size: int, base_url: str, trust: ssl.SSLContext) -> None:
        self._seats = asyncio.Semaphore(size)
        self.http = httpx.AsyncClient(
            base_url=base_url,
            verify=trust,
            headers={"user-agent": USER_AGENT, "accept": "application/json"},
            limits=httpx.Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=KEPT),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
        )

    async def seat(self, patience: float | None) -> AbstractContextManager[object]:
        """Wait for a connection to be free, and return what keeps it so. Raises BloomTimeout."""
        try:
            async with asyncio.timeout(patience):
                await self._seats.acquire()
        except TimeoutError as error:
            raise BloomTimeout("no connection to Bloom is free in time", sent=False) from error
        seat = ExitStack()
        seat.callback(self._seats.release)
        return seat


class Transport:
    """The connections to Bloom that all credentials share, and the way a call takes over them."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        timeouts: httpx.Timeout,
    ) -> None:
        self._clock = clock
        self._site = site_of(base_url)
        self._timeouts = timeouts
        trust = httpx.create_ssl_context()
        self._quick = Connections(QUICK, base_url, trust)
        self._held = Connections(HELD, base_url, trust)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._quick.http.aclose()
        await self._held.http.aclose()

    async def seat(self, call: Call[T]) -> AbstractContextManager[object]:
        """Wait until the call can be sent without waiting; whoever sends it is in this context."""
        return await self._connections(call).seat(self._timeouts.pool)

    async def send(self, call: Call[T], credential: Credential) -> T:
        """Send a call that has a seat once and return what was answered. Raises BloomError."""
        request = self._request(call)
        try:
            response = await self._connections(call).http.send(request, auth=credential)
        except httpx.HTTPError as error:
            raise _mishap(error, call) from error
        if response.is_success:
            return read(call.answer, response.content, self._site)
        raise problem(
            response.status_code,
            credential.redact(response.content),
            site=self._site,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )

    def _connections(self, call: Call[T]) -> Connections:
        return self._quick if call.hold is None else self._held

    def _request(self, call: Call[T]) -> httpx.Request:
        file = call.upload
        try:
            return self._connections(call).http.build_request(
                call.method,
                call.path,
                params=call.query or None,
                json=call.json,
                data=file.fields if file else None,
                files={"file": (file.name, file.content, file.mime_type)} if file else None,
                timeout=allowed(self._timeouts, call.hold),
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise BloomRefused("BAD_REQUEST", 400, "the request cannot be written down") from error


def allowed(timeouts: httpx.Timeout, hold: int | None) -> httpx.Timeout:
    """Return how long a call may take, given for how long Bloom was asked to hold it."""
    if hold is None:
        return timeouts
    return httpx.Timeout(connect=timeouts.connect, read=hold + HOLD_MARGIN, write=timeouts.write, pool=timeouts.pool)


def _mishap(error: httpx.HTTPError, call: Call[T]) -> BloomError:
    message = f"{call.method} {call.path}: {type(error).__name__}"
    if isinstance(error, httpx.DecodingError):
        return BloomUnreadable(message)
    kind = BloomTimeout if isinstance(error, httpx.TimeoutException) else BloomUnavailable
    return kind(message, sent=not isinstance(error, NEVER_SENT))
