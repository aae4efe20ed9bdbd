"""A store in a temporary folder, a Slack that says what a test writes, and a stage between a core and such a Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.tasks import Tasks
from bot.slack.client import SlackApi
from bot.store import SqliteStore, Vault
from tests.fakes.clock import ManualClock
from tests.slack.home.stage import Stage, open_stage
from tests.slack.loopback import WrittenSlack, slack_api, written_slack


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = tmp_path / "bloom.db"
    opened = await SqliteStore.open(path, Vault.beside(path))
    yield opened
    await opened.close()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    owner = Tasks()
    yield owner
    await owner.stop()


@pytest.fixture
async def written() -> AsyncIterator[WrittenSlack]:
    async with written_slack() as slack:
        yield slack


@pytest.fixture
async def api(written: WrittenSlack, manual_clock: ManualClock) -> AsyncIterator[SlackApi]:
    async with slack_api(written.api_url, manual_clock) as opened:
        yield opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened
