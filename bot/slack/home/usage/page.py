"""What was spent, by whom, where and for which brand.

Everybody sees their own credits and the workspace's sum; managers see whose they are. The chart is drawn and handed to
Slack behind the page, once for the same figures: until it is there, and where Slack does not take it, the tables say
the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from slack_sdk.models.blocks import Block

from bot.charts import Painter
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.directory.names import SlackNames
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.sights import Sight
from bot.slack.uploads import Uploads
from bot.slack.views.home.ranking import chart_of, ids_in_chart, words_of
from bot.slack.views.home.usage import Picture, Report, Usage, month_name, usage

log = structlog.get_logger(__name__)

CHARTS_KEPT = 1000
"""Charts in memory, one a workspace and month; with more of them, the oldest goes."""
BALANCE, CHART = "balance", "chart"


class UsagePage:
    """Brings together what the page shows."""

    def __init__(self, core: Core, bloom: BloomFacts, names: SlackNames, uploads: Uploads) -> None:
        self._core = core
        self._bloom = bloom
        self._names = names
        self._uploads = uploads
        self._painter = Painter()
        self._drawings: SingleFlight[tuple[str, datetime], None] = SingleFlight(core.tasks, "draw the usage of")
        self._charts: dict[tuple[str, str], tuple[str, Picture | None]] = {}
        """By workspace and month: which figures were drawn last, and the chart; None where Slack would not have it."""

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
        _, chart = self._charts.get((workspace_id, month_name(months[back])), ("", None))
        return Report(spending, months, back, chart)

    async def _refresh_balance(self, viewer: Viewer, sight: Sight) -> None:
        if await self._core.connections.current(viewer.workspace_id) is not None:
            await self._bloom.ask_credits(viewer.workspace_id)

    async def _refresh_chart(self, viewer: Viewer, sight: Sight) -> None:
        """Draw the figures as they are now, unless they were drawn; none for those who see no figures.

        One drawing a month at a time, which goes on when who asked turns the page: a file is not uploaded by halves.
        """
        if viewer.is_manager:
            workspace_id, month = viewer.workspace_id, self._core.usage.month(back=min(sight.months_back, 1))
            await self._drawings.join((workspace_id, month), lambda: self._draw_chart(workspace_id, month))

    async def _draw_chart(self, workspace_id: str, month: datetime) -> None:
        spending, name = await self._core.usage.spending(workspace_id, month), month_name(month)
        if not spending.total:
            return
        wanted = chart_of(spending, name, await self._names.of(workspace_id, *ids_in_chart(spending)))
        kept = (workspace_id, name)
        if self._charts.get(kept, ("", None))[0] == wanted.key:
            return
        if picture := await self._painter.draw(wanted):
            self._keep(kept, wanted.key, await self._uploaded(workspace_id, picture, words_of(wanted)))
            self._core.changes.tell(workspace_id)  # other managers look at the same figures

    async def _uploaded(self, workspace_id: str, picture: bytes, words: str) -> Picture | None:
        """Return the chart as Slack has it; nothing where it refuses it for good. Raises SlackUnavailable."""
        try:
            return Picture(await self._uploads.picture(workspace_id, "usage.png", picture, words), words)
        except SlackUnavailable:
            raise
        except SlackRefused as refusal:
            log.warning("a chart could not be shown", error=refusal.error)
            return None

    def _keep(self, kept: tuple[str, str], key: str, chart: Picture | None) -> None:
        self._charts.pop(kept, None)
        self._charts[kept] = (key, chart)
        if len(self._charts) > CHARTS_KEPT:
            del self._charts[next(iter(self._charts))]
