"""The store on SQLite: the contract, and what a file and a process add to it."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database
from structlog.testing import capture_logs

import bot
from bot.core.errors import ConfigError, StoreError
from bot.core.models import Failure, GenerationState, Grant, TokenSet
from bot.store import SqliteStore, Vault
from bot.store.sealed_rows import SEALED
from tests.store.connection_contract import BRANDS, ConnectionContract, a_sign_in, a_signed_in
from tests.store.contract import CREDENTIAL, LATER, ME, NOON, GenerationContract, a_connection, a_request, advanced
from tests.store.installation_contract import InstallationContract, LeavingContract, a_rotating, an_installation

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


class TestGenerations(GenerationContract):
    """The contract on a real file."""


class TestConnections(ConnectionContract):
    """The contract on a real file."""


class TestInstallations(InstallationContract):
    """The contract on a real file."""


class TestLeaving(LeavingContract):
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


SECRETS = (
    CREDENTIAL,
    *("at-first", "rt-first", "at-second", "rt-second", "verifier-1", "state-1", "slack-state-1"),
    *("xoxe.xoxb-1", "xoxe-1", "xoxe.xoxb-2", "xoxe-2", "xoxb-org"),
)


async def with_secrets(store: SqliteStore) -> None:
    """Write every secret that there is, some in place of others."""
    await store.save_connection(a_connection())
    await store.save_connection(a_signed_in())
    await store.renew_connection("s1-T1", TokenSet("at-second", "rt-second", LATER))
    await store.add_sign_in(a_sign_in(), NOON)
    await store.add_slack_state("slack-state-1", LATER, NOON)
    await store.save_installation(a_rotating())
    assert await store.renew_installation(a_rotating("xoxe.xoxb-2", "xoxe-2"), was="xoxe-1")
    await store.save_installation(an_installation(None, "E1", "xoxb-org"))


async def sealed_in(store: SqliteStore) -> list[str]:
    """Return every secret as it stands in the database."""

    def read(database: Database) -> list[str]:
        columns = [(table, column) for table, names in SEALED.items() for column in names]
        return [
            sealed
            for table, column in columns
            for (sealed,) in database.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
        ]

    return await store._writer.run(read)


async def test_secrets_stand_nowhere_in_the_clear(store: SqliteStore, path: Path) -> None:
    await with_secrets(store)
    while_open = b"".join(content(path).values())
    assert len(content(path)["bloom.db-wal"]) > 10_000
    await store.close()
    afterwards = b"".join(content(path).values())
    assert b"ada@acme.com" in while_open
    assert b"client-1" in afterwards
    assert [secret for secret in SECRETS if secret.encode() in while_open + afterwards] == []
    models = (a_connection(), a_signed_in(), a_sign_in(), a_rotating())
    assert [secret for secret in SECRETS if secret in repr(models)] == []


async def test_secrets_come_back_after_a_restart(path: Path) -> None:
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    await with_secrets(store)
    await store.close()
    await check_secrets(path, KEY)


async def check_secrets(path: Path, *keys: str) -> None:
    """Assert that everything `with_secrets` wrote is there and can be opened."""
    store = await SqliteStore.open(path, Vault.from_keys(keys))
    assert await store.connection_by_id("c1-T1") == a_connection()
    grant = Grant("client-1", "rt-second", LATER)
    renewed = replace(a_signed_in(access_token="at-second"), grant=grant, is_broken=False)
    assert await store.connection("T1") == renewed
    assert await store.sign_in("state-1", NOON) == a_sign_in()
    assert await store.installation("T1") == a_rotating("xoxe.xoxb-2", "xoxe-2")
    assert await store.installation(None, "E1") == an_installation(None, "E1", "xoxb-org")
    await store.close()


async def test_nothing_is_left_in_the_file_of_what_was_erased(store: SqliteStore, path: Path) -> None:
    await with_secrets(store)
    for number in range(300):
        await store.save_connection(a_connection(f"T{number + 10}"))
    erased = await sealed_in(store)
    await store.end_generations("T1", Failure("uninstalled"), NOON)
    for workspace_id in ("T1", *(f"T{number + 10}" for number in range(300))):
        await store.erase_connections(workspace_id)
    assert await store.delete_installation("T1", "xoxe.xoxb-2")
    assert await store.delete_installation("E1", "xoxb-org")
    assert await sealed_in(store) == []
    await store.close()
    assert [one for one in erased if one.encode() in content(path)["bloom.db"]] == []
    assert len(erased) > 300


async def test_connection_that_cannot_be_opened_keeps_nobody_from_erasing(store: SqliteStore) -> None:
    await with_secrets(store)
    foreign = Vault.from_keys([OTHER_KEY]).seal("rt-lost")
    damage = "UPDATE connections SET refresh_token = ? WHERE id = 's1-T1'"
    await store._writer.run(lambda db: db.execute(damage, [foreign]).rowcount)
    with capture_logs() as lines:
        assert await store.erase_connections("T1") == (a_connection(),)
    assert [(line["event"], line["id"]) for line in lines] == [("connection cannot be opened", "s1-T1")]
    assert foreign not in str(lines)
    assert await store.connection("T1") is None


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
    await store.replace_brands("T1", BRANDS, NOON)
    assert await store.connection("T1") == a_connection(), "a look at brands changes no connection"
    await store.erase_connection("c1-T1")
    assert await store.connection("T1") is None


async def test_what_every_message_asks_for_costs_no_read(store: SqliteStore) -> None:
    await with_secrets(store)
    await store.name_managers("T1", ["U1"])

    async def asked() -> tuple[object, ...]:
        connection = await store.connection("T1")
        assert connection is not None
        return (
            connection,
            await store.connection_by_id(connection.id),
            await store.installation("T1", "E1"),
            await store.installation("T2", "E1"),
            await store.installation("T2"),
            await store.managers("T1"),
        )

    await asked()  # says which organisation a workspace is in
    first = await asked()
    statements: list[str] = []
    await store._writer.run(lambda db: db.conn.set_trace_callback(statements.append))
    statements.clear()
    assert await asked() == first
    assert statements == []


async def test_no_more_workspaces_than_a_few_are_remembered(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.kept.KEPT", 2)
    for number in range(5):
        assert await store.connection(f"T{number}") is None
    assert len(store._present_connections) <= 2


async def test_wrong_keys_are_refused_before_anything_is_written(path: Path) -> None:
    await opened_and_closed(path, KEY)
    before = content(path)
    with pytest.raises(ConfigError, match="ENCRYPTION_KEYS does not fit"):
        await SqliteStore.open(path, Vault.from_keys([OTHER_KEY]))
    assert content(path) == before
    await opened_and_closed(path, KEY)


async def test_every_key_in_use_is_needed_until_all_is_resealed(path: Path) -> None:
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    await with_secrets(store)
    await store.close()
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY, KEY]))
    await store.save_connection(a_connection("T2"))
    await store.close()
    for too_few in (KEY, OTHER_KEY):
        with pytest.raises(ConfigError, match="does not fit"):
            await SqliteStore.open(path, Vault.from_keys([too_few]))
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY, KEY]))
    former = [one for one in await sealed_in(store) if Vault.from_keys([KEY]).is_current(one)]
    assert await store.reseal() == len(former) == 7
    assert await store.reseal() == 0
    assert await store.connection("T2") == a_connection("T2")
    await store.close()
    assert [one for one in former if one.encode() in b"".join(content(path).values())] == []
    await check_secrets(path, OTHER_KEY)
    with pytest.raises(ConfigError, match="does not fit"):
        await SqliteStore.open(path, Vault.from_keys([KEY]))


async def test_bot_goes_on_while_secrets_are_sealed_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.keys.BATCH", 2)
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    for number in range(20):
        await store.save_connection(a_connection(f"T{number}"))
    await store.close()
    vault = Vault.from_keys([OTHER_KEY, KEY])
    store = await SqliteStore.open(path, vault)
    resealing = asyncio.create_task(store.reseal())
    for number in range(10, 30):
        await store.save_connection(a_connection(f"T{number}", credential="bloom_sk_new", name="c2"))
    await resealing
    assert all(map(vault.is_current, await sealed_in(store)))
    assert await store.connection("T1") == a_connection("T1")
    assert await store.connection("T29") == a_connection("T29", credential="bloom_sk_new", name="c2")
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
def running(program: str, *arguments: str) -> Iterator[str]:
    """Run a program until it says a line, and kill it at the end."""
    environment = {**os.environ, "PYTHONPATH": str(Path(bot.__file__).parents[1])}
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline()
        finally:
            process.kill()


@contextmanager
def dying_bot(path: Path) -> Iterator[None]:
    """Have another process write a generation; kill it at the end."""
    with running(DYING_BOT, str(path)) as said:
        assert said == "acknowledged\n"
        yield


async def test_killed_bot_loses_nothing_and_holds_no_lock(path: Path) -> None:
    with dying_bot(path), pytest.raises(ConfigError, match="Another bot"):
        await SqliteStore.open(path, Vault.beside(path))
    store = await SqliteStore.open(path, Vault.beside(path))
    await store.hand_back(ME)
    assert [g.id for g in await store.claim_generations(ME, now=NOON, limit=9)] == ["g1"]
    await store.close()


DYING_ROTATION = """
import asyncio, sys
from pathlib import Path
from bot.store import SqliteStore, Vault, keys

