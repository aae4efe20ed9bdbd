"""The whole bot for many workspaces: a Slack where anybody may install it, Bloom, and browsers in between.

Slack's stand-in runs on the real clock, Bloom's and the bot on a faster one, as in `world`. The lease holds for days
there, so that half a day can be skipped, after which tokens have to be renewed.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp

from bot.app import Bot, running
from bot.config import Settings
from bot.core.engine import Terms
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.slack import Message, Organisation, SlackSite, SlackStandIn
from bot.sandbox.slack.settings import CLIENT_ID, CLIENT_SECRET
from tests.fakes.scaled_clock import ScaledClock
from tests.scenarios.visitor import Visitor, free_port
from tests.scenarios.world import MANIFEST, SIGNING_SECRET

PATIENCE = 10.0
"""Real seconds that anything may take on a busy machine; no test waits them out."""
HALF_A_DAY = 12 * 3600.0
"""Seconds that Slack's tokens hold where they rotate."""
TERMS = Terms(holds=timedelta(days=30), late_after=30 * 86400)
ZETA_KEY = "bloom_sk_of-zeta-0123456789"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser was answered; ``leads_to`` is where it is sent on to."""

    status: int
    text: str
    headers: dict[str, str]
    leads_to: str | None

    @property
    def title(self) -> str:
        """Return the heading of the page."""
        found = re.search("<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""

    @property
    def links(self) -> dict[str, str]:
        """Return where the words of each link lead."""
        return _Links(self.text).found


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._address: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs)["href"]

    def handle_data(self, data: str) -> None:
        if self._address is not None:
            self.found[data], self._address = self._address, None


class Browser:
    """Keeps cookies, and goes where it is sent only when told to, so that what it is sent with can be looked at."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, url: str) -> Shown:
        """Open an address."""
        async with self._session.get(url, allow_redirects=False) as answer:
            location = answer.headers.get("Location")
            leads_to = urljoin(url, location) if location else None
            return Shown(answer.status, await answer.text(), dict(answer.headers), leads_to)

    @property
    def cookies(self) -> list[str]:
        """Return the names of the cookies it has."""
        return [cookie.key for cookie in self._session.cookie_jar]

    async def aclose(self) -> None:
        """Close it."""
        await self._session.close()


class Site:
    """Slack, Bloom and the bot."""

    def __init__(self, slack: SlackSite, bloom: BloomStandIn, clock: ScaledClock, settings: Settings) -> None:
        self.slack = slack
        self.bloom = bloom
        self.clock = clock
        self.settings = settings
        self.bot: Bot
        self._running = AsyncExitStack()
        self._browsers = AsyncExitStack()

    async def start(self) -> None:
        """Start the bot and let Slack find it."""
        self.bot = await self._running.enter_async_context(running(self.settings, self.clock, TERMS))
        self.slack.connect_http(f"{self.address}/slack/events")

    async def stop(self) -> None:
        """Stop the bot as SIGTERM does."""
        await self.slack.settle()
        await self._running.aclose()

    async def aclose(self) -> None:
        """Stop everything that this opened."""
        await self.stop()
        await self._browsers.aclose()

    async def restart(self) -> None:
        """Stop the bot and start it again on the same database."""
        await self.stop()
        await self.start()

    @property
    def address(self) -> str:
        """Return where the bot is, also between its stop and its start."""
        assert self.settings.public_url is not None
        return self.settings.public_url

    @property
    def database(self) -> Path:
        """Return the file of the database."""
        return self.settings.database_path

    def contents(self) -> bytes:
        """Return every byte that the database has on disk."""
        return b"".join(file.read_bytes() for file in self.database.parent.glob(f"{self.database.name}*"))

    def browser(self) -> Browser:
        """Open a browser without cookies."""
        browser = Browser()
        self._browsers.push_async_callback(browser.aclose)
        return browser

    def workspace(self, name: str) -> SlackStandIn:
        """Return a workspace by its name."""
        return self.slack.workspace(name)

    async def set_out(self, browser: Browser) -> str:
        """Open the page that installs the bot, and return where at Slack it leads."""
        shown = await browser.get(f"{self.address}/slack/install")
        assert shown.status == 302, shown
        assert shown.leads_to is not None
        return shown.leads_to

    async def install(self, name: str, *, by: str = "Mia", org_wide: bool = False) -> Shown:
        """Install the bot with a browser of one's own, and return the page at the end."""
        browser = self.browser()
        back = self.workspace(name).allow(await self.set_out(browser), by=by, org_wide=org_wide)
        return await browser.get(back)

    async def connect(self, name: str, key: str = SANDBOX_API_KEY) -> None:
        """Connect a workspace to Bloom, and wait until its brands are known."""
        workspace_id, mia = self.workspace(name).team_id, self.workspace(name).person("Mia")
        await self.bot.core.connections.connect(workspace_id, key, mia.id)
        await self.bot.core.brands.refresh(workspace_id)

    async def make(self, name: str, prompt: str, *, channel: str = "general") -> None:
        """Ask for an image."""
        answer = await self.workspace(name).person("Mia").command(channel, "/bloom", prompt)
        assert answer.ok, answer
        assert not answer.body, answer.body

    async def replies(self, name: str, count: int = 1, *, channel: str = "general") -> list[Message]:
        """Wait for so many images in a channel and return the messages that show them."""

        def found() -> list[Message]:
            shown = [message for message in self.workspace(name).messages(channel) if message.is_reply]
            return shown if len(shown) >= count else []

        return await self.workspace(name).wait_until(found, seconds=PATIENCE)

    def calls(self, method: str) -> int:
        """Return how often the Web API was asked for this."""
        return sum(call.method == method for call in self.slack.calls)

    async def quiet(self) -> None:
        """Wait for the end of everything that the bot does behind its answers and that does not sleep."""
        await eventually(self._nothing_vital_runs)

    async def _nothing_vital_runs(self) -> bool:
        return not self.bot.core.tasks._vital

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return what the database has on disk, as anybody who can read it sees it."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]

    async def sign_in(self, name: str, account: str) -> int:
        """Connect a workspace by signing in at Bloom as this account, and return the status of the page at the end."""
        assert self.bot.core.sign_in is not None
        workspace_id = self.workspace(name).team_id
        landing = await self.bot.core.sign_in.begin(workspace_id, self.workspace(name).person("Mia").id)
        async with Visitor() as visitor:
            page = await visitor.sign_in(landing, account)
        await self.bot.core.brands.refresh(workspace_id)
        return page.status_code


