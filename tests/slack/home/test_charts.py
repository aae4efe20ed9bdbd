"""Charts follow their figures, at a pace, and come back when something at Slack was in their way."""

from datetime import datetime

import pytest

from bot.charts import Painter
from bot.slack.directory.names import SlackNames
from bot.slack.home.usage.charts import EVERY, KEPT, LEFT_FOR, SURE_FOR, TRY_AGAIN, Charts
from bot.slack.uploads import Uploads
from tests.core.world import TEAM, a_request
from tests.slack.home.stage import Stage

PAINTER = ("/bin/cat",)
"""What it is given is the picture."""


class Shown:
    """A chart on a page that is looked at."""

    def __init__(self, stage: Stage, painter: tuple[str, ...] = PAINTER) -> None:
        clock = stage.world.clock
        names = SlackNames(stage.clients, clock, stage.world.tasks)
        self.charts = Charts(stage.world.core, names, Uploads(stage.clients, clock), clock, Painter(painter))
        self.stage = stage
        self.told: list[str] = []
        stage.world.changes.listen(self.told.append)
        stage.slack.answer("users.info", {"user": {"id": "U1", "real_name": "Mia"}})
        stage.slack.answer("files.getUploadURLExternal", *(_announced(stage, number) for number in range(1, 50)))
        stage.slack.answer("files.completeUploadExternal", *(_completed(number) for number in range(1, 50)))

    @property
    def month(self) -> datetime:
        return self.stage.world.core.usage.month()

    async def spend(self, key: str) -> None:
        await self.stage.world.add(a_request(key), f"g-{key}")

    async def look(self) -> str | None:
        """Look at the page that is open, as when it is drawn anew, and return the file that it shows."""
        spending = await self.stage.world.core.usage.spending(TEAM, self.month)
        picture = self.charts.latest(TEAM, self.month, spending)
        return picture.file_id if picture else None

    async def visit(self) -> str | None:
        """Open the page, and return the file that it shows in the end."""
        await self.stage.world.passing(self.charts.refresh(TEAM, self.month))
        return await self.look()

    @property
    def uploads(self) -> int:
        return len(self.stage.slack.named("files.completeUploadExternal"))

    @property
    def deleted(self) -> list[str]:
        return [asked.form["file"] for asked in self.stage.slack.named("files.delete")]


def _announced(stage: Stage, number: int) -> dict[str, str]:
    return {"upload_url": f"{stage.slack.api_url}upload", "file_id": f"F{number}"}


def _completed(number: int) -> dict[str, list[dict[str, str]]]:
    return {"files": [{"id": f"F{number}", "mimetype": "image/png"}]}


@pytest.fixture
async def shown(stage: Stage) -> Shown:
    made = Shown(stage)
    await made.spend("first")
    assert await made.visit() == "F1"
    return made


async def test_open_page_gets_another_chart_when_its_figures_change(shown: Shown) -> None:
    await shown.spend("second")
    assert await shown.look() == "F1"
    await shown.stage.quiet()
    assert shown.told == [TEAM, TEAM]
    assert await shown.look() == "F2"
    await shown.stage.quiet()
    assert shown.uploads == 2


async def test_chart_is_replaced_no_more_than_once_a_minute_however_busy_people_are(shown: Shown) -> None:
    clock, began = shown.stage.world.clock, shown.stage.world.clock.monotonic()
    for number in range(10):
        await shown.spend(f"busy {number}")
        await shown.look()
        await shown.stage.world.paused()
        await clock.advance(5)
    assert shown.uploads == 1
    await clock.advance(EVERY - 50)
    await shown.stage.quiet()
    assert shown.uploads == 2
    assert await shown.look() == "F2"
    assert clock.monotonic() - began >= EVERY
    await shown.stage.quiet()
    assert shown.uploads == 2


async def test_same_figures_are_drawn_once(shown: Shown) -> None:
    assert [await shown.visit() for _ in range(3)] == ["F1"] * 3
    assert shown.uploads == 1


async def test_file_of_an_old_chart_is_deleted_once_no_page_shows_it(shown: Shown) -> None:
    clock = shown.stage.world.clock
    await clock.advance(EVERY)
    await shown.spend("second")
    await shown.look()
    await shown.stage.reached("files.completeUploadExternal", 2)
    await shown.stage.world.paused()
    await clock.advance(LEFT_FOR - 1)
    assert shown.deleted == []
    await shown.stage.quiet()
    assert shown.deleted == ["F1"]


async def test_file_that_cannot_be_deleted_is_left(shown: Shown) -> None:
    shown.stage.slack.answer("files.delete", "cant_delete_file")
    await shown.spend("second")
    assert await shown.visit() == "F2"
    await shown.stage.quiet()
    assert await shown.visit() == "F2"
    assert shown.deleted == ["F1"]


@pytest.mark.parametrize("error", ["file_not_found", "file_deleted"])
async def test_chart_that_somebody_deleted_at_slack_is_drawn_again(shown: Shown, error: str) -> None:
    shown.stage.slack.answer("files.info", error)
    assert await shown.visit() == "F1"
    await shown.stage.world.clock.advance(SURE_FOR)
    assert await shown.visit() == "F2"
    assert len(shown.stage.slack.named("files.info")) == 1


@pytest.mark.parametrize("answer", [{}, "missing_scope", 503])
async def test_chart_stays_as_long_as_slack_does_not_say_that_it_is_gone(
    shown: Shown, answer: dict[str, str] | str | int
) -> None:
    shown.stage.slack.answer("files.info", answer)
    await shown.stage.world.clock.advance(SURE_FOR)
    assert [await shown.visit() for _ in range(3)] == ["F1"] * 3
    assert shown.uploads == 1
    assert len(shown.stage.slack.named("files.info")) == 1


@pytest.mark.parametrize("trouble", ["missing_scope", 503])
async def test_chart_that_slack_does_not_take_is_tried_again_but_not_at_every_look(
    stage: Stage, trouble: str | int
) -> None:
    shown = Shown(stage)
    await shown.spend("first")
    stage.slack.answer("files.getUploadURLExternal", trouble, _announced(stage, 1))
    assert await shown.visit() is None
    await shown.spend("second")
    assert [await shown.visit(), await shown.look(), await shown.visit()] == [None] * 3
    assert len(stage.slack.named("files.getUploadURLExternal")) == 1
    await stage.world.clock.advance(TRY_AGAIN)
    assert await shown.look() is None
    await stage.quiet()
    assert await shown.look() == "F1"


async def test_chart_that_cannot_be_replaced_does_not_stay_with_its_old_figures(shown: Shown) -> None:
    shown.stage.slack.answer("files.getUploadURLExternal", "missing_scope")
    await shown.spend("second")
    assert await shown.visit() is None
    assert shown.told == [TEAM, TEAM]


async def test_painter_that_fails_is_not_asked_at_every_look(stage: Stage) -> None:
    shown = Shown(stage, ("/bin/false",))
    await shown.spend("first")
    assert await shown.visit() is None
    assert shown.told == []
    assert shown.uploads == 0


async def test_without_figures_there_is_no_chart(stage: Stage) -> None:
    shown = Shown(stage)
    assert await shown.visit() is None
    assert shown.uploads == 0


async def test_no_more_charts_are_kept_than_there_is_room_for(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.home.usage.charts.KEPT", 1)
    assert KEPT == 1000
    spending = await shown.stage.world.core.usage.spending(TEAM, shown.month)
    shown.charts.latest("T9", shown.month, spending)
    await shown.stage.quiet()
    assert len(shown.charts._drawn) == 1
