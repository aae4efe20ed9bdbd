"""One workspace of Slack as a test or a page sees it; alone, it brings the server with it that plays Slack."""

from collections.abc import Callable, Set
from typing import Self, TypeVar

from bot.core.clock import Clock, SystemClock
from bot.sandbox.slack.delivery.answers import Answer, Delivery, Exchange
from bot.sandbox.slack.files import SlackFile
from bot.sandbox.slack.hosting import Host
from bot.sandbox.slack.identity import App, Team
from bot.sandbox.slack.manifest import UNWRITTEN, Manifest
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.person import Person
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.settings import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Settings
from bot.sandbox.slack.tenant import Tenant
from bot.sandbox.slack.transcript import transcript
from bot.sandbox.slack.waiting import until
from bot.sandbox.slack.web_api import Call, OutageKind, PlannedFailure, Watch

Found = TypeVar("Found")


class SlackStandIn(Tenant):
    """Slack, as far as one app can tell in one workspace.

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
        settings = Settings(
            signing_secret=signing_secret,
            app_token=app_token,
            subscribed_events=manifest.events if subscribed_events is None else subscribed_events,
            ack_seconds=ack_seconds,
            enforce_rate=enforce_rate,
            manifest=manifest,
        )
        platform = Platform(clock or SystemClock(), settings, fetch_images=fetch_images)
        self._move_in(Host(platform, host, port), platform.add(Team(), App(name=manifest.name)))
        self.hold(bot_token, granted_scopes)

    async def start(self) -> None:
        """Begin to listen; from now on ``api_url`` is where the app finds Slack."""
        await self._host.start()

    async def settle(self) -> None:
        """Let the app hear of what happened: who stops listening in the middle of it leaves a connection behind."""
        await self._host.platform.errands.settle()

    async def stop(self) -> None:
        """Hang up and close everything."""
        await self._host.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        return self._backend.addresses.api

    @property
    def calls(self) -> list[Call]:
        """Return the latest Web API calls here, and those that belong to no workspace, oldest first."""
        return [call for call in self._host.api.calls if self._concerns(call)]

    @property
    def deliveries(self) -> list[Delivery]:
        """Return what was last sent to the app, oldest first."""
        return list(self._backend.courier.delivered)

    def on_call(self, callback: Callable[[Call], None]) -> Callable[[], None]:
        """Call back on every Web API call and every use of a response URL; return what ends that."""
        return self._host.api.listeners.add(lambda call: callback(call) if self._concerns(call) else None)

    def _concerns(self, call: Call) -> bool:
        return call.team_id in (None, self.team_id)

    def on_exchange(self, callback: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call back on every answered delivery, and again if Slack cannot show the answer; return what ends that."""
        return self._backend.courier.listeners.add(callback)

    @property
    def credentials(self) -> Set[str]:
        """Return what the app and Slack know each other by, and nobody else may see."""
        return self._host.platform.credentials

    @property
    def connections(self) -> int:
        """Return how many Socket Mode connections are open."""
        return self._backend.sockets.connections

    def watch(self, watch: Watch | None) -> None:
        """Let this see, hold up or break every Web API call here from now on, before and after it is carried out."""
        self._host.api.watch(watch, self.team_id)

    def connect_http(self, url: str) -> None:
        """Deliver by signed HTTP to this request URL from now on."""
        self._host.platform.http.url = url

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the Socket Mode connections, telling the app to open new ones."""
        await self._backend.sockets.disconnect(reason)

    def person(self, name: str) -> Person:
        """Return the handle that acts as a member, by name or id."""
        return Person(self._backend, self.workspace.member(name).id)

    def file(self, file_id: str) -> SlackFile | None:
        """Return a file that was uploaded, by its id."""
        return self._backend.files.find(file_id)

    def look_at_uploads_for(self, seconds: float) -> None:
        """Let Slack take so long from now on until it knows what the app uploaded.

        Until then the file has no type, and no ``slack_file`` may show it.
        """
        self._backend.files.seconds_until_known = seconds

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

    async def redeliver(self, delivery: Delivery | None = None) -> Answer:
        """Send the last delivery, or this one, once more, as Slack does when it saw no ack in time."""
        return await self._backend.courier.redeliver(delivery or self.deliveries[-1])

    async def forge(self, **headers: str) -> Answer:
        """Send a command with these headers instead of Slack's, as someone else might.

        ``X_Slack_Signature="v0=bad"`` stands for the header X-Slack-Signature.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._host.platform.http.deliver(Delivery("slash_commands", {"command": "/bloom"}, headers=named))

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
        plan = PlannedFailure(error, times, retry_after, messages, lose_answer, status, outage, self.team_id)
        self._host.api.plans.add(method, plan)
