"""The store on one SQLite file, for a bot that runs as one process."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.core.models import Brand, Connection, Generation, GenerationRequest, GenerationState
from bot.store import rows
from bot.store.lock import locked
from bot.store.migrations import migrate, refuse_newer
from bot.store.vault import Vault
from bot.store.writer import QUEUE_LIMIT, Writer

CANARY = "Bloom for Slack"

FORGET_OTHER_ACCOUNTS_BRANDS = """
DELETE FROM brand_looks WHERE workspace_id = :workspace_id AND NOT EXISTS (
    SELECT 1 FROM connections WHERE workspace_id = :workspace_id AND account_email = :account_email
)
"""
ADD_GENERATION = """
INSERT INTO generations (
    id, key, workspace_id, channel_id, user_id, thread_id, brand_id, brand_name, parameters, created_at, state
) VALUES (
    :id, :key, :workspace_id, :channel_id, :user_id, :thread_id, :brand_id, :brand_name, :parameters, :created_at,
    :state
) ON CONFLICT (key) DO NOTHING
"""
SAVE_GENERATION = """
UPDATE generations SET
    state = :state,
    place_channel_id = :place_channel_id,
    place_message_id = :place_message_id,
    place_thread_id = :place_thread_id,
    place_is_fallback = :place_is_fallback,
    submitted_at = :submitted_at,
    attempts = :attempts,
    images = :images,
    failure_code = :failure_code,
    failure_detail = :failure_detail,
    failure_action_url = :failure_action_url,
    reply_id = :reply_id,
    finished_at = :finished_at
WHERE id = :id AND state = :was
"""
GENERATIONS = """
SELECT *, (
    SELECT json_group_array(image_id) FROM (
        SELECT image_id FROM generation_images WHERE generation_id = generations.id ORDER BY position
    )
) AS image_ids FROM generations
"""
BY_ID = f"{GENERATIONS} WHERE id = ?"
BY_KEY = f"{GENERATIONS} WHERE key = ?"
UNFINISHED = f"{GENERATIONS} WHERE state NOT IN ('delivered', 'failed', 'cancelled') ORDER BY created_at, rowid"


class SqliteStore:
    """Implements the core's `Store`; a call that returned is on the disk."""

    def __init__(self, writer: Writer, vault: Vault) -> None:
        self._writer = writer
        self._vault = vault

    @classmethod
    async def open(cls, path: Path, vault: Vault, *, busy_timeout: float = 5.0, queue_limit: int = QUEUE_LIMIT) -> Self:
        """Open the database, made or brought up to date as needed, for this process alone.

        ``busy_timeout`` is in seconds. ConfigError when the file cannot be used, another bot has it, a newer version
        wrote it, or the vault's keys do not fit the secrets in it; nothing is written then.
        """
        writer = await Writer.start(_opened(path, vault, busy_timeout), limit=queue_limit)
        return cls(writer, vault)

    async def close(self) -> None:
        """Finish what is under way, close the database and give back its lock; later calls raise StoreError."""
        await self._writer.close()

    async def ready(self) -> bool:
        """Tell whether the database can be written to right now."""
        try:
            await self._writer.run(lambda database: database.execute("SELECT 1").fetchone())
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

    async def save_connection(self, connection: Connection) -> None:
        """Write the connection in place of the workspace's former one; another account's brands are forgotten."""

        def write(database: Database) -> None:
            row = rows.connection_row(connection, self._vault.seal(connection.credential))
            database.execute(FORGET_OTHER_ACCOUNTS_BRANDS, row)
            database.table("connections").upsert(row, pk="workspace_id")

        await self._writer.run(write)

    async def connection(self, workspace_id: str) -> Connection | None:
        """Return the workspace's connection."""

        def read(database: Database) -> Connection | None:
            found = database.query("SELECT * FROM connections WHERE workspace_id = ?", [workspace_id])
            row = next(found, None)
            return rows.to_connection(row, self._vault.open(row["credential"])) if row else None

        return await self._writer.run(read)

    async def delete_connection(self, workspace_id: str) -> None:
        """Forget the workspace's connection and the brands seen through it."""

        def write(database: Database) -> None:
            database.execute("DELETE FROM connections WHERE workspace_id = ?", [workspace_id])
            database.execute("DELETE FROM brand_looks WHERE workspace_id = ?", [workspace_id])

        await self._writer.run(write)

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None:
        """Write down the brands that were seen, in place of those seen before."""

        def write(database: Database) -> None:
            row = rows.look_row(workspace_id, brands, at)
            database.table("brand_looks").upsert(row, pk="workspace_id")

        await self._writer.run(write)

    async def brands(self, workspace_id: str) -> tuple[tuple[Brand, ...], datetime | None]:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""

        def read(database: Database) -> tuple[tuple[Brand, ...], datetime | None]:
            found = database.query("SELECT * FROM brand_looks WHERE workspace_id = ?", [workspace_id])
            row = next(found, None)
            return rows.to_look(row) if row else ((), None)

        return await self._writer.run(read)

    async def add_generation(self, generation_id: str, request: GenerationRequest, at: datetime) -> Generation:
        """Write a queued generation, or return the one that already has the request's key."""

        def write(database: Database) -> Generation:
            database.execute(ADD_GENERATION, rows.request_row(generation_id, request, at))
            return rows.to_generation(next(database.query(BY_KEY, [request.key])))

        return await self._writer.run(write)

    async def generation(self, generation_id: str) -> Generation | None:
        """Return the generation with this id."""

        def read(database: Database) -> Generation | None:
            row = next(database.query(BY_ID, [generation_id]), None)
            return rows.to_generation(row) if row else None

        return await self._writer.run(read)

    async def unfinished_generations(self) -> tuple[Generation, ...]:
        """Return all generations that are not final, oldest first."""
        return await self._writer.run(lambda db: tuple(map(rows.to_generation, db.query(UNFINISHED))))

    async def save_generation(self, generation: Generation, *, was: GenerationState) -> bool:
        """Write the generation's state and progress; False, and nothing written, when it is not ``was`` any more.

        The request is written once, by `add_generation`. StoreError when another generation owns one of the images.
        """

        def write(database: Database) -> bool:
            row = {**rows.progress_row(generation), "was": was.value}
            if not database.execute(SAVE_GENERATION, row).rowcount:
                return False
            _save_image_ids(database, generation)
            return True

        return await self._writer.run(write)

    async def owned_image_ids(self, image_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that already belong to some generation."""
        sql = "SELECT image_id FROM generation_images WHERE image_id IN (SELECT value FROM json_each(?))"
        asked = [json.dumps(list(image_ids))]
        return await self._writer.run(
            lambda database: frozenset(image_id for (image_id,) in database.execute(sql, asked))
        )


def _save_image_ids(database: Database, generation: Generation) -> None:
    database.execute("DELETE FROM generation_images WHERE generation_id = ?", [generation.id])
    for position, image_id in enumerate(generation.image_ids):
        values = [image_id, generation.id, position]
        database.execute("INSERT INTO generation_images (image_id, generation_id, position) VALUES (?, ?, ?)", values)


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
