"""Worlds for the scenarios. `world` comes over HTTP and over Socket Mode; `http_world` where the transport is moot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from bot.sandbox.bloom.images import FileFormat
from bot.sandbox.bloom.posters import Poster, draw
from tests.scenarios.process import BotProcess
from tests.scenarios.world import World, open_world, words


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
async def bot(tmp_path: Path) -> AsyncIterator[BotProcess]:
    """Start the bot as a process of its own, between the stand-ins of a world, that knows Bloom's brands."""
    async with open_world(tmp_path, start=False) as world:
        process = BotProcess(world, tmp_path)
        await process.start()
        await world.mia.open_home()
        await world.slack.wait_until(lambda: world.mia.home and "Acme" in words(world.mia.home))
        yield process
        await process.aclose()
