"""A desk for every test that asks for one."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.core.world import BOSS, TEAM
from tests.slack.batches.desk import Desk
from tests.slack.home.stage import open_stage
from tests.slack.views import judge


@pytest.fixture(autouse=True)
def _who_can_change_limits_may_be_mentioned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "OURS", re.compile(f"<@{BOSS}>|{judge.OURS.pattern}"))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_stage(tmp_path) as stage:
        await stage.world.brands.refresh(TEAM)
        yield Desk(stage)
