"""Work in the background has an owner."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.core.errors import BloomUnavailable, StoreError
from bot.core.tasks import Tasks, together
from tests.fakes.eventually import eventually


async def test_tasks_are_counted_while_they_run() -> None:
    tasks, gate = Tasks(), asyncio.Event()
    task = tasks.start(gate.wait(), name="wait")
    assert len(tasks) == 1
    assert task.get_name() == "wait"
    gate.set()
    await eventually(lambda: not len(tasks))


@pytest.mark.parametrize(
    ("error", "level"), [(BloomUnavailable("away"), "warning"), (ZeroDivisionError("never expected"), "error")]
)
async def test_failure_is_logged_under_the_name(error: Exception, level: str) -> None:
    async def fail() -> None:
        raise error

    tasks = Tasks()
    with capture_logs() as lines:
        tasks.start(fail(), name="doomed work")
        await eventually(lambda: lines)
    assert (lines[0]["log_level"], lines[0]["task"]) == (level, "doomed work")


async def test_stop_ends_everything_even_what_starts_meanwhile() -> None:
    tasks, ended = Tasks(), []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)
            if name == "first":
                tasks.start(work("second"), name="second")

    tasks.start(work("first"), name="first")
    await asyncio.sleep(0)
    with capture_logs() as lines:
        await tasks.stop()
    assert ended[0] == "first"
    assert len(tasks) == 0
    assert lines == []


async def test_stop_without_tasks_is_no_error() -> None:
    tasks = Tasks()
    await tasks.stop()
    assert len(tasks) == 0


async def test_stop_lets_vital_work_come_to_its_own_end_and_cancels_the_rest() -> None:
    tasks, gate, ended = Tasks(), asyncio.Event(), []

    async def work(name: str) -> None:
        await gate.wait()
        await asyncio.sleep(0.01)
        ended.append(name)

    async def vital() -> None:
        await work("refresh")
        tasks.start(work("save"), name="save", is_vital=True)
        tasks.start(work("show"), name="show")

    tasks.start(vital(), name="refresh", is_vital=True)
    tasks.start(work("look"), name="look")
    await asyncio.sleep(0)
    stopping = asyncio.create_task(tasks.stop())
    await eventually(lambda: len(tasks) == 1)
    gate.set()
    await stopping
    assert ended[:2] == ["refresh", "save"]
    assert "look" not in ended
    assert len(tasks) == 0


async def test_stop_does_not_wait_for_ever_for_vital_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.tasks.VITAL_PATIENCE", 0.02)
    tasks = Tasks()
    task = tasks.start(asyncio.Event().wait(), name="stuck", is_vital=True)
    async with asyncio.timeout(2):
        await tasks.stop()
    assert task.cancelled()
    assert len(tasks) == 0


async def test_what_is_done_together_ends_together_and_fails_of_what_one_failed_of() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    async def fail() -> None:
        await asyncio.sleep(0)
        raise StoreError("disk full")

    with pytest.raises(StoreError, match="disk full"):
        await together(work(), fail(), work())
    assert ended == ["work", "work"]
