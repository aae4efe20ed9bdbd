"""One process a database: a second bot on the same file would do everything twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import ConfigError


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the lock file beside the database; ConfigError when another holds it.

    The system gives the lock back when its holder ends, however it ends. The file stays: removing it would let
    two processes hold locks on two files of the same name.
    """
    descriptor = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise ConfigError(f"Another bot is running on this database: {database}") from exc
    finally:
        os.close(descriptor)
