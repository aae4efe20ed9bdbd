"""A world with a connected workspace for every test that asks for one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.core.batch_world import BatchWorld
from tests.core.world import World


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep structlog from drawing tracebacks that nobody looks at, which takes it seconds."""
    with capture_logs():
        yield


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "bloom.db")
    await world.start()
    await world.connect()
    await world.worker.start()
    yield world
    await world.stop()


@pytest.fixture
def batches(world: World, monkeypatch: pytest.MonkeyPatch) -> BatchWorld:
    return BatchWorld(world, monkeypatch)
