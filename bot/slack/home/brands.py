"""Every brand, and looking after them."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.services import Core
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.views.message import section


class BrandsPage:
    """Brings together what the page shows."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask for nothing yet."""
        return {}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        return [section("*Brands*")]
