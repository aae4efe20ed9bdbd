"""A room for every test that asks for one, and what was logged."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.slack.home.stage import open_stage
from tests.slack.results.room import Room


@pytest.fixture(autouse=True)
def log() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_stage(tmp_path) as stage:
        yield Room(stage)
