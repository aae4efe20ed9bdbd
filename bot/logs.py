"""One shape for every log line, ours and the libraries'.

The libraries are held at WARNING whatever LOG_LEVEL says: below that they print request bodies, tickets and tokens.
"""

import logging
import sys
from contextlib import suppress

import structlog
from structlog.typing import Processor

from bot.config import LogFormat, LogLevel

QUIETED = ("slack_bolt", "slack_sdk", "httpx", "httpcore", "aiohttp", "asyncio", "PIL")


def _is_news(record: logging.LogRecord) -> bool:
    """Drop what Bolt says because SLACK_BOT_TOKEN stands in the environment while it is given a client."""
    return "`token` will be unused" not in record.getMessage()


class _Line(structlog.WriteLogger):
    """Writes lines of ours, under the name of the module that logs.

    As in `logging`, one that cannot be written is lost: a full disk must not stop what the line tells of.
    """

    def __init__(self, name: str) -> None:
        super().__init__(sys.stderr)
        self.name = name

    def msg(self, message: str) -> None:
        """Write a line, if that can be done."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure(level: LogLevel, fmt: LogFormat) -> None:
    """Send all log lines to standard error in the chosen format.

    Ours do not go through `logging`, which would look for the caller of each and take it apart again.
    """
    shared, renderer = _shared_processors(fmt), _renderer(fmt)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=_Line,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.value)),
        cache_logger_on_first_use=True,
    )
    _configure_libraries(level, shared, renderer)


def _shared_processors(fmt: LogFormat) -> list[Processor]:
    """Return what every line goes through, ours and the libraries', before it is rendered."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return [*shared, structlog.processors.format_exc_info] if fmt is LogFormat.JSON else shared


def _renderer(fmt: LogFormat) -> Processor:
    if fmt is LogFormat.JSON:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        exception_formatter=structlog.dev.plain_traceback,  # the default one shows local variables: credentials too
    )


def _configure_libraries(level: LogLevel, shared: list[Processor], renderer: Processor) -> None:
    """Give what comes through `logging` the same shape."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level.value, handlers=[handler], force=True)
    for name in QUIETED:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level.value)))
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)
