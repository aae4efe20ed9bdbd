"""The command line: `python -m bot [serve | sandbox | doctor | rotate-keys]`."""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

if __name__ == "__main__":
    gc.disable()  # until all is loaded: nothing of it is garbage, and to look for some takes a quarter of the start
    for unused in ("numpy", "rich"):  # sqlite-utils, httpx and structlog load them where they are: 10 MB, 0.2 s
        sys.modules[unused] = None  # type: ignore[assignment]

from bot import __version__
from bot.app import running
from bot.config import LogFormat, LogLevel, Settings
from bot.core.clock import SystemClock
from bot.core.errors import ConfigError, StoreError
from bot.keys import rotate
from bot.logs import configure

T = TypeVar("T")

SIGNALS = (signal.SIGTERM, signal.SIGINT)
END_LIMIT = 9.0
"""Seconds that an end may take. What was not closed by then is safe on disk, and the next start goes on with it."""
NO_TOKENS = "No Slack tokens in .env: running in the sandbox, a make-believe Slack and Bloom on this machine."


@click.group(invoke_without_command=True)
@click.version_option(version=__version__, prog_name="bloom-for-slack")
@click.pass_context
def main(context: click.Context) -> None:
    """Bloom for Slack: on-brand images where a team already talks."""
    gc.enable()
    if context.invoked_subcommand is None:
        context.invoke(serve)


@main.command()
@click.option("--or-sandbox", is_flag=True, help="Without Slack tokens, run the sandbox instead of ending.")
def serve(or_sandbox: bool = False) -> None:
    """Run the bot (the default)."""
    settings = _settings()
    if or_sandbox and not settings.has_slack:
        click.echo(NO_TOKENS)
        _run_sandbox(None, None, settings.port if "port" in settings.model_fields_set else None)
        return
    configure(settings.log_level, settings.log_format)
    _run(_serve(settings))


@main.command()
@click.option("--once", metavar="PROMPT", help="Make one image from this prompt, say where the file is, and end.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="The folder for the image of --once.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    envvar="PORT",
    help="Where the page listens; by default 3000, or any free port when that one is taken.",
)
def sandbox(once: str | None, into: Path | None, port: int | None) -> None:
    """Try the bot without any account, in a make-believe Slack and Bloom on this machine."""
    _run_sandbox(once, into, port)


@main.command()
def doctor() -> None:
    """Check settings, database, keys, Slack and Bloom, and say what is wrong and what to do."""
    from bot.doctor import diagnose  # noqa: PLC0415 - the served bot has no use for it

    configure(LogLevel.ERROR, LogFormat.CONSOLE)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may know no ✔
    sys.exit(0 if _run(diagnose(SystemClock(), click.echo)) else 1)


@main.command()
@click.option("--new", is_flag=True, help="First put a new key into the key file beside the database.")
def rotate_keys(new: bool) -> None:
    """Seal every secret in the database with the newest key, so that older keys can go. The bot must not run."""
    settings = _settings()
    configure(LogLevel.WARNING, LogFormat.CONSOLE)
    done = _run(rotate(settings, with_new_key=new))
    if done is None:
        click.echo("bloom-for-slack: interrupted: keep every key, and run rotate-keys again", err=True)
        sys.exit(1)
    click.echo(f"Secrets sealed anew: {done.secrets}. The first key opens everything in the database now.")
    click.echo(f"You may remove {done.but_first}, unless you keep backups from before: those need them.")


def _settings() -> Settings:
    try:
        return Settings.load()
    except ConfigError as error:
        _refuse(error)


def _refuse(error: ConfigError) -> NoReturn:
    click.echo(f"bloom-for-slack: {error}", err=True)
    sys.exit(2)


def _run(work: Coroutine[Any, Any, T]) -> T | None:
    """Run the work, and return its result; None when it was asked to end before."""
    limit = threading.Timer(END_LIMIT, _end_anyhow)  # a thread, for what hangs may be the loop
    limit.daemon = True
    try:
        return asyncio.run(_until_asked_to_end(work, limit.start))
    except ConfigError as error:
        _refuse(error)
    except StoreError as error:
        click.echo(f"bloom-for-slack: the database fails: {error}", err=True)
        sys.exit(1)
    finally:
        limit.cancel()


async def _until_asked_to_end(work: Coroutine[Any, Any, T], at_end: Callable[[], object]) -> T | None:
    """Run the work; the first SIGTERM or Ctrl+C lets it clean up and end, a second one ends it at once."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)

    def end() -> None:
        for name in SIGNALS:
            loop.remove_signal_handler(name)
        task.cancel()
        at_end()

    for name in SIGNALS:
        loop.add_signal_handler(name, end)
    with suppress(asyncio.CancelledError):
        return await task
    return None


def _end_anyhow() -> None:
    click.echo(f"bloom-for-slack: not everything could be closed within {END_LIMIT:.0f} s", err=True)
    os._exit(1)


async def _serve(settings: Settings) -> None:
    async with running(settings):
        gc.collect()
        gc.freeze()  # what was loaded stays: to walk it in every full collection stops everything for 0.1 s
        await asyncio.Event().wait()


def _run_sandbox(once: str | None, into: Path | None, port: int | None) -> None:
    """Keep the log out of the conversation that is printed, warnings excepted."""
    from bot.sandbox.run import make_once, stay_up  # noqa: PLC0415 - the served bot has no use for the stand-ins

    configure(LogLevel.WARNING, LogFormat.CONSOLE)
    _run(make_once(once, into) if once is not None else stay_up(port))


if __name__ == "__main__":
    main()
