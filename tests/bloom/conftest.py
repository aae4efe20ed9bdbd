"""A server on loopback that answers as a test tells it to and remembers what it was asked."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bloom import BloomApi
from bot.bloom.client import BloomClient
from bot.core.credentials import ApiKey
from bot.core.models import RateLimit
from tests.bloom.loopback import Loopback
from tests.fakes.clock import SwiftClock

API_KEY = "bloom_sk_never_to_be_seen"
LIMIT = RateLimit(120, 60.0)


@pytest.fixture
def clock() -> SwiftClock:
    return SwiftClock()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Go through no proxy and trust no certificate; reading those of the world takes 20 ms a client."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    loopback = Loopback()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", loopback.handle)
    server = TestServer(app)
    await server.start_server()
    loopback.url = str(server.make_url("/api/v1"))
    yield loopback
    loopback.over.set()
    await server.close()


@pytest.fixture
async def connect(clock: SwiftClock) -> AsyncIterator[Callable[..., BloomApi]]:
    """Make APIs that are closed when the test is over."""
    made: list[BloomApi] = []

    def connect(url: str, *, rate_limit: RateLimit = LIMIT, **options: Any) -> BloomApi:
        made.append(BloomApi(url, clock=clock, rate_limit=rate_limit, **options))
        return made[-1]

    yield connect
    for api in made:
        await api.aclose()


@pytest.fixture
def api(loopback: Loopback, connect: Callable[..., BloomApi]) -> BloomApi:
    return connect(loopback.url)


@pytest.fixture
def bloom(api: BloomApi) -> BloomClient:
    return api.with_credential(ApiKey(API_KEY))
