"""The stand-in itself: a server on loopback that plays Slack for one app, as strict as the real one."""

import ipaddress
from collections.abc import Callable, Set
from typing import Self, TypeVar

from aiohttp import web

from bot.core.clock import Clock, SystemClock
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.delivery.answers import Answer, Delivery, Exchange
from bot.sandbox.slack.delivery.courier import Courier
from bot.sandbox.slack.delivery.http import HttpDelivery
from bot.sandbox.slack.delivery.socket_mode import SocketMode
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.files import Files, SlackFile
from bot.sandbox.slack.identity import App
from bot.sandbox.slack.images import ImageFetcher
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.manifest import UNWRITTEN, Manifest
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.payloads import event
from bot.sandbox.slack.person import Person
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.routes import application
from bot.sandbox.slack.settings import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Addresses, Settings
from bot.sandbox.slack.transcript import transcript
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.waiting import until
from bot.sandbox.slack.web_api import Call, OutageKind, PlannedFailure, Watch, WebApi
from bot.sandbox.slack.workspace import Workspace

Found = TypeVar("Found")


class SlackStandIn:
    """Slack, as far as one app can tell.

    The app is installed as its manifest says; without one, and without ``granted_scopes``, it may do everything.
    Images are fetched from this machine only; with ``fetch_images`` False every address passes.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        host: str = "127.0.0.1",
        port: int = 0,
        fetch_images: bool = True,
        manifest: Manifest = UNWRITTEN,
        granted_scopes: Set[str] | None = None,
        subscribed_events: Set[str] | None = None,
        ack_seconds: float = 3.0,
        enforce_rate: bool = False,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("the stand-in listens on loopback only")
        self._host, self._port = host, port
        clock = clock or SystemClock()
        scopes = manifest.scopes if granted_scopes is None else granted_scopes
        events = manifest.events if subscribed_events is None else subscribed_events
        settings = Settings(signing_secret, bot_token, app_token, scopes, events, ack_seconds, enforce_rate, manifest)
        self.workspace = Workspace(clock, app=App(name=manifest.name))
        self._images = ImageFetcher() if fetch_images else None
        self._http = HttpDelivery(signing_secret, ack_seconds)
        self._backend = self._assemble(clock, settings)
        self._api = WebApi(self._backend)
        self._runner: web.AppRunner | None = None

    def _assemble(self, clock: Clock, settings: Settings) -> Backend:
        addresses = Addresses()
        files = Files(addresses)
        judge = Judge(self._images, files)
        triggers = Triggers(clock)
        sockets = SocketMode(self.workspace.app.id, settings.ack_seconds)
        return Backend(
            clock=clock,
            settings=settings,
            addresses=addresses,
            workspace=self.workspace,
            files=files,
            judge=judge,
            triggers=triggers,
            modals=Modals(self.workspace, triggers, judge),
            response_urls=ResponseUrls(clock, self.workspace, judge, addresses),
            sockets=sockets,
            courier=Courier(self._http, sockets),
        )

    async def start(self) -> None:
        """Begin to listen; from now on ``api_url`` is where the app finds Slack."""
        if self._images is not None:
            self._images.start()
        await self._http.start()
        self._runner = web.AppRunner(application(self._backend, self._api), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._backend.addresses.root = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def stop(self) -> None:
        """Hang up and close everything."""
        await self._backend.sockets.disconnect("link_disabled")
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._http.stop()
        if self._images is not None:
            await self._images.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        return self._backend.addresses.api

    @property
    def manifest(self) -> Manifest:
        """Return what the app was installed by."""
        return self._backend.settings.manifest

    @property
    def calls(self) -> list[Call]:
        """Return the latest Web API calls, oldest first."""
        return list(self._api.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Return what was last sent to the app, oldest first."""
        return list(self._backend.courier.delivered)

    def on_call(self, callback: Callable[[Call], None]) -> Callable[[], None]:
        """Call back on every Web API call and every use of a response URL; return what ends that."""
        return self._api.listeners.add(callback)

    def on_exchange(self, callback: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call back on every answered delivery, and again if Slack cannot show the answer; return what ends that."""
        return self._backend.courier.listeners.add(callback)

    @property
    def credentials(self) -> Set[str]:
        """Return what the app and Slack know each other by, and nobody else may see."""
        settings = self._backend.settings
        return {settings.signing_secret, settings.bot_token, settings.app_token}

    @property
    def connections(self) -> int:
        """Return how many Socket Mode connections are open."""
        return self._backend.sockets.connections

    def watch(self, watch: Watch | None) -> None:
        """Let this see, hold up or break every Web API call from now on, before and after it is carried out."""
        self._api.watch = watch

    def connect_http(self, url: str) -> None:
        """Deliver by signed HTTP to this request URL from now on."""
        self._http.url = url

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the Socket Mode connections, telling the app to open new ones."""
        await self._backend.sockets.disconnect(reason)

    def person(self, name: str) -> Person:
        """Return the handle that acts as a member, by name or id."""
        member = self.workspace.find_person(name)
        if member is None:
            raise KeyError(f"nobody called {name!r} in this workspace")
        return Person(self._backend, member.id)

    def file(self, file_id: str) -> SlackFile | None:
        """Return a file that was uploaded, by its id."""
        return self._backend.files.find(file_id)

    def messages(self, channel: str) -> list[Message]:
        """Return everything said in a channel, replies included, oldest first."""
        return list(self.workspace.channel(channel).messages)

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return a message and its replies, oldest first."""
        return self.workspace.thread(self.workspace.channel(channel).id, ts)

    def transcript(self) -> str:
        """Return all conversations as plain text."""
        return transcript(self.workspace)

    async def wait_until(self, look: Callable[[], Found | None], *, seconds: float = 5.0) -> Found:
        """Wait until a look finds something, and return it; tell what was said when it does not."""
        found = await until(self.workspace.changes, look, seconds)
        if found is None:
            raise TimeoutError(f"nothing of the kind within {seconds} s\n{self.transcript()}")
        return found

    async def send_event(self, inner: Json) -> Answer:
        """Send any Events API event, such as ``tokens_revoked`` or ``app_uninstalled``."""
        return await self._backend.courier.deliver(Delivery("events_api", event(self._backend, inner)))

    async def redeliver(self, delivery: Delivery | None = None) -> Answer:
        """Send the last delivery, or this one, once more, as Slack does when it saw no ack in time."""
        return await self._backend.courier.redeliver(delivery or self.deliveries[-1])

    async def forge(self, **headers: str) -> Answer:
        """Send a command with these headers instead of Slack's, as someone else might.

        ``X_Slack_Signature="v0=bad"`` stands for the header X-Slack-Signature.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._http.deliver(Delivery("slash_commands", {"command": "/bloom"}, headers=named))

    def fail_next(
        self,
        method: str,
        error: str = "internal_error",
        *,
        times: int = 1,
        retry_after: int = 1,
        messages: tuple[str, ...] = (),
        lose_answer: bool = False,
        status: int | None = None,
        outage: OutageKind = "html",
    ) -> None:
        """Let the next calls of a method fail.

        With ``lose_answer`` the call is carried out and the connection dropped before its answer; with
        ``status`` the answer is that HTTP status and no JSON of Slack's, as when Slack is down.
        """
        self._api.plan(method, PlannedFailure(error, times, retry_after, messages, lose_answer, status, outage))

    def revoke_token(self, error: str = "token_revoked") -> None:
        """Answer every further call with ``token_revoked``, ``account_inactive`` or the like."""
        self._api.revoked = error
