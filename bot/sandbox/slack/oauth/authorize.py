"""What the app asks for when it sends somebody to Slack, who may say yes to it, and where the answer leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.sandbox.slack.errors import PersonCannot, SlackRefusal
from bot.sandbox.slack.identity import Member, Place, Team
from bot.sandbox.slack.oauth.codes import Consent
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.settings import Settings

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Ask:
    """The query of the authorize page; ``redirect_uri`` is empty where the app leaves it to its manifest."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str
    answer_to: str

    @classmethod
    def read(cls, query: Mapping[str, str], settings: Settings) -> Self:
        """Read the query, or raise what Slack's page says instead of asking anybody."""
        if query.get("client_id") != settings.client_id:
            raise SlackRefusal("invalid_client_id")
        scopes = frozenset(query.get("scope", "").replace(",", " ").split())
        if not scopes:
            raise SlackRefusal("no_scopes")
        if settings.manifest.scopes is not None and scopes - settings.manifest.scopes:
            raise SlackRefusal("invalid_scope", sorted(scopes - settings.manifest.scopes))
        given, known = query.get("redirect_uri", ""), settings.manifest.redirect_urls
        answer_to = given or next(iter(known), "")
        if not answer_to or (given and not _is_registered(given, known)):
            raise SlackRefusal("bad_redirect_uri")
        return cls(scopes, given, query.get("state", ""), answer_to)

    def redirect(self, **answer: str) -> str:
        """Return where the browser goes with the answer."""
        return f"{self.answer_to}{'&' if '?' in self.answer_to else '?'}{urlencode({**answer, 'state': self.state})}"


def _is_registered(address: str, known: tuple[str, ...]) -> bool:
    """Tell whether answers may go there: below a registered address, or to this machine, where tests have their app."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.hostname in LOOPBACK:
        return True
    return any(address == one or address.startswith(f"{one.rstrip('/')}/") for one in known)


class Desk:
    """Where people allow the app in, or do not."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def ask(self, address: str) -> Ask:
        """Read the address of the authorize page that the app sent somebody to."""
        return Ask.read(dict(parse_qsl(urlsplit(address).query)), self._platform.settings)

    def choices(self) -> Iterator[tuple[Place, Member]]:
        """Return who may install the app where: everybody in their workspace, admins in their whole organisation."""
        for backend in self._platform.backends:
            team = backend.workspace.team
            people = [one for one in backend.workspace.members.values() if not one.is_bot and not one.deleted]
            yield from ((team, member) for member in people)
            if team.organisation is not None and self._platform.settings.manifest.is_org_ready:
                yield from ((team.organisation, one) for one in people if one.is_admin or one.is_owner)

    def allow(self, ask: Ask, place_id: str, user_id: str) -> str:
        """Say yes; return where the browser is sent, with a code."""
        for place, member in self.choices():
            if (place.id, member.id) == (place_id, user_id):
                consent = Consent(place, member.id, ask.scopes, ask.redirect_uri)
                return ask.redirect(code=self._platform.codes.issue(consent))
        raise PersonCannot("This person cannot install the app there.")

    def deny(self, ask: Ask) -> str:
        """Say no; return where the browser is sent."""
        return ask.redirect(error="access_denied")


def named(place: Place) -> str:
    """Return the name of a workspace, or of an organisation with all that it means."""
    return place.name if isinstance(place, Team) else f"all workspaces of {place.name}"
