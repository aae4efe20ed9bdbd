"""What was spent, by whom, where and for which brand.

Everybody sees their own credits and the workspace's sum; managers see whose they are. The chart is drawn and handed to
Slack behind the page, once for the same figures: until it is there, and where Slack does not take it, the tables say
the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from slack_sdk.models.blocks import Block

from bot.charts import Painter
from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Credits, Payer, Spending
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.home.pages import Refresher, Viewer
from bot.slack.names import SlackNames
from bot.slack.sights import Sight
from bot.slack.uploads import Uploads
from bot.slack.views.home.ranking import chart_of, ids_in_chart, words_of
from bot.slack.views.home.usage import Picture, Report, Usage, month_name, usage

log = structlog.get_logger(__name__)

CHARTS_KEPT = 1000
"""Charts in memory, one a workspace and month; with more of them, the oldest goes."""
GATHERING = 5.0
"""Seconds in which new figures are gathered before their chart is drawn for those who keep the page open."""
BALANCE, CHART = "balance", "chart"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What was drawn last of a month; the picture is None where Slack would not have it."""

    key: str
    spending: Spending
    picture: Picture | None


class UsagePage:
    """Brings together what the page shows."""

    def __init__(self, core: Core, names: SlackNames, uploads: Uploads, clock: Clock) -> None:
        self._core = core
        self._clock = clock
        self._names = names
        self._uploads = uploads
        self._painter = Painter()
        self._balances: SingleFlight[tuple[str, Payer], None] = SingleFlight(core.tasks, "look at the balance of")
        self._waits: SingleFlight[tuple[str, str], None] = SingleFlight(core.tasks, "wait with the chart of")
        self._drawings: SingleFlight[tuple[str, str], None] = SingleFlight(core.tasks, "draw the chart of")
        self._charts: dict[tuple[str, str], _Drawn] = {}
        """By workspace and month."""

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
                credits=self._balance(workspace_id, known.payer()) if connection else None,
                is_connected=connection is not None,
                to_ask=await self._core.managers.to_ask(workspace_id) if is_asked_for else (),
                trouble=troubles.get(BALANCE, ""),
                report=await self._report(viewer, sight) if viewer.is_manager else None,
            )
        )

    def _balance(self, workspace_id: str, payer: Payer | None) -> Credits | None:
        """Return what is left; when it is not known any more, let the page be drawn again once it is."""
        known = self._core.usage.known_credits(workspace_id, payer)
        if known is None and payer is not None:
            self._balances.begin((workspace_id, payer), lambda: self._look_again(workspace_id, payer))
        return known

    async def _look_again(self, workspace_id: str, payer: Payer) -> None:
        if await self._core.usage.credits(workspace_id, payer) is not None:
            self._core.changes.tell(workspace_id)

    async def _report(self, viewer: Viewer, sight: Sight) -> Report:
        """Return the figures, and the latest chart; when they have changed since, let a new one be drawn behind."""
        workspace_id = viewer.workspace_id
        months = [self._core.usage.month(back=back) for back in (0, 1)]
        back = min(sight.months_back, 1)
        spending = await self._core.usage.spending(workspace_id, months[back])
        kept = (workspace_id, month_name(months[back]))
        drawn = self._charts.get(kept)
        if spending.total and (drawn is None or drawn.spending != spending):
            self._waits.begin(kept, lambda: self._draw_behind(viewer, sight))
        return Report(spending, months, back, drawn.picture if drawn else None)

    async def _draw_behind(self, viewer: Viewer, sight: Sight) -> None:
        await self._clock.sleep(GATHERING)
        await self._refresh_chart(viewer, sight)

    async def _refresh_balance(self, viewer: Viewer, sight: Sight) -> None:
        if await self._core.connections.current(viewer.workspace_id) is not None:
            known = await self._core.brands.refresh(viewer.workspace_id)
            await self._core.usage.credits(viewer.workspace_id, known.payer())

    async def _refresh_chart(self, viewer: Viewer, sight: Sight) -> None:
        """Draw the figures as they are now, unless they were drawn; none for those who see no figures."""
        if not viewer.is_manager:
            return
        workspace_id, month = viewer.workspace_id, self._core.usage.month(back=min(sight.months_back, 1))
        await self._drawings.join((workspace_id, month_name(month)), lambda: self._draw(workspace_id, month))

    async def _draw(self, workspace_id: str, month: datetime) -> None:
        spending, name = await self._core.usage.spending(workspace_id, month), month_name(month)
        if not spending.total:
            return
        wanted = chart_of(spending, name, await self._names.of(workspace_id, *ids_in_chart(spending)))
        kept = (workspace_id, name)
        drawn = self._charts.get(kept)
        if drawn and drawn.key == wanted.key:
            self._charts[kept] = replace(drawn, spending=spending)
            return
        if picture := await self._painter.draw(wanted):
            uploaded = await self._uploaded(workspace_id, picture, words_of(wanted))
            self._keep(kept, _Drawn(wanted.key, spending, uploaded))
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

    def _keep(self, kept: tuple[str, str], drawn: _Drawn) -> None:
        self._charts.pop(kept, None)
        self._charts[kept] = drawn
        if len(self._charts) > CHARTS_KEPT:
            del self._charts[next(iter(self._charts))]
