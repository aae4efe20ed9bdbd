"""Whose Bloom account a generation is asked of, while people may connect another one at any moment."""

from collections.abc import Awaitable, Callable

from bot.core.connections import Connections
from bot.core.errors import BloomUnauthorized, NotConnected
from bot.core.models import Connection, Generation

Act = Callable[[Connection], Awaitable[Generation]]


async def through_account(connections: Connections, generation: Generation, act: Act) -> Generation:
    """Act through the account that a generation belongs to; refused there, it starts over if that is another by now.

    Raises NotConnected, and what ``act`` raises.
    """
    connection = await _account(connections, generation)
    try:
        return await act(connection)
    except (BloomUnauthorized, NotConnected):
        if await is_in_use(connections, generation, connection):
            raise
        return generation


async def is_in_use(connections: Connections, generation: Generation, connection: Connection) -> bool:
    """Whether the next order goes through this connection still: a set stays with the one that began it."""
    if generation.yields:
        return True
    current = await connections.current(connection.workspace_id)
    return current is not None and current.id == connection.id


async def _account(connections: Connections, generation: Generation) -> Connection:
    workspace_id = generation.request.workspace_id
    if not generation.yields:
        return await connections.present(workspace_id)
    if (begun_on := await connections.by_id(generation.connection_id, workspace_id)) is None:
        raise NotConnected(workspace_id)
    return begun_on
