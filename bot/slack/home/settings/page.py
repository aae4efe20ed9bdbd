"""What the workspace has decided, and where managers decide it."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.services import Core
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.home.settings import Settings, settings

CHANNEL_KINDS = ("C", "G")
"""What ids of channels begin with; a direct message has no defaults of its own."""


class SettingsPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask which user groups there are, so that the form of the limits has them when it is opened."""
        return {"groups": self._refresh_groups}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        workspace_id = viewer.workspace_id
        connection = await self._core.connections.current(workspace_id)
        channel_id = sight.channel_id if (sight.channel_id or "").startswith(CHANNEL_KINDS) else None
        shown = Settings(
            preferences=await self._core.preferences.current(workspace_id),
            brands=(await self._core.brands.known(workspace_id)).brands,
            named=await self._core.managers.named(workspace_id),
            channel_id=channel_id,
            offset=sight.offset,
            is_manager=viewer.is_manager,
            is_connected=connection is not None,
        )
        return settings(shown)

    async def _refresh_groups(self, viewer: Viewer, sight: Sight) -> None:
        if viewer.is_manager:
            await self._core.managers.groups(viewer.workspace_id)
