"""The pages of the app in front of people: on the Home tab, or in a modal where a command asked for them.

A page is drawn at once from what is stored, and again whenever what was asked for behind it has come, or something has
changed in the workspace. What somebody does is drawn as it comes; what is drawn behind them carries the hash of what
they see, so that it never overwrites something newer.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.errors import BotError, SlackRefused
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.client import slack_errors
from bot.slack.guard import action_of, guarded, workspace_of
from bot.slack.home.pages import Page, Viewer
from bot.slack.home.screens import Screen, Screens
from bot.slack.home.search import narrowed
from bot.slack.opening import open_view
from bot.slack.sights import PageName, Sight
from bot.slack.views.home import frame
from bot.slack.views.pictures import has_pictures, without_pictures
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

GONE = frozenset({"not_found", "view_not_found", "hash_conflict"})
"""Slack's words for a view that was closed, or is another by now."""
REFUSED = frozenset({"invalid_arguments", "invalid_blocks"})
"""Slack's words for a view with a picture that it cannot fetch, among others."""
GATHERING = 0.5
"""Seconds in which changes of a workspace are gathered before pages are drawn anew."""


class Home:
    """Shows pages, and keeps them true."""

    def __init__(self, core: Core, pages: Mapping[PageName, Page], clock: Clock) -> None:
        self._core = core
        self._pages = pages
        self._clock = clock
        self._screens = Screens(clock)
        self._renewals: WeakValueDictionary[str, asyncio.Task[None]] = WeakValueDictionary()
        """By screen, as long as they run: a page that is shown anew ends what was to renew it."""
        self._redrawings: SingleFlight[str, None] = SingleFlight(core.tasks, "redraw pages of")
        core.changes.listen(self._on_change)

    @guarded
    async def open(self, args: AsyncArgs) -> None:
        """Show the tab when the person looks at it, with the page they left."""
        await args.ack()
        if args.event is not None and args.event.get("tab") == "home":
            await self.show(args)

    @guarded
    async def turn(self, args: AsyncArgs) -> None:
        """Turn to the page of a button."""
        await args.ack()
        await self.show(
            args, sight=Sight(page=PageName(str(action_of(args)["value"])), channel_id=_sight(args).channel_id)
        )

    async def open_modal(self, args: AsyncArgs, sight: Sight) -> None:
        """Acknowledge, and open a page over whatever the person looks at."""
        await args.ack()
        viewer = await self._viewer(workspace_of(args), str(args.context.user_id))
        view = frame.in_modal(sight, await self._pages[sight.page].look(viewer, sight, {}))
        opened = await open_view(args, view)
        screen = Screen(args.client, *_person(args), opened["id"], sight, "", view, opened["hash"])
        self._screens.put(screen)
        self._renew(screen)

    async def show(self, args: AsyncArgs, notice: str = "", sight: Sight | None = None) -> None:
        """Draw the page that the person looks at, or another; ``notice``, escaped, says what came of what they did."""
        screen = self._screen(args, notice, sight)
        await self._draw(replace(screen, hash=None), {})
        if drawn := self._screens.get(screen.key):
            self._renew(drawn)

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Look for what was typed in a modal: its button, which Slack wants there, does what Enter does.

        Pictures follow behind: an answer that Slack refuses could not be given again.
        """
        sight = narrowed(args)
        screen = self._screen(args, "", sight)
        viewer = await self._viewer(screen.workspace_id, screen.user_id)
        view = without_pictures(frame.in_modal(sight, await self._pages[sight.page].look(viewer, sight, {})))
        await args.ack(response_action="update", view=view)
        drawn = replace(screen, view=view)
        self._screens.put(drawn)
        self._renew(drawn)

    def _screen(self, args: AsyncArgs, notice: str, sight: Sight | None) -> Screen:
        """Return where somebody looks: at the modal they acted in, else at their Home tab."""
        workspace_id, user_id = _person(args)
        view = args.body.get("view") or {}
        view_id = view["id"] if view.get("callback_id") == frame.CALLBACK_ID else None
        if sight is None and (view_id or view.get("type") == "home"):
            sight = _sight(args)
        before = self._screens.get(view_id or f"{workspace_id}/{user_id}")
        sight = sight or (before.sight if before else Sight())
        return Screen(args.client, workspace_id, user_id, view_id, sight, notice, {}, None)

    async def _draw(self, screen: Screen, troubles: Mapping[str, str], *, is_looked_at: bool = True) -> Screen:
        """Draw a screen anew unless it looks the same, and return it as it is then. Raises SlackRefused."""
        viewer = await self._viewer(screen.workspace_id, screen.user_id)
        blocks = await self._pages[screen.sight.page].look(viewer, screen.sight, troubles)
        framed = frame.in_modal if screen.view_id else frame.on_home
        view = framed(screen.sight, blocks, screen.notice)
        if view == screen.view:
            return screen
        drawn = replace(screen, view=view, hash=await self._put(screen, view))
        self._screens.put(drawn, is_looked_at=is_looked_at)
        return drawn

    async def _put(self, screen: Screen, view: dict[str, Any]) -> str:
        """Hand a view to Slack, without pictures if it refuses them, and return its hash."""
        try:
            return await _send(screen, view)
        except SlackRefused as refusal:
            if refusal.error not in REFUSED or not has_pictures(view):
                raise
            log.warning("Slack refused a page with pictures", detail=refusal.detail)
            return await _send(screen, without_pictures(view))

    def _renew(self, screen: Screen) -> None:
        if renewal := self._renewals.get(screen.key):
            renewal.cancel()
        self._renewals[screen.key] = self._core.tasks.start(self._refresh(screen), name="renew a page")

    async def _refresh(self, screen: Screen) -> None:
        """Ask for what the page shows, one thing after another, and draw it as each comes."""
        viewer = await self._viewer(screen.workspace_id, screen.user_id)
        troubles: dict[str, str] = {}
        for name, refresher in self._pages[screen.sight.page].refreshers.items():
            try:
                await refresher(viewer, screen.sight)
            except BotError as error:
                troubles[name] = sentence_of(error)
            drawn = await self._redraw(screen, troubles)
            if drawn is None:
                return
            screen = drawn

    async def _redraw(self, screen: Screen, troubles: Mapping[str, str]) -> Screen | None:
        """Draw behind the person's back what they still look at; None when they look at something else by now."""
        try:
            return await self._draw(screen, troubles, is_looked_at=False)
        except SlackRefused as refusal:
            if refusal.error not in GONE:
                raise
            if screen.view_id and refusal.error != "hash_conflict":
                self._screens.drop(screen.key)
            return None

    def _on_change(self, workspace_id: str) -> None:
        if any(self._screens.of(workspace_id)):
            self._redrawings.begin(workspace_id, lambda: self._redraw_all(workspace_id))

    async def _redraw_all(self, workspace_id: str) -> None:
        await self._clock.sleep(GATHERING)
        for screen in list(self._screens.of(workspace_id)):
            with suppress(BotError):
                await self._redraw(screen, {})

    async def _viewer(self, workspace_id: str, user_id: str) -> Viewer:
        """Return who looks; where Slack does not say just now whether they manage, they see no controls."""
        try:
            is_manager = await self._core.managers.is_manager(workspace_id, user_id)
        except SlackRefused as refusal:
            log.warning("a page goes without controls", error=refusal.error)
            is_manager = False
        return Viewer(workspace_id, user_id, is_manager)


async def _send(screen: Screen, view: dict[str, Any]) -> str:
    with slack_errors():
        if screen.view_id:
            answer = await screen.client.views_update(view_id=screen.view_id, hash=screen.hash, view=view)
        else:
            answer = await screen.client.views_publish(user_id=screen.user_id, hash=screen.hash, view=view)
    return str(answer["view"]["hash"])


def _person(args: AsyncArgs) -> tuple[str, str]:
    return workspace_of(args), str(args.context.user_id)


def _sight(args: AsyncArgs) -> Sight:
    """Return what the page in the payload shows; a page of another version of the bot is forgotten."""
    metadata = (args.body.get("view") or {}).get("private_metadata") or "{}"
    try:
        return Sight.model_validate_json(metadata)
    except ValueError:
        return Sight()
