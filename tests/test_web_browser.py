"""What people do in a browser: only where they began it, and only after they have agreed."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot import pages
from bot.browser import InstallPages, SignInPages
from bot.core.errors import (
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    NotAllowed,
    SignInExpired,
    SlackRefused,
    StoreError,
)
from bot.core.models import Account, Connection, Installation, PendingSignIn
from bot.pages import Page
from bot.web import make_web, serve
from tests.fakes.clock import EPOCH
from tests.slack.places import ACME

STATE = "state-1"
PENDING = PendingSignIn(STATE, "verifier", "T1", "U1", "http://127.0.0.1/bloom/oauth/callback", EPOCH)
CONNECTION = Connection("c1", "T1", "bloom-token", Account("ada@acme.com"), "U1", EPOCH)
AT_BLOOM = "https://bloom.test/authorize?challenge=1"
CONNECT, CALLBACK = "/bloom/connect", "/bloom/oauth/callback"


@dataclass
class Going:
    url: str = "https://slack.test/oauth/v2/authorize?state=state-1"
    cookie: str = STATE


class WrittenInstaller:
    """Shows what it was told to."""

    def __init__(self) -> None:
        self.page = pages.installed("Acme", "T1", "A1")
        self.trouble: Exception | None = None
        self.finished: list[tuple[dict[str, str], str | None]] = []

    async def begin(self) -> Going:
        if self.trouble:
            raise self.trouble
        return Going()

    async def finish(self, query: Mapping[str, str], cookie: str | None) -> Page:
        self.finished.append((dict(query), cookie))
        return self.page


class WrittenSignIn:
    """One sign-in that was begun."""

    def __init__(self) -> None:
        self.pending: dict[str, PendingSignIn] = {STATE: PENDING}
        self.codes: list[str] = []
        self.trouble: Exception | None = None

    async def page(self, state: str) -> PendingSignIn | None:
        if isinstance(self.trouble, StoreError):
            raise self.trouble
        return self.pending.get(state)

    async def authorization_url(self, pending: PendingSignIn) -> str:
        if self.trouble:
            raise self.trouble
        return AT_BLOOM

    async def finish(self, state: str, code: str) -> Connection:
        del self.pending[state]
        self.codes.append(code)
        if self.trouble:
            raise self.trouble
        return CONNECTION

    async def deny(self, state: str) -> None:
        del self.pending[state]


class World:
    """The served pages, and browsers to look at them with."""

    def __init__(self) -> None:
        self.installer = WrittenInstaller()
        self.sign_in = WrittenSignIn()
        self.installation: Installation | None = ACME
        self.port = 0
        self.browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def find(self, workspace_id: str) -> Installation | None:
        return self.installation

    async def go(self, method: str, path: str, **query: str) -> "Seen":
        return await self.go_in(self.browser, method, path, **query)

    async def go_in(self, browser: aiohttp.ClientSession, method: str, path: str, **query: str) -> "Seen":
        address = f"http://127.0.0.1:{self.port}{path}"
        asked = browser.request(method, address, params=query, allow_redirects=False)
        async with asked as answer:
            return Seen(
                answer.status, await answer.text(), dict(answer.headers), answer.headers.getall("Set-Cookie", [])
            )

    async def agree(self) -> None:
        """See the page and press its button."""
        assert (await self.go("GET", CONNECT, state=STATE)).status == 200
        assert (await self.go("POST", CONNECT, state=STATE)).status == 303


@dataclass
class Seen:
    status: int
    text: str
    headers: dict[str, str]
    cookies: list[str]


async def opened(public_url: str = "http://127.0.0.1") -> AsyncIterator[World]:
    world = World()

    async def ready() -> bool:
        return True

    face = make_web(
        None,
        ready,
        installs=InstallPages(world.installer, public_url=public_url),
        sign_ins=SignInPages(world.sign_in, world.find, public_url=public_url),
    )
    runner, world.port = await serve(face, "127.0.0.1", 0)
    yield world
    await world.browser.close()
    await runner.cleanup()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async for each in opened():
        yield each


@pytest.fixture
async def secure_world() -> AsyncIterator[World]:
    async for each in opened("https://bloom.test"):
        yield each


async def test_person_who_installs_is_sent_to_slack_and_recognised_on_the_way_back(world: World) -> None:
    sent = await world.go("GET", "/slack/install")
    assert (sent.status, sent.headers["Location"]) == (302, Going.url)
    seen = await world.go("GET", "/slack/oauth_redirect", state=STATE, code="c1")
    assert (seen.status, "Bloom is installed in Acme" in seen.text) == (200, True)
    again = await world.go("GET", "/slack/oauth_redirect", state=STATE, code="c1")
    assert again.status == 200
    query = {"state": STATE, "code": "c1"}
    assert world.installer.finished == [(query, STATE), (query, None)]


async def test_page_of_the_installer_has_its_status(world: World) -> None:
    world.installer.page = pages.INSTALL_DENIED
    seen = await world.go("GET", "/slack/oauth_redirect", error="access_denied")
    assert (seen.status, "Try again" in seen.text) == (403, True)


async def test_installing_that_cannot_begin_is_told(world: World) -> None:
    world.installer.trouble = StoreError("disk full")
    seen = await world.go("GET", "/slack/install")
    assert (seen.status, "on our side" in seen.text) == (500, True)


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect", CONNECT, CALLBACK])
async def test_who_only_looks_whether_a_link_works_sets_nothing_going(world: World, path: str) -> None:
    assert (await world.go("HEAD", path, state=STATE, code="c1")).status == 405
    assert (world.installer.finished, world.sign_in.codes) == ([], [])


async def test_person_agrees_on_our_page_before_bloom_is_asked(world: World) -> None:
    asked = await world.go("GET", CONNECT, state=STATE)
    assert "Let the Slack workspace Acme use your Bloom account?" in asked.text
    sent = await world.go("POST", CONNECT, state=STATE)
    assert (sent.status, sent.headers["Location"]) == (303, AT_BLOOM)
    seen = await world.go("GET", CALLBACK, state=STATE, code="c1")
    assert seen.status == 200
    assert "Acme uses the Bloom account ada@acme.com now." in seen.text
    assert "slack://app?team=T1&amp;id=A1&amp;tab=home" in seen.text
    assert world.sign_in.codes == ["c1"]
    assert (await world.go("GET", CALLBACK, state=STATE, code="c1")).status == 400


async def test_pages_are_kept_nowhere_and_run_nothing(world: World) -> None:
    await world.agree()
    for seen in (await world.go("GET", CONNECT, state=STATE), await world.go("GET", CALLBACK, state="x")):
        assert seen.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert (seen.headers["Cache-Control"], seen.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert seen.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_link_to_bloom_that_is_sent_to_somebody_else_connects_nothing(world: World) -> None:
    await world.agree()
    async with aiohttp.ClientSession() as somebody_else:
        seen = await world.go_in(somebody_else, "GET", CALLBACK, state=STATE, code="c-of-the-other")
    assert (seen.status, "another browser" in seen.text) == (403, True)
    assert world.sign_in.codes == []
    assert (await world.go("GET", CALLBACK, state=STATE, code="c1")).status == 200


async def test_who_has_only_seen_the_page_has_not_agreed(world: World) -> None:
    await world.go("GET", CONNECT, state=STATE)
    assert (await world.go("GET", CALLBACK, state=STATE, code="c1")).status == 403
    assert world.sign_in.codes == []


async def test_form_that_another_site_sends_only_shows_the_page(world: World) -> None:
    seen = await world.go("POST", CONNECT, state=STATE)
    assert (seen.status, "Continue to Bloom" in seen.text) == (200, True)
    assert (await world.go("GET", CALLBACK, state=STATE, code="c1")).status == 403


async def test_two_sign_ins_in_one_browser_do_not_disturb_each_other(world: World) -> None:
    world.sign_in.pending["state-2"] = replace(PENDING, state="state-2", workspace_id="T2")
    await world.agree()
    await world.go("GET", CONNECT, state="state-2")
    await world.go("POST", CONNECT, state="state-2")
    assert (await world.go("GET", CALLBACK, state=STATE, code="c1")).status == 200
    assert (await world.go("GET", CALLBACK, state="state-2", code="c2")).status == 200
    assert world.sign_in.codes == ["c1", "c2"]


@pytest.mark.parametrize(("method", "path"), [("GET", CONNECT), ("POST", CONNECT), ("GET", CALLBACK)])
@pytest.mark.parametrize("query", [{}, {"state": "invented"}, {"state": "invented", "code": "c1"}])
async def test_unknown_state_is_an_old_link(world: World, method: str, path: str, query: dict[str, str]) -> None:
    seen = await world.go(method, path, **query)
    assert (seen.status, "fifteen minutes" in seen.text) == (400, True)
    assert world.sign_in.codes == []


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"error": "access_denied"}, 403, "declined at Bloom"),
        ({"error": "server_error"}, 400, "didn&#x27;t confirm"),
        ({}, 400, "didn&#x27;t confirm"),
    ],
)
async def test_person_who_comes_back_without_a_code_reads_why(
    world: World, query: dict[str, str], status: int, words: str
) -> None:
    await world.agree()
    seen = await world.go("GET", CALLBACK, state=STATE, **query)
    assert (seen.status, words in seen.text) == (status, True)
    assert world.sign_in.pending == {}


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (BloomUnauthorized("invalid_grant", 400), 400),
        (BloomRefused("invalid_client", 401), 400),
        (BloomUnavailable("away"), 502),
        (NotAllowed("no manager any more"), 403),
        (SignInExpired("finished before"), 400),
        (SlackRefused("missing_scope"), 500),
    ],
)
async def test_sign_in_that_fails_at_the_end_says_so(world: World, trouble: Exception, status: int) -> None:
    await world.agree()
    world.sign_in.trouble = trouble
    seen = await world.go("GET", CALLBACK, state=STATE, code="c1")
    assert (seen.status, "ada@acme.com" in seen.text) == (status, False)


@pytest.mark.parametrize(
    ("trouble", "statuses"), [(BloomUnavailable("away"), (200, 502, 400)), (StoreError("full"), (500, 500, 500))]
)
async def test_trouble_on_the_way_is_told_on_a_page(
    world: World, trouble: Exception, statuses: tuple[int, int, int]
) -> None:
    await world.go("GET", CONNECT, state=STATE)
    world.sign_in.trouble = trouble
    seen: list[Any] = [await world.go(method, CONNECT, state=STATE) for method in ("GET", "POST")]
    seen.append(await world.go("GET", CALLBACK, state="other"))
    assert tuple(each.status for each in seen) == statuses
    assert all("<h1>" in each.text for each in seen)


async def test_workspace_without_a_name_is_asked_for_all_the_same(world: World) -> None:
    world.installation = None
    assert "Let your Slack workspace use" in (await world.go("GET", CONNECT, state=STATE)).text
    await world.agree()
    assert "slack://open?team=T1" in (await world.go("GET", CALLBACK, state=STATE, code="c1")).text


async def test_name_of_a_workspace_is_no_markup(world: World) -> None:
    world.installation = replace(ACME, name="<img src=x>")
    assert "<img" not in (await world.go("GET", CONNECT, state=STATE)).text


@pytest.mark.parametrize("path", ["/slack/install", CONNECT])
async def test_cookie_is_for_this_way_back_alone(world: World, secure_world: World, path: str) -> None:
    for each, is_secure in ((world, False), (secure_world, True)):
        (cookie,) = (await each.go("GET", path, state=STATE)).cookies
        parts = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in cookie.split(";")}
        assert "httponly" in parts
        assert (parts["samesite"], parts["path"]) == ("Lax", path[: path.index("/", 1)])
        assert ("secure" in parts) == is_secure
        assert int(parts["max-age"]) == (600 if path == "/slack/install" else 900)


async def test_cookies_of_a_sign_in_tell_nothing(world: World) -> None:
    await world.agree()
    jar = world.browser.cookie_jar.filter_cookies(URL(f"http://127.0.0.1:{world.port}{CALLBACK}"))
    assert [morsel.value for morsel in jar.values()] == ["agreed"]
    assert not any(STATE in name for name in jar)


async def test_pages_are_there_only_where_they_are_offered() -> None:
    async def ready() -> bool:
        return False

    runner, port = await serve(make_web(None, ready), "127.0.0.1", 0)
    async with aiohttp.ClientSession() as browser:
        for path, status in (("/slack/install", 404), (CONNECT, 404), (CALLBACK, 404), ("/readyz", 503)):
            async with browser.get(f"http://127.0.0.1:{port}{path}") as answer:
                assert answer.status == status
    await runner.cleanup()


async def test_person_who_looks_at_the_first_page_again_after_agreeing_can_still_come_back(world: World) -> None:
    await world.agree()
    assert (await world.go("GET", CONNECT, state=STATE)).status == 200
    seen = await world.go("GET", CALLBACK, state=STATE, code="c1")
    assert (seen.status, world.sign_in.codes) == (200, ["c1"])
