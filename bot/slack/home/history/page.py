"""The latest images, to find and to use again.

Everybody sees what was made in public channels, and their own; what was made in private channels and direct messages
is shown to nobody but who made it, managers included (the audit log names it to them). Guests see their own alone.
"""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.models import Generation, HistoryFilter
from bot.core.services import Core
from bot.slack.directory.names import SlackNames
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.home.history import PAGE, History, Shown, history

READABLE = "readable"


class HistoryPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core, names: SlackNames) -> None:
        self._core = core
        self._names = names

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask whose images may be seen."""
        return {READABLE: self._refresh_readable}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        workspace_id = viewer.workspace_id
        readable = self._names.readable_by(workspace_id, viewer.user_id)
        wanted = HistoryFilter(sight.brand_id, sight.user_id, sight.query, viewer.user_id, readable or frozenset())
        before = sight.trail[-1] if sight.trail else None
        found = await self._core.usage.history(workspace_id, wanted, before, limit=PAGE + 1)
        return history(
            History(
                sight,
                [Shown(one, self._permalink(workspace_id, one)) for one in found[:PAGE]],
                has_older=len(found) > PAGE,
                is_guest=self._names.is_guest(workspace_id, viewer.user_id),
                is_searching=readable is None,
                brands=(await self._core.brands.known(workspace_id)).brands,
                has_trouble=READABLE in troubles,
            )
        )

    def _permalink(self, workspace_id: str, generation: Generation) -> str:
        return self._names.permalink(workspace_id, generation.place) if generation.place else ""

    async def _refresh_readable(self, viewer: Viewer, sight: Sight) -> None:
        await self._names.look_up(viewer.workspace_id, viewer.user_id)
