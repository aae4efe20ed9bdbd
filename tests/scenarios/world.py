"""The whole bot between its stand-ins, over real HTTP and WebSockets on loopback.

Slack's stand-in and signatures run on the real clock (a trigger lives three real seconds); Bloom's stand-in and the
bot run on a faster one, so that a minute of backing off takes a second and a half. Only the bot's patience with others
and the lease of its worker hold for as long in real time as anywhere: else a busy machine would take them away.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from bot.app import Bot, running
from bot.config import Settings
from bot.core.engine import Terms
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.slack import Message, Person, SlackStandIn, View
from bot.sandbox.slack.manifest import Manifest
from bot.slack.views.home.frame import LABELS
from tests.fakes.scaled_clock import ScaledClock

Transport = Literal["http", "socket"]

SIGNING_SECRET = "a-signing-secret"
BOT_TOKEN = "xoxb-scenario-token"
APP_TOKEN = "xapp-scenario-token"
MANIFEST = Manifest.read()
TERMS = Terms(holds=timedelta(seconds=3600), late_after=3000)
"""The terms of a lease: 40 times those that everybody else has, for no clock here is faster than that."""


class World:
    """A Slack workspace with the bot in it, as people meet it."""

    def __init__(self, slack: SlackStandIn, bloom: BloomStandIn, clock: ScaledClock, settings: Settings) -> None:
        self.slack = slack
        self.bloom = bloom
        self.clock = clock
        self.settings = settings
        self._running = AsyncExitStack()
        self.bot: Bot

    async def start(self) -> None:
        """Start the bot and let Slack find it."""
        self.bot = await self._running.enter_async_context(running(self.settings, self.clock, TERMS))
        if self.settings.uses_socket_mode:
            await self.slack.wait_until(lambda: self.slack.connections > 0)
        else:
            self.slack.connect_http(f"{self.address}/slack/events")

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does."""
        await self.slack.settle()
        await self._running.aclose()

    async def restart(self) -> None:
        """Stop the bot and start it again on the same database."""
        await self.stop()
        await self.start()

    @property
    def address(self) -> str:
        """Return where the bot listens."""
        return f"http://127.0.0.1:{self.bot.port}"

    @property
    def workspace_id(self) -> str:
        """Return Slack's id of the workspace."""
        return self.slack.team_id

    @property
    def mia(self) -> Person:
        """Return a member who is an admin."""
        return self.slack.person("Mia")

    @property
    def sam(self) -> Person:
        """Return an ordinary member."""
        return self.slack.person("Sam")

    async def brands_known(self) -> None:
        """Wait for the bot's first look at the brands."""
        while (await self.bot.core.brands.known(self.workspace_id)).seen_at is None:
            await self.clock.sleep(0.2)

    async def look_at_brands(self) -> None:
        """Let the bot look at Bloom's brands as they are now; a look that is under way may have missed them."""
        for _ in range(2):
            await self.bot.core.brands.refresh(self.workspace_id)

    async def open_form(self, person: Person | None = None, channel: str = "general", text: str = "") -> View:
        """Type the command and return the form with its brand picker loaded."""
        person = person or self.mia
        answer = await person.command(channel, "/bloom", text)
        assert answer.ok, answer
        view = await person.wait_for_view("generate")
        await self.slack.wait_until(lambda: shows(view, "brand"))
        return view

    def posted(self, channel: str = "general") -> list[Message]:
        """Return what the bot wrote in a channel, replies included, oldest first."""
        return [message for message in self.slack.messages(channel) if message.bot_id]

    async def replies(self, channel: str = "general", count: int = 1) -> list[Message]:
        """Wait for so many replies in the threads of a channel, and for their request messages' final state."""

        def found() -> list[Message]:
            replies = [message for message in self.posted(channel) if message.is_reply]
            roots = [message for message in self.posted(channel) if not message.is_reply]
            settled = all(root.edited for root in roots if root.reply_ts)
            return replies if len(replies) >= count and settled else []

        return await self.slack.wait_until(found, seconds=10)

    async def reply(self, channel: str = "general") -> Message:
        """Wait for the one reply and return it."""
        replies = await self.replies(channel)
        assert len(replies) == 1, self.slack.transcript()
        return replies[0]

    @property
    def generations_paid(self) -> int:
        """Return how often Bloom was asked to generate and agreed."""
        return sum(record.status == 202 for record in self.bloom.requests.matching("POST", "/images/generations"))


def own_buttons(home: View) -> list[str]:
    """Return the words on a page's buttons, without those that lead to other pages from every page."""
    labels = list(LABELS.values())
    assert home.buttons[: len(labels)] == labels
    return home.buttons[len(labels) :]


def shows(view: View, block_id: str) -> bool:
    """Whether a view holds a block."""
    return any(block.get("block_id") == block_id for block in view.blocks)


def words(shown: View | Message) -> str:
    """Return everything a view or a message says, blocks and buttons included, as one text."""
    return "\n".join(_texts(shown.blocks))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        alt = [value["alt_text"]] if "alt_text" in value else []
        return own + alt + [text for child in value.values() for text in _texts(child)]
    if isinstance(value, list):
        return [text for child in value for text in _texts(child)]
    return []


@asynccontextmanager
async def open_world(
    folder: Path,
    transport: Transport = "http",
    *,
    start: bool = True,
    fetch_images: bool = True,
    speed: float | None = None,
    enforce_rate: bool = False,
    **overrides: Any,
) -> AsyncIterator[World]:
    """Open a world, connected to Bloom by BLOOM_API_KEY; ``overrides`` are settings.

    Where hundreds of pictures would be drawn for nobody, Slack need not ``fetch_images``, and
    Bloom's time goes at a lower ``speed``. A Slack that can ``enforce_rate`` has the bot's clock: it refuses a second
    message within a second, and a trigger that is three seconds old.
    """
    clock = ScaledClock() if speed is None else ScaledClock(speed)
    slack = SlackStandIn(
        clock=clock if enforce_rate else None,
        enforce_rate=enforce_rate,
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        manifest=MANIFEST,
        fetch_images=fetch_images,
    )
    async with slack, BloomStandIn(clock=clock, rate_limit=None) as bloom:
        settings: dict[str, Any] = {
            "slack_api_url": slack.api_url,
            "slack_bot_token": BOT_TOKEN,
            "slack_signing_secret": SIGNING_SECRET,
            "slack_app_token": APP_TOKEN if transport == "socket" else None,
            "bloom_api_url": bloom.api_url,
            "bloom_auth_url": bloom.auth_url,
            "bloom_api_key": SANDBOX_API_KEY,
            "database_url": f"sqlite:///{folder / 'bloom.db'}",
            "encryption_keys": (),
            "host": "127.0.0.1",
            "port": 0,
        }
        world = World(slack, bloom, clock, Settings.load(_env_file=None, **{**settings, **overrides}))
        if start:
            await world.start()
        try:
            yield world
        finally:
            await world.stop()
