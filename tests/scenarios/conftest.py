"""Worlds for the scenarios. `world` comes over HTTP and over Socket Mode; `http_world` where the transport is moot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
