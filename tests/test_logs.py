"""One shape for every log line, and no secrets in any."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import structlog

from bot.config import LogFormat, LogLevel
from bot.logs import QUIETED, configure


@pytest.fixture(autouse=True)
def untouched_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave logging as it was found; `configure` changes it for the whole process."""
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.getLogger("slack_bolt.AsyncApp"), "filters", [])
    levels = {logger: logger.level for logger in map(logging.getLogger, (None, *QUIETED))}
    yield
    for logger, level in levels.items():
        logger.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Lines:
    """What was written to standard error since the last look."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        return self._capsys.readouterr().err

    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return Lines(capsys)


def our_log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("bot.core.journey")
    return log


def test_json_is_one_object_a_line(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.JSON)
    our_log().info("generation", id="g1", now="queued")
    (line,) = lines.json()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "generation", "level": "info", "logger": "bot.core.journey", "id": "g1", "now": "queued"}


def test_libraries_lines_have_the_same_shape(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.JSON)
    logging.getLogger("somewhere.else").warning("%d of %s", 1, "two")
    (line,) = lines.json()
    assert (line["event"], line["level"], line["logger"]) == ("1 of two", "warning", "somewhere.else")


def test_traceback_stays_within_its_json_line(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.JSON)
    our_log().error("generation broke", exc_info=ZeroDivisionError("by nothing"))
    (line,) = lines.json()
    assert "ZeroDivisionError: by nothing" in line["exception"]


def test_context_of_a_request_stands_in_its_lines(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.JSON)
    structlog.contextvars.bind_contextvars(workspace="T1")
    our_log().info("asked")
    assert lines.json()[0]["workspace"] == "T1"


def test_console_is_for_people_and_without_colors_in_a_file(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.CONSOLE)
    our_log().warning("generation held up", id="g1")
    text = lines.text()
    assert "generation held up" in text
    assert "id=g1" in text
    assert "warning" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("fmt", LogFormat)
def test_traceback_shows_no_local_variables(lines: Lines, fmt: LogFormat) -> None:
    configure(LogLevel.INFO, fmt)

    def fail(credential: str) -> None:
        raise ZeroDivisionError(len(credential))

    try:
        fail("-".join(("bloom", "sk", "secret")))
    except ZeroDivisionError:
        our_log().exception("broke")
    text = lines.text()
    assert "ZeroDivisionError" in text
    assert "bloom-sk-secret" not in text


@pytest.mark.parametrize("fmt", LogFormat)
@pytest.mark.parametrize("name", [*QUIETED, "slack_sdk.web.async_client", "httpx._client"])
def test_libraries_are_held_at_warning_even_at_debug(lines: Lines, fmt: LogFormat, name: str) -> None:
    configure(LogLevel.DEBUG, fmt)
    library = logging.getLogger(name)
    library.debug("token=xoxb-secret")
    library.info("token=xoxb-secret")
    assert lines.text() == ""
    library.warning("careful")
    assert "careful" in lines.text()


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        (LogLevel.DEBUG, ["debug", "info", "warning", "error"]),
        (LogLevel.INFO, ["info", "warning", "error"]),
        (LogLevel.WARNING, ["warning", "error"]),
        (LogLevel.ERROR, ["error"]),
    ],
)
def test_level_says_how_much_of_ours_is_shown(lines: Lines, level: LogLevel, shown: list[str]) -> None:
    configure(level, LogFormat.JSON)
    for name in ("debug", "info", "warning", "error"):
        our_log().log(logging.getLevelNamesMapping()[name.upper()], "said")
    assert [line["level"] for line in lines.json()] == shown


def test_remark_of_bolts_about_a_token_that_is_meant_to_be_there_is_dropped(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.CONSOLE)
    bolt = logging.getLogger("slack_bolt.AsyncApp")
    bolt.warning("As you gave `client`, `token` will be unused")
    assert lines.text() == ""
    bolt.warning("Unhandled request")
    assert "Unhandled request" in lines.text()


def test_configuring_again_does_not_double_the_lines(lines: Lines) -> None:
    configure(LogLevel.INFO, LogFormat.JSON)
    configure(LogLevel.INFO, LogFormat.JSON)
    our_log().info("once")
    assert len(lines.json()) == 1


def test_line_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 -- a device of Linux's on which every write fails
        monkeypatch.setattr("sys.stderr", full)
        configure(LogLevel.INFO, LogFormat.JSON)
        our_log().info("generation", id="g1")
        our_log().error("generation broke", id="g1")
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
