"""Who a Slack workspace is at Bloom."""

from uuid import uuid4

from bot.core.clock import Clock
from bot.core.credentials import ApiKey
from bot.core.errors import NotConnected
from bot.core.models import Connection
from bot.core.ports import Bloom, Blooms, Store


class Connections:
    """Connects workspaces to Bloom accounts and hands out Bloom's API in their name."""

    def __init__(self, store: Store, blooms: Blooms, clock: Clock) -> None:
        self._store = store
        self._blooms = blooms
        self._clock = clock

    async def current(self, workspace_id: str) -> Connection | None:
        """Return the workspace's connection, if it has one."""
        return await self._store.connection(workspace_id)

    async def connect(self, workspace_id: str, credential: str, user_id: str | None) -> Connection:
        """Ask Bloom whose the credential is, and keep it. Raises BloomError and keeps nothing when Bloom says no.

        A credential that nobody typed (``user_id`` is None) does not replace one that a person connected meanwhile.
        """
        account = await self._blooms(ApiKey(credential)).account()
        current = await self._store.connection(workspace_id)
        if user_id is None and current is not None and current.connected_by is not None:
            return current
        connection = Connection(uuid4().hex, workspace_id, credential, account, user_id, self._clock.now())
        await self._store.save_connection(connection)
        return connection

    async def credential(self, workspace_id: str) -> str:
        """Return what the workspace shows to Bloom now. Raises NotConnected."""
        connection = await self._store.connection(workspace_id)
        if connection is None:
            raise NotConnected(workspace_id)
        return connection.credential

    async def bloom(self, workspace_id: str) -> Bloom:
        """Return Bloom's API as the workspace may use it. Raises NotConnected."""
        return self._blooms(ApiKey(await self.credential(workspace_id)))
