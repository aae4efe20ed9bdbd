"""Finding out what somebody is to read whom a limit keeps from making an image.

Some of it only Slack knows, and a form holds until it is answered: so it is asked for a moment, and then left out.
"""

from contextlib import suppress
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock, given
from bot.core.errors import OutsideLimits, SlackRefused
from bot.core.months import month_after, month_of
from bot.core.services import Core
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views.limits import Refusal, refused_form

PATIENCE = 1.0
"""Seconds that Slack is given to say who could change it."""


class Refusals:
    """Completes what the core says of a limit."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core = core
        self._clock = clock

    async def explained(
        self, args: AsyncArgs, met: OutsideLimits, *, channel_id: str | None = None, needed: int | None = None
    ) -> Refusal:
        """Return everything that whoever acted is told; ``needed`` are the credits of what they asked for."""
        workspace_id = workspace_of(args)
        to_ask, can_change = await self._who_can(*person_of(args))
        limits = (await self._core.preferences.current(workspace_id)).limits
        return Refusal(
            met.limit,
            left=met.left,
            needed=needed,
            channel_id=channel_id,
            channels=limits.channels,
            renews_at=month_after(month_of(self._clock.now())),
            to_ask=to_ask,
            can_change=can_change,
        )

    async def in_place_of_form(self, args: AsyncArgs, channel_id: str | None, title: str) -> dict[str, Any] | None:
        """Return what opens in place of a form that a limit would refuse however it was filled in."""
        try:
            await self._core.policy.let_in(*person_of(args), channel_id)
        except OutsideLimits as met:
            return refused_form(await self.explained(args, met, channel_id=channel_id), title)
        return None

    async def _who_can(self, workspace_id: str, user_id: str) -> tuple[tuple[str, ...], bool]:
        """Return whom to ask for a change, and whether the person could make it."""
        to_ask: tuple[str, ...] = ()
        can_change = False

        async def look() -> None:
            nonlocal to_ask, can_change
            to_ask = await self._core.managers.to_ask(workspace_id)
            can_change = await self._core.managers.is_manager(workspace_id, user_id)

        with suppress(SlackRefused):
            await given(self._clock, PATIENCE, look())
        return to_ask, can_change
