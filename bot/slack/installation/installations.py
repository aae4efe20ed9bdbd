"""Where the bot is installed, with a token that holds: for each request of Slack's and for work in the background.

With token rotation a token ends after some hours. New ones come with a new refresh token, and the old one is used up:
so whoever comes first renews them for all, and nobody has them before they are on the disk.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import structlog

from bot.core.clock import Clock
from bot.core.errors import BotError, SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.core.ports import InstallationStore
from bot.core.retrying import PAUSES, after_pauses, store_fails
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks
from bot.slack.client import SlackApi
from bot.slack.installation.oauth import OAuth, refusal_of

log = structlog.get_logger(__name__)

RENEW_AHEAD = timedelta(minutes=10)
LAST_MINUTE = timedelta(minutes=1)
"""With less than that left a token is not handed out any more while new ones are on their way."""
RENEW_PAUSE = 60.0
"""Seconds between two tries to renew a token that still holds."""
CHECK_EVERY = 3600.0
"""Seconds between two looks at whether Slack still knows an installation: the event that says so can be missed."""
SWEEP_EVERY = 24 * 3600.0
"""Seconds between two looks at all installations, for those that nobody is served by."""
CHECK_TWICE = 60.0
"""Seconds until a token that Slack refused is tried once more: what goes with an installation does not come back."""
GONE = frozenset({"token_revoked", "account_inactive", "invalid_auth"})

OnGone = Callable[[Installation], Awaitable[None]]


class InstallationSource(Protocol):
    """Where the bot is installed."""

    async def of(
        self, workspace_id: str | None, enterprise_id: str | None = None, *, is_org_wide: bool = False
    ) -> Installation:
        """Return what serves the workspace, with a token that holds. Raises SlackRefused: `not_installed`.

        ``is_org_wide``: Slack says that it is the organisation's installation, whatever the workspace had before.
        """
        ...

    async def on_record(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        """Return the same as it was last seen, without asking Slack for anything."""
        ...


class Installations:
    """The installations on record. ``on_gone`` is told of those that Slack knows no more."""

    def __init__(
        self,
        store: InstallationStore,
        oauth: OAuth,
        api: SlackApi,
        *,
        clock: Clock,
        tasks: Tasks,
        on_gone: OnGone,
    ) -> None:
        self._store = store
        self._oauth = oauth
        self._api = api
        self._clock = clock
        self._tasks = tasks
        self._on_gone = on_gone
        self._renewals: SingleFlight[str, Installation] = SingleFlight(tasks, "new tokens for", is_vital=True)
        self._unsaved: dict[str, Installation] = {}
        """What Slack gave for a refresh token and the database would not take: nobody could ask for it again."""
        self._tried: dict[str, float] = {}
        """When renewing ahead of the end was last tried in vain, or is being tried."""
        self._checked: dict[str, float] = {}

    async def of(
        self, workspace_id: str | None, enterprise_id: str | None = None, *, is_org_wide: bool = False
    ) -> Installation:
        """Return what serves the workspace, with a token that holds. Raises SlackRefused: `not_installed`."""
        installation = _there(await self.on_record(workspace_id, enterprise_id))
        if is_org_wide and installation.workspace_id is not None:
            installation = await self._organisation_instead_of(installation, enterprise_id)
        try:
            return await self._holding(installation)
        finally:
            self._look_after(installation)

    async def on_record(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        """Return the same as it was last seen, without asking Slack for anything."""
        return await self._store.installation(workspace_id, enterprise_id)

    async def keep_looking(self) -> None:
        """Look after everything on record, now and every day: where the bot was removed, nobody asks for it."""
        while True:
            try:
                for installation_id in await self._store.installation_ids():
                    await self._check_in_passing(installation_id)
            except BotError as exc:
                log.warning("the installations could not be looked after", reason=repr(exc))
            await self._clock.sleep(SWEEP_EVERY)

    async def _check_in_passing(self, installation_id: str) -> None:
        """Check one of many: that Slack does not answer about it must not keep the others."""
        try:
            if installation := await self.on_record(installation_id):
                await self._check(installation)
        except SlackUnavailable as exc:
            log.warning("an installation could not be looked after", installation=installation_id, reason=repr(exc))

    async def _organisation_instead_of(self, own: Installation, enterprise_id: str | None) -> Installation:
        """Forget a workspace's own installation: the organisation's has taken its place, and its token is dead."""
        organisation = await self.on_record(None, enterprise_id)
        if organisation is None:
            return own
        await self._store.delete_installation(own.id, own.bot_token)
        return organisation

    async def _holding(self, installation: Installation) -> Installation:
        """Return the installation with a token that holds."""
        left = self._left(installation)
        if left is None or left > RENEW_AHEAD:
            return installation
        if left > LAST_MINUTE:
            self._renew_behind(installation)
            return installation
        return await self._renewed(installation)

    def _left(self, installation: Installation) -> timedelta | None:
        """Return how long the token holds; None when that is for ever, or nothing can be done about it."""
        if installation.expires_at is None or installation.refresh_token is None:
            return None
        return installation.expires_at - self._clock.now()

    async def _renewed(self, installation: Installation) -> Installation:
        try:
            return await self._renewals.join(installation.id, lambda: self._renew(installation))
        except SlackRefused:
            left = self._left(installation)
            if left is None or left <= timedelta():
                raise
        return installation

    def _renew_behind(self, installation: Installation) -> None:
        now = self._clock.monotonic()
        if self._tried.get(installation.id, -RENEW_PAUSE) <= now - RENEW_PAUSE:
            self._tried[installation.id] = now
            self._renewals.begin(installation.id, lambda: self._renew(installation))

    async def _renew(self, seen: Installation) -> Installation:
        """Renew the tokens, unless somebody has since they were seen."""
        present = await self._present(seen)
        left = self._left(present)
        if left is None or left > RENEW_AHEAD or present.refresh_token is None:
            return present
        if present.refresh_token not in self._unsaved:
            self._unsaved[present.refresh_token] = await self._oauth.renew(present)
        return await self._save(self._unsaved[present.refresh_token], was=present.refresh_token)

    async def _save(self, renewed: Installation, *, was: str) -> Installation:
        """Write new tokens down; what was installed anew meanwhile has better ones."""
        write = after_pauses(self._clock, PAUSES, when=store_fails)
        is_saved: bool = await write(self._store.renew_installation, renewed, was=was)
        del self._unsaved[was]
        if not is_saved:
            return await self._present(renewed)
        self._tried.pop(renewed.id, None)
        log.info("Slack tokens renewed", installation=renewed.id)
        return renewed

    async def _present(self, seen: Installation) -> Installation:
        return _there(await self.on_record(seen.workspace_id, seen.enterprise_id))

    def _look_after(self, installation: Installation) -> None:
        """Ask Slack once an hour, behind whoever is being served, whether it still knows the installation."""
        now = self._clock.monotonic()
        if self._checked.get(installation.id, -CHECK_EVERY) <= now - CHECK_EVERY:
            self._checked[installation.id] = now
            self._tasks.start(self._check(installation), name=f"check of the installation {installation.id}")

    async def _check(self, seen: Installation) -> None:
        if await self._refused(seen) is None:
            return
        await self._clock.sleep(CHECK_TWICE)
        if (refused := await self._refused(seen)) is not None:
            log.warning("Slack does not know an installation any more", installation=refused.id)
            await self._on_gone(refused)

    async def _refused(self, seen: Installation) -> Installation | None:
        """Return the installation as it is now, if it is there and Slack does not know it."""
        present = await self.on_record(seen.workspace_id, seen.enterprise_id)
        if present is None or await refusal_of(self._api, present.bot_token) not in GONE:
            return None
        return present


def _there(installation: Installation | None) -> Installation:
    if installation is None:
        raise SlackRefused("not_installed")
    return installation
