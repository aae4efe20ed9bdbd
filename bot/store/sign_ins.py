"""Signing in at Bloom: what was begun and not come back from yet, and what this deployment is called there."""

from datetime import datetime

from sqlite_utils import Database

from bot.core.models import PendingSignIn
from bot.store import rows, sealed_rows
from bot.store.room import Room

BEGUN = "SELECT * FROM sign_ins WHERE state_hash = ? AND expires_at > ?"


class SignInTables(Room):
    """Sign-ins under way, and registrations."""

    async def bloom_client(self, redirect_uri: str) -> str | None:
        """Return the client id under which this deployment is registered at Bloom for a callback address."""
        sql = "SELECT client_id FROM bloom_clients WHERE redirect_uri = ?"
        found = await self._writer.run(lambda database: database.execute(sql, [redirect_uri]).fetchone())
        return found and str(found[0])

    async def save_bloom_client(self, redirect_uri: str, client_id: str) -> None:
        """Remember a registration."""
        row = {"redirect_uri": redirect_uri, "client_id": client_id}
        await self._writer.run(lambda database: database.table("bloom_clients").upsert(row, pk="redirect_uri"))

    async def forget_bloom_client(self, client_id: str) -> None:
        """Forget a registration that Bloom does not know any more."""
        sql = "DELETE FROM bloom_clients WHERE client_id = ?"
        await self._writer.run(lambda database: database.execute(sql, [client_id]).rowcount)

    async def add_sign_in(self, pending: PendingSignIn, now: datetime) -> None:
        """Remember what was begun; what has expired is forgotten."""

        def write(database: Database) -> None:
            database.execute("DELETE FROM sign_ins WHERE expires_at <= ?", [rows.text(now)])
            database.table("sign_ins").insert(sealed_rows.sign_in_row(pending, self._vault.seal))

        await self._writer.run(write)

    async def sign_in(self, state: str, now: datetime) -> PendingSignIn | None:
        """Return what was begun under this state, unless it has expired."""
        return await self._writer.run(lambda database: self._begun(database, state, now))

    async def take_sign_in(self, state: str, now: datetime) -> PendingSignIn | None:
        """Return what was begun under this state, once, unless it has expired."""

        def write(database: Database) -> PendingSignIn | None:
            begun = self._begun(database, state, now)
            database.execute("DELETE FROM sign_ins WHERE state_hash = ?", [sealed_rows.digest(state)])
            return begun

        return await self._writer.run(write)

    def _begun(self, database: Database, state: str, now: datetime) -> PendingSignIn | None:
        row = next(database.query(BEGUN, [sealed_rows.digest(state), rows.text(now)]), None)
        return sealed_rows.to_sign_in(row, state, self._vault.open) if row else None
