"""Keeps what connections show to Bloom good: renews what sign-ins gave, and gives up what Bloom refuses.

A refresh token may be used up by using it, so a renewal is one piece of work for all who need it, no caller's
cancellation and no shutdown cuts it off, and what it brings is on disk before anybody is given it. A process that dies
between Bloom's answer and the disk cannot make up for that: the next renewal is refused, and a manager has to sign in.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import (
    BloomError,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    NotConnected,
)
from bot.core.managers import Managers
from bot.core.models import Connection, Notice, NoticeKind, TokenSet
from bot.core.ports import ConnectionStore, SignInServer
from bot.core.retrying import PAUSES, after_pauses, store_fails
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

AHEAD = timedelta(minutes=5)
"""How long before its end an access token is renewed, while it is still used."""
LEEWAY = timedelta(seconds=30)
"""How long before its end an access token is used no more: it may end while the request is on its way."""
TRY_EVERY = 30.0
"""Seconds between two tries to renew ahead of the end; after it, everybody's own patience counts."""
MENDED_FOR = 60.0
"""Seconds after a renewal in which one more refusal means that it is not the token that Bloom refuses."""
FORGOTTEN = "invalid_client"
"""The protocol's word for a registration that the server does not know (any more)."""
FINAL = frozenset({FORGOTTEN, "unauthorized_client"})
"""Refusals that no later try changes, beside `invalid_grant`, which is a BloomUnauthorized."""


