"""The bot's token is shown to Slack's own host alone, and no more is read than is wanted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.slack import downloads
from bot.slack.client import SlackApi, make_session
from bot.slack.downloads import NOT_READABLE, NOT_SLACKS, TOO_LARGE, download
from tests.fakes.clock import ManualClock

REAL, GOVERNMENT = "https://slack.com/api/", "https://slack-gov.com/api/"


class Host:
    """Gives out whatever a test puts there, and remembers what it was shown."""

    def __init__(self) -> None:
        self.root = ""
        self.shown: list[str] = []
        self.served = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.shown.append(request.headers.get("Authorization", ""))
        match request.match_info["name"]:
            case "logo.png":
                return web.Response(body=b"a logo", content_type="image/png")
            case "empty":
                return web.Response(body=b"", content_type="image/png")
            case "moved":
                raise web.HTTPFound(f"{self.root}/logo.png")
            case "page":
                return web.Response(text="<title>Sign in</title>", content_type="text/html")
            case "broken":
                return web.Response(status=503)
            case "endless":
                return await self._endless(request)
        raise web.HTTPNotFound

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            self.served += 1
            await answer.write(b"x" * 10_000)
            await asyncio.sleep(0)


@asynccontextmanager
async def serving() -> AsyncIterator[Host]:
    host = Host()
    app = web.Application()
    app.router.add_get("/{name}", host.serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with serving() as opened:
        yield opened


async def fetch(url: str, api_url: str, *, at_most: int = 100_000) -> bytes:
    async with make_session() as session:
        return await download(SlackApi(api_url, session, ManualClock()).client("xoxb-secret"), url, at_most=at_most)


async def test_file_is_read_with_the_bots_token(host: Host) -> None:
    assert await fetch(f"{host.root}/logo.png", f"{host.root}/api/") == b"a logo"
    assert host.shown == ["Bearer xoxb-secret"]


@pytest.mark.parametrize("name", ["moved", "page", "gone", "empty"])
async def test_what_is_no_file_is_not_taken_for_one(host: Host, name: str) -> None:
    with pytest.raises(SlackRefused, match=NOT_READABLE):
        await fetch(f"{host.root}/{name}", f"{host.root}/api/")
    assert len(host.shown) == 1


async def test_file_that_is_larger_than_slack_said_is_cut_off(host: Host) -> None:
    with pytest.raises(SlackRefused, match=TOO_LARGE):
        await fetch(f"{host.root}/endless", f"{host.root}/api/")
    assert host.served < 1000


async def test_slack_that_is_away_may_be_asked_again(host: Host) -> None:
    with pytest.raises(SlackUnavailable):
        await fetch(f"{host.root}/broken", f"{host.root}/api/")
    with pytest.raises(SlackUnavailable):
        await fetch("http://127.0.0.1:9/logo.png", "http://127.0.0.1:9/api/")


async def test_token_is_shown_to_nobody_else(host: Host) -> None:
    async with serving() as another:
        for url in (f"{another.root}/logo.png", f"http://x@{host.root[7:]}/logo.png", "https://files.slack.com/a"):
            with pytest.raises(SlackRefused, match=NOT_SLACKS):
                await fetch(url, f"{host.root}/api/")
        assert not another.shown
    assert not host.shown


@pytest.mark.parametrize(
    ("url", "api_url", "is_slacks"),
    [
        ("https://files.slack.com/files-pri/T1-F1/logo.png", REAL, True),
        ("https://files.slack.com:443/files-pri/T1-F1/logo.png", REAL, True),
        ("https://files.slack.com/a", GOVERNMENT, False),
        ("https://files.slack-gov.com/files-pri/T1-F1/logo.png", GOVERNMENT, True),
        ("https://files.slack-gov.com:443/a", "https://www.slack-gov.com/api/", True),
        ("http://files.slack-gov.com/a", GOVERNMENT, False),
        ("https://slack-gov.com/a", GOVERNMENT, False),
        ("https://files.slack-gov.com/a", REAL, False),
        ("https://files.slack-gov.com/a", "https://evil-slack-gov.com/api/", False),
        ("http://files.slack.com/a", REAL, False),
        ("https://files.slack.com:8443/a", REAL, False),
        ("https://files.slack.com.evil.example/a", REAL, False),
        ("https://evil.example/files.slack.com", REAL, False),
        ("https://files.slack.com@evil.example/a", REAL, False),
        ("https://mia:x@files.slack.com/a", REAL, False),
        ("https://slack.com/a", REAL, False),
        ("https://[broken/a", REAL, False),
        ("", REAL, False),
    ],
)
def test_only_slacks_own_host_counts(url: str, api_url: str, is_slacks: bool) -> None:
    assert downloads._is_slacks(url, api_url) is is_slacks
