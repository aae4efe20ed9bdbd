"""A stand-in on a clock that stands still, and a client that talks to it as our own will."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import client
from tests.sandbox.bloom.signing_in import register


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def bloom(clock: ManualClock) -> AsyncIterator[BloomStandIn]:
    async with BloomStandIn(clock=clock) as bloom:
        yield bloom


@pytest.fixture
async def http(bloom: BloomStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with client(bloom, {"x-api-key": SANDBOX_API_KEY}) as http:
        yield http


@pytest.fixture
def acme(bloom: BloomStandIn) -> str:
    """Return the id of a brand that is ready."""
    return next(b.id for b in bloom.state.brands.of(bloom.state.account) if b.name == "Acme")


@pytest.fixture
async def auth(bloom: BloomStandIn) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the authorization server, which speaks for nobody."""
    async with httpx.AsyncClient(base_url=bloom.auth_url, verify=False) as auth:
        yield auth


@pytest.fixture
async def client_id(auth: httpx.AsyncClient) -> str:
    """Return a registered app."""
    return await register(auth)
