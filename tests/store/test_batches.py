"""Batches on SQLite: the contract, rows that cannot be read, and what a look costs."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database
from structlog.testing import capture_logs

from bot.core.models import BatchState, RowOf
from bot.store import SqliteStore, Vault
from bot.store.rows import request_row
from tests.store.batch_contract import BatchContract, a_batch, attempt
from tests.store.contract import NOON
from tests.store.history_contract import wished
from tests.store.speed import best

ROWS = 200


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "bloom.db", Vault.from_keys([Fernet.generate_key().decode()]))
    yield store
    await store.close()


class TestBatches(BatchContract):
    """The contract on a real file."""


@pytest.mark.parametrize("column", ["rows", "bad_rows", "standing", "state"])
async def test_batch_that_cannot_be_read_keeps_no_others_waiting(store: SqliteStore, column: str) -> None:
    for batch_id in ("b1", "b2"):
        await store.add_batch(a_batch(batch_id, state=BatchState.RUNNING))
    spoil = f"UPDATE batches SET {column} = ? WHERE id = 'b1'"
    unfit = BatchState.PAUSED if column != "state" else "nowhere"
    await store._writer.run(lambda database: database.execute(spoil, [unfit]).rowcount)
    with capture_logs() as logs:
        assert await store.batch("b1") is None
        assert [batch.id for batch in await store.open_batches()] == ["b2"]
    assert {(entry["event"], entry["id"]) for entry in logs} == {("batch cannot be read", "b1")}


async def test_attempt_that_cannot_be_read_keeps_no_others_waiting(store: SqliteStore) -> None:
    await attempt(store, 2)
    await attempt(store, 3)
    spoil = "UPDATE generations SET state = 'nowhere' WHERE id = 'g-2-1'"
    await store._writer.run(lambda database: database.execute(spoil).rowcount)
    with capture_logs() as logs:
        assert [row.number for row in await store.batch_tally("b1")] == [3]
        assert [one.id for one in await store.batch_attempts("b1")] == ["g-3-1"]
    assert len(logs) == 2


def fill(database: Database) -> None:
    """Write three attempts at each of 200 rows, with long prompts and images, between 10,000 other generations."""
    of_rows = [
        replace(wished(uuid4().hex, prompt="A red door " * 60, variants=5), batch=RowOf("b1", row))
        for _ in range(3)
        for row in range(2, ROWS + 2)
    ]
    images = json.dumps(
        [{"id": f"i{n}", "state": "completed", "url": "https://x", "prompt": "a" * 500} for n in range(5)]
    )
    wishes = [*(wished(uuid4().hex) for _ in range(5_000)), *of_rows, *(wished(uuid4().hex) for _ in range(5_000))]
    database.table("generations").insert_all(
        {**request_row(uuid4().hex, wish, NOON), "state": "delivered", "images": images, "made": 5} for wish in wishes
    )


@pytest.mark.timing
async def test_progress_of_200_rows_is_read_in_passing(store: SqliteStore) -> None:
    await store._writer.run(fill)
    tally = await store.batch_tally("b1")
    assert [(row.attempts, row.made) for row in tally] == [(3, 15)] * ROWS
    assert await best(lambda store: store.batch_tally("b1"), store) < 10, "some ten times what it took"