class Dying(Vault):
    left = None

    def is_current(self, sealed):
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                print("in the middle", flush=True)
                sys.stdin.read()
        return super().is_current(sealed)

async def main(path, left, *texts):
    keys.BATCH = 2
    vault = Dying.from_keys(texts)
    store = await SqliteStore.open(path, vault)
    vault.left = left
    await store.reseal()

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
"""


@pytest.mark.parametrize(("looks", "left"), [(1, 7), (2, 7), (5, 4), (8, 0)])
async def test_rotation_that_is_killed_leaves_everything_openable_and_can_be_repeated(
    path: Path, looks: int, left: int
) -> None:
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    await with_secrets(store)
    await store.close()
    with running(DYING_ROTATION, str(path), str(looks), OTHER_KEY, KEY) as said:
        assert said == "in the middle\n"
    for too_few in (KEY, OTHER_KEY):
        with pytest.raises(ConfigError, match="does not fit"):
            await SqliteStore.open(path, Vault.from_keys([too_few]))
    await check_secrets(path, OTHER_KEY, KEY)
    store = await SqliteStore.open(path, Vault.from_keys([OTHER_KEY, KEY]))
    assert await store.reseal() == left
    await store.close()
    await check_secrets(path, OTHER_KEY)


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
    assert await pragma("secure_delete") == 1
