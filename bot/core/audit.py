"""Who changed what in a workspace, and who generated what: on record, and as a table for managers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from uuid import uuid4

import structlog

from bot.core.audit_table import BEGINNING, Entry, channel_of, lines, person_of, time_of
from bot.core.clock import Clock
from bot.core.errors import StoreError
from bot.core.models import AuditAction, AuditEvent, AuditTable
from bot.core.ports import Names, Store

log = structlog.get_logger(__name__)

PAGE = 200
"""Entries that are read, named and written down at a time: nobody else waits longer for the store."""
LONGEST = 100_000
"""Entries of one table: about 50 MB, which is held in memory."""


class Audit:
    """Keeps the record."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def record(
        self, workspace_id: str, user_id: str | None, action: AuditAction, subject: str = "", detail: str = ""
    ) -> None:
        """Write down what somebody has changed; ``user_id`` is None for what the settings or Slack did.

        What it tells of is done: nothing of that is undone, or called failed, because it cannot be written down.
        """
        event = AuditEvent(uuid4().hex, workspace_id, self._clock.now(), user_id, action, subject, detail)
        try:
            await self._store.record_event(event)
        except StoreError as trouble:
            log.error("a change is not on record", workspace=workspace_id, action=action.value, reason=repr(trouble))

    async def export(self, workspace_id: str, since: datetime, until: datetime, names: Names) -> AuditTable:
        """Return everything from ``since`` until before ``until``, the oldest first, `LONGEST` entries at most.

        Raises StoreError.
        """
        table, page, entries = bytearray(BEGINNING), list[Entry](), 0
        async for entry in self._entries(workspace_id, since, until):
            if entries == LONGEST:
                break
            page.append(entry)
            entries += 1
            if len(page) == PAGE:
                table += await _written(workspace_id, page, names)
                page = []
        else:
            table += await _written(workspace_id, page, names)
            return AuditTable(bytes(table), entries)
        return AuditTable(bytes(table + await _written(workspace_id, page, names)), entries, is_whole=False)

    async def _entries(self, workspace_id: str, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """Yield generations and changes, merged by time."""

        async def made(after: str | None) -> Sequence[Entry]:
            return await self._store.generations_between(workspace_id, since, until, after=after, limit=PAGE)

        async def changed(after: str | None) -> Sequence[Entry]:
            return await self._store.events(workspace_id, since, until, after=after, limit=PAGE)

        streams = [_paged(made), _paged(changed)]
        heads = [await anext(stream, None) for stream in streams]
        while any(heads):
            first = min((time_of(head), number) for number, head in enumerate(heads) if head)[1]
            if entry := heads[first]:
                yield entry
            heads[first] = await anext(streams[first], None)


async def _paged(read: Callable[[str | None], Awaitable[Sequence[Entry]]]) -> AsyncIterator[Entry]:
    after: str | None = None
    while page := await read(after):
        for entry in page:
            yield entry
        after = page[-1].id


async def _written(workspace_id: str, page: Sequence[Entry], names: Names) -> bytes:
    """Put one page into lines, beside the loop."""
    people = {one for entry in page if (one := person_of(entry))}
    known = await names.of(workspace_id, people, {one for entry in page if (one := channel_of(entry))})
    return await asyncio.to_thread(lines, page, known, names.permalink)
