"""What was spent, by whom, where and for which brand.

Everybody sees their own credits and the workspace's sum; managers see whose they are.
"""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.core.services import Core
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.home.usage.charts import Charts
from bot.slack.sights import Sight
from bot.slack.views.home.usage import Report, Usage, usage

BALANCE, CHART = "balance", "chart"


class UsagePage:
    """Brings together what the page shows."""

    def __init__(self, core: Core, bloom: BloomFacts, charts: Charts) -> None:
        self._core = core
        self._bloom = bloom
        self._charts = charts

    @property
    def refreshers(self) -> Mapping[str, Refresher]:
        """Ask for what is left at Bloom, then draw."""
        return {BALANCE: self._refresh_balance, CHART: self._refresh_chart}

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        """Return the page from what is stored."""
        workspace_id = viewer.workspace_id
        connection = await self._core.connections.current(workspace_id)
        known = await self._core.brands.known(workspace_id)
        is_asked_for = connection is None and not viewer.is_manager
        return usage(
            Usage(
                standing=await self._core.policy.standing(workspace_id, viewer.user_id),
                credits=self._bloom.credits(connection, known.payer()) if connection else None,
                is_connected=connection is not None,
                to_ask=await self._core.managers.to_ask(workspace_id) if is_asked_for else (),
                trouble=troubles.get(BALANCE, ""),
                report=await self._report(workspace_id, sight) if viewer.is_manager else None,
            )
        )

    async def _report(self, workspace_id: str, sight: Sight) -> Report:
        months = [self._core.usage.month(back=back) for back in (0, 1)]
        back = min(sight.months_back, 1)
        spending = await self._core.usage.spending(workspace_id, months[back])
        return Report(spending, months, back, self._charts.latest(workspace_id, months[back], spending))

    async def _refresh_balance(self, viewer: Viewer, sight: Sight) -> None:
        if await self._core.connections.current(viewer.workspace_id) is not None:
            await self._bloom.ask_credits(viewer.workspace_id)

    async def _refresh_chart(self, viewer: Viewer, sight: Sight) -> None:
        """Draw the figures as they are now, unless they were drawn; none for those who see no figures."""
        if viewer.is_manager:
            await self._charts.refresh(viewer.workspace_id, self._core.usage.month(back=min(sight.months_back, 1)))
