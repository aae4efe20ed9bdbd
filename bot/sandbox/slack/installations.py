"""Where the app is installed and which tokens it has there: of what they open, and what becomes of them.

A workspace that installs the app again gets the token that it had, as from Slack; where tokens rotate, new ones.
"""

import math
import secrets
from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.core.clock import Clock
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.identity import App, Organisation, Place, Team

LIFETIME: Final = 12 * 60 * 60
"""Seconds that a rotating token holds."""
REMEMBERED: Final = 2000
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Tokens:
    """What the app is given; without rotation there is no refresh token, and no end."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)


@dataclass(eq=False)
class Installation:
    """The app in one workspace, or in all of an organisation; ``scopes`` None stands for every scope."""

    place: Place
    app: App
    scopes: Set[str] | None
    installer_id: str | None = None
    access: dict[str, float] = field(default_factory=dict, repr=False)
    refresh: str | None = field(default=None, repr=False)
    refused: str | None = None

    @property
    def is_org_wide(self) -> bool:
        return isinstance(self.place, Organisation)

    @property
    def organisation(self) -> Organisation | None:
        return self.place if isinstance(self.place, Organisation) else self.place.organisation

    @property
    def token(self) -> str:
        """Return the token that the app was given last."""
        return next(reversed(self.access))


class Installations:
    """All installations of the app; there is one at most for each workspace."""

    def __init__(self, clock: Clock, *, rotates: bool) -> None:
        self._clock = clock
        self._rotates = rotates
        self._there: list[Installation] = []
        self._dead: OrderedDict[str, str] = OrderedDict()
        self._issued: OrderedDict[str, None] = OrderedDict()

    def of(self, team: Team) -> Installation | None:
        """Return the installation that serves a workspace."""
        places = (team, team.organisation)
        return next((one for one in self._there if one.place in places), None)

    def install(self, place: Place, app: App, scopes: Set[str] | None, installer_id: str | None = None) -> Installation:
        """Install the app, or install it again with more scopes."""
        installation = next((one for one in self._there if one.place == place), None)
        if installation is None:
            installation = Installation(place, app, scopes)
            self._there.append(installation)
        more = scopes is not None and installation.scopes is not None
        installation.scopes = frozenset((*(installation.scopes or ()), *(scopes or ()))) if more else None
        installation.installer_id = installer_id
        installation.refused = None
        return installation

    def hold(self, installation: Installation, token: str) -> None:
        """Let an installation have this token, which never ends."""
        installation.access[self._remember(token)] = math.inf

    def hand_out(self, installation: Installation) -> Tokens:
        """Give out the tokens of an installation: new ones where they rotate, else always the same."""
        if self._rotates:
            return self._rotate(installation)
        if not installation.access:
            self.hold(installation, f"xoxb-{_digits()}-{_digits()}-{_letters()}")
        return Tokens(installation.token)

    def _rotate(self, installation: Installation) -> Tokens:
        now = self._clock.monotonic()
        for old in [token for token, end in installation.access.items() if end <= now]:
            del installation.access[old]
            self._bury(old, "token_expired")
        access, refresh = f"xoxe.xoxb-1-{_letters()}", f"xoxe-1-{_letters()}"
        installation.access[self._remember(access)] = now + LIFETIME
        installation.refresh = self._remember(refresh)
        return Tokens(access, refresh)

    def renew(self, refresh_token: str) -> tuple[Installation, Tokens]:
        """Give new tokens for a refresh token, which is good for once; the access tokens before hold to their end."""
        for installation in self._there:
            if refresh_token and installation.refresh == refresh_token:
                return installation, self.hand_out(installation)
        raise SlackRefusal("invalid_refresh_token")

    def authenticate(self, token: str) -> Installation:
        """Return whose token this is, or raise what Slack says of one that is unknown, dead or too old."""
        installation = self.find(token)
        if installation is None:
            raise SlackRefusal(self._dead.get(token, "invalid_auth"))
        if installation.refused is not None:
            raise SlackRefusal(installation.refused)
        if self._clock.monotonic() >= installation.access[token]:
            raise SlackRefusal("token_expired")
        return installation

    def find(self, token: str) -> Installation | None:
        """Return whose token this is, be it too old or refused."""
        return next((one for one in self._there if token in one.access), None)

    def expire(self, installation: Installation) -> None:
        """Let the time of all its access tokens be over."""
        installation.access = dict.fromkeys(installation.access, -math.inf)

    def revoke(self, token: str) -> Installation:
        """Take one token back; without any the app is no longer installed."""
        installation = self.authenticate(token)
        del installation.access[token]
        self._bury(token, "token_revoked")
        if not installation.access:
            self.remove(installation, "token_revoked")
        return installation

    def remove(self, installation: Installation, error: str) -> None:
        """Uninstall the app: its tokens are refused with this error from now on."""
        self._there.remove(installation)
        for token in installation.access:
            self._bury(token, error)

    @property
    def secrets(self) -> Set[str]:
        """Return every token that was ever handed out, as far as remembered."""
        return set(self._issued)

    def _remember(self, token: str) -> str:
        return _keep(self._issued, token, None)

    def _bury(self, token: str, error: str) -> None:
        _keep(self._dead, token, error)


def _keep(shelf: OrderedDict[str, Kept], token: str, what: Kept) -> str:
    shelf[token] = what
    if len(shelf) > REMEMBERED:
        shelf.popitem(last=False)
    return token


def _digits() -> str:
    return str(10**12 + secrets.randbelow(10**12))


def _letters() -> str:
    return secrets.token_hex(24)
