"""Slack's Web API for whoever works for a workspace without a request of Slack's at hand."""

from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.models import Installation
from bot.slack.client import SlackApi
from bot.slack.installation.installations import InstallationSource

GetClient = Callable[[], Awaitable[AsyncWebClient]]
"""Gives a client of one workspace, with a token that holds now: who stood in line may need another than before."""


class Clients:
    """Clients with a token that holds now: ask for one whenever there is something to say."""

    def __init__(self, installations: InstallationSource, api: SlackApi) -> None:
        self._installations = installations
        self._api = api

    @property
    def session(self) -> aiohttp.ClientSession:
        """Return the session that all clients share, for what goes to addresses that Slack gave."""
        return self._api.session

    async def of(self, workspace_id: str) -> AsyncWebClient:
        """Return a client for the workspace. Raises SlackRefused: `not_installed`."""
        installation = await self._installations.of(workspace_id)
        return self._api.client(installation.bot_token, workspace_id=_meant(installation, workspace_id))


def _meant(installation: Installation, workspace_id: str) -> str | None:
    return workspace_id if installation.workspace_id is None else None
