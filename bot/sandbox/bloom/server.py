"""The stand-in as a server: start it, ask it over HTTP, stop it."""

from types import TracebackType
from typing import Self

from aiohttp import web

from bot.core.clock import Clock, SystemClock
from bot.sandbox.bloom.backend import Backend, Watch
from bot.sandbox.bloom.calls import API_PREFIX, BACKEND
from bot.sandbox.bloom.errors import ErrorStyle
from bot.sandbox.bloom.faults import Faults
from bot.sandbox.bloom.journal import Journal
from bot.sandbox.bloom.limits import RateLimit
from bot.sandbox.bloom.middleware import front_door, programs_and_consent
from bot.sandbox.bloom.oauth import AUTH_PREFIX, AuthorizationServer
from bot.sandbox.bloom.routes import add_routes
from bot.sandbox.bloom.spelling import IdsStyle, Spelling
from bot.sandbox.bloom.state import BloomState

_SHUTDOWN_SECONDS = 1.0


class BloomStandIn:
    """Bloom's API and its authorization server on loopback."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        rate_limit: RateLimit | None = (120, 60.0),
        generation_seconds: tuple[float, float] = (2.0, 4.0),
        seed: int = 1,
        host: str = "127.0.0.1",
        port: int = 0,
        error_style: ErrorStyle = "openapi",
        ids_style: IdsStyle = "openapi",
        absolute_urls: bool = False,
    ) -> None:
        spelling = Spelling(error_style, ids_style, absolute_urls)
        self._backend = Backend(clock or SystemClock(), rate_limit, seed, spelling)
        self._backend.state.studio.generation_seconds = generation_seconds
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. After a stop it listens at the same address again, with the same state."""
        app = web.Application(middlewares=[programs_and_consent, front_door])
        app[BACKEND] = self._backend
        add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        self._backend.site_url = f"http://{self._host}:{self._port}"
        self._backend.waits.open()

    async def stop(self) -> None:
        """Stop listening; whoever is held is answered now."""
        self._backend.waits.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def site_url(self) -> str:
        """Return where pictures are."""
        return self._backend.site_url

    @property
    def api_url(self) -> str:
        """Return what takes the place of ``https://www.trybloom.ai/api/v1``."""
        return self.site_url + API_PREFIX

    @property
    def auth_url(self) -> str:
        """Return what takes the place of ``https://www.trybloom.ai/api/auth``, the issuer."""
        return self.site_url + AUTH_PREFIX

    @property
    def oauth(self) -> AuthorizationServer:
        """Return the authorization server: who is registered, what was granted, and how to take it back."""
        return self._backend.oauth

    @property
    def secrets(self) -> frozenset[str]:
        """Return every key, code and token that was ever given out: what must stand in no log and on no page."""
        return self._backend.oauth.secrets | self._backend.state.accounts.credentials

    @property
    def state(self) -> BloomState:
        """Return accounts, brands and images as of now."""
        self._backend.state.catch_up()
        return self._backend.state

    @property
    def faults(self) -> Faults:
        """Return the trouble that can be made."""
        return self._backend.faults

    @property
    def spelling(self) -> Spelling:
        """Return how answers are written; change it at any time."""
        return self._backend.spelling

    @property
    def requests(self) -> Journal:
        """Return what was asked and answered."""
        return self._backend.journal

    @property
    def rate_limit(self) -> RateLimit | None:
        """Return requests and seconds of the limit, or None where there is none."""
        return self._backend.limits.limit

    @rate_limit.setter
    def rate_limit(self, limit: RateLimit | None) -> None:
        self._backend.limits.limit = limit

    def watch(self, watch: Watch | None) -> None:
        """Let this see, hold up or break every request from now on, before and after it is carried out."""
        self._backend.watch = watch

    @property
    def requests_left(self) -> int | None:
        """Return how many requests are left to the credential that asked last; None without a limit.

        Before anybody asked, and when that was a key that is revoked, it is the newest key's.
        """
        latest, accounts = self._backend.limits.latest, self._backend.state.accounts
        stands = latest is not None and not accounts.is_revoked(latest)
        return self._backend.limits.left(latest if latest and stands else accounts.newest_key)

    @property
    def held(self) -> int:
        """Return how many requests are held or delayed now."""
        return self._backend.waits.held

    async def until_held(self, count: int = 1) -> None:
        """Wait until at least so many requests are held or delayed."""
        await self._backend.waits.until_held(count)

    def count(self, method: str | None = None, path: str | None = None) -> int:
        """Return how many requests there were with this method and exactly this path (``*``: one segment)."""
        return len(self.requests.matching(method, path))
