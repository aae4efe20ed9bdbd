"""One workspace by SLACK_BOT_TOKEN: nothing is on record, and Slack is asked once, at the start, who the bot is."""

from typing import Self

import structlog

from bot.core.clock import Clock
from bot.core.errors import ConfigError, SlackRefused, SlackUnavailable
from bot.core.models import Installation
from bot.core.retrying import after_pauses
from bot.slack.client import SlackApi
from bot.slack.installation.oauth import Identity, identify

log = structlog.get_logger(__name__)

START_PAUSES = (1.0, 3.0, 10.0, 30.0)
"""Seconds before a start asks an unreachable Slack once more."""


class SingleInstallation:
    """The workspace that the bot's token belongs to, as an `InstallationSource`."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    @classmethod
    async def open(cls, token: str, api: SlackApi, clock: Clock) -> Self:
        """Ask Slack once who the bot is, so that no later request has to. Raises ConfigError."""
        try:
            who: Identity = await after_pauses(clock, START_PAUSES, when=_is_away)(identify, api, token)
        except SlackUnavailable as exc:
            raise ConfigError(f"Slack cannot be reached at SLACK_API_URL ({exc.detail or exc.error})") from exc
        except SlackRefused as refusal:
            raise ConfigError(f"SLACK_BOT_TOKEN is refused by Slack ({refusal.error})") from refusal
        return cls(Installation(who.team_id, who.enterprise_id, token, who.bot_id, who.user_id, name=who.team))

    async def of(
        self, workspace_id: str | None, enterprise_id: str | None = None, *, is_org_wide: bool = False
    ) -> Installation:
        """Return it, whoever asks: people of other workspaces come along in shared channels."""
        return self.installation

    async def on_record(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        """Return it."""
        return self.installation


def _is_away(error: BaseException) -> bool:
    if away := isinstance(error, SlackUnavailable):
        log.warning("Slack is not reachable yet", reason=str(error))
    return away
