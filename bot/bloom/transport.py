"""The HTTP adapter: carries a call of `wire` to Bloom once and brings the answer back, and decides nothing itself.

A credential travels as an `httpx.Auth`, so that it stands in no repr, local variable or header default of ours.
Redirects are not followed and cookies are not kept: each would hand one credential's session to someone else.
"""

import asyncio
import re
import ssl
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

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
WHOLE = 60.0
"""Seconds from the first byte sent to the last one received: an answer that trickles is none."""
READS = 32
"""Connections for what people read, and for looks at images, of which fewer are under way at once: neither waits behind
requests that make something, which take longer."""
WRITES = 64
"""Connections for requests that make or change something."""
HELD = 300
"""Connections for requests that Bloom was asked to hold: those of single watches, and some for shared looks."""
KEPT = 5.0
"""Seconds that a connection is kept without use."""
USER_AGENT = "bloom-for-slack"
HOLD_MARGIN = 15.0
"""Seconds that Bloom may take beyond the hold it was asked for."""

NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
"""aiohttp's own words for it: its transport for httpx calls a connection that was cut a failure to connect."""


class Signature(httpx.Auth):
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


class Seats:
    """So many places for requests under way: who waits for one waits here, never inside the HTTP client."""

    def __init__(self, size: int) -> None:
        self._free = asyncio.Semaphore(size)

    async def seat(self, patience: float | None) -> AbstractContextManager[None]:
        """Wait for a place, and return what keeps it. Raises BloomTimeout."""
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise BloomTimeout("no connection to Bloom is free in time", sent=False) from error
        return self._seated()

    @contextmanager
    def _seated(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._free.release()


def _http(base_url: str) -> httpx.AsyncClient:
    """Return httpx on aiohttp's connections: its own take three times the CPU, and far more where many are open."""
    trust = httpx.create_ssl_context()
    return httpx.AsyncClient(
        transport=AiohttpTransport(client=lambda: _session(trust), proxy=_proxy(base_url)),
        base_url=base_url,
        headers={"user-agent": USER_AGENT, "accept": "application/json"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
    )


def _session(trust: ssl.SSLContext) -> aiohttp.ClientSession:
    """Return connections without a limit of their own (seats are the limit) and without a cookie jar."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT, ssl=trust),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(_once,),
    )


def _proxy(base_url: str) -> httpx.Proxy | None:
    """Return the environment's proxy; aiohttp would look it up at every request, and for a password in `.netrc`."""
    site = urlsplit(base_url)
    address = None if proxy_bypass(site.netloc) else getproxies().get(site.scheme)
    return httpx.Proxy(address) if address else None


class ConnectionLost(aiohttp.ClientConnectionError):
    """A connection that was cut under a request."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating by itself what a connection lost: each request is one of the budget's."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ConnectionLost(type(error).__name__) from error


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
        self._http = _http(base_url)
        self._reads, self._writes, self._held = Seats(READS), Seats(WRITES), Seats(HELD)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def seat(self, call: Call[T]) -> AbstractContextManager[None]:
        """Wait until the call can be sent without waiting; whoever sends it is in this context."""
        if call.hold is not None:
            return await self._held.seat(self._timeouts.pool)
        return await (self._reads if call.is_read else self._writes).seat(self._timeouts.pool)

    async def send(self, call: Call[T], signature: Signature) -> T:
        """Send a call once from its seat and return what was answered. Raises BloomError."""
        request = self._request(call)
        try:
            async with asyncio.timeout(WHOLE + (call.hold or 0)):
                response = await self._http.send(request, auth=signature)
        except TimeoutError as error:
            raise BloomTimeout(f"{call.method} {call.path}: no whole answer in time", sent=True) from error
        except (httpx.HTTPError, aiohttp.ClientError) as error:
            raise _mishap(error, call) from error
        if response.is_success:
            return read(call.answer, response.content, self._site)
        raise problem(
            response.status_code,
            signature.redact(response.content),
            site=self._site,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )

    def _request(self, call: Call[T]) -> httpx.Request:
        file = call.upload
        try:
            return self._http.build_request(
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


def _mishap(error: httpx.HTTPError | aiohttp.ClientError, call: Call[T]) -> BloomError:
    cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
    message = f"{call.method} {call.path}: {type(cause).__name__}"
    if isinstance(error, httpx.DecodingError):
        return BloomUnreadable(message)
    kind = BloomTimeout if isinstance(cause, TimeoutError | httpx.TimeoutException) else BloomUnavailable
    return kind(message, sent=not isinstance(cause, NEVER_SENT))
