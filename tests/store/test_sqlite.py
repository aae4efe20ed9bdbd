"""The store on SQLite: the contract, and what a file and a process add to it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

import bot
from bot.core.errors import ConfigError, StoreError
from bot.core.models import GenerationState
from bot.store import SqliteStore, Vault
from tests.store.contract import CREDENTIAL, LATER, ME, NOON, StoreContract, a_connection, a_request, advanced

KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bloom.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path, Vault.from_keys([KEY]), busy_timeout=0.02)
    yield store
    await store.close()


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


async def opened_and_closed(path: Path, *keys: str) -> None:
    await (await SqliteStore.open(path, Vault.from_keys(keys))).close()


class TestSqliteStore(StoreContract):
    """The contract on a real file."""


async def test_everything_is_there_after_a_restart(path: Path) -> None:
    vault = Vault.beside(path)
    store = await SqliteStore.open(path, vault)
    generation = advanced(await store.add_generation("g1", a_request(), NOON, worker_id=ME))
    await store.save_generation(generation, was=GenerationState.QUEUED, worker_id=ME)
    await store.save_connection(a_connection())
    await store.close()
    again = await SqliteStore.open(path, Vault.beside(path))
    assert await again.generation("g1") == generation
    assert await again.connection("T1") == a_connection()
    await again.close()


async def test_files_are_for_their_owner_alone(store: SqliteStore, path: Path) -> None:
    await store.save_connection(a_connection())
    assert path.parent.stat().st_mode & 0o777 == 0o700
    files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert files == dict.fromkeys(("bloom.db", "bloom.db-shm", "bloom.db-wal", "bloom.db.lock"), 0o600)


async def test_credential_stands_nowhere_in_the_clear(store: SqliteStore, path: Path) -> None:
    await store.save_connection(a_connection())
    while_open = b"".join(content(path).values())
    await store.close()
    afterwards = b"".join(content(path).values())
    assert b"ada@acme.com" in while_open
    assert CREDENTIAL.encode() not in while_open + afterwards
    assert CREDENTIAL not in repr(a_connection())


async def test_damaged_credential_is_a_store_error_without_it(store: SqliteStore) -> None:
    await store.save_connection(a_connection())
    foreign = Vault.from_keys([OTHER_KEY]).seal(CREDENTIAL)
    await store._writer.run(lambda db: db.execute("UPDATE connections SET credential = ?", [foreign]))
    with pytest.raises(StoreError) as refused:
        await store.connection("T1")
    assert foreign not in f"{refused.value} {refused.value.__cause__}"


async def test_what_was_read_is_answered_from_memory_until_it_is_written_anew(store: SqliteStore) -> None:
    await store.save_connection(a_connection())
    assert await store.connection("T1") == a_connection()
    await store._writer.run(lambda db: db.execute("DELETE FROM connections").rowcount)
    assert await store.connection("T1") == a_connection()
    await store.delete_connection("T1")
    assert await store.connection("T1") is None


async def test_no_more_workspaces_than_a_few_are_remembered(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.connections.KEPT", 2)
    for number in range(5):
        assert await store.connection(f"T{number}") is None
    assert len(store._connections._found) <= 2


async def test_wrong_keys_are_refused_before_anything_is_written(path: Path) -> None:
    await opened_and_closed(path, KEY)
    before = content(path)
    with pytest.raises(ConfigError, match="ENCRYPTION_KEYS does not fit"):
        await SqliteStore.open(path, Vault.from_keys([OTHER_KEY]))
    assert content(path) == before
    await opened_and_closed(path, KEY)


async def test_every_key_in_use_is_needed_until_all_is_resealed(path: Path) -> None:
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    await store.save_connection(a_connection())
    await store.close()
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY, KEY]))
    await store.save_connection(a_connection("T2"))
    await store.close()
    for too_few in (KEY, OTHER_KEY):
        with pytest.raises(ConfigError, match="does not fit"):
            await SqliteStore.open(path, Vault.from_keys([too_few]))
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY, KEY]))
    await store.reseal()
    await store.close()
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY]))
    assert await store.connection("T1") == a_connection("T1")
    assert await store.connection("T2") == a_connection("T2")
    await store.close()


async def test_second_bot_on_a_database_is_refused(store: SqliteStore, path: Path) -> None:
    with pytest.raises(ConfigError, match="Another bot is running on this database"):
        await SqliteStore.open(path, Vault.from_keys([KEY]))
    await store.close()
    await opened_and_closed(path, KEY)


DYING_BOT = """
import asyncio, sys
from pathlib import Path
from bot.store import SqliteStore, Vault
from tests.store.contract import ME, NOON, a_request

async def main(path):
    store = await SqliteStore.open(path, Vault.beside(path))
    await store.add_generation("g1", a_request(), NOON, worker_id=ME)
    print("acknowledged", flush=True)
    sys.stdin.read()

