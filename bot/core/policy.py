"""Who may generate here, and for how much: what the workspace's limits say of one request.

Slack is asked who somebody is only where people or user groups are limited, and for a moment at most: whoever asks for
an image waits for its answer, which is remembered for some minutes then.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from bot.core.clock import Clock, done_within
from bot.core.errors import NeedsConfirmation, OutsideLimits, SlackRefused
from bot.core.managers import Managers
from bot.core.models import GenerationRequest, Limit, Limits, SpendingCaps, Standing
from bot.core.months import month_of
from bot.core.ports import Directory, Store
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that Slack is given to say who somebody is; it wants an answer of ours within three."""
ROW_PATIENCE = 15.0
"""The same for the row of a batch: nobody waits for an answer, and a whole batch pauses at a refusal."""


class Policy:
    """Judges requests by the workspace's limits."""

    def __init__(self, store: Store, managers: Managers, directory: Directory, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._managers = managers
        self._directory = directory
        self._clock = clock
        self._looks: SingleFlight[tuple[str, str, frozenset[str]], bool] = SingleFlight(tasks, "look who may generate")
        """By workspace, person and user groups. One that takes too long goes on, for whoever asks again."""

    async def let_in(
        self, workspace_id: str, user_id: str, channel_id: str | None = None, *, patience: float = PATIENCE
    ) -> Limits:
        """Let those pass who may generate in a channel, or (none) in any, and return the limits.

        A thread counts as its channel. Managers are never bound by the list of people. Raises OutsideLimits, also when
        Slack does not say within the ``patience`` (seconds) who somebody is.
        """
        limits = (await self._store.preferences(workspace_id)).limits
        if channel_id is not None and limits.channels and channel_id not in limits.channels:
            raise OutsideLimits(Limit.CHANNEL)
        if not await self._is_listed(limits, workspace_id, user_id, patience):
            raise OutsideLimits(Limit.PERSON)
        return limits

    async def admit(self, request: GenerationRequest, *, confirmed: int = 0) -> SpendingCaps | None:
        """Return what may be spent at most, to be held while the request is written down.

        Raises OutsideLimits for the channel or the person, and NeedsConfirmation when it costs more than is allowed
        without a yes, and more than the ``confirmed`` credits. Nobody is asked for a yes to what the caps refuse then.
        """
        patience = ROW_PATIENCE if request.batch else PATIENCE
        limits = await self.let_in(request.workspace_id, request.user_id, request.channel_id, patience=patience)
        credits = request.parameters.credits
        if limits.confirm_above is not None and credits > max(limits.confirm_above, confirmed):
            _require_left(await self.standing(request.workspace_id, request.user_id), credits)
            raise NeedsConfirmation(credits, limits.confirm_above)
        if not limits.has_caps:
            return None
        return SpendingCaps(month_of(self._clock.now()), limits.credits_per_month, limits.credits_per_person)

    async def standing(self, workspace_id: str, user_id: str) -> Standing:
        """Return what somebody has spent this month, and what they may spend still."""
        limits = (await self._store.preferences(workspace_id)).limits
        spent = await self._store.spent(workspace_id, user_id, month_of(self._clock.now()))
        return Standing(spent, limits.credits_per_month, limits.credits_per_person)

    async def _is_listed(self, limits: Limits, workspace_id: str, user_id: str, patience: float) -> bool:
        if user_id in limits.people or not (limits.people or limits.groups):
            return True
        key = (workspace_id, user_id, limits.groups)
        look = self._looks.begin(key, lambda: self._is_listed_by_slack(*key))
        if await done_within(self._clock, patience, look):
            return look.result()
        log.warning("Slack does not say in time who may generate", workspace=workspace_id)
        return False

    async def _is_listed_by_slack(self, workspace_id: str, user_id: str, groups: frozenset[str]) -> bool:
        """Whether somebody manages or is in one of the groups; where Slack does not say so, they are not."""
        if await _said(self._managers.is_manager(workspace_id, user_id), otherwise=False):
            return True
        looks = (self._directory.group_members(workspace_id, group_id) for group_id in groups)
        members = await asyncio.gather(*(_said(look, otherwise=frozenset[str]()) for look in looks))
        return any(user_id in group for group in members)


def _require_left(standing: Standing, credits: int) -> None:
    """Raise OutsideLimits when more than is left would be spent."""
    spent = standing.spent
    for limit, cap, so_far in (
        (Limit.PERSON_CREDITS, standing.person_cap, spent.person),
        (Limit.WORKSPACE_CREDITS, standing.workspace_cap, spent.workspace),
    ):
        if cap is not None and so_far + credits > cap:
            raise OutsideLimits(limit, left=max(0, cap - so_far))


async def _said(question: Coroutine[Any, Any, T], *, otherwise: T) -> T:
    """Return what Slack answers, or something else when it refuses to."""
    try:
        return await question
    except SlackRefused as refusal:
        log.warning("Slack does not say who may generate", error=refusal.error)
        return otherwise