async def eventually(look: Callable[[], Awaitable[T]]) -> T:
    """Wait until a look finds something, and return it."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):
            await asyncio.sleep(0.005)
    return found


def query(address: str) -> dict[str, str]:
    """Return what an address tells."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def open_site(
    folder: Path,
    *,
    rotate_tokens: bool = False,
    speed: float = 40.0,
    held: dict[str, str] | None = None,
    **overrides: Any,
) -> AsyncIterator[Site]:
    """Open a site with the workspaces Acme and Zeta, where nobody has installed anything.

    ``overrides`` are settings, ``held`` tokens from elsewhere. At Bloom there are the sandbox's account, with the brand
    Acme among others, and Zeta's.
    """
    clock, port = ScaledClock(speed), free_port()
    manifest = MANIFEST.model_copy(update={"is_org_ready": True})
    slack = SlackSite(signing_secret=SIGNING_SECRET, manifest=manifest, rotate_tokens=rotate_tokens)
    async with slack, BloomStandIn(clock=clock, rate_limit=None) as bloom:
        account = bloom.state.add_account(ZETA_KEY, "zeta@bloom.example", credits=77)
        bloom.state.add_brand("Zephyr", "https://zephyr.example", workspace=account.personal)
        for name in ("Acme", "Zeta"):
            slack.add_workspace(name, bot_token=(held or {}).get(name))
        settings: dict[str, Any] = {
            "slack_api_url": slack.api_url,
            "slack_bot_token": None,
            "slack_app_token": None,
            "slack_signing_secret": SIGNING_SECRET,
            "slack_client_id": CLIENT_ID,
            "slack_client_secret": CLIENT_SECRET,
            "bloom_api_url": bloom.api_url,
            "bloom_auth_url": bloom.auth_url,
            "bloom_api_key": None,
            "public_url": f"http://127.0.0.1:{port}",
            "database_url": f"sqlite:///{folder / 'bloom.db'}",
            "encryption_keys": (),
            "host": "127.0.0.1",
            "port": port,
        }
        site = Site(slack, bloom, clock, Settings.load(_env_file=None, **{**settings, **overrides}))
        try:
            await site.start()
            yield site
        finally:
            await site.aclose()


def add_organisation(site: Site) -> Organisation:
    """Add an organisation with the workspaces North and South."""
    company = site.slack.add_organisation("Globex")
    for name in ("North", "South"):
        site.slack.add_workspace(name, organisation=company)
    return company


USUAL = frozenset({"not_found", "hash_conflict", "not_in_channel"})
"""A form that is gone or another by now, and a look for a lost message where the bot is no member."""


def errors(site: Site, *, but: str = "") -> list[tuple[str, str | None]]:
    """Return what Slack refused, but for what belongs to the work, and for one method."""
    refused = [(call.method, call.error) for call in site.slack.calls if call.error and call.method != but]
    return [one for one in refused if one[1] not in USUAL]


class Halt:
    """Holds up Slack's answer to whether the bot is still there."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.reached, self._go_on = asyncio.Event(), asyncio.Event()
        self._holds_new = True
        site.slack.watch(self._hold)

    def hold_new(self, holds: bool) -> None:
        """Hold up those who ask from now on, or not; who is held is held."""
        self._holds_new = holds

    async def _hold(self, method: str, _: Any, when: Literal["before", "after"]) -> None:
        if self._holds_new and (method, when) == ("auth.test", "before"):
            self.reached.set()
            await self._go_on.wait()

    def release(self) -> None:
        """Let Slack answer."""
        self._site.slack.watch(None)
        self._go_on.set()
