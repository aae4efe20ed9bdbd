"""Drawing pages: built from what is stored, framed, and handed to Slack, one drawing of a screen after another.

What somebody does is drawn as it comes; what is drawn behind them carries the hash of what they see, so that it never
overwrites what another process of the bot has shown them.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

import structlog

from bot.core.errors import BotError, SlackRefused, SlackUnavailable, StoreError
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.home.pages import Page, Viewer
from bot.slack.home.screens import Screen, Screens
from bot.slack.installation.clients import Clients
from bot.slack.sights import PageName
from bot.slack.views.home import frame
from bot.slack.views.pictures import pictures, refused_pictures, without_pictures

log = structlog.get_logger(__name__)

REFUSED = frozenset({"invalid_arguments", "invalid_blocks"})
"""Slack's words for a view with a picture that it cannot fetch, among others."""
OPENING_PATIENCE = 1.0
"""Real seconds of the three that Slack waits for a modal: a page may have to wait for who somebody is."""

View = dict[str, Any]


class Drawing:
    """Draws pages on screens."""

    def __init__(self, core: Core, pages: Mapping[PageName, Page], screens: Screens, clients: Clients) -> None:
        self._core = core
        self._pages = pages
        self._screens = screens
        self._clients = clients
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def first(self, screen: Screen) -> tuple[View, str]:
        """Return a view for whoever cannot wait, and its look if it is all there is to show.

        It comes in time, and without pictures, which Slack would fetch first.
        """
        try:
            async with asyncio.timeout(OPENING_PATIENCE):
                view = await self._shown(screen)
        except TimeoutError:
            return _framed(screen, frame.loading()), ""
        refused = pictures(view)
        return without_pictures(view, refused), "" if refused else _look(view)

    async def draw(self, screen: Screen) -> None:
        """Draw what somebody asked to see: with no ``hash``, whatever they see now. Raises SlackRefused."""
        async with self._turn(screen.key):
            try:
                drawn = await self._put(screen, await self._shown(screen))
            except SlackRefused as refusal:
                if refusal.error not in REFUSED:
                    raise
                drawn = await self._put(screen, _broken(screen, refusal))
            self._screens.put(drawn)

    async def redraw(self, key: str, troubles: Mapping[str, str] | None = None) -> bool:
        """Draw behind somebody's back what they look at; tell whether they still do.

        A page that looks the same is left alone, and so is one that breaks now: it was good a moment ago. Whoever looks
        for something meanwhile has what they found in its place, for their form is answered at once. Raises
        SlackUnavailable and StoreError.
        """
        async with self._turn(key):
            before = self._screens.get(key)
            if before is None:
                return False
            page = before.sight.page.value
            try:
                drawn = await self._anew(before if troubles is None else replace(before, troubles=troubles))
                if self._screens.get(key) is before:
                    self._screens.put(drawn, is_looked_at=False)
            except (SlackUnavailable, StoreError):
                raise
            except SlackRefused as refusal:
                if self._screens.get(key) is before:
                    log.info("nobody looks at a page any more", page=page, error=refusal.error)
                    self._screens.drop(key)
            except Exception as error:
                log.error("a page could not be drawn anew", page=page, exc_info=error)
            return self._screens.get(key) is not None

    async def viewer(self, screen: Screen) -> Viewer:
        """Return who looks; where Slack does not say just now whether they manage, they see no controls."""
        try:
            is_manager = await self._core.managers.is_manager(screen.workspace_id, screen.user_id)
        except SlackRefused as refusal:
            log.warning("a page goes without controls", error=refusal.error)
            is_manager = False
        return Viewer(screen.workspace_id, screen.user_id, is_manager)

    def _turn(self, key: str) -> asyncio.Lock:
        return self._turns.setdefault(key, asyncio.Lock())

    async def _shown(self, screen: Screen) -> View:
        """Return the page, or a reference to why there is none."""
        try:
            return await self._view(screen)
        except Exception as error:  # noqa: BLE001 -- logged with the reference that they see
            return _broken(screen, error)

    async def _view(self, screen: Screen) -> View:
        viewer = await self.viewer(screen)
        return _framed(screen, await self._pages[screen.sight.page].look(viewer, screen.sight, screen.troubles))

    async def _anew(self, screen: Screen) -> Screen:
        view = await self._view(screen)
        return screen if _look(view) == screen.look else await self._put(screen, view)

    async def _put(self, screen: Screen, view: View) -> Screen:
        """Hand a view to Slack, without pictures that it refuses: those that it names, in the end all of them."""
        refused = screen.refused
        while True:
            kept = without_pictures(view, refused)
            try:
                return replace(screen, look=_look(view), hash=await self._send(screen, kept), refused=refused)
            except SlackRefused as refusal:
                if refusal.error not in REFUSED or not pictures(kept):
                    raise
                log.warning("Slack refused a page with pictures", detail=refusal.detail)
                is_first = refused == screen.refused
                refused |= refused_pictures(kept, refusal.detail) if is_first else pictures(kept)

    async def _send(self, screen: Screen, view: View) -> str:
        """Hand a view to Slack, with a token that holds now, and return its hash."""
        client = await self._clients.of(screen.workspace_id)
        with slack_errors():
            if screen.view_id:
                answer = await client.views_update(view_id=screen.view_id, hash=screen.hash, view=view)
            else:
                answer = await client.views_publish(user_id=screen.user_id, hash=screen.hash, view=view)
        return str(answer["view"]["hash"])


def _framed(screen: Screen, blocks: Any) -> View:
    framed = frame.on_home if screen.view_id is None else frame.in_modal
    return framed(screen.sight, blocks, screen.notice)


def _broken(screen: Screen, error: Exception) -> View:
    """Own up to a page that breaks: the way to the others stays."""
    reference = uuid4().hex[:8]
    if isinstance(error, BotError):
        log.error("a page cannot be shown", page=screen.sight.page.value, reference=reference, reason=repr(error))
    else:
        log.error("a page broke", page=screen.sight.page.value, reference=reference, exc_info=error)
    return _framed(screen, frame.broken(reference))


def _look(view: View) -> str:
    """Return what tells a view from others; views themselves are too large to keep a thousand of them."""
    return sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
