"""When Bloom was asked, by credential: what keeps the rate limit's window exact over a restart."""

from datetime import datetime

from sqlite_utils import Database

from bot.store import rows
from bot.store.room import Room


class RequestTable(Room):
    """Implements the core's `RequestLog`."""

    async def record_request(self, credential_id: str, at: datetime, *, forget_before: datetime) -> None:
        """Write down, committed, that a request is about to be sent; drop the credential's older entries.

        As far ahead of ``at`` as what is forgotten lies behind, entries are of a clock that was wrong: they go too.
        """

        def write(database: Database) -> None:
            forgotten = [credential_id, rows.text(forget_before), rows.text(at + (at - forget_before))]
            database.execute("DELETE FROM bloom_requests WHERE credential_id = ? AND (at < ? OR at > ?)", forgotten)
            database.execute("INSERT INTO bloom_requests VALUES (?, ?)", [credential_id, rows.text(at)])

        await self._writer.run(write)

    async def requests_since(self, credential_id: str, since: datetime) -> tuple[datetime, ...]:
        """Return the moments of the requests since then, oldest first.

        Older ones are dropped, whosever they are: most credentials that were shown once never come back.
        """
        sql = "SELECT at FROM bloom_requests WHERE credential_id = ? AND at >= ? ORDER BY at"
        asked = [credential_id, rows.text(since)]

        def read(database: Database) -> tuple[datetime, ...]:
            database.execute("DELETE FROM bloom_requests WHERE at < ?", asked[1:])
            return tuple(datetime.fromisoformat(at) for (at,) in database.execute(sql, asked))

        return await self._writer.run(read)
