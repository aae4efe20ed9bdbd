"""The charts on the page of usage: drawn and handed to Slack behind it, and again when the figures are others.

Until a chart is there, and where Slack does not take it, the tables say the same. What does not work is tried again
later, whenever somebody looks; and a chart that shows other figures by now is replaced at a pace that a busy workspace
does not quicken.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import structlog

from bot.charts import Chart, Painter
from bot.core.clock import Clock
from bot.core.errors import SlackRefused
from bot.core.models import Spending
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.directory.names import SlackNames
from bot.slack.uploads import Uploads
from bot.slack.views.home.ranking import chart_of, ids_in_chart, words_of
from bot.slack.views.home.usage import Picture, month_name

log = structlog.get_logger(__name__)

KEPT = 1000
"""Charts in memory; with more of them, the oldest goes."""
EVERY = 60.0
"""Seconds from one chart of a month to the next."""
TRY_AGAIN = 300.0
"""Seconds until a chart that could not be shown is drawn again: the scope may be there by then."""
SURE_FOR = 300.0
"""Seconds after which Slack is asked whether it has the file still: people delete files."""
LEFT_FOR = 60.0
"""Seconds until the file of a chart that was replaced is deleted: by then the pages that show it were drawn anew."""

Month = tuple[str, datetime]
"""Of a workspace."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What was drawn last, and when; without a picture if Slack did not take it. ``figures`` tell others from these."""

    figures: str
    key: str
    picture: Picture | None
    at: float
    seen_at: float


class Charts:
    """Draws each month of a workspace once for the same figures, however many look at it."""

    def __init__(
        self, core: Core, names: SlackNames, uploads: Uploads, clock: Clock, painter: Painter | None = None
    ) -> None:
        self._core = core
        self._names = names
        self._uploads = uploads
        self._clock = clock
        self._painter = painter or Painter()
        self._drawn: dict[Month, _Drawn] = {}
        self._drawings: SingleFlight[Month, None] = SingleFlight(core.tasks, "draw the usage of")

    def latest(self, workspace_id: str, month: datetime, spending: Spending) -> Picture | None:
        """Return the chart as it was drawn last; if other figures stand in it, another is drawn behind the page."""
        shown = (workspace_id, month)
        drawn = self._drawn.get(shown)
        if spending.total and (drawn is None or self._is_over(drawn, drawn.figures == _figures(spending))):
            self._drawings.begin(shown, lambda: self._draw(shown))
        return drawn.picture if drawn else None

    async def refresh(self, workspace_id: str, month: datetime) -> None:
        """Draw the chart if it would look otherwise now, or Slack has its file no more. Raises StoreError."""
        await self._drawings.join((workspace_id, month), lambda: self._draw((workspace_id, month)))

    async def _draw(self, month: Month) -> None:
        drawn = await self._there_still(month)
        spending, chart = await self._wanted(month)
        if not spending.total:
            return
        if drawn and not self._is_over(drawn, drawn.key == chart.key):
            return
        if drawn and drawn.picture:
            await self._clock.sleep(drawn.at + EVERY - self._clock.monotonic())
            spending, chart = await self._wanted(month)
        now, picture = self._clock.monotonic(), await self._handed_over(month[0], chart)
        self._keep(month, _Drawn(_figures(spending), chart.key, picture, now, now))
        if picture or (drawn and drawn.picture):
            self._core.changes.tell(month[0])
        if drawn and drawn.picture:
            self._core.tasks.start(self._delete(month[0], drawn.picture.file_id), name="delete a chart")

    async def _wanted(self, month: Month) -> tuple[Spending, Chart]:
        """Return the figures as they are now, and their chart."""
        spending = await self._core.usage.spending(*month)
        names = await self._names.of(month[0], *ids_in_chart(spending))
        return spending, chart_of(spending, month_name(month[1]), names)

    def _is_over(self, drawn: _Drawn, is_the_same: bool) -> bool:
        """Whether to draw anew: other figures than in a chart that is shown, or after a while one that is not."""
        return not is_the_same if drawn.picture else self._clock.monotonic() >= drawn.at + TRY_AGAIN

    async def _there_still(self, month: Month) -> _Drawn | None:
        """Return what was drawn last, unless Slack has its file no more."""
        drawn = self._drawn.get(month)
        if drawn is None or drawn.picture is None or self._clock.monotonic() < drawn.seen_at + SURE_FOR:
            return drawn
        if await self._uploads.has(month[0], drawn.picture.file_id):
            return self._keep(month, replace(drawn, seen_at=self._clock.monotonic()))
        del self._drawn[month]
        return None

    async def _handed_over(self, workspace_id: str, chart: Chart) -> Picture | None:
        """Return the chart as Slack has it; nothing where it cannot be drawn, or Slack does not take it."""
        content, words = await self._painter.draw(chart), words_of(chart)
        if content is None:
            return None
        try:
            return Picture(await self._uploads.picture(workspace_id, "usage.png", content, words), words)
        except SlackRefused as refusal:
            log.warning("a chart could not be shown", error=refusal.error)
            return None

    async def _delete(self, workspace_id: str, file_id: str) -> None:
        await self._clock.sleep(LEFT_FOR)
        try:
            await self._uploads.delete(workspace_id, file_id)
        except SlackRefused as refusal:
            log.warning("an old chart could not be deleted", error=refusal.error)

    def _keep(self, month: Month, drawn: _Drawn) -> _Drawn:
        self._drawn.pop(month, None)
        self._drawn[month] = drawn
        if len(self._drawn) > KEPT:
            del self._drawn[next(iter(self._drawn))]
        return drawn


def _figures(spending: Spending) -> str:
    """Return what tells figures from others; of thousands of people, it is shorter than they are."""
    return sha256(repr(spending).encode()).hexdigest()
