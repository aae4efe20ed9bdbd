"""The HTTP adapter: carries a call of `wire` to Bloom once and brings the answer back, and decides nothing itself.

A credential travels as an `httpx.Auth`, so that it stands in no repr, local variable or header default of ours.
Redirects are not followed and cookies are not kept: each would hand one credential's session to someone else.
"""

import asyncio
import math
import re
import ssl
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
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
Pool = httpx.AsyncClient

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
POOL = 8
"""Connections in one pool of httpx, whose every request looks at every connection of its pool: 250 in one took ten
times the CPU."""
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
    """So many connections in small pools, and a seat in front of each: nobody ever waits inside a pool."""

    def __init__(self, size: int, base_url: str, trust: ssl.SSLContext) -> None:
        self._seats = asyncio.Semaphore(size)
        self.pools = [_pool(base_url, trust) for _ in range(math.ceil(size / POOL))]
        self._free = [pool for pool in self.pools for _ in range(POOL)]
        """A seat each; what was used last is used next, for its connection is open."""

    async def seat(self, patience: float | None) -> AbstractContextManager[Pool]:
        """Wait for a connection to be free, and return what keeps it so. Raises BloomTimeout."""
        try:
            async with asyncio.timeout(patience):
                await self._seats.acquire()
        except TimeoutError as error:
            raise BloomTimeout("no connection to Bloom is free in time", sent=False) from error
        return self._seated()

    @contextmanager
    def _seated(self) -> Iterator[Pool]:
        pool = self._free.pop()
        try:
            yield pool
        finally:
            self._free.append(pool)
            self._seats.release()

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self.pools:
            await pool.aclose()


def _pool(base_url: str, trust: ssl.SSLContext) -> Pool:
    return httpx.AsyncClient(
        base_url=base_url,
        verify=trust,
        headers={"user-agent": USER_AGENT, "accept": "application/json"},
        limits=httpx.Limits(max_connections=POOL, max_keepalive_connections=POOL, keepalive_expiry=KEPT),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
    )


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
        self._reads, self._writes, self._held = (Connections(size, base_url, trust) for size in (READS, WRITES, HELD))

    async def aclose(self) -> None:
        """Close all connections."""
        for connections in (self._reads, self._writes, self._held):
            await connections.aclose()

    async def seat(self, call: Call[T]) -> AbstractContextManager[Pool]:
        """Wait until the call can be sent without waiting; whoever sends it is in this context."""
        if call.hold is not None:
            return await self._held.seat(self._timeouts.pool)
        return await (self._reads if call.is_read else self._writes).seat(self._timeouts.pool)

    async def send(self, call: Call[T], credential: Credential, pool: Pool) -> T:
        """Send a call once from its seat and return what was answered. Raises BloomError."""
        request = self._request(call, pool)
        try:
            async with asyncio.timeout(WHOLE + (call.hold or 0)):
                response = await pool.send(request, auth=credential)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _mishap(error, call) from error
        if response.is_success:
            return read(call.answer, response.content, self._site)
        raise problem(
            response.status_code,
            credential.redact(response.content),
            site=self._site,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )

    def _request(self, call: Call[T], pool: Pool) -> httpx.Request:
        file = call.upload
        try:
            return pool.build_request(
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


def _mishap(error: httpx.HTTPError | TimeoutError, call: Call[T]) -> BloomError:
    message = f"{call.method} {call.path}: {type(error).__name__}"
    if isinstance(error, httpx.DecodingError):
        return BloomUnreadable(message)
    kind = BloomTimeout if isinstance(error, httpx.TimeoutException | TimeoutError) else BloomUnavailable
    return kind(message, sent=not isinstance(error, NEVER_SENT))
