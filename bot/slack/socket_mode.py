"""Slack over a WebSocket that the bot opens itself, for places no request from outside can reach.

The SDK's client retries one and the same ticket for ever when a connection cannot be made, and can be left without
one after a reconnect; a watchdog looks after both. It also renews a connection twice, because Slack asks for that and
then closes the old one, and what arrives on the first of the two new ones is lost; `Client` renews it once.
"""

import asyncio
from contextlib import suppress

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.errors import ConfigError, SlackRefused, SlackUnavailable
from bot.core.tasks import Tasks
from bot.slack.client import slack_errors

log = structlog.get_logger(__name__)

CLOSE_TIMEOUT = 2.0
"""Seconds that Slack gets to say goodbye."""
PING_EVERY = 10.0
"""Seconds, of the wall's clock, between two pings, and before a connection that could not be made is tried again."""
WATCH_EVERY = 10.0
"""Seconds between two looks of the watchdog."""


class Client(SocketModeClient):
    """The SDK's client, but what was to be renewed and has been meanwhile is not renewed again."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        super().__init__(app_token, app.logger, client, ping_interval=PING_EVERY)
        self._renewing = asyncio.Lock()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        old = self.current_session
        async with self._renewing:
            if self.current_session is old:
                await super().connect_to_new_endpoint(force)


class Handler(AsyncSocketModeHandler):
    """Bolt's handler with our client."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        self.app, self.app_token = app, app_token  # without Bolt's own __init__, which would open a client of the SDK's
        self.client = Client(app, app_token, client)
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt


class SocketMode:
    """One Socket Mode connection that is kept alive until it is stopped."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient, clock: Clock, tasks: Tasks) -> None:
        self._clock = clock
        self._tasks = tasks
        self._web_client = client
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler = Handler(app, app_token, client)
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a ticket and connect in the background. Raises ConfigError when the app token is refused."""
        try:
            with slack_errors():
                answer = await self._web_client.apps_connections_open(app_token=self._app_token)
            self._handler.client.wss_uri = answer["url"]
        except SlackUnavailable as exc:
            log.warning("Slack is not reachable yet", reason=str(exc))
        except SlackRefused as refusal:
            raise ConfigError(f"SLACK_APP_TOKEN is refused by Slack ({refusal.error})") from refusal
        self._connect()
        self._tasks.start(self._watch(), name="watch the connection to Slack")

    async def stop(self) -> None:
        """Close the connection; Slack keeps what it has not been acknowledged for the next one."""
        for _ in range(2):  # a first close that waited in vain for the other side has left things open
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._handler.close_async()
                    return

    async def is_connected(self) -> bool:
        """Whether events can arrive right now."""
        return bool(await self._handler.client.is_connected())

    async def _watch(self) -> None:
        """Drop a ticket that did not lead to a connection between two looks, and reconnect a client that gave up."""
        was_connected = True
        while True:
            await self._clock.sleep(WATCH_EVERY)
            connected = await self.is_connected()
            if not connected and not was_connected:
                log.warning("no connection to Slack; asking for a new one")
                self._handler.client.wss_uri = None
                if not self._handler.client.connect_operation_lock.locked():
                    self._connect()
            was_connected = connected

    def _connect(self) -> None:
        """Connect, unless that is under way: it tries until it has, and two would close each other's connections."""
        if self._connecting is None or self._connecting.done():
            self._connecting = self._tasks.start(self._handler.connect_async(), name="connect to Slack")
