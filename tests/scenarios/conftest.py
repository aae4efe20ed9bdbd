"""Worlds for the scenarios. `world` comes over HTTP and over Socket Mode; `http_world` where the transport is moot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from bot.sandbox.bloom.images import FileFormat
from bot.sandbox.bloom.posters import Poster, draw
from tests.scenarios.world import World, open_world


@pytest.fixture(autouse=True)
def _pictures_of_each_shape_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a picture shows is seen in `tests/sandbox/bloom`; here it is a file of the right size and format."""
    monkeypatch.setattr("bot.sandbox.bloom.pictures.draw", _drawn)


def _drawn(poster: Poster, file_format: FileFormat) -> bytes:
    return _drawn_once(replace(poster, seed="", caption=""), file_format)


_drawn_once = lru_cache(draw)


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
async def calm_world(tmp_path: Path) -> AsyncIterator[World]:
    """Open a world over HTTP in which Slack's answers, which come in real time, are not late by the bot's clock."""
    async with open_world(tmp_path, speed=4) as opened:
        opened.bloom.state.studio.generation_seconds = (0.5, 0.5)
        await opened.brands_known()
        yield opened
