"""A database seen from outside, while a bot may be running on it: opened for reading, locking nobody out.

`python -m bot doctor` asks here; what serves people is `SqliteStore`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.core.models import Connection, Installation
from bot.store.migrations import STEPS, refuse_newer, steps_taken
from bot.store.sqlite import SqliteStore
from bot.store.vault import Vault
from bot.store.writer import Writer

T = TypeVar("T")

BUSY_TIMEOUT = 2.0
"""Seconds to wait for one who has the file to himself for a moment."""
WORKSPACES = "SELECT DISTINCT workspace_id FROM connections ORDER BY workspace_id"
INSTALLED = "SELECT workspace_id, enterprise_id FROM installations ORDER BY workspace_id, enterprise_id"


@dataclass(frozen=True, slots=True)
class Tenants:
    """Who uses the bot, and how many more workspaces there are than was asked for."""

    connections: tuple[Connection, ...] = ()
    installations: tuple[Installation, ...] = ()
    left_out: int = 0


def version_of(path: Path) -> tuple[str, bool]:
    """Return the last step that the database has taken, and whether it is this bot's last one too.

    Raises ConfigError when a newer bot wrote it, or it cannot be read.
    """
    with _viewed(path) as database:
        refuse_newer(database)
        taken = steps_taken(database)
    return (taken[-1] if taken else "none"), set(taken) == {step.__name__ for step in STEPS}


def needs_older_keys(path: Path, vault: Vault) -> bool:
    """Tell whether a key other than the first is in use. Raises ConfigError when one in use is missing."""
    with _viewed(path) as database:
        table = database.table("canaries")
        canaries = [row["sealed"] for row in table.rows] if table.exists() else []
    for sealed in canaries:
        vault.open(sealed)
    return not all(map(vault.is_current, canaries))


async def tenants_of(path: Path, vault: Vault, limit: int) -> Tenants:
    """Return the workspaces' connections to Bloom and installations in Slack, ``limit`` of each at most.

    The database must be of this bot's version. Raises ConfigError, StoreError.
    """
    with _viewed(path) as database:
        store = SqliteStore(_Reader(database), vault)
        workspaces = [row["workspace_id"] for row in database.query(WORKSPACES)]
        installed = [(row["workspace_id"], row["enterprise_id"]) for row in database.query(INSTALLED)]
        connections = [await store.connection(workspace_id) for workspace_id in workspaces[:limit]]
        installations = [await store.installation(team, None if team else org) for team, org in installed[:limit]]
    return Tenants(
        tuple(connection for connection in connections if connection),
        tuple(installation for installation in installations if installation),
        max(0, len(workspaces) - limit, len(installed) - limit),
    )


class _Reader(Writer):
    """Stands where a store has its writer, and reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, operation: Callable[[Database], T]) -> T:
        """Run an operation; one that writes raises sqlite3.OperationalError. StoreError for a row that is unfit."""
        try:
            return await asyncio.to_thread(operation, self._database)
        except (sqlite3.Error, ConfigError):
            raise
        except Exception as exc:
            raise StoreError(f"The database gave something unfit: {type(exc).__name__}") from exc


@contextmanager
def _viewed(path: Path) -> Iterator[Database]:
    try:
        address = f"{path.as_uri()}?mode=ro"
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        with closing(connection):
            yield Database(connection, execute_plugins=False)
    except sqlite3.Error as exc:
        raise ConfigError(f"The database {path} cannot be read: {exc}") from exc
