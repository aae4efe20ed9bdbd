"""The way to Bloom's site: httpx over aiohttp's connections, and what goes wrong on it in the core's words.

Redirects are not followed and cookies are not kept: each would hand one credential's session to someone else.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.core.errors import BloomError, BloomRefused, BloomTimeout, BloomUnavailable, BloomUnreadable

TIMEOUTS = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=10.0)
WHOLE = 60.0
"""Seconds from the first byte sent to the last one received: an answer that trickles is none."""
KEPT = 5.0
"""Seconds that a connection is kept without use."""
USER_AGENT = "bloom-for-slack"

NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
"""aiohttp's own words for it: its transport for httpx calls a connection that was cut a failure to connect."""


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


class Network:
    """The connections to everything below one address."""

    def __init__(self, base_url: str) -> None:
        self._http = _http(base_url)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        """Write a request down. Raises BloomRefused for what cannot be."""
        try:
            return self._http.build_request(method, path, **parts)
        except (ValueError, httpx.InvalidURL) as error:
            raise BloomRefused("BAD_REQUEST", 400, "the request cannot be written down") from error

    async def send(
        self, request: httpx.Request, *, auth: httpx.Auth | None = None, longer: float = 0.0
    ) -> httpx.Response:
        """Send a request once and return the whole answer, whatever it says. Raises BloomError."""
        what = f"{request.method} {request.url.path}"
        try:
            async with asyncio.timeout(WHOLE + longer):
                return await self._http.send(request, auth=auth)
        except TimeoutError as error:
            raise BloomTimeout(f"{what}: no whole answer in time", sent=True) from error
        except (httpx.HTTPError, aiohttp.ClientError) as error:
            raise _mishap(error, what) from error


def _http(base_url: str) -> httpx.AsyncClient:
    """Return httpx on aiohttp's connections: its own take three times the CPU, and far more where many are open."""
    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=_trust(), client=make_session, proxy=_proxy(base_url)),
        base_url=base_url,
        headers={"user-agent": USER_AGENT, "accept": "application/json"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
    )


@cache
def _trust() -> ssl.SSLContext:
    """Return whose certificates are believed: they are read once, for that takes 40 ms."""
    return httpx.create_ssl_context()


def make_session() -> aiohttp.ClientSession:
    """Return connections without a limit of their own (seats are the limit) and without a cookie jar."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT, ssl=_trust()),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(_once,),
    )


def _proxy(base_url: str) -> httpx.Proxy | None:
    address = proxy_address(base_url)
    return httpx.Proxy(address) if address else None


def proxy_address(url: str) -> str | None:
    """Return the environment's proxy; aiohttp would look it up at every request, and for a password in `.netrc`."""
    site = urlsplit(url)
    return None if proxy_bypass(site.netloc) else getproxies().get(site.scheme)


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


def _mishap(error: httpx.HTTPError | aiohttp.ClientError, what: str) -> BloomError:
    cause = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
    message = f"{what}: {type(cause).__name__}"
    if isinstance(error, httpx.DecodingError):
        return BloomUnreadable(message)
    kind = BloomTimeout if isinstance(cause, TimeoutError | httpx.TimeoutException) else BloomUnavailable
    return kind(message, sent=not isinstance(cause, NEVER_SENT))
