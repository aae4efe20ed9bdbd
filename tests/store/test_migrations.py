"""Old databases come up to date, newer ones are left alone."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.core.models import (
    Account,
    Connection,
    Failure,
    Generation,
    GenerationState,
    HistoryFilter,
    Preferences,
    Showing,
    Spent,
)
from bot.store import SqliteStore, Vault, connections, generations, history, leases, sqlite
from bot.store.migrations import STEPS, migrate, steps_taken
from tests.store.batch_contract import a_batch
from tests.store.connection_contract import BRANDS
from tests.store.contract import LATER, NOON, a_connection, a_request

KEY = Fernet.generate_key().decode()
FORMER_KEY = "Jw-Ix22PIeRN-9hV0OJe7gHaHuI3UjcEwkPLY6X63-k="


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


def test_database_tells_which_steps_it_has_taken(database: Database) -> None:
    assert steps_taken(database) == ()
    migrate(database, STEPS[:2])
    assert steps_taken(database) == ("m001_first_tables", "m002_leases")
    migrate(database, [*STEPS, m999_from_the_future])
    assert steps_taken(database) == tuple(step.__name__ for step in (*STEPS, m999_from_the_future))


def test_tables_are_strict(database: Database) -> None:
    migrate(database)
    ours = [table for table in database.tables if not table.name.startswith("_")]
    assert {table.name for table in ours} == {
        "audit_log",
        "batches",
        "bloom_requests",
        "brand_jobs",
        "brand_looks",
        "bloom_clients",
        "canaries",
        "connections",
        "enterprise_workspaces",
        "generation_images",
        "generations",
        "installations",
        "leases",
        "managers",
        "preferences",
        "showings",
        "sign_ins",
        "slack_states",
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
    migrate(database, STEPS[:1])
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
    connection = await store.connection("T1")
    assert connection is not None
    assert connection == replace(a_connection(), id=connection.id)
    assert re.fullmatch("[0-9a-f]{32}", connection.id)
    expected = Generation(
        "g1",
        a_request(),
        GenerationState.WAITING,
        NOON,
        image_ids=("i1",),
        yields=(1,),
        connection_id=connection.id,
    )
    assert await store.claim_generations("worker", now=NOON, limit=9) == (expected,)
    assert await store.worker_id()
    assert await store.requests_since("c1", NOON) == ()
    assert await store.spent("T1", "U1", NOON) == Spent(1, 1)
    assert await store.preferences("T1") == Preferences()
    await store.close()


async def opened_from(former_version: str, path: Path) -> SqliteStore:
    with closing(sqlite3.connect(path)) as former:
        former.executescript((Path(__file__).parent / "databases" / former_version).read_text())
    return await SqliteStore.open(path, Vault.from_keys([FORMER_KEY]))


@pytest.fixture
async def upgraded(path: Path) -> AsyncIterator[SqliteStore]:
    """A database that the bot before `m003` wrote, with rows in every table, brought up to date."""
    store = await opened_from("m002.sql", path)
    yield store
    await store.close()


async def test_connections_before_m003_are_their_workspaces_present_ones(upgraded: SqliteStore) -> None:
    typed, set_ = await upgraded.connection("T1"), await upgraded.connection("T2")
    assert typed is not None
    assert set_ is not None
    assert typed == replace(a_connection(), id=typed.id)
    bob = Account("bob@other.com")
    assert set_ == Connection(set_.id, "T2", "bloom_sk_of_the_settings", bob, None, NOON)
    assert typed.id != set_.id
    assert await upgraded.connection_by_id(typed.id) == typed
    assert await upgraded.retired_connections() == ()
    assert await upgraded.brands("T1") == (BRANDS, NOON)


async def test_what_is_at_bloom_before_m003_belongs_to_the_connection_of_then(upgraded: SqliteStore) -> None:
    connection = await upgraded.connection("T1")
    assert connection is not None
    found = [await upgraded.generation(f"g{number}") for number in range(8)]
    assert [one and one.state for one in found] == list(GenerationState)
    at_bloom = [one.state for one in found if one and one.connection_id == connection.id]
    assert at_bloom == [
        state for state in GenerationState if not state.is_final and state is not GenerationState.QUEUED
    ]
    assert [one.state for one in found if one and one.connection_id is None] == [
        state for state in GenerationState if state not in at_bloom
    ]
    unconnected = await upgraded.generation("g9")
    assert unconnected is not None
    assert unconnected.connection_id is None
    assert await upgraded.owned_image_ids([f"i{number}" for number in range(9)]) == {f"i{n}" for n in range(2, 8)}
    assert [one.id for one in await upgraded.stale_ends(NOON, faults=1, limit=9)] == ["g5", "g6", "g7"]


async def test_database_before_m003_goes_on_as_any_other(upgraded: SqliteStore) -> None:
    former = await upgraded.connection("T1")
    assert former is not None
    await upgraded.save_connection(a_connection(name="c2"))
    assert await upgraded.retired_connections() == (), "generations at Bloom need it"
    assert await upgraded.end_generations("T1", Failure("uninstalled"), LATER) == 5
    assert await upgraded.retired_connections() == (former,)
    await upgraded.erase_history("T1")
    assert await upgraded.erase_connections("T1") == (former, a_connection(name="c2"))
    assert await upgraded.worker_id() == "6fa83f9d95894fa0bcfc31e47c37a681"
    assert await upgraded.requests_since("c1", NOON) == (NOON,)


async def test_what_was_made_before_m004_is_history_and_counts(upgraded: SqliteStore) -> None:
    assert [one.id for one in await upgraded.history("T1", HistoryFilter())] == ["g5"]
    assert await upgraded.has_images("T1")
    assert not await upgraded.has_images("T3")
    under_way = 5
    assert await upgraded.spent("T1", "U1", NOON) == Spent(under_way, under_way), "what ended there was never sent"
    assert await upgraded.spent("T3", "U1", NOON) == Spent(1, 1)
    assert await upgraded.brand_jobs() == ()
    assert await upgraded.events("T1", NOON, LATER) == ()


WIDE = '{"prompt":"A red door","brand_id":"b1","size":"4K","variants":3}'
BEFORE_M004 = (
    ("4K", "delivered", WIDE, "2026-11-22T12:00:00.000000+00:00", 6),
    ("old", "delivered", '{"prompt":"A red door","brand_id":"b1"}', "2026-11-22T12:00:00.000000+00:00", 1),
    ("unsent", "failed", WIDE, None, 0),
    ("refused", "cancelled", WIDE, None, 0),
    ("queued", "queued", WIDE, None, 6),
    ("unreadable", "delivered", "{", "2026-11-22T12:00:00.000000+00:00", 0),
    ("by hand", "delivered", '{"variants":2.5}', "2026-11-22T12:00:00.000000+00:00", 2),
    ("odd", "delivered", "[]", "2026-11-22T12:00:00.000000+00:00", 1),
)


async def test_credits_of_before_m004_are_told_from_what_was_asked_for(path: Path, database: Database) -> None:
    migrate(database, STEPS[:3])
    insert = (
        "INSERT INTO generations (id, key, workspace_id, channel_id, user_id, brand_id, brand_name, parameters, state,"
        " created_at, submitted_at) VALUES (:id, :id, 'T1', 'C1', :id, 'b1', 'Acme', :parameters, :state,"
        " '2026-11-22T12:00:00.000000+00:00', :sent)"
    )
    for name, state, parameters, sent, _ in BEFORE_M004:
        database.execute(insert, {"id": name, "state": state, "parameters": parameters, "sent": sent})
    database.close()
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    spent = {name: (await store.spent("T1", name, NOON)).person for name, *_ in BEFORE_M004}
    assert spent == {name: credits for name, *_, credits in BEFORE_M004}
    await store.close()


HISTORY_QUERIES = (
    (
        history.HISTORY,
        dict.fromkeys(("brand_id", "user_id", "seen_by", "before")) | {"channels": "[]", "text": "", "limit": 9},
    ),
    (history.BETWEEN, {"since": "2026", "until": "2027", "after": None, "limit": 9}),
    (history.SPENDING, {"since": "2026", "until": "2027"}),
    (history.BRAND_NAMES, {"since": "2026", "until": "2027"}),
    (generations.SPENT, {"since": "2026", "user_id": "U1"}),
)


@pytest.mark.parametrize(("sql", "asked"), HISTORY_QUERIES)
def test_looking_back_reads_the_workspaces_own_rows_only(
    database: Database, sql: str, asked: dict[str, object]
) -> None:
    migrate(database)
    database.register_function(history.holds)
    plan = [row["detail"] for row in database.query(f"EXPLAIN QUERY PLAN {sql}", {**asked, "workspace_id": "T1"})]
    steps = [step for step in plan if re.match("(SCAN|SEARCH) generations", step) and "autoindex" not in step]
    assert [bool(re.search(r"SEARCH .* INDEX idx_generations_\w+ \(workspace_id=\?", step)) for step in steps] == [True]
    assert sql is not history.HISTORY or "USE TEMP B-TREE FOR ORDER BY" not in plan, "pages come as they are indexed"


def test_looking_for_retired_connections_reads_unfinished_generations_only(database: Database) -> None:
    migrate(database)
    plan = [row["detail"] for row in database.query(f"EXPLAIN QUERY PLAN {connections.RETIRED}")]
    assert (
        [step for step in plan if "generations" in step]
        == [step for step in plan if "idx_generations_unfinished" in step]
        != []
    )


async def test_replies_from_before_m005_are_known_to_show_their_images(path: Path, database: Database) -> None:
    migrate(database, STEPS[:4])
    insert = (
        "INSERT INTO generations (id, key, workspace_id, channel_id, user_id, brand_id, brand_name, parameters, state,"
        " created_at, place_channel_id, place_message_id, place_thread_id, reply_id) VALUES (?, ?, 'T1', 'C1', 'U1',"
        " 'b1', 'Acme', '{\"prompt\":\"A red door\",\"brand_id\":\"b1\"}', ?, '2026-11-22T12:00:00.000000+00:00',"
        " 'C1', '17.1', '17.1', ?)"
    )
    for name, state, reply_id in (("g1", "delivered", "17.2"), ("g2", "failed", "17.3"), ("g3", "waiting", None)):
        database.execute(insert, [name, name, state, reply_id])
        for position in range(2):
            database.execute("INSERT INTO generation_images VALUES (?, ?, ?)", [f"{name}-{position}", name, position])
    database.close()
    store = await SqliteStore.open(path, Vault.from_keys([KEY]))
    assert await store.showings("g1") == tuple(Showing(f"g1-{n}", "C1", "17.2", "17.1") for n in range(2))
    assert await store.showings("g2") == await store.showings("g3") == ()
    of_g1 = await store.generation("g1")
    assert of_g1 is not None
    assert (of_g1.yields, of_g1.gathered_ids, of_g1.request.source, of_g1.request.is_preview) == ((2,), (), None, False)
    assert (of_g1.shortfall, of_g1.order_of("g1-1")) == (None, of_g1.request.parameters)
    await store.close()


async def test_what_was_made_before_m006_is_in_no_batch_and_counted(path: Path) -> None:
    store = await opened_from("m005.sql", path)
    for name, state, count in (("g-whole", "delivered", 2), ("g-partly", "delivered", 1), ("g-waiting", "waiting", 0)):
        one = await store.generation(name)
        row = await store._writer.run(lambda database, name=name: database.table("generations").get(name))  # type: ignore[misc]
        assert one is not None
        assert (one.state, one.request.batch, len(one.pictures), row["made"]) == (state, None, count, count)
    assert await store.showings("g-whole") == tuple(Showing(one, "C1", "17.2", "17.1") for one in ("i1", "i2"))
    assert await store.open_batches() == ()
    await store.add_batch(a_batch())
    assert await store.batch("b1") == a_batch()
    await store.close()


async def test_a_workspace_has_one_present_connection(upgraded: SqliteStore) -> None:
    twice = "INSERT INTO connections SELECT 'c9', workspace_id, credential, account_email, connected_at, account_name,"
    rest = " connected_by, NULL, NULL, NULL, NULL, NULL, NULL, 0, ? FROM connections WHERE workspace_id = 'T1'"
    with pytest.raises(StoreError, match="UNIQUE"):
        await upgraded._writer.run(lambda database: database.execute(twice + rest, [0]).rowcount)
    assert await upgraded._writer.run(lambda database: database.execute(twice + rest, [1]).rowcount) == 1


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
