"""Looking back, and decisions, on SQLite: the contracts, and what rows that nobody can read do to others."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database
from structlog.testing import capture_logs

from bot.core.errors import StoreError
from bot.core.models import HistoryFilter
from bot.store import SqliteStore, Vault
from tests.store.contract import LATER, NOON
from tests.store.decision_contract import JOB, DecisionContract, an_event
from tests.store.history_contract import DAY, HistoryContract, found, put


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "bloom.db", Vault.from_keys([Fernet.generate_key().decode()]))
    yield store
    await store.close()


async def spoil(store: SqliteStore, sql: str) -> None:
    """Write by hand, as another version of the bot may have."""
    assert await store._writer.run(lambda database: database.execute(sql).rowcount) == 1


class TestHistory(HistoryContract):
    """The contract on a real file."""


class TestDecisions(DecisionContract):
    """The contract on a real file."""


@pytest.mark.parametrize("parameters", ["", "{", "[]", "null", '{"brand_id": "b1"}', '{"prompt": 7, "brand_id": "b1"}'])
async def test_generation_that_cannot_be_read_leaves_the_others(store: SqliteStore, parameters: str) -> None:
    await put(store, "V1")
    await put(store, "V2")
    await spoil(store, f"UPDATE generations SET parameters = '{parameters}' WHERE id = 'g-V1'")
    with capture_logs() as logs:
        assert await found(store) == ["V2"]
        assert await found(store, HistoryFilter(text="red")) == ["V2"]
        assert [one.id for one in await store.generations_between("T1", NOON, NOON + DAY)] == ["g-V2"]
    assert {entry["id"] for entry in logs} == {"g-V1"}


async def test_event_that_cannot_be_read_leaves_the_others(store: SqliteStore) -> None:
    for number in range(3):
        await store.record_event(an_event(number, minutes=number))
    await spoil(store, "UPDATE audit_log SET action = 'teleported' WHERE id = 'e1-T1'")
    with capture_logs() as logs:
        assert [event.id for event in await store.events("T1", NOON, LATER)] == ["e0-T1", "e2-T1"]
    assert [entry["id"] for entry in logs] == ["e1-T1"]


async def test_brand_job_that_cannot_be_read_leaves_the_others(store: SqliteStore) -> None:
    await store.save_brand_job(JOB)
    await spoil(
        store,
        "INSERT INTO brand_jobs SELECT 'j2', workspace_id, connection_id, asked_by, created_at, '{', NULL"
        " FROM brand_jobs",
    )
    with capture_logs() as logs:
        assert await store.brand_jobs() == (JOB,)
    assert [entry["id"] for entry in logs] == ["j2"]


async def test_table_that_is_missing_is_not_made_up(store: SqliteStore) -> None:
    def drop(database: Database) -> None:
        for name in ("audit_log", "brand_jobs"):
            database.execute(f"DROP TABLE {name}")

    await store._writer.run(drop)
    with pytest.raises(StoreError):
        await store.record_event(an_event(1))
    with pytest.raises(StoreError):
        await store.save_brand_job(JOB)
