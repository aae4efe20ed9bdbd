"""What is left to spend: Bloom's credit balances, remembered for a moment so that a form opens at once."""

from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.models import Credits
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

Purse = tuple[str, str | None]
"""A Slack workspace and the Bloom workspace whose credits it spends (None: the personal one)."""


class Usage:
    """Balances by Slack workspace and Bloom workspace."""

    FRESH_FOR = timedelta(seconds=30)

    def __init__(self, connections: Connections, clock: Clock, tasks: Tasks) -> None:
        self._connections = connections
        self._clock = clock
        self._balances: dict[str, dict[str | None, tuple[Credits, datetime]]] = {}
        self._looks: SingleFlight[Purse, Credits] = SingleFlight(tasks, "look at credits of")

    def known_credits(self, workspace_id: str, bloom_workspace_id: str | None = None) -> Credits | None:
        """Return the balance as last seen, if that was lately."""
        credits, seen_at = self._balances.get(workspace_id, {}).get(bloom_workspace_id, (None, None))
        fresh = seen_at is not None and self._clock.now() - seen_at <= self.FRESH_FOR
        return credits if fresh else None

    async def credits(self, workspace_id: str, bloom_workspace_id: str | None = None) -> Credits:
        """Return the balance, asking Bloom unless it was seen lately. Raises BloomError or NotConnected."""
        known = self.known_credits(workspace_id, bloom_workspace_id)
        purse = (workspace_id, bloom_workspace_id)
        return known or await self._looks.join(purse, lambda: self._look(purse))

    def forget(self, workspace_id: str) -> None:
        """Something was spent or the account changed: what was seen holds no more."""
        self._balances.pop(workspace_id, None)

    async def _look(self, purse: Purse) -> Credits:
        workspace_id, bloom_workspace_id = purse
        balances = self._balances.setdefault(workspace_id, {})  # what `forget` drops meanwhile, nobody reads any more
        credits = await (await self._connections.bloom(workspace_id)).credits(bloom_workspace_id)
        balances[bloom_workspace_id] = (credits, self._clock.now())
        return credits
