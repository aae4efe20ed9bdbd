"""What managers decided in the forms of settings: saved before it is acknowledged, or shown again with what is wrong.

Slack is asked whether somebody is a manager when they open a form, and remembered; only a form that was open for
minutes asks again before it is acknowledged, and then not for long.
"""

import asyncio
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import ChangedMeanwhile, SlackUnavailable
from bot.core.models import Defaults, Preferences
from bot.core.services import Core
from bot.slack.guard import guarded
from bot.slack.home.settings.actions import groups_of
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views.buttons import Field
from bot.slack.views.settings_forms import defaults, limits, managers
from bot.slack.views.settings_forms.frame import Opened, block_of, opened_over
from bot.slack.views.wording import BRAND_GONE

PATIENCE = 1.5
"""Seconds that Slack may take to say who somebody is: the form has to be answered within three."""


class SettingsAnswers:
    """Takes what the forms send, and offers what can be chosen in them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @guarded
    async def save_defaults(self, args: AsyncArgs) -> None:
        """Save the defaults of the workspace or of a channel."""
        workspace_id, opened = workspace_of(args), opened_over(args.body["view"])
        await self._require(args)
        picked, chosen = defaults.read(args.body["view"])
        base = await self._core.preferences.at(workspace_id, opened.revision)
        if problem := await self._problem(workspace_id, base, opened, picked, chosen):
            await args.ack(response_action="errors", errors=problem)
            return
        channel_id = opened.channel_id or picked
        try:
            await self._change(args, _with_defaults(base, channel_id, chosen))
        except ChangedMeanwhile as changed:
            again = Opened(revision=changed.current.revision, channel_id=channel_id)
            brands = (await self._core.brands.known(workspace_id)).brands
            await args.ack(response_action="update", view=defaults.form(changed.merged, again, brands, changed=changed))

    @guarded
    async def save_limits(self, args: AsyncArgs) -> None:
        """Save the limits."""
        view, opened = args.body["view"], opened_over(args.body["view"])
        await self._require(args)
        if problems := limits.errors(view, opened):
            await args.ack(response_action="errors", errors=problems)
            return
        base = await self._core.preferences.at(workspace_of(args), opened.revision)
        try:
            await self._change(args, base.but(limits=limits.read(view, base.limits)))
        except ChangedMeanwhile as changed:
            again = Opened(revision=changed.current.revision)
            groups = await groups_of(self._core, workspace_of(args))
            await args.ack(response_action="update", view=limits.form(changed.merged, again, groups, changed=changed))

    @guarded
    async def save_managers(self, args: AsyncArgs) -> None:
        """Name who was added, and no more who was taken away; the page follows."""
        view = args.body["view"]
        await self._require(args)
        seen = opened_over(view).seen
        await self._core.managers.name(*person_of(args), managers.read(view), seen=seen)
        await args.ack()

    @guarded
    async def brand_options(self, args: AsyncArgs) -> None:
        """Offer the brands that match what is typed, and none at all."""
        workspace_id, opened = workspace_of(args), opened_over(args.body["view"])
        known = await self._core.brands.known(workspace_id)
        preferences = await self._core.preferences.current(workspace_id)
        await args.ack(defaults.brand_options(known.brands, args.body.get("value") or "", preferences, opened))

    @guarded
    async def group_options(self, args: AsyncArgs) -> None:
        """Offer the user groups that match what is typed."""
        groups = await groups_of(self._core, workspace_of(args))
        found: dict[str, list[dict[str, Any]]] = {"options": []}
        if not isinstance(groups, str):
            found = limits.group_options(groups, args.body.get("value") or "")
        await args.ack(found)

    async def _require(self, args: AsyncArgs) -> None:
        """Let managers pass. Raises NotAllowed, and SlackUnavailable when Slack does not say in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._core.managers.require(*person_of(args))
        except TimeoutError as error:
            raise SlackUnavailable("no_answer_in_time") from error

    async def _change(self, args: AsyncArgs, wanted: Preferences) -> None:
        await self._core.preferences.change(*person_of(args), wanted)
        await args.ack()

    async def _problem(
        self, workspace_id: str, base: Preferences, opened: Opened, picked: str | None, chosen: Defaults
    ) -> dict[str, str]:
        """Return what is wrong with the defaults, at its field."""
        if opened.is_new_channel and picked is None:
            return {block_of(Field.DEFAULT_CHANNEL, opened): defaults.NO_CHANNEL}
        if opened.is_new_channel and picked in base.channels:
            return {block_of(Field.DEFAULT_CHANNEL, opened): defaults.HAS_ITS_OWN}
        if opened.is_new_channel and chosen == Defaults():
            return {block_of(Field.DEFAULT_BRAND, opened): defaults.NOTHING_CHOSEN}
        before = base.channels.get(opened.channel_id or "", Defaults()) if opened.channel_id else base.defaults
        is_known = (await self._core.brands.known(workspace_id)).get(chosen.brand_id) is not None
        if chosen.brand_id not in (None, before.brand_id) and not is_known:
            return {block_of(Field.DEFAULT_BRAND, opened): BRAND_GONE}
        return {}


def _with_defaults(base: Preferences, channel_id: str | None, chosen: Defaults) -> Preferences:
    if channel_id is None:
        return base.but(defaults=chosen)
    return base.but(channels={**base.channels, channel_id: chosen})
