"""The one thread that touches the database.

SQLite admits one writer, and waiting for the disk must not hold up the event loop. Statements that wait in the
queue together share one transaction, and so one wait for the disk; each has a savepoint of its own, so that a
failed one fails its own caller only.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self, TypeVar

from sqlite_utils import Database

from bot.core.errors import StoreError

T = TypeVar("T")

QUEUE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class _Call:
    operation: Callable[[Database], object]
    future: asyncio.Future[Any]


class _TransactionLost(Exception):
    """SQLite rolled back everything at once, because of the cause: a full disk, or a trigger."""


class Writer:
    """Runs operations on a database in the order of the calls, each committed before its caller goes on."""

    def __init__(self, database: AbstractContextManager[Database], limit: int) -> None:
        self._room = asyncio.Semaphore(limit)
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._opened: Future[None] = Future()
        self._thread = Thread(target=self._work, args=(database,), name="store", daemon=True)
        self._closed = False

    @classmethod
    async def start(cls, database: AbstractContextManager[Database], *, limit: int = QUEUE_LIMIT) -> Self:
        """Enter the context in a thread of its own; what that raises is raised here.

        With ``limit`` calls under way, further ones wait their turn.
        """
        writer = cls(database, limit)
        writer._opened.set_running_or_notify_cancel()
        writer._thread.start()
        try:
            await asyncio.wrap_future(writer._opened)
        except BaseException:
            writer._queue.put(None)
            raise
        return writer

    async def run(self, operation: Callable[[Database], T]) -> T:
        """Run an operation and commit; StoreError when either fails, and then nothing of it is written.

        The operation may run more than once and must have no other effects. A caller that is cancelled before its
        turn leaves no trace; one that is cancelled later cannot know.
        """
        async with self._room:
            if self._closed:
                raise StoreError("The database is closed")
            call = _Call(operation, self._loop.create_future())
            self._queue.put(call)
            try:
                result: T = await call.future
            except sqlite3.Error as exc:
                raise StoreError(f"The database failed: {exc}") from exc
            except Exception as exc:
                raise StoreError(f"The database got or gave something unfit: {type(exc).__name__}") from exc
            return result

    async def close(self) -> None:
        """Finish what is queued, then leave the database. Later calls, and those without room yet, fail."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self, context: AbstractContextManager[Database]) -> None:
        with ExitStack() as stack:
            try:
                database = stack.enter_context(context)
            except Exception as exc:  # noqa: BLE001 -- it is raised where the thread was started
                self._opened.set_exception(exc)
                return
            self._opened.set_result(None)
            while calls := self._next_calls():
                self._settle(database, calls)

    def _settle(self, database: Database, calls: Sequence[_Call]) -> None:
        """Tell all callers at once: to wake the loop costs more than most statements."""
        wanted = [call for call in calls if not call.future.cancelled()]
        outcomes = _outcomes(database, wanted) if wanted else []
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(_tell, wanted, outcomes)

    def _next_calls(self) -> list[_Call]:
        """Wait for a call and take all that came with it; none when the thread should end."""
        calls: list[_Call] = []
        call = self._queue.get()
        try:
            while call:
                calls.append(call)
                call = self._queue.get_nowait()
            self._queue.put(None)
        except Empty:
            pass
        return calls


def _tell(calls: Sequence[_Call], outcomes: Sequence[object]) -> None:
    for call, outcome in zip(calls, outcomes, strict=True):
        if call.future.done():
            continue
        if isinstance(outcome, Exception):
            call.future.set_exception(outcome)
        else:
            call.future.set_result(outcome)


def _outcomes(database: Database, calls: Sequence[_Call]) -> list[object]:
    """Return the result of each call, or the exception that it failed with."""
    try:
        return _commit_together(database, calls)
    except _TransactionLost:
        return [outcome for call in calls for outcome in _outcomes(database, [call])]
    except BaseException as exc:  # noqa: BLE001 -- the callers are told, and the thread lives on whatever it was
        return [_fault(exc)] * len(calls)


def _commit_together(database: Database, calls: Sequence[_Call]) -> list[object]:
    try:
        # IMMEDIATE: a transaction that starts by reading can be refused its first write without any waiting.
        database.execute("BEGIN IMMEDIATE")
        # What is alone needs no savepoint: the transaction is its own.
        outcomes = [calls[0].operation(database)] if len(calls) == 1 else [_attempt(database, call) for call in calls]
        _commit(database, is_shared=len(calls) > 1)
    finally:
        database.rollback()
    return outcomes


def _commit(database: Database, *, is_shared: bool) -> None:
    """A full disk is met here, and only by those who write: what was shared is tried one by one."""
    try:
        database.execute("COMMIT")
    except sqlite3.Error as exc:
        if is_shared:
            raise _TransactionLost from exc
        raise


def _attempt(database: Database, call: _Call) -> object:
    try:
        with database.atomic():
            return call.operation(database)
    except BaseException as exc:
        if not database.conn.in_transaction:
            raise _TransactionLost from exc
        return _fault(exc)


def _fault(fault: BaseException) -> Exception:
    """Return what a caller can be told; a panic of native code is no Exception."""
    return fault if isinstance(fault, Exception) else RuntimeError(type(fault).__name__)
