"""Who a Slack workspace is at Bloom: connected by an API key or by a sign-in, replaced, and disconnected."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from bot.core.audit import Audit
from bot.core.clock import Clock, done_within
from bot.core.connection_record import ConnectionRecord
from bot.core.credentials import ApiKey, Granted, KeptKey
from bot.core.errors import BotError, NotAllowed, NotConnected, StoreError
from bot.core.managers import Managers
from bot.core.models import BloomWorkspace, Connection, Grant, Notice, NoticeKind, TokenSet
from bot.core.ports import Bloom, Blooms, ConnectionStore
from bot.core.renewals import Renewals, refused
from bot.core.tasks import Tasks

REVOKE_PATIENCE = 15.0
"""Seconds that whoever disconnects waits for Bloom to hear of it."""
RETIRE_EVERY = 3600.0
"""Seconds between two looks for replaced connections that nothing needs any more."""


class Connections:
    """Connects workspaces to Bloom accounts and hands out Bloom's API in their name."""

    def __init__(
        self,
        store: ConnectionStore,
        blooms: Blooms,
        renewals: Renewals,
        managers: Managers,
        *,
        audit: Audit,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._store = store
        self._blooms = blooms
        self._renewals = renewals
        self._managers = managers
        self._record = ConnectionRecord(audit)
        self._clock = clock
        self._tasks = tasks
        self._erasures: Counter[str] = Counter()
        self._told_of: set[str] = set()
        """Connections whose connector is known to have left."""
        self._retiring = asyncio.Lock()
        self._when_changed: list[Callable[[str], object]] = []
        renewals.when_broken(self._changed)

    def when_changed(self, call: Callable[[str], object]) -> None:
        """Call this with the workspace's id from now on whenever its account, or who pays, is another or refused."""
        self._when_changed.append(call)

    async def current(self, workspace_id: str) -> Connection | None:
        """Return the workspace's connection, if it has one."""
        return await self._store.connection(workspace_id)

    async def present(self, workspace_id: str) -> Connection:
        """Return the workspace's connection. Raises NotConnected."""
        connection = await self.current(workspace_id)
        if connection is None:
            raise NotConnected(workspace_id)
        return connection

    async def by_id(self, connection_id: str | None, workspace_id: str) -> Connection | None:
        """Return a connection of the workspace's, also one that was replaced; without an id the present one."""
        if connection_id is None:
            return await self.current(workspace_id)
        connection = await self._store.connection_by_id(connection_id)
        return connection if connection is not None and connection.workspace_id == workspace_id else None

    async def bloom(self, workspace_id: str) -> Bloom:
        """Return Bloom's API as the workspace may use it. Raises NotConnected, BloomUnauthorized when it is broken."""
        return await self.bloom_of(None, workspace_id)

    async def bloom_of(self, connection_id: str | None, workspace_id: str) -> Bloom:
        """Return Bloom's API through one connection, which may have been replaced; None is the present one."""
        connection = await self.by_id(connection_id, workspace_id)
        if connection is None:
            raise NotConnected(workspace_id)
        if connection.is_broken:
            raise refused()
        signed_in = connection.grant is not None
        return self._blooms(
            Granted(connection.id, self._renewals) if signed_in else KeptKey(connection, self._renewals)
        )

    async def workspaces(self, workspace_id: str) -> tuple[BloomWorkspace, ...]:
        """Ask Bloom which of its workspaces the account is in. Raises BloomError or NotConnected."""
        return await (await self.bloom(workspace_id)).workspaces()

    def stay(self, workspace_id: str) -> int:
        """Return what tells the time since the workspace was left or disconnected from the times before."""
        return self._erasures[workspace_id]

    async def connect(self, workspace_id: str, key: str, user_id: str | None) -> Connection:
        """Ask Bloom whose the key is, and keep it. Raises BloomError and keeps nothing when Bloom says no.

        A key that nobody typed (``user_id`` is None) does not replace what a person connected meanwhile.
        """
        stay = self.stay(workspace_id)
        account = await self._blooms(ApiKey(key)).account()
        current = await self.current(workspace_id)
        if user_id is None and current is not None and current.connected_by is not None:
            return current
        connection = Connection(uuid4().hex, workspace_id, key, account, user_id, self._clock.now())
        return await self._keep(connection, stay)

    async def adopt(
        self, workspace_id: str, user_id: str, client_id: str, tokens: TokenSet, *, stay: int
    ) -> Connection:
        """Ask Bloom whose the tokens of a sign-in are, and keep them; those that are not kept are revoked.

        Raises BloomError, and NotAllowed when the `stay` in which they were asked for is over.
        """
        grant = Grant(client_id, tokens.refresh_token, tokens.expires_at)
        try:
            account = await self._blooms(ApiKey(tokens.access_token)).account()
            now = self._clock.now()
            connection = Connection(uuid4().hex, workspace_id, tokens.access_token, account, user_id, now, grant)
            return await self._keep(connection, stay)
        except BotError:
            self._revoke(grant, tokens.access_token)
            raise

    async def choose_bloom_workspace(self, workspace_id: str, chosen: BloomWorkspace | None, by: str) -> None:
        """Use the brands and credits of one of Bloom's workspaces; None: each brand's own. Raises NotConnected."""
        connection = await self.present(workspace_id)
        if connection.bloom_workspace == chosen:
            return
        await self._store.choose_bloom_workspace(connection.id, chosen)
        self._changed(workspace_id)
        await self._record.payer_chosen(connection, chosen, by)

    async def disconnect(self, workspace_id: str, by: str) -> bool:
        """Forget the workspace's account and revoke it at Bloom; tell whether Bloom heard of it in time."""
        revoked = await self._erase(workspace_id, by)
        return await done_within(self._clock, REVOKE_PATIENCE, revoked) and revoked.result()

    async def leave(self, workspace_id: str) -> None:
        """Forget a workspace that is left."""
        await self._erase(workspace_id, None)

    async def connector_left(self, workspace_id: str, user_id: str) -> None:
        """Tell managers, once, when the person who left is who connected Bloom."""
        connection = await self.current(workspace_id)
        if connection is None or connection.connected_by != user_id or connection.id in self._told_of:
            return
        self._told_of.add(connection.id)
        notice = Notice(NoticeKind.CONNECTOR_LEFT, connection=connection)
        self._managers.tell(workspace_id, notice, but=user_id)

    async def retire(self) -> None:
        """Erase and revoke replaced connections that nothing needs any more. Raises StoreError.

        One at a time, looked up just before: by then a generation may need what was of no use a moment ago.
        """
        async with self._retiring:
            while retired := await self._store.retired_connections():
                await self._store.erase_connection(retired[0].id)
                self._revoke_all(retired[:1])

    async def keep_retiring(self) -> None:
        """Retire what is left over, now and every hour, for ever."""
        while True:
            self._retire_soon()
            await self._clock.sleep(RETIRE_EVERY)

    async def _keep(self, connection: Connection, stay: int) -> Connection:
        """Make it the workspace's connection. The same account goes on with the choice of who pays."""
        workspace_id = connection.workspace_id
        current = await self.current(workspace_id)
        if self.stay(workspace_id) != stay:
            raise NotAllowed(f"{workspace_id} was left or disconnected meanwhile")
        if current is not None and current.account.email == connection.account.email:
            connection = replace(connection, bloom_workspace=current.bloom_workspace)
        await self._store.save_connection(connection)
        self._changed(workspace_id)
        self._retire_soon()
        await self._record.connected(connection, current)
        return connection

    async def _erase(self, workspace_id: str, by: str | None) -> asyncio.Task[bool]:
        """Forget all connections of a workspace, whoever waits for it, and return their revocation.

        What is just being connected there comes too late.
        """
        self._erasures[workspace_id] += 1

        async def erase() -> asyncio.Task[bool]:
            current = None
            with suppress(StoreError):  # whose it was cannot be read any more
                current = await self.current(workspace_id)
            erased = await self._store.erase_connections(workspace_id)
            self._changed(workspace_id)
            revoked = self._revoke_all(erased)
            if current is not None:
                await self._record.disconnected(current, by)
            return revoked

        name = f"erase connections of {workspace_id}"
        revoked: asyncio.Task[bool] = await asyncio.shield(self._tasks.start(erase(), name=name, is_vital=True))
        return revoked

    def _revoke_all(self, erased: tuple[Connection, ...]) -> asyncio.Task[bool]:
        async def revoke() -> bool:
            return all([await self._renewals.end(one) for one in erased])

        return self._tasks.start(revoke(), name="revoke at Bloom", is_vital=True)

    def _revoke(self, grant: Grant, access_token: str) -> None:
        work = self._renewals.revoke(grant.client_id, grant.refresh_token, access_token)
        self._tasks.start(work, name="revoke at Bloom", is_vital=True)

    def _retire_soon(self) -> None:
        self._tasks.start(self.retire(), name="retire connections", is_vital=True)

    def _changed(self, workspace_id: str) -> None:
        for call in self._when_changed:
            call(workspace_id)
