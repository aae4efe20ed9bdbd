"""The store on one SQLite file, for a bot that runs as one process: opening it, and its rooms under one roof."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.store.audit import AuditTable
from bot.store.batches import BatchTables
from bot.store.brand_jobs import BrandJobTable
from bot.store.brands import BrandTable
from bot.store.connections import ConnectionTable
from bot.store.generations import GenerationTables
from bot.store.history import HistoryTables, holds
from bot.store.installations import InstallationTables
from bot.store.keys import SealedTables, add_canary, check_keys
from bot.store.leases import LeaseTables
from bot.store.leaving import LeavingTables
from bot.store.lock import locked
from bot.store.managers import ManagerTable
from bot.store.migrations import migrate, refuse_newer
from bot.store.preferences import PreferenceTable
from bot.store.request_log import RequestTable
from bot.store.results import ResultTables
from bot.store.sign_ins import SignInTables
from bot.store.vault import Vault
from bot.store.writer import Writer

PROBE = "UPDATE workplace SET probes = probes + 1"


class SqliteStore(
    ConnectionTable,
    SignInTables,
    BrandTable,
    InstallationTables,
    ManagerTable,
    LeavingTables,
    GenerationTables,
    HistoryTables,
    ResultTables,
    PreferenceTable,
    AuditTable,
    BrandJobTable,
    BatchTables,
    LeaseTables,
    RequestTable,
    SealedTables,
):
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


@contextmanager
def _opened(path: Path, vault: Vault, busy_timeout: float) -> Iterator[Database]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(path), closing(_connect(path, busy_timeout)) as database:
            refuse_newer(database)
            check_keys(database, vault)
            migrate(database)
            add_canary(database, vault)
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
        database.register_function(holds, deterministic=True)
        database.enable_wal()
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA secure_delete = ON")  # what is erased, or was sealed with a retired key, is gone
        on_failure.pop_all()
    return database
