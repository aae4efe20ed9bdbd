"""A Slack with several workspaces behind one Web API address, where one app is installed by OAuth.

Each workspace is a stand-in as it is for itself; calls find theirs by their token, deliveries go to the same app.
"""

from collections.abc import Callable, Set
from typing import Self

from bot.core.clock import Clock, SystemClock
from bot.sandbox.slack.hosting import Host
from bot.sandbox.slack.identity import App, Organisation, Team
from bot.sandbox.slack.manifest import UNWRITTEN, Manifest
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.settings import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, Settings
from bot.sandbox.slack.web_api import Call, OutageKind, PlannedFailure, Watch


class SlackSite:
    """Slack, before anybody has installed the app; the workspaces are those that a test adds.

    ``rotate_tokens`` None does as the manifest says.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        signing_secret: str = SIGNING_SECRET,
        app_token: str = APP_TOKEN,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        host: str = "127.0.0.1",
        port: int = 0,
        fetch_images: bool = True,
        manifest: Manifest = UNWRITTEN,
        subscribed_events: Set[str] | None = None,
        ack_seconds: float = 3.0,
        enforce_rate: bool = False,
        rotate_tokens: bool | None = None,
    ) -> None:
        settings = Settings(
            signing_secret=signing_secret,
            app_token=app_token,
            client_id=client_id,
            client_secret=client_secret,
            subscribed_events=manifest.events if subscribed_events is None else subscribed_events,
            ack_seconds=ack_seconds,
            enforce_rate=enforce_rate,
            manifest=manifest,
            rotates_tokens=manifest.rotates_tokens if rotate_tokens is None else rotate_tokens,
        )
        self._host = Host(Platform(clock or SystemClock(), settings, fetch_images=fetch_images), host, port)
        self._organisations = 0
        self.workspaces: list[SlackStandIn] = []

    async def __aenter__(self) -> Self:
        await self._host.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._host.stop()

    async def settle(self) -> None:
        """Let the app hear of what happened: who stops listening in the middle of it leaves a connection behind."""
        await self._host.platform.errands.settle()

    def add_organisation(self, name: str) -> Organisation:
        """Found an Enterprise Grid organisation, for workspaces to belong to."""
        self._organisations += 1
        return Organisation(f"E0SANDBOX{self._organisations}", name, _domain(name))

    def add_workspace(
        self,
        name: str,
        *,
        organisation: Organisation | None = None,
        bot_token: str | None = None,
        granted_scopes: Set[str] | None = None,
    ) -> SlackStandIn:
        """Found a workspace; the app is installed there already where it is given the ``bot_token`` for it."""
        number = len(self.workspaces) + 1
        team = Team(f"T0SANDBOX{number}", name, _domain(name), organisation)
        backend = self._host.platform.add(team, self._app(number, organisation))
        slack = SlackStandIn.within(self._host, backend)
        if bot_token is None:
            backend.workspace.deactivate(backend.workspace.app.bot_user_id)
        else:
            slack.hold(bot_token, granted_scopes)
        self.workspaces.append(slack)
        return slack

    def workspace(self, name: str) -> SlackStandIn:
        """Return a workspace by its name or id."""
        found = (one for one in self.workspaces if name in (one.workspace.team.name, one.workspace.team.id))
        if (slack := next(found, None)) is None:
            raise KeyError(f"no workspace {name!r}")
        return slack

    def _app(self, number: int, organisation: Organisation | None) -> App:
        """Return the app with the bot it has in a workspace, or in a whole organisation."""
        name = self._host.platform.settings.manifest.name
        if organisation is not None:
            suffix = organisation.id[2:]
            return App(name=name, bot_id=f"B0{suffix}", bot_user_id=f"W0{suffix}")
        return App(name=name, bot_id=f"B0SANDBOX{number}", bot_user_id=f"U0BLOOMBT{number}")

    @property
    def api_url(self) -> str:
        return self._host.platform.addresses.api

    @property
    def authorize_url(self) -> str:
        """Return where the app sends people who want to install it."""
        return self._host.platform.addresses.authorize

    @property
    def calls(self) -> list[Call]:
        """Return the latest Web API calls of all workspaces and of none, oldest first."""
        return list(self._host.api.calls)

    def on_call(self, callback: Callable[[Call], None]) -> Callable[[], None]:
        """Call back on every Web API call and every use of a response URL; return what ends that."""
        return self._host.api.listeners.add(callback)

    @property
    def credentials(self) -> Set[str]:
        """Return every secret there is or was: the app's own, codes, and tokens that were handed out."""
        return self._host.platform.credentials

    @property
    def connections(self) -> int:
        """Return how many Socket Mode connections are open."""
        return self._host.platform.sockets.connections

    def watch(self, watch: Watch | None) -> None:
        """Let this see, hold up or break every Web API call from now on, before and after it is carried out."""
        self._host.api.watch(watch)

    def connect_http(self, url: str) -> None:
        """Deliver by signed HTTP to this request URL from now on."""
        self._host.platform.http.url = url

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the Socket Mode connections, telling the app to open new ones."""
        await self._host.platform.sockets.disconnect(reason)

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
        """Let the next calls of a method fail, in whatever workspace: see SlackStandIn.fail_next."""
        failure = PlannedFailure(error, times, retry_after, messages, lose_answer, status, outage)
        self._host.api.plans.add(method, failure)


def _domain(name: str) -> str:
    return "-".join(name.lower().split())
