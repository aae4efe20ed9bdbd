"""The pages of the app in front of people: on the Home tab, or in a modal where a command asked for them.

A page is drawn at once from what is stored, and again whenever what was asked for behind it has come, or something has
changed in the workspace.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import SlackRefused
from bot.core.services import Core
from bot.slack.guard import guarded, whisper
from bot.slack.home.drawing import Drawing
from bot.slack.home.pages import Page
from bot.slack.home.renewing import Renewing
from bot.slack.home.screens import Screen, Screens, home_key
from bot.slack.home.search import narrowed
from bot.slack.installation.clients import Clients
from bot.slack.opening import open_view
from bot.slack.payloads import action_of, person_of, sight_of
from bot.slack.sights import PageName, Sight
from bot.slack.views.home import frame
from bot.slack.views.trouble import note

GONE = frozenset({"not_found", "view_not_found"})
"""Slack's words for a modal that was closed."""
UNTIL_SHOWN = 0.5
"""Seconds that Slack is given to put an acknowledgement's view in place: an update before that would be lost."""


class Home:
    """Shows pages, and keeps them true."""

    def __init__(self, core: Core, pages: Mapping[PageName, Page], clock: Clock, clients: Clients) -> None:
        self._screens = Screens(clock)
        self._drawing = Drawing(core, pages, self._screens, clients)
        self._renewing = Renewing(core, pages, self._screens, self._drawing, clock)

    @guarded
    async def open(self, args: AsyncArgs) -> None:
        """Show the tab when the person looks at it, with the page they left a moment ago."""
        await args.ack()
        if args.event is not None and args.event.get("tab") == "home":
            await self.show(args)

    @guarded
    async def turn(self, args: AsyncArgs) -> None:
        """Turn to the page of a button."""
        await args.ack()
        await self.show(args, sight=Sight(page=_page(args), channel_id=sight_of(args).channel_id))

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Look for what was typed in a modal: its button, which Slack wants there, does what Enter does."""
        screen = self._screen(args, "", None)
        sight = narrowed(args)
        view, look = await self._drawing.first(replace(screen, sight=sight))
        await args.ack(response_action="update", view=view)
        self._put(replace(screen, sight=sight, look=look), after=UNTIL_SHOWN)

    async def open_modal(self, args: AsyncArgs, sight: Sight) -> None:
        """Acknowledge, and open a page over whatever the person looks at. Raises SlackRefused."""
        await args.ack()
        screen = Screen(*person_of(args), "", sight)
        view, look = await self._drawing.first(screen)
        opened = await open_view(args, view)
        self._put(replace(screen, view_id=opened["id"], look=look, hash=opened["hash"]))

    async def show(self, args: AsyncArgs, notice: str = "", sight: Sight | None = None) -> None:
        """Draw the page that the person looks at, or another; ``notice``, escaped, says what came of what they did.

        Who has closed the modal meanwhile reads the notice in a direct message. Raises SlackRefused.
        """
        screen = self._screen(args, notice, sight)
        self._renewing.end(screen.key)
        try:
            await self._drawing.draw(screen)
        except SlackRefused as refusal:
            if refusal.error not in GONE:
                raise
            self._screens.drop(screen.key)
            if notice:
                await whisper(args, note(notice))
        else:
            self._renewing.begin(self._screens.get(screen.key) or screen)

    def _put(self, screen: Screen, *, after: float = 0.0) -> None:
        """Remember a screen that was drawn in a hurry, and renew it."""
        self._renewing.begin(self._screens.put(screen), after=after)

    def _screen(self, args: AsyncArgs, notice: str, sight: Sight | None) -> Screen:
        """Return where somebody looks: at the page they acted in, or the one below that modal; else at their Home."""
        person = person_of(args)
        view = args.body.get("view") or {}
        if view.get("callback_id") == frame.CALLBACK_ID:
            return Screen(*person, view["id"], sight or sight_of(args), notice)
        if below := self._below(view, person):
            return Screen(*person, below.view_id, sight or below.sight, notice)
        if sight is None and view.get("type") == "home":
            sight = sight_of(args)
        before = self._screens.recent(home_key(*person))
        return Screen(*person, None, sight or (before.sight if before else Sight()), notice)

    def _below(self, view: Mapping[str, Any], person: tuple[str, str]) -> Screen | None:
        """Return the person's page that lies under a modal, as long as it is remembered."""
        below = (self._screens.get(str(view.get(name))) for name in ("previous_view_id", "root_view_id"))
        return next((one for one in below if one and (one.workspace_id, one.user_id) == person), None)


def _page(args: AsyncArgs) -> PageName:
    """Return the page of a button; one that this version of the bot does not have is the first."""
    try:
        return PageName(str(action_of(args)["value"]))
    except ValueError:
        return PageName.OVERVIEW
