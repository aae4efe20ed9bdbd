"""What is left to spend, and looking back at what was: Bloom's balances, remembered for a moment so that a form opens
at once, and what was made and spent here, which the store knows.
"""

from collections import Counter
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.connections import Connections
from bot.core.models import Credits, Generation, HistoryFilter, Payer, Spending
from bot.core.months import month_after, month_before, month_of
from bot.core.ports import HistoryStore
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks


class Usage:
    """Balances by Slack workspace and by who pays at Bloom, and the history of a workspace."""

    FRESH_FOR = timedelta(seconds=30)

    def __init__(self, store: HistoryStore, connections: Connections, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._connections = connections
        self._clock = clock
        self._balances: dict[str, dict[Payer, tuple[Credits, datetime]]] = {}
        self._forgotten: Counter[str] = Counter()
        self._looks: SingleFlight[tuple[str, Payer, int], Credits] = SingleFlight(tasks, "look at credits of")
        connections.when_changed(self.forget)

    def known_credits(self, workspace_id: str, payer: Payer | None) -> Credits | None:
        """Return the balance as last seen, if that was lately; None also while nobody knows who pays."""
        credits, seen_at = self._balances.get(workspace_id, {}).get(payer, (None, None)) if payer else (None, None)
        fresh = seen_at is not None and self._clock.now() - seen_at <= self.FRESH_FOR
        return credits if fresh else None

    async def credits(self, workspace_id: str, payer: Payer | None) -> Credits | None:
        """Return the balance, asking Bloom unless it was seen lately. Raises BloomError or NotConnected."""
        known = self.known_credits(workspace_id, payer)
        if known or payer is None:
            return known
        look = (workspace_id, payer, self._forgotten[workspace_id])  # one from before a `forget` answers no more
        return await self._looks.join(look, lambda: self._look(workspace_id, payer))

    def forget(self, workspace_id: str) -> None:
        """Something was spent or the account changed: what was seen holds no more."""
        self._balances.pop(workspace_id, None)
        self._forgotten[workspace_id] += 1

    def month(self, *, back: int = 0) -> datetime:
        """Return the beginning of the month that it is now, or of an earlier one."""
        month = month_of(self._clock.now())
        for _ in range(back):
            month = month_before(month)
        return month

    async def spending(self, workspace_id: str, month: datetime) -> Spending:
        """Return the credits spent in the month that begins then, by person, channel and brand."""
        return await self._store.spending(workspace_id, month, month_after(month))

    async def history(
        self, workspace_id: str, wanted: HistoryFilter, before: str | None = None, *, limit: int = 10
    ) -> tuple[Generation, ...]:
        """Return generations that have images, the newest first, older than the one with the id ``before``."""
        return await self._store.history(workspace_id, wanted, before=before, limit=limit)

    async def has_images(self, workspace_id: str) -> bool:
        """Tell whether any image was ever delivered here."""
        return await self._store.has_images(workspace_id)

    async def _look(self, workspace_id: str, payer: Payer) -> Credits:
        balances = self._balances.setdefault(workspace_id, {})  # what `forget` drops meanwhile, nobody reads any more
        credits = await (await self._connections.bloom(workspace_id)).credits(payer.bloom_workspace_id)
        balances[payer] = (credits, self._clock.now())
        return credits
