"""Who is who: organisations and teams, the app and its bot, and the people."""

from dataclasses import dataclass
from typing import Final

from bot.sandbox.slack.errors import Json

SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True)
class Organisation:
    """An Enterprise Grid organisation: a company with several workspaces."""

    id: str
    name: str
    domain: str

    @property
    def url(self) -> str:
        """Return its address, as auth.test tells it of a token for the whole organisation."""
        return f"https://{self.domain}.enterprise.slack.com/"


@dataclass(frozen=True)
class Team:
    """What Slack calls a workspace in its payloads."""

    id: str = "T0SANDBOX1"
    name: str = "Bloom Sandbox"
    domain: str = "bloom-sandbox"
    organisation: Organisation | None = None

    @property
    def url(self) -> str:
        """Return its address, as auth.test tells it."""
        return f"https://{self.domain}.slack.com/"

    def permalink(self, channel_id: str, ts: str, thread_ts: str | None = None) -> str:
        """Return the address of a message; with ``thread_ts`` of a reply, which opens in its thread."""
        within = f"?thread_ts={thread_ts}&cid={channel_id}" if thread_ts else ""
        return f"{self.url}archives/{channel_id}/p{ts.replace('.', '')}{within}"


Place = Team | Organisation
"""Where an app is installed."""


@dataclass(frozen=True)
class App:
    """The app under test as the workspace knows it; ``name`` is what people see, the handle what the API says."""

    id: str = "A0SANDBOX1"
    name: str = "bloom"
    bot_id: str = "B0SANDBOX1"
    bot_user_id: str = "U0BLOOMBOT"

    @property
    def handle(self) -> str:
        return self.name.lower()


@dataclass(eq=False)
class Member:
    """Someone in the workspace; the bot is one too."""

    id: str
    name: str
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    tz: str = "Europe/Amsterdam"

    @property
    def handle(self) -> str:
        return self.name.lower()

    def payload(self, team: Team) -> Json:
        """Return the user object of users.info; of somebody who is deactivated Slack tells less."""
        shown: Json = {
            "id": self.id,
            "team_id": team.id,
            "name": self.handle,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": {"real_name": self.name, "display_name": self.handle, "team": team.id},
        }
        return shown if self.deleted else shown | self._standing(team)

    def _standing(self, team: Team) -> Json:
        """Return what Slack tells only of people who are still there; an owner is an admin too."""
        standing: Json = {
            "real_name": self.name,
            "tz": self.tz,
            "is_admin": self.is_admin or self.is_owner,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
        }
        if (company := team.organisation) is not None:
            within = {"id": self.id, "enterprise_id": company.id, "enterprise_name": company.name, "teams": [team.id]}
            standing["enterprise_user"] = within | {"is_admin": False, "is_owner": False}
        return standing
