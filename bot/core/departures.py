"""Leaving a workspace that the bot was removed from: work ends, secrets go, history stays if the operator wants it."""

import structlog

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.models import Failure, FailureCode
from bot.core.ports import InstallationStore

log = structlog.get_logger(__name__)


class Departures:
    """Leaves workspaces. To leave one again does no harm, and ends what an interruption left over."""

    def __init__(self, store: InstallationStore, connections: Connections, clock: Clock, *, keep_history: bool) -> None:
        self._store = store
        self._connections = connections
        self._clock = clock
        self._keep_history = keep_history

    async def leave(self, workspace_id: str) -> None:
        """End everything in a workspace. Raises StoreError.

        Generations end first: who works on one finds its row gone on, instead of telling people that Bloom is not
        connected. Those that were begun meanwhile end after it.
        """
        await self._end_generations(workspace_id)
        await self._connections.leave(workspace_id)
        await self._end_generations(workspace_id)
        await self._store.name_managers(workspace_id, ())
        if not self._keep_history:
            await self._store.erase_history(workspace_id)
        log.info("left a workspace", workspace=workspace_id, history="kept" if self._keep_history else "erased")

    async def _end_generations(self, workspace_id: str) -> None:
        await self._store.end_generations(workspace_id, Failure(FailureCode.UNINSTALLED), self._clock.now())
