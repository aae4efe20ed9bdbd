"""The writer thread, by itself."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.errors import ConfigError, StoreError
from bot.store.writer import Writer

SCHEMA = """
CREATE TABLE words (word TEXT PRIMARY KEY);
CREATE TABLE echoes (word TEXT REFERENCES words (word) DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER taboo BEFORE INSERT ON words WHEN NEW.word = 'taboo' BEGIN SELECT RAISE(ROLLBACK, 'taboo'); END;
PRAGMA foreign_keys = ON;
"""


@contextmanager
def database(path: Path, trace: Callable[[str], object] | None = None) -> Iterator[Database]:
    with closing(Database(path, execute_plugins=False)) as db:
        db.executescript(SCHEMA)
        db.conn.isolation_level = None
        db.conn.set_trace_callback(trace)
        yield db


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    writer = await Writer.start(database(tmp_path / "words.db"))
    yield writer
    await writer.close()


class Gate:
    """Holds the writer thread up, so that calls gather behind it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def __call__(self, _: Database) -> None:
        self.reached.set()
        assert self._open.wait(10)

    def open(self) -> None:
        self._open.set()


async def held_up(writer: Writer) -> tuple[Gate, asyncio.Task[None]]:
    gate = Gate()
    holding = asyncio.create_task(writer.run(gate))
    await asyncio.to_thread(gate.reached.wait, 10)
    return gate, holding


def add(word: str) -> Callable[[Database], str]:
    def operation(db: Database) -> str:
        db.execute("INSERT INTO words (word) VALUES (?)", [word])
        return word

    return operation


def words(db: Database) -> list[str]:
    return [word for (word,) in db.execute("SELECT word FROM words ORDER BY rowid")]


async def test_calls_that_wait_together_share_one_commit(tmp_path: Path) -> None:
    statements: list[str] = []
    writer = await Writer.start(database(tmp_path / "words.db", statements.append))
    gate, holding = await held_up(writer)
    calls = [asyncio.create_task(writer.run(add(f"w{n}"))) for n in range(10)]
    await asyncio.sleep(0)
    gate.open()
    assert await asyncio.gather(*calls) == [f"w{n}" for n in range(10)]
    await holding
    assert statements.count("COMMIT") == 2
    assert await writer.run(words) == [f"w{n}" for n in range(10)]
    await writer.close()


async def in_one_commit(writer: Writer, *calls: Callable[[Database], object]) -> list[object]:
    """Let calls wait in the queue together, and return what became of each."""
    gate, holding = await held_up(writer)
    together = asyncio.gather(*map(writer.run, calls), return_exceptions=True)
    await asyncio.sleep(0)
    gate.open()
    outcomes = await together
    await holding
    return outcomes


async def test_failed_statement_leaves_nothing_and_fails_alone(writer: Writer) -> None:
    def add_two(db: Database) -> None:
        add("half")(db)
        add("first")(db)

    first, failed, last = await in_one_commit(writer, add("first"), add_two, add("last"))
    assert (first, last) == ("first", "last")
    assert isinstance(failed, StoreError)
    assert "UNIQUE" in str(failed)
    assert await writer.run(words) == ["first", "last"]


async def test_lost_transaction_fails_only_whoever_lost_it(writer: Writer) -> None:
    before, lost, after = await in_one_commit(writer, *map(add, ("before", "taboo", "after")))
    assert (before, after) == ("before", "after")
    assert isinstance(lost, StoreError)
    assert "taboo" in str(lost)
    assert await writer.run(words) == ["before", "after"]


async def test_failed_commit_fails_only_whoever_it_fails_for(writer: Writer) -> None:
    def echo(db: Database) -> None:
        db.execute("INSERT INTO echoes (word) VALUES ('unheard')")

    before, failed, read = await in_one_commit(writer, add("w"), echo, words)
    assert before == "w"
    assert isinstance(failed, StoreError)
    assert read == ["w"]


async def test_panic_of_native_code_fails_its_caller_and_the_thread_goes_on(writer: Writer) -> None:
    class Panic(BaseException):
        """What pydantic-core and cryptography raise when their own code breaks."""

    def panic(_: Database) -> None:
        raise Panic

    before, failed, after = await in_one_commit(writer, add("before"), panic, add("after"))
    assert (before, after) == ("before", "after")
    assert isinstance(failed, StoreError)
    with pytest.raises(StoreError, match="unfit"):
        await writer.run(panic)
    assert await writer.run(words) == ["before", "after"]


async def test_fault_of_our_own_is_a_store_error_with_its_cause(writer: Writer) -> None:
    def faulty(_: Database) -> None:
        raise KeyError("secret")

    with pytest.raises(StoreError, match="KeyError") as refused:
        await writer.run(faulty)
    assert isinstance(refused.value.__cause__, KeyError)
    assert "secret" not in str(refused.value)
    assert await writer.run(add("w")) == "w"


async def test_caller_that_gives_up_before_its_turn_leaves_no_trace(writer: Writer) -> None:
    gate, holding = await held_up(writer)
    given_up = asyncio.create_task(writer.run(add("unwanted")))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    gate.open()
    await holding
    assert given_up.cancelled()
    assert await writer.run(words) == []


async def test_caller_that_gives_up_during_its_turn_does_not_stop_the_thread(writer: Writer) -> None:
    gate, holding = await held_up(writer)
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    gate.open()
    assert await writer.run(add("w")) == "w"


async def test_more_calls_than_room_all_get_their_turn(tmp_path: Path) -> None:
    writer = await Writer.start(database(tmp_path / "words.db"), limit=2)
    calls = [writer.run(add(f"w{n}")) for n in range(50)]
    assert await asyncio.gather(*calls) == [f"w{n}" for n in range(50)]
    await writer.close()


async def test_closing_finishes_what_is_queued_and_refuses_what_has_no_room(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    writer = await Writer.start(database(path), limit=2)
    gate, holding = await held_up(writer)
    queued = asyncio.create_task(writer.run(add("queued")))
    without_room = asyncio.create_task(writer.run(add("late")))
    await asyncio.sleep(0)
    closing_ = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(holding, queued, closing_)
    with pytest.raises(StoreError, match="closed"):
        await without_room
    with closing(Database(path, execute_plugins=False)) as db:
        assert words(db) == ["queued"]


async def test_loop_is_free_while_the_database_is_slow(writer: Writer) -> None:
    gate, holding = await held_up(writer)
    turns = 0
    while turns < 100:
        await asyncio.sleep(0)
        turns += 1
    assert not holding.done()
    gate.open()
    await holding


async def test_failure_to_open_is_raised_at_the_start() -> None:
    @contextmanager
    def unusable() -> Iterator[Database]:
        raise ConfigError("unusable")
        yield

    with pytest.raises(ConfigError, match="unusable"):
        await Writer.start(unusable())


async def test_start_that_is_given_up_leaves_the_database_again() -> None:
    gate, left = Gate(), threading.Event()

    @contextmanager
    def slow() -> Iterator[Database]:
        with closing(Database(memory=True, execute_plugins=False)) as db:
            gate(db)
            yield db
        left.set()

    starting = asyncio.create_task(Writer.start(slow()))
    await asyncio.sleep(0)
    await asyncio.to_thread(gate.reached.wait, 10)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    gate.open()
    assert await asyncio.to_thread(left.wait, 10)
