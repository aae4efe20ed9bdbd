"""The WebSocket on which the page hears of every change, for one person's eyes.

What has changed is kept as a set of names, not as a queue of frames: however slow a reader is, there is never more to
send than there is to see, and what is sent is always how things are now.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from aiohttp import WSCloseCode, web

from bot.sandbox.page.bloom_panel import BloomPanel
from bot.sandbox.page.inspector import Inspector
from bot.sandbox.page.sight import Sight
from bot.sandbox.slack import Change, SlackStandIn
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.identity import Member

HEARTBEAT: Final = 20.0
SEND_SECONDS: Final = 10.0
FAREWELL_SECONDS: Final = 0.5
LARGEST_FROM_BROWSER: Final = 1024
CHANGES_KEPT: Final = 500
"""So many changed things are told one by one; with more, the whole workspace is sent again."""
BLOOM_SECONDS: Final = 1.0

Key = tuple[str, ...]
WORKSPACE: Final[Key] = ("workspace",)
CHANNELS: Final[Key] = ("channels",)
VIEWS: Final[Key] = ("views",)
HOME: Final[Key] = ("home",)
BLOOM: Final[Key] = ("bloom",)


class Viewer:
    """One open page: what has changed since it last heard from us."""

    def __init__(self, slack: SlackStandIn, person: Member, inspector: Inspector, panel: BloomPanel) -> None:
        self._person_id = person.id
        self._sight = Sight(slack, person)
        self._inspector = inspector
        self._panel = panel
        self._memberships = set[str]()
        self._exchanges: dict[Key, Json] = {}
        self._changed: dict[Key, None] = {WORKSPACE: None}
        self._whole: dict[Key, Callable[[], Json]] = {
            WORKSPACE: self._workspace,
            CHANNELS: self._channels,
            VIEWS: lambda: {"kind": "views", "views": self._sight.views()},
            HOME: lambda: {"kind": "home", "home": self._sight.home()},
            BLOOM: lambda: {"kind": "bloom", "bloom": self._panel.state()},
        }
        self._news = asyncio.Event()
        self._news.set()

    def note(self, *keys: Key) -> None:
        """Remember that these things changed."""
        self._changed |= dict.fromkeys(keys)
        if WORKSPACE in self._changed or len(self._changed) > CHANGES_KEPT:
            self._changed = {WORKSPACE: None}
        self._news.set()

    def note_change(self, change: Change) -> None:
        """Remember a change of the workspace, if it is before this person's eyes."""
        if change.user_id not in (None, self._person_id):
            return
        match change.kind.partition(".")[0]:
            case "message" | "ephemeral":
                stamps = dict.fromkeys(filter(None, (change.ts, change.thread_ts)))
                self.note(*(("message", change.channel_id or "", ts) for ts in stamps))
            case "view":
                self.note(VIEWS)
            case "home":
                self.note(HOME)
            case _:
                self.note(CHANNELS)

    def note_exchange(self, exchange: Json) -> None:
        """Remember what the inspector saw."""
        key = ("exchange", str(exchange["number"]))
        self._exchanges[key] = exchange
        self.note(key)

    async def write(self, socket: web.WebSocketResponse) -> None:
        """Send what changed, for as long as the socket takes it."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._changed:
                key = next(iter(self._changed))
                del self._changed[key]
                if (frame := self._frame(key)) is not None:
                    async with asyncio.timeout(SEND_SECONDS):
                        await socket.send_json(frame)

    def _frame(self, key: Key) -> Json | None:
        match key:
            case ("message", channel_id, ts):
                return self._message(channel_id, ts)
            case ("exchange", _):
                return {"kind": "exchange", "exchange": self._exchanges.pop(key)}
            case _:
                return self._whole[key]()

    def _message(self, channel_id: str, ts: str) -> Json | None:
        if channel_id not in self._sight.memberships():
            return None
        message = self._sight.message(channel_id, ts)
        if message is None:
            return {"kind": "gone", "channel": channel_id, "ts": ts}
        return {"kind": "message", "message": message}

    def _channels(self) -> Json:
        """Return the channels; with them come or go messages when this person entered or left one."""
        if self._memberships != self._sight.memberships():
            return self._workspace()
        return {"kind": "channels", "channels": self._sight.channels()}

    def _workspace(self) -> Json:
        self._memberships = self._sight.memberships()
        self._exchanges.clear()
        self._changed.clear()
        shown = {"bloom": self._panel.state(), "exchanges": self._inspector.latest()}
        return {"kind": "workspace", **self._sight.everything(), **shown}


class Live:
    """All open pages, and what they are told."""

    def __init__(self, slack: SlackStandIn, inspector: Inspector, panel: BloomPanel) -> None:
        self._slack = slack
        self._inspector = inspector
        self._panel = panel
        self._viewers: dict[Viewer, web.WebSocketResponse] = {}
        self._bloom_seen: Json | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of what happens in Slack and to Bloom, for as long as the block lasts."""
        with contextlib.ExitStack() as ends:
            ends.enter_context(self._inspector.listening())
            ends.callback(self._inspector.on_exchange(self._exchanged))
            ends.callback(self._slack.workspace.changes.on_change(self._changed))
            ends.callback(asyncio.create_task(self._watch_bloom()).cancel)
            yield

    def bloom_changed(self) -> None:
        """Tell every page how Bloom's stand-in is set now."""
        for viewer in self._viewers:
            viewer.note(BLOOM)

    async def show(self, request: web.Request, person: Member) -> web.WebSocketResponse:
        """Serve one page until either side closes."""
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=FAREWELL_SECONDS, max_msg_size=LARGEST_FROM_BROWSER)
        await socket.prepare(request)
        self._slack.workspace.direct_channel(person.id)
        viewer = Viewer(self._slack, person, self._inspector, self._panel)
        self._viewers[viewer] = socket
        writing = asyncio.create_task(viewer.write(socket))
        writing.add_done_callback(lambda task: _hang_up(request, task))
        try:
            async for _ in socket:
                pass
        finally:
            del self._viewers[viewer]
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
                await writing
        return socket

    async def close(self) -> None:
        """Say goodbye to every page; a browser then looks for the next sandbox by itself."""
        farewells = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self._viewers.values()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * FAREWELL_SECONDS):
                await asyncio.gather(*farewells, return_exceptions=True)

    def _changed(self, change: Change) -> None:
        for viewer in self._viewers:
            viewer.note_change(change)

    def _exchanged(self, exchange: Json) -> None:
        for viewer in self._viewers:
            viewer.note_exchange(exchange)
            if exchange["kind"] == "bloom":
                viewer.note(BLOOM)
        self._bloom_seen = None  # what the pages show now is what it was when they heard of the exchange

    async def _watch_bloom(self) -> None:
        """Look now and then: images are finished and budgets grow back without a request."""
        while True:
            await asyncio.sleep(BLOOM_SECONDS)
            if self._viewers and (now := self._panel.state()) != self._bloom_seen:
                self._bloom_seen = now
                self.bloom_changed()


def _hang_up(request: web.Request, writing: asyncio.Task[None]) -> None:
    """Drop a page that does not take what it is sent; its browser will ask anew."""
    if not writing.cancelled() and request.transport is not None:
        request.transport.abort()