class Renewals:
    """The credentials of all connections."""

    def __init__(
        self, store: ConnectionStore, server: SignInServer, managers: Managers, clock: Clock, tasks: Tasks
    ) -> None:
        self._store = store
        self._server = server
        self._managers = managers
        self._clock = clock
        self._flights: SingleFlight[str, str] = SingleFlight(tasks, "renew connection", is_vital=True)
        self._unsaved: dict[str, TokenSet] = {}
        """What Bloom gave and the database would not take: without it the connection would be lost."""
        self._tried: dict[str, float] = {}
        self._mended: dict[str, float] = {}
        self._when_broken: list[Callable[[str], object]] = []

    def when_broken(self, call: Callable[[str], object]) -> None:
        """Call this with the workspace's id from now on whenever Bloom refuses a connection of it."""
        self._when_broken.append(call)

    async def sound(self, connection_id: str) -> Connection:
        """Return a connection that Bloom has not refused. Raises NotConnected, BloomUnauthorized."""
        connection = await self._store.connection_by_id(connection_id)
        if connection is None:
            raise NotConnected(connection_id)
        if connection.is_broken:
            raise refused()
        return connection

    async def access_token(self, connection_id: str) -> str:
        """Return what holds now. Raises BloomUnauthorized, BloomUnavailable, NotConnected, StoreError."""
        connection = await self.sound(connection_id)
        left = self._left(connection)
        if left > LEEWAY:
            if left <= AHEAD and _is_renewable(connection):
                self._renew_ahead(connection)
            return connection.credential
        if left > timedelta() and not _is_renewable(connection):
            return connection.credential
        try:
            return await self._joined(connection)
        except BloomUnavailable:
            if self._left(connection) > timedelta():
                return connection.credential
            raise

    async def renewed(self, connection_id: str, refused_token: str) -> bool:
        """Tell whether there is another token than this one, which Bloom refused just now. Raises as `access_token`."""
        connection = await self._store.connection_by_id(connection_id)
        if connection is None or connection.is_broken:
            return False
        if connection.credential != refused_token:
            return True
        if self._was_mended_just_now(connection_id):
            await self.give_up(connection)
            return False
        token = await self._joined(connection)
        self._mended[connection_id] = self._clock.monotonic()
        return token != refused_token

    async def give_up(self, connection: Connection, *, is_used_up: bool = False) -> None:
        """Note that Bloom refuses a connection, and tell its managers, once."""
        if await self._store.break_connection(connection.id, connection.credential, is_used_up=is_used_up):
            log.warning("Bloom refuses the connection", workspace=connection.workspace_id)
            notice = Notice(NoticeKind.CONNECTION_BROKEN, connection=connection)
            self._managers.tell(connection.workspace_id, notice)
            for call in self._when_broken:
                call(connection.workspace_id)

    async def end(self, erased: Connection) -> bool:
        """Revoke what an erased connection showed, and tell whether Bloom heard it.

        A renewal under way is waited for: a refresh token that is used up must not be shown again, be it to revoke it,
        for Bloom may take it for a stolen one and end what its owner allowed other workspaces too.
        """
        failure = await self._flights.landed(erased.id)
        latest = self._unsaved.pop(erased.id, None)
        self._tried.pop(erased.id, None)
        self._mended.pop(erased.id, None)
        grant = erased.grant
        if grant is None:
            return True
        refresh_token = None if isinstance(failure, BloomUnauthorized) else grant.refresh_token
        given = (latest.refresh_token or refresh_token, latest.access_token) if latest else (refresh_token,)
        return await self.revoke(grant.client_id, *given, erased.credential)

    async def revoke(self, client_id: str, *tokens: str | None) -> bool:
        """Let what a sign-in gave hold no more, and tell whether Bloom heard it."""
        is_told = True
        for token in tokens:
            try:
                if token is not None:
                    await self._server.revoke(client_id, token)
            except BloomError as exc:
                log.warning("a sign-in could not be revoked at Bloom", reason=repr(exc))
                is_told = False
        return is_told

    def _renew_ahead(self, connection: Connection) -> None:
        """Renew it behind: it still holds, so nobody waits, and a Bloom that is away is asked now and then."""
        now = self._clock.monotonic()
        if now - self._tried.get(connection.id, -TRY_EVERY) >= TRY_EVERY:
            self._tried[connection.id] = now
            self._flights.begin(connection.id, lambda: self._renew(connection))

    async def _joined(self, connection: Connection) -> str:
        return await self._flights.join(connection.id, lambda: self._renew(connection))

    async def _renew(self, stale: Connection) -> str:
        """Renew the connection unless it has another token by now than when that was read, and return its token."""
        connection = await self.sound(stale.id)
        if connection.credential != stale.credential:
            return connection.credential
        grant = connection.grant
        if grant is None or grant.refresh_token is None:
            await self.give_up(connection)
            raise refused()
        if connection.id not in self._unsaved:
            self._unsaved[connection.id] = await self._refresh(connection, grant.client_id, grant.refresh_token)
        return await self._save(connection, self._unsaved[connection.id])

    async def _refresh(self, connection: Connection, client_id: str, refresh_token: str) -> TokenSet:
        try:
            return await self._server.refresh(client_id, refresh_token)
        except BloomError as error:
            if isinstance(error, BloomRefused) and error.code == FORGOTTEN:
                await self._store.forget_bloom_client(client_id)
            if isinstance(error, BloomUnauthorized) or (isinstance(error, BloomRefused) and error.code in FINAL):
                await self.give_up(connection, is_used_up=True)
                raise refused() from error
            raise BloomUnavailable(f"the sign-in could not be renewed: {error}", sent=False) from error

    async def _save(self, connection: Connection, tokens: TokenSet) -> str:
        """Write new tokens down; those of a connection that was erased meanwhile are left for its `end`."""
        again = after_pauses(self._clock, PAUSES, when=store_fails)
        is_saved: bool = await again(self._store.renew_connection, connection.id, tokens)
        if not is_saved:
            raise NotConnected(connection.id)
        del self._unsaved[connection.id]
        return tokens.access_token

    def _left(self, connection: Connection) -> timedelta:
        """Return how long the access token holds; for ever as far as Bloom did not say."""
        ends = connection.grant and connection.grant.expires_at
        return ends - self._clock.now() if ends else timedelta.max

    def _was_mended_just_now(self, connection_id: str) -> bool:
        mended = self._mended.get(connection_id)
        return mended is not None and self._clock.monotonic() - mended < MENDED_FOR


def refused() -> BloomUnauthorized:
    """Return what Bloom would answer, had it been asked."""
    return BloomUnauthorized("UNAUTHORIZED", 401, "the connection is broken")


def _is_renewable(connection: Connection) -> bool:
    return connection.grant is not None and connection.grant.refresh_token is not None
