"""Worlds for the scenarios. `world` comes over HTTP and over Socket Mode; `http_world` where the transport is moot."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stamina

from tests.scenarios.world import World, open_world


@pytest.fixture(params=["http", "socket"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Open a world, once for each way that Slack can reach the bot."""
    async with open_world(tmp_path, request.param) as opened:
        await opened.brands_known()
        yield opened


@pytest.fixture
async def http_world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world over HTTP."""
    async with open_world(tmp_path) as opened:
        await opened.brands_known()
        yield opened


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world over HTTP whose bot knows no Bloom account yet."""
    async with open_world(tmp_path, bloom_api_key=None) as opened:
        yield opened


@pytest.fixture
def swift_retries() -> Iterator[None]:
    """Let the client ask Bloom as often as always, but without its pauses, which are in real time."""
    with stamina.set_testing(True, attempts=4):
        yield
