"""Who may generate here, and for how much: what the workspace's limits say of one request."""

from bot.core.clock import Clock
from bot.core.managers import Managers
from bot.core.models import GenerationRequest, SpendingCaps, Standing
from bot.core.months import month_of
from bot.core.ports import Directory, Store


class Policy:
    """Judges requests by the workspace's limits."""

    def __init__(self, store: Store, managers: Managers, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._managers = managers
        self._directory = directory
        self._clock = clock

    async def admit(self, request: GenerationRequest, *, confirmed: int = 0) -> SpendingCaps | None:
        """Return what may be spent at most, to be held while the request is written down.

        Raises OutsideLimits for the channel or the person, and NeedsConfirmation when it costs more than is allowed
        without a yes, and more than the ``confirmed`` credits.
        """
        raise NotImplementedError

    async def standing(self, workspace_id: str, user_id: str) -> Standing:
        """Return what somebody has spent this month, and what they may spend still."""
        limits = (await self._store.preferences(workspace_id)).limits
        spent = await self._store.spent(workspace_id, user_id, month_of(self._clock.now()))
        return Standing(spent, limits.credits_per_month, limits.credits_per_person)
