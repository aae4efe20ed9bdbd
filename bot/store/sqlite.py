"""The store on one SQLite file, for a bot that runs as one process: opening it, and its rooms under one roof."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.store.connections import ConnectionTables
from bot.store.generations import GenerationTables
from bot.store.leases import LeaseTables
from bot.store.lock import locked
from bot.store.migrations import migrate, refuse_newer
from bot.store.request_log import RequestTable
from bot.store.vault import Vault
from bot.store.writer import Writer

CANARY = "Bloom for Slack"

PROBE = "UPDATE workplace SET probes = probes + 1"


class SqliteStore(ConnectionTables, GenerationTables, LeaseTables, RequestTable):
    """Implements the core's `Store` and `RequestLog`; a call that returned is on the disk."""

    @classmethod
    async def open(cls, path: Path, vault: Vault, *, busy_timeout: float = 1.0) -> Self:
        """Open the database, made or brought up to date as needed, for this process alone.

        ``busy_timeout`` is in seconds; of Slack's three for an answer two such waits may be needed. ConfigError when
        the file cannot be used, another bot has it, a newer version wrote it, or the vault's keys do not fit the
        secrets in it; nothing is written then.
        """
        return cls(await Writer.start(_opened(path, vault, busy_timeout)), vault)

    async def close(self) -> None:
        """Finish what is under way, close the database and give back its lock; later calls raise StoreError."""
        await self._writer.close()

    async def ready(self) -> bool:
        """Tell whether the database can be written to right now, by writing to it."""
        try:
            await self._writer.run(lambda database: database.execute(PROBE).rowcount)
        except StoreError:
            return False
        return True

    async def reseal(self) -> None:
        """Encrypt every secret with the vault's first key, so that its other keys can be retired."""

        def write(database: Database) -> None:
            for row in list(database.query("SELECT workspace_id, credential FROM connections")):
                sealed = self._vault.reseal(row["credential"])
                database.table("connections").update(row["workspace_id"], {"credential": sealed})
            database.execute("DELETE FROM canaries")
            database.table("canaries").insert({"sealed": self._vault.seal(CANARY)})

        await self._writer.run(write)


@contextmanager
def _opened(path: Path, vault: Vault, busy_timeout: float) -> Iterator[Database]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(path), closing(_connect(path, busy_timeout)) as database:
            refuse_newer(database)
            _check_keys(database, vault)
            migrate(database)
            _add_canary(database, vault)
            yield database
    except OSError as exc:
        raise ConfigError(f"The database {path} cannot be used: {exc.strerror}") from exc
    except sqlite3.Error as exc:
        raise ConfigError(f"The database {path} cannot be used: {exc}") from exc


def _connect(path: Path, busy_timeout: float) -> Database:
    path.touch(mode=0o600)
    with ExitStack() as on_failure:
        connection = sqlite3.connect(path, timeout=busy_timeout, isolation_level=None)
        on_failure.callback(connection.close)
        database = Database(connection, execute_plugins=False)
        database.enable_wal()
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        on_failure.pop_all()
    return database


def _check_keys(database: Database, vault: Vault) -> None:
    """Open the canaries: there is one for each key that ever sealed something here."""
    for sealed in _canaries(database):
        vault.open(sealed)


def _add_canary(database: Database, vault: Vault) -> None:
    if not any(map(vault.is_current, _canaries(database))):
        database.table("canaries").insert({"sealed": vault.seal(CANARY)})


def _canaries(database: Database) -> list[str]:
    table = database.table("canaries")
    return [row["sealed"] for row in table.rows] if table.exists() else []