asyncio.run(main(Path(sys.argv[1])))
"""


@contextmanager
def dying_bot(path: Path) -> Iterator[None]:
    """Have another process write a generation; kill it at the end."""
    environment = {**os.environ, "PYTHONPATH": str(Path(bot.__file__).parents[1])}
    command = [sys.executable, "-c", DYING_BOT, str(path)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "acknowledged\n"
        yield
        process.kill()


async def test_killed_bot_loses_nothing_and_holds_no_lock(path: Path) -> None:
    with dying_bot(path), pytest.raises(ConfigError, match="Another bot"):
        await SqliteStore.open(path, Vault.beside(path))
    store = await SqliteStore.open(path, Vault.beside(path))
    await store.hand_back(ME)
    assert [g.id for g in await store.claim_generations(ME, now=NOON, limit=9)] == ["g1"]
    await store.close()


async def test_next_process_on_the_file_is_the_same_worker(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    worker_id = await store.worker_id()
    await store.close()
    again = await SqliteStore.open(path, Vault.from_keys([KEY]))
    elsewhere = await SqliteStore.open(tmp_path / "other.db", Vault.from_keys([KEY]))
    assert await again.worker_id() == worker_id != await elsewhere.worker_id()
    await again.close()
    await elsewhere.close()


async def test_row_that_cannot_be_read_is_logged_and_the_others_are_claimed(store: SqliteStore) -> None:
    for n in range(5):
        await store.add_generation(f"g{n}", a_request(f"V{n}"), NOON)
    await store._writer.run(lambda db: db.execute("UPDATE generations SET parameters = '{}' WHERE id < 'g3'"))
    with capture_logs() as lines:
        claimed = [await store.claim_generations(ME, now=NOON, limit=2) for _ in range(3)]
    assert [[g.id for g in page] for page in claimed] == [["g3"], ["g4"], []]
    assert [(line["event"], line["id"]) for line in lines] == [("generation cannot be read", f"g{n}") for n in range(3)]


async def test_end_that_cannot_be_read_is_logged_once_and_hides_no_other(store: SqliteStore) -> None:
    for n in range(3):
        queued = await store.add_generation(f"g{n}", a_request(f"V{n}"), NOON, worker_id=ME)
        ended = queued.but(state=GenerationState.FAILED, finished_at=NOON, is_stale=True)
        await store.save_generation(ended, was=GenerationState.QUEUED, worker_id=ME)
    await store._writer.run(lambda db: db.execute("UPDATE generations SET parameters = '{}' WHERE id < 'g2'"))
    with capture_logs() as lines:
        ends = [await store.stale_ends(NOON, faults=5, limit=2) for _ in range(3)]
    assert [[g.id for g in page] for page in ends] == [[], ["g2"], ["g2"]]
    assert [(line["event"], line["id"]) for line in lines] == [("generation cannot be read", f"g{n}") for n in range(2)]


async def test_generation_that_cannot_be_read_is_logged_and_not_there(store: SqliteStore) -> None:
    await store.add_generation("g1", a_request(), NOON)
    await store._writer.run(lambda db: db.execute("UPDATE generations SET parameters = '{}'"))
    with capture_logs() as lines:
        assert await store.generation("g1") is None
    assert [(line["event"], line["id"]) for line in lines] == [("generation cannot be read", "g1")]


async def test_worker_whose_file_was_locked_keeps_its_generations(store: SqliteStore, path: Path) -> None:
    await store.renew_lease(ME, until=LATER)
    await store.add_generation("g1", a_request(), NOON, worker_id=ME)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await store.renew_lease(ME, until=LATER)
        other.execute("ROLLBACK")
    await store.renew_lease(ME, until=LATER)
    assert await store.claim_generations("another", now=NOON, limit=1) == ()


def test_killed_bots_database_never_gets_a_fresh_key(path: Path) -> None:
    with dying_bot(path):
        path.with_suffix(".key").unlink()
    with pytest.raises(ConfigError, match="has no key file"):
        Vault.beside(path)


async def test_full_disk_fails_the_write_and_nothing_else(store: SqliteStore) -> None:
    await store.add_generation("g1", a_request("V1"), NOON, worker_id=ME)
    (pages,) = await store._writer.run(lambda db: db.execute("PRAGMA page_count").fetchone())
    await store._writer.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(StoreError, match="full"):
        await store.add_generation("g2", a_request("V" * 100_000), NOON, worker_id=ME)
    assert await store.generation("g1")
    await store._writer.run(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchone())
    assert await store.add_generation("g2", a_request("V" * 100_000), NOON, worker_id=ME)


async def test_database_locked_by_another_program_is_a_store_error(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await store.add_generation("g1", a_request(), NOON, worker_id=ME)
        assert not await store.ready()
        other.execute("ROLLBACK")
        assert await store.ready()
    assert await store.generation("g1") is None


async def test_closed_store_refuses(store: SqliteStore) -> None:
    await store.close()
    await store.close()
    assert not await store.ready()
    with pytest.raises(StoreError, match="closed"):
        await store.generation("g1")


async def test_unusable_files_are_config_errors(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, however long this text may be" * 20)
    (tmp_path / "folder.db").mkdir()
    for unusable in ("text.db", "folder.db", "text.db/bloom.db"):
        with pytest.raises(ConfigError, match=r"The database .*\.db cannot be used: "):
            await SqliteStore.open(tmp_path / unusable, Vault.from_keys([KEY]))


async def test_settings_that_durability_rests_on(store: SqliteStore) -> None:
    async def pragma(name: str) -> object:
        (value,) = await store._writer.run(lambda db: db.execute(f"PRAGMA {name}").fetchone())
        return value

    assert await pragma("journal_mode") == "wal"
    assert await pragma("synchronous") == 2
    assert await pragma("foreign_keys") == 1
