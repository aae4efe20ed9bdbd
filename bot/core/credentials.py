"""What workspaces show to Bloom.

A connection may be renewed, broken or erased while somebody stands in line with it, so what a connection shows is
looked up each time, never carried along.
"""

import hashlib

from bot.core.models import Connection
from bot.core.renewals import Renewals


class ApiKey:
    """A secret that belongs to no connection yet: it holds until Bloom says otherwise."""

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def id(self) -> str:
        """Return what tells two keys apart without telling what they are."""
        return hashlib.sha256(self._key.encode(errors="replace")).hexdigest()[:16]

    async def secret(self) -> str:
        """Return the key."""
        return self._key

    async def renewed(self, refused: str) -> bool:
        """Return False: there is no other."""
        return False


class KeptKey:
    """The API key of a connection. A refusal breaks the connection: there is no other key."""

    def __init__(self, connection: Connection, renewals: Renewals) -> None:
        self.id = ApiKey(connection.credential).id
        """The key's own: Bloom's request limit is the key's, however many workspaces use it."""
        self._connection = connection
        self._renewals = renewals

    async def secret(self) -> str:
        """Return the key. Raises BloomUnauthorized once it was refused, NotConnected once it was erased."""
        return (await self._renewals.sound(self._connection.id)).credential

    async def renewed(self, refused: str) -> bool:
        """Break the connection, and return False."""
        await self._renewals.give_up(self._connection)
        return False


class Granted:
    """What a sign-in gave: an access token, renewed before it ends, and when Bloom refuses it."""

    def __init__(self, connection_id: str, renewals: Renewals) -> None:
        self.id = connection_id
        self._renewals = renewals

    async def secret(self) -> str:
        """Return an access token that holds.

        Raises BloomUnauthorized when there will be none until somebody connects anew, BloomUnavailable when Bloom
        cannot be asked for one, NotConnected when the connection was erased.
        """
        return await self._renewals.access_token(self.id)

    async def renewed(self, refused: str) -> bool:
        """Tell whether there is another token than the one that was refused, asking Bloom for it if need be."""
        return await self._renewals.renewed(self.id, refused)
