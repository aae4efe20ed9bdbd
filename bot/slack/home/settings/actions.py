"""What managers press on the page of settings: each opens a form over it, but for removing a channel's defaults."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import BotError, ChangedMeanwhile, SlackRefused
from bot.core.managers import NOT_SAID
from bot.core.models import UserGroup
from bot.core.services import Core
from bot.slack.guard import guarded
from bot.slack.home.home import Home
from bot.slack.opening import open_view
from bot.slack.payloads import action_of, person_of, sight_of, value_of, workspace_of
from bot.slack.views.home.settings import REMOVE
from bot.slack.views.message import channel, escape
from bot.slack.views.problems import sentence_of
from bot.slack.views.settings_forms import defaults, limits, managers
from bot.slack.views.settings_forms.frame import Opened

log = structlog.get_logger(__name__)

GROUPS_PATIENCE = 1.0
"""Seconds that a form waits for Slack to name the user groups; it must be open within three."""
REMOVED = "The defaults of {channel} are removed: those of the workspace count there now."
CHANGED = "The defaults of {channel} have just been changed, so they are still there. Look at them again."


class SettingsActions:
    """Opens the forms."""

    def __init__(self, core: Core, home: Home) -> None:
        self._core = core
        self._home = home

    @guarded
    async def change_defaults(self, args: AsyncArgs) -> None:
        """Open the form of the workspace's defaults."""
        await self._open(args, lambda: self._defaults(args, Opened()))

    @guarded
    async def change_channel(self, args: AsyncArgs) -> None:
        """Open the form of a channel's defaults; which channel is asked in it unless the button says so."""
        channel_id = value_of(args) or None
        opened = Opened(channel_id=channel_id, is_new_channel=channel_id is None)
        await self._open(args, lambda: self._defaults(args, opened))

    @guarded
    async def choose_from_menu(self, args: AsyncArgs) -> None:
        """Open the form of a listed channel's defaults, or remove them."""
        what, revision, channel_id = str(action_of(args)["selected_option"]["value"]).split(":", 2)
        if what == REMOVE:
            await args.ack()
            await self._home.show(args, await self._told(args, self._remove(args, int(revision), channel_id)))
            return
        await self._open(args, lambda: self._defaults(args, Opened(channel_id=channel_id)))

    @guarded
    async def change_limits(self, args: AsyncArgs) -> None:
        """Open the form of the limits."""
        await self._open(args, lambda: self._limits(args))

    @guarded
    async def change_managers(self, args: AsyncArgs) -> None:
        """Open the form of the managers."""
        await self._open(args, lambda: self._managers(args))

    @guarded
    async def turn(self, args: AsyncArgs) -> None:
        """Show another part of the list of channels."""
        await args.ack()
        offset = int(str(action_of(args)["action_id"]).partition(":")[2])
        await self._home.show(args, sight=sight_of(args).but(offset=max(0, offset)))

    async def _open(self, args: AsyncArgs, view: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        """Acknowledge, and open a form for whoever may; for others the page says why not."""
        await args.ack()
        try:
            await self._core.managers.require(*person_of(args))
        except BotError as error:
            log.warning("no form is opened", reason=repr(error))
            await self._home.show(args, escape(sentence_of(error)))
            return
        await open_view(args, await view())

    async def _told(self, args: AsyncArgs, work: Awaitable[str]) -> str:
        try:
            return await work
        except BotError as error:
            log.warning("nothing came of what a manager wants", reason=repr(error))
            return escape(sentence_of(error))

    async def _remove(self, args: AsyncArgs, revision: int, channel_id: str) -> str:
        workspace_id, user_id = person_of(args)
        seen = await self._core.preferences.at(workspace_id, revision)
        kept = {one: chosen for one, chosen in seen.channels.items() if one != channel_id}
        try:
            now = await self._core.preferences.change(workspace_id, user_id, seen.but(channels=kept))
        except ChangedMeanwhile:
            return CHANGED.format(channel=channel(channel_id))
        told = CHANGED if channel_id in now.channels else REMOVED
        return told.format(channel=channel(channel_id))

    async def _defaults(self, args: AsyncArgs, opened: Opened) -> dict[str, Any]:
        workspace_id = workspace_of(args)
        preferences = await self._core.preferences.current(workspace_id)
        brands = (await self._core.brands.known(workspace_id)).brands
        return defaults.form(preferences, opened.model_copy(update={"revision": preferences.revision}), brands)

    async def _limits(self, args: AsyncArgs) -> dict[str, Any]:
        workspace_id = workspace_of(args)
        groups = await groups_of(self._core, workspace_id)
        preferences = await self._core.preferences.current(workspace_id)
        return limits.form(preferences, Opened(revision=preferences.revision), groups)

    async def _managers(self, args: AsyncArgs) -> dict[str, Any]:
        named = await self._core.managers.named(workspace_of(args))
        return managers.form(Opened(seen=tuple(sorted(named))))


async def groups_of(core: Core, workspace_id: str) -> Sequence[UserGroup] | str:
    """Return the user groups of a workspace, or why they are not known, without waiting for long."""
    try:
        async with asyncio.timeout(GROUPS_PATIENCE):
            return await core.managers.groups(workspace_id)
    except (SlackRefused, TimeoutError) as error:
        log.warning("Slack does not say which user groups there are", reason=repr(error))
        needs_scope = isinstance(error, SlackRefused) and error.error == NOT_SAID
        return limits.GROUPS_NEED_SCOPE if needs_scope else limits.GROUPS_UNKNOWN
