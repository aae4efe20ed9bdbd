"""The HTTP adapter: carries a call of `wire` to Bloom once and brings the answer back, and decides nothing itself.

A credential travels as an `httpx.Auth`, so that it stands in no repr, local variable or header default of ours.
"""

import re
from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import TypeVar

import httpx

from bot.bloom.network import Network, Seats
from bot.bloom.wire.answer import read, site_of
from bot.bloom.wire.call import Call
from bot.bloom.wire.problems import problem, redacted, seconds_until
from bot.core.clock import Clock
from bot.core.errors import BloomUnauthorized

T = TypeVar("T")

READS = 32
"""Connections for what people read, and for looks at images, of which fewer are under way at once: neither waits behind
requests that make something, which take longer."""
WRITES = 64
"""Connections for requests that make or change something."""
HELD = 300
"""Connections for requests that Bloom was asked to hold: those of single watches, and some for shared looks."""
API_KEY = "bloom_sk_"
"""How Bloom's API keys begin; anything else is an access token."""
HOLD_MARGIN = 15.0
"""Seconds that Bloom may take beyond the hold it was asked for."""


class Signature(httpx.Auth):
    """An API key or an OAuth access token, shown to nobody but Bloom."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; raise BloomUnauthorized for what cannot be a credential, such as a pasted line."""
        if not re.fullmatch("[!-~]+", self.secret):
            raise BloomUnauthorized("UNAUTHORIZED", 401, "this is no credential of Bloom's")
        if self.secret.startswith(API_KEY):
            request.headers["x-api-key"] = self.secret
        else:
            request.headers["authorization"] = f"Bearer {self.secret}"
        yield request


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
        self._network = Network(base_url)
        self._reads, self._writes, self._held = Seats(READS), Seats(WRITES), Seats(HELD)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._network.aclose()

    async def seat(self, call: Call[T]) -> AbstractContextManager[None]:
        """Wait until the call can be sent without waiting; whoever sends it is in this context."""
        if call.hold is not None:
            return await self._held.seat(self._timeouts.pool)
        return await (self._reads if call.is_read else self._writes).seat(self._timeouts.pool)

    async def send(self, call: Call[T], signature: Signature) -> T:
        """Send a call once from its seat and return what was answered. Raises BloomError."""
        response = await self._network.send(self._request(call), auth=signature, longer=call.hold or 0)
        if response.is_success:
            return read(call.answer, response.content, self._site)
        raise problem(
            response.status_code,
            redacted(response.content, signature.secret),
            site=self._site,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )

    def _request(self, call: Call[T]) -> httpx.Request:
        file = call.upload
        return self._network.request(
            call.method,
            call.path,
            params=call.query or None,
            json=call.json,
            data=file.fields if file else None,
            files={"file": (file.name, file.content, file.mime_type)} if file else None,
            timeout=allowed(self._timeouts, call.hold),
        )


def allowed(timeouts: httpx.Timeout, hold: int | None) -> httpx.Timeout:
    """Return how long a call may take, given for how long Bloom was asked to hold it."""
    if hold is None:
        return timeouts
    return httpx.Timeout(connect=timeouts.connect, read=hold + HOLD_MARGIN, write=timeouts.write, pool=timeouts.pool)
