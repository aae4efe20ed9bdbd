"""Charts: drawn apart from the bot, whatever the names are, and never at its cost."""

import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from structlog.testing import capture_logs

from bot.charts import Bars, Chart, Painter
from bot.charts.drawing import draw

HOSTILE = ("$x^$ \\frac{", "日本語 🚲", "", "a" * 300, "<!channel>\n\n& \t*b*", "\ud83d", "\x00\x07")
CHART = Chart("7 credits in November 2026", (Bars("By person", (("Mia", 5), ("Sam", 2))), Bars("By brand", ())))


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "PNG"
        return image.size


async def test_chart_comes_out_of_a_process_of_its_own_as_a_picture() -> None:
    picture = await Painter().draw(CHART)
    assert picture is not None
    assert size_of(picture)[0] == 960


def test_whatever_people_are_called_is_drawn() -> None:
    bars = tuple((name, number) for number, name in enumerate(HOSTILE))
    chart = {"title": "$\\", "groups": [{"title": "By person", "bars": bars}, {"title": "None", "bars": []}]}
    assert size_of(draw(chart))[0] == 960


def test_more_bars_make_a_higher_picture_and_not_a_wider_one() -> None:
    few, many = (
        size_of(draw({"title": "t", "groups": [{"title": "g", "bars": [("n", 1)] * number}]})) for number in (1, 12)
    )
    assert few[0] == many[0]
    assert few[1] < many[1]


def test_charts_that_look_the_same_have_the_same_key() -> None:
    same = Chart("7 credits in November 2026", (Bars("By person", (("Mia", 5), ("Sam", 2))), Bars("By brand", ())))
    other = Chart("7 credits in November 2026", (Bars("By person", (("Mia", 5), ("Sam", 3))), Bars("By brand", ())))
    assert CHART.key == same.key != other.key


async def test_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    tell = "import os, sys; sys.stdin.read(); print('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))"
    told = await Painter((sys.executable, "-c", tell)).draw(CHART)
    assert told is not None
    assert b"MPLCONFIGDIR=" in told
    assert b"secret" not in told


async def test_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    stuck = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    with capture_logs() as logs:
        assert await Painter((sys.executable, "-c", stuck), patience=1.0).draw(CHART) is None
    assert logs[-1]["reason"] == "TimeoutError"
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


@pytest.mark.parametrize("program", [(sys.executable, "-c", "raise SystemExit(3)"), ("/nonexistent",)])
async def test_drawing_that_fails_is_no_chart(program: tuple[str, ...]) -> None:
    with capture_logs() as logs:
        assert await Painter(program).draw(CHART) is None
    assert "could not be drawn" in logs[-1]["event"]
