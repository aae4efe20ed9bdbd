"""Keeping pages true: what they show is asked for behind them, and they are drawn anew when something has changed."""

import asyncio
from collections.abc import Mapping
from weakref import WeakValueDictionary

import structlog

from bot.core.clock import Clock
from bot.core.errors import BotError
from bot.core.services import Core
from bot.slack.home.drawing import Drawing
from bot.slack.home.pages import Page, Refresher, Viewer
from bot.slack.home.screens import Screen, Screens
from bot.slack.sights import PageName
from bot.slack.views.problems import sentence_of
from bot.slack.views.trouble import BROKE

log = structlog.get_logger(__name__)

GATHERING = 0.5
"""Seconds in which changes of a workspace are gathered before pages are drawn anew."""
EACH = 0.7
"""Seconds between two pages of a workspace over time: Slack takes about a hundred a minute."""


class Renewing:
    """Renews what is shown."""

    def __init__(
        self, core: Core, pages: Mapping[PageName, Page], screens: Screens, drawing: Drawing, clock: Clock
    ) -> None:
        self._core = core
        self._pages = pages
        self._screens = screens
        self._drawing = drawing
        self._clock = clock
        self._renewals: WeakValueDictionary[str, asyncio.Task[None]] = WeakValueDictionary()
        """By screen, as long as they run: a page that is shown anew ends what was to renew it."""
        self._changed: set[str] = set()
        self._followed: set[str] = set()
        """Workspaces with changes that nobody has been shown, and workspaces with somebody at work on that."""
        core.changes.listen(self._on_change)

    def end(self, key: str) -> None:
        """Ask no more for what a screen showed until now."""
        if renewal := self._renewals.get(key):
            renewal.cancel()

    def begin(self, screen: Screen, *, after: float = 0.0) -> None:
        """Ask, so many seconds from now, for what a screen shows, one thing after another; draw it as each comes."""
        self.end(screen.key)
        self._renewals[screen.key] = self._core.tasks.start(self._renew(screen, after), name="renew a page")

    async def _renew(self, screen: Screen, after: float) -> None:
        await self._clock.sleep(after)
        if not screen.look and not await self._redraw(screen.key):
            return
        viewer = await self._drawing.viewer(screen)
        troubles: dict[str, str] = {}
        for name, refresher in self._pages[screen.sight.page].refreshers.items():
            if trouble := await _trouble(refresher, viewer, screen):
                troubles[name] = trouble
            if not await self._redraw(screen.key, dict(troubles)):
                return

    def _on_change(self, workspace_id: str) -> None:
        if not any(self._screens.of(workspace_id)):
            return
        self._changed.add(workspace_id)
        if workspace_id not in self._followed:
            self._followed.add(workspace_id)
            self._core.tasks.start(self._follow(workspace_id), name="redraw pages")

    async def _follow(self, workspace_id: str) -> None:
        """Draw the workspace's screens anew until nothing has changed meanwhile, no faster than Slack takes them."""
        try:
            while workspace_id in self._changed:
                await self._clock.sleep(GATHERING)
                self._changed.discard(workspace_id)
                drawn = await self._redraw_all(workspace_id)
                await self._clock.sleep(EACH * drawn)
        finally:
            self._followed.discard(workspace_id)

    async def _redraw_all(self, workspace_id: str) -> int:
        """Return how many of the workspace's screens look otherwise now."""
        before = list(self._screens.of(workspace_id))
        for screen in before:
            await self._redraw(screen.key)
        after = {screen.key: screen.look for screen in self._screens.of(workspace_id)}
        return sum(after.get(screen.key) != screen.look for screen in before)

    async def _redraw(self, key: str, troubles: Mapping[str, str] | None = None) -> bool:
        """Draw a screen anew; while that cannot be, whoever looks at it is taken to do so still."""
        try:
            return await self._drawing.redraw(key, troubles)
        except BotError as error:
            log.warning("a page could not be drawn anew", reason=repr(error))
            return True


async def _trouble(refresher: Refresher, viewer: Viewer, screen: Screen) -> str:
    """Ask for something, and return in plain text why it could not be asked for; nothing when it could."""
    try:
        await refresher(viewer, screen.sight)
    except BotError as error:
        return sentence_of(error)
    except Exception as error:
        log.error("a page could not be renewed", page=screen.sight.page.value, exc_info=error)
        return BROKE
    return ""
