"""Old databases come up to date, newer ones are left alone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database

from bot.core.errors import ConfigError
from bot.core.models import Generation, GenerationState
from bot.store import SqliteStore, Vault, leases, sqlite
from bot.store.migrations import STEPS, m001_first_tables, migrate
from tests.store.contract import NOON, a_connection, a_request

KEY = Fernet.generate_key().decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bloom.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(Database(path, execute_plugins=False)) as database:
        yield database


def m999_from_the_future(database: Database) -> None:
    database.table("wonders").create({"id": str})


def m998_broken(database: Database) -> None:
    database.table("generations").drop()
    database.execute("INSERT INTO nowhere VALUES (1)")


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    schema = database.schema
    migrate(database)
    assert database.schema == schema


def test_steps_are_in_order_and_named_by_number() -> None:
    assert [step.__name__[:5] for step in STEPS] == [f"m{n:03}_" for n in range(1, len(STEPS) + 1)]


def test_tables_are_strict(database: Database) -> None:
    migrate(database)
    ours = [table for table in database.tables if not table.name.startswith("_")]
    assert {table.name for table in ours} == {
        "bloom_requests",
        "brand_looks",
        "canaries",
        "connections",
        "generation_images",
        "generations",
        "leases",
        "workplace",
    }
    assert all(table.strict for table in ours)


def test_unclaimed_generations_are_found_by_their_index(database: Database) -> None:
    migrate(database)
    asked = {"worker_id": "w", "now": "2026", "limit": 1, "most_faults": 2}
    plan = [row["detail"] for row in database.query(f"EXPLAIN QUERY PLAN {leases.CLAIM}", asked)]
    assert [step for step in plan if step.startswith("SCAN generations")] == [
        step for step in plan if "idx_generations_unfinished" in step and step.startswith("SCAN")
    ]
    plan = [row["detail"] for row in database.query(f"EXPLAIN QUERY PLAN {leases.CLAIMED}", ["[]"])]
    assert any(step.startswith("SEARCH generations") for step in plan)
    assert any(step.startswith("SEARCH generation_images USING INDEX") for step in plan)


async def test_populated_first_version_comes_up_to_date(path: Path, database: Database) -> None:
    migrate(database, [m001_first_tables])
    vault = Vault.from_keys([KEY])
    database.execute(
        "INSERT INTO connections VALUES ('T1', ?, 'ada@acme.com', 'Ada', 'U1', '2026-11-22T12:00:00.000000+00:00')",
        [vault.seal(a_connection().credential)],
    )
    database.execute(
        "INSERT INTO generations (id, key, workspace_id, channel_id, user_id, thread_id, brand_id, brand_name,"
        " parameters, state, created_at) VALUES ('g1', 'V1', 'T1', 'C1', 'U1', '1700000000.000100', 'b1', 'Acme', ?,"
        " 'waiting', '2026-11-22T12:00:00.000000+00:00')",
        ['{"prompt": "A red door", "brand_id": "b1", "reference_ids": ["r1", "r2"]}'],
    )
    database.execute("INSERT INTO generation_images VALUES ('i1', 'g1', 0)")
    database.close()
    store = await SqliteStore.open(path, vault)
    assert await store.connection("T1") == a_connection()
    expected = Generation("g1", a_request(), GenerationState.WAITING, NOON, image_ids=("i1",))
    assert await store.claim_generations("worker", now=NOON, limit=9) == (expected,)
    assert await store.worker_id()
    assert await store.requests_since("c1", NOON) == ()
    await store.close()


async def test_database_of_a_newer_bot_is_left_alone(path: Path, database: Database) -> None:
    migrate(database, [*STEPS, m999_from_the_future])
    schema = database.schema
    with pytest.raises(ConfigError, match=r"newer version of the bot.*m999_from_the_future"):
        await SqliteStore.open(path, Vault.from_keys([KEY]))
    assert database.schema == schema


async def test_failed_step_leaves_nothing_of_itself(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database)
    schema = database.schema
    steps = [*STEPS, m998_broken]
    monkeypatch.setattr(sqlite, "migrate", lambda database: migrate(database, steps))
    with pytest.raises(ConfigError, match="cannot be used: no such table: nowhere"):
        await SqliteStore.open(path, Vault.from_keys([KEY]))
    assert database.schema == schema
    monkeypatch.undo()
    await (await SqliteStore.open(path, Vault.from_keys([KEY]))).close()
