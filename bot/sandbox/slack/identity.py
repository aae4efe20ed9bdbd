"""Who is who: the team, the app and its bot, and the people."""

from dataclasses import dataclass
from typing import Final

from bot.sandbox.slack.errors import Json

SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True)
class Team:
    id: str = "T0SANDBOX1"
    name: str = "Bloom Sandbox"
    domain: str = "bloom-sandbox"


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
    is_bot: bool = False
    deleted: bool = False
    tz: str = "Europe/Amsterdam"

    @property
    def handle(self) -> str:
        return self.name.lower()

    def payload(self, team: Team) -> Json:
        """Return the user object of users.info."""
        return {
            "id": self.id,
            "team_id": team.id,
            "name": self.handle,
            "real_name": self.name,
            "deleted": self.deleted,
            "tz": self.tz,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": {"real_name": self.name, "display_name": self.handle, "team": team.id},
        }
