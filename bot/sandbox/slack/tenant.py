"""The app in one workspace: how it is let in, what becomes of its tokens, how it leaves; and people who come and go."""

from collections.abc import Set
from typing import Self

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.departure import tell_uninstalled, uninstall
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.events import event
from bot.sandbox.slack.hosting import Host
from bot.sandbox.slack.installations import Installation
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.oauth.authorize import Desk
from bot.sandbox.slack.workspace import Workspace


class Tenant:
    """A workspace on a host that may serve others too."""

    @classmethod
    def within(cls, host: Host, backend: Backend) -> Self:
        """Return the stand-in for one of several workspaces."""
        slack = cls.__new__(cls)
        slack._move_in(host, backend)
        return slack

    def _move_in(self, host: Host, backend: Backend) -> None:
        self._host, self._backend, self._desk = host, backend, Desk(host.platform)
        self.workspace: Workspace = backend.workspace

    def hold(self, bot_token: str, granted_scopes: Set[str] | None = None) -> None:
        """Let the app be installed with this token; without ``granted_scopes`` with those of its manifest."""
        scopes = self.manifest.scopes if granted_scopes is None else granted_scopes
        installations, workspace = self._backend.installations, self.workspace
        installations.hold(installations.install(workspace.team, workspace.app, scopes), bot_token)

    @property
    def manifest(self) -> Manifest:
        """Return what the app was installed by."""
        return self._backend.settings.manifest

    @property
    def team_id(self) -> str:
        return self.workspace.team.id

    @property
    def installation(self) -> Installation | None:
        """Return the installation that serves this workspace, if there is any."""
        return self._backend.installation

    @property
    def bot_token(self) -> str:
        """Return the token that the app was given last; LookupError where it is not installed."""
        return self._installed.token

    @property
    def _installed(self) -> Installation:
        if self.installation is None:
            raise LookupError("the app is not installed in this workspace")
        return self.installation

    def allow(self, authorize_url: str, by: str = "Mia", *, org_wide: bool = False) -> str:
        """Press Allow on the page where the app sent someone; return where the browser is sent, with a code."""
        team = self.workspace.team
        place = team.organisation if org_wide else team
        place_id = "" if place is None else place.id
        return self._desk.allow(self._desk.ask(authorize_url), place_id, self.workspace.member(by).id)

    def deny(self, authorize_url: str) -> str:
        """Press Cancel on the page where the app sent someone; return where the browser is sent."""
        return self._desk.deny(self._desk.ask(authorize_url))

    async def uninstall(self) -> list[Answer]:
        """Remove the app, from the whole organisation where it is installed for that; return what it answered.

        Its tokens are dead from then on; it hears ``tokens_revoked`` and ``app_uninstalled`` if it asked for them.
        """
        gone = self._installed
        uninstall(self._host.platform, gone)
        return await tell_uninstalled(self._host.platform, gone)

    async def deactivate(self, person: str) -> Answer | None:
        """Let someone leave the company; return what the app answered to ``user_change`` if it may hear of it."""
        self.workspace.deactivate(person)
        return await self._tell_of(person)

    async def promote(self, person: str, *, is_admin: bool = True, is_owner: bool = False) -> Answer | None:
        """Make someone an admin or an owner, or no longer; return what the app answered to ``user_change``."""
        member = self.workspace.member(person)
        member.is_admin, member.is_owner = is_admin, is_owner
        return await self._tell_of(person)

    async def _tell_of(self, person: str) -> Answer | None:
        if not self._backend.hears("user_change") or not self._backend.grants("users:read"):
            return None
        user, ts = self.workspace.member(person).payload(self.workspace.team), self.workspace.new_ts()
        return await self.send_event({"type": "user_change", "user": user, "cache_ts": int(float(ts)), "event_ts": ts})

    async def send_event(self, inner: Json) -> Answer:
        """Send any Events API event, such as ``tokens_revoked`` or ``app_uninstalled``."""
        return await self._backend.courier.deliver(Delivery("events_api", event(self._backend, inner)))

    def revoke_token(self, error: str = "token_revoked") -> None:
        """Refuse every further call with ``account_inactive`` or the like, until the app is installed anew."""
        self._installed.refused = error

    def expire_tokens(self) -> None:
        """Let the time of the app's access tokens be over; refresh tokens go on."""
        self._backend.installations.expire(self._installed)
