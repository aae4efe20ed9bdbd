"""To Slack and back, in one browser, once, within ten minutes; else nothing is saved. Nothing is told of secrets."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from bot.core.errors import StoreError
from bot.core.models import Installation
from bot.core.tasks import Tasks
from bot.pages import Page
from bot.slack.client import SlackApi
from bot.slack.installation.install import HOLDS_FOR, Installer
from bot.slack.installation.oauth import OAuth, OAuthApp
from bot.store import SqliteStore
from tests.fakes.clock import EPOCH, ManualClock
from tests.fakes.eventually import eventually
from tests.slack.loopback import Json, WrittenSlack

EXCHANGE = "oauth.v2.access"
APP = OAuthApp("client-1", "client-secret-1", ("commands", "chat:write"))
GRANTED: Json = {
    "access_token": "xoxb-new-token",
    "token_type": "bot",
    "scope": "commands,chat:write",
    "bot_user_id": "UBOT1",
    "app_id": "A1",
    "team": {"id": "T1", "name": "Acme"},
    "enterprise": None,
    "is_enterprise_install": False,
    "authed_user": {"id": "U1"},
}
IDENTITY: Json = {"team_id": "T1", "user_id": "UBOT1", "team": "Acme", "bot_id": "B1"}
INSTALLED = Installation(
    "T1", None, "xoxb-new-token", "B1", "UBOT1", "A1", ("commands", "chat:write"), "Acme", "U1", EPOCH
)


class World:
    """An installer, and somebody with a browser."""

    def __init__(
        self, store: SqliteStore, written: WrittenSlack, api: SlackApi, clock: ManualClock, tasks: Tasks
    ) -> None:
        self.store, self.slack, self.clock, self.tasks = store, written, clock, tasks
        self.installer = Installer(
            OAuth(APP, api, clock), store, api, clock=clock, tasks=tasks, public_url="https://bloom.test"
        )
        written.answer(EXCHANGE, GRANTED)
        written.answer("auth.test", IDENTITY)

    async def come_back(self, **query: str) -> Page:
        """Set out, and come back with this."""
        setting_out = await self.installer.begin()
        return await self.installer.finish({"state": setting_out.cookie, **query}, setting_out.cookie)

    async def saved(self) -> Installation | None:
        return await self.store.installation("T1")


@pytest.fixture
def world(store: SqliteStore, written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, tasks: Tasks) -> World:
    return World(store, written, api, manual_clock, tasks)


async def test_person_is_sent_to_slack_with_what_the_app_asks_for(world: World) -> None:
    setting_out = await world.installer.begin()
    address = urlsplit(setting_out.url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{world.slack.root}/oauth/v2/authorize"
    assert parse_qs(address.query) == {
        "client_id": ["client-1"],
        "scope": ["commands,chat:write"],
        "redirect_uri": ["https://bloom.test/slack/oauth_redirect"],
        "state": [setting_out.cookie],
    }
    assert (await world.installer.begin()).cookie != setting_out.cookie
    assert setting_out.cookie not in repr(replace(setting_out, url=""))


async def test_code_becomes_an_installation_and_the_installer_is_shown_the_first_steps(world: World) -> None:
    page = await world.come_back(code="code-1")
    assert (page.status, page.title) == (200, "Bloom is installed in Acme")
    assert [link.url for link in page.links] == [
        "slack://app?team=T1&id=A1&tab=home",
        "https://slack.com/app_redirect?app=A1&team=T1",
    ]
    assert await world.saved() == INSTALLED
    (exchange,) = world.slack.named(EXCHANGE)
    assert exchange.form == {"code": "code-1", "redirect_uri": "https://bloom.test/slack/oauth_redirect"}
    await eventually(lambda: not len(world.tasks))
    (welcome,) = world.slack.named("chat.postMessage")
    assert (welcome.token, welcome.form["channel"]) == ("xoxb-new-token", "U1")
    assert "Bloom is installed" in welcome.form["text"]


async def test_tokens_that_end_are_kept_with_what_renews_them(world: World) -> None:
    world.slack.answer(EXCHANGE, GRANTED | {"refresh_token": "xoxe-1-first", "expires_in": 43_200})
    await world.come_back(code="code-1")
    end = EPOCH + timedelta(hours=12)
    assert await world.saved() == replace(INSTALLED, refresh_token="xoxe-1-first", expires_at=end)


async def test_installation_for_an_organisation_is_in_no_one_workspace(world: World) -> None:
    globex = {"team": None, "enterprise": {"id": "E1", "name": "Globex"}, "is_enterprise_install": True}
    world.slack.answer(EXCHANGE, GRANTED | globex)
    page = await world.come_back(code="code-1")
    assert page.title == "Bloom is installed in Globex"
    assert page.links[0].url == "slack://app?id=A1&tab=home"
    expected = replace(INSTALLED, workspace_id=None, enterprise_id="E1", name="Globex")
    assert await world.store.installation("T7", "E1") == expected
    await eventually(lambda: not len(world.tasks))
    assert world.slack.named("chat.postMessage")[0].form["channel"] == "U1"


async def test_latest_installation_wins_within_the_same_second(world: World) -> None:
    await world.come_back(code="code-1")
    world.slack.answer(EXCHANGE, GRANTED | {"access_token": "xoxb-newer-token"})
    await world.come_back(code="code-2")
    saved = await world.saved()
    assert saved is not None
    assert saved.bot_token == "xoxb-newer-token"


async def test_state_holds_once(world: World) -> None:
    setting_out = await world.installer.begin()
    query = {"state": setting_out.cookie, "code": "code-1"}
    assert (await world.installer.finish(query, setting_out.cookie)).status == 200
    again = await world.installer.finish(query, setting_out.cookie)
    assert (again.status, again.title) == (400, "This link doesn't work any more")
    assert again.links[0].url == "/slack/install"
    assert len(world.slack.named(EXCHANGE)) == 1


async def test_state_holds_for_ten_minutes(world: World) -> None:
    setting_out = await world.installer.begin()
    await world.clock.advance(HOLDS_FOR.total_seconds())
    page = await world.installer.finish({"state": setting_out.cookie, "code": "code-1"}, setting_out.cookie)
    assert page.status == 400
    assert world.slack.named(EXCHANGE) == []


@pytest.mark.parametrize("cookie", [None, "", "somebody-elses"])
async def test_state_of_another_browser_does_nothing_and_is_not_used_up(world: World, cookie: str | None) -> None:
    setting_out = await world.installer.begin()
    query = {"state": setting_out.cookie, "code": "code-1"}
    assert (await world.installer.finish(query, cookie)).status == 400
    assert world.slack.asked == []
    assert (await world.installer.finish(query, setting_out.cookie)).status == 200


@pytest.mark.parametrize("state", ["", "invented", "\udcff"])
async def test_invented_state_does_nothing(world: World, state: str) -> None:
    assert (await world.installer.finish({"state": state, "code": "code-1"}, state)).status == 400
    assert world.slack.asked == []


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ({"error": "access_denied"}, 403, "Bloom was not installed"),
        ({"error": "invalid_scope"}, 400, "Slack didn't confirm the installation"),
        ({}, 400, "Slack didn't confirm the installation"),
    ],
)
async def test_person_who_comes_back_without_a_code_reads_why(
    world: World, query: dict[str, str], status: int, title: str
) -> None:
    page = await world.come_back(**query)
    assert (page.status, page.title) == (status, title)
    assert page.links[0].url == "/slack/install"
    assert world.slack.asked == []


NAMELESS = {name: value for name, value in GRANTED.items() if name != "access_token"}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("invalid_code", 400),
        ("bad_client_secret", 400),
        (503, 502),
        (NAMELESS, 502),
        (GRANTED | {"team": None}, 502),
        (GRANTED | {"team": "xoxb-new-token"}, 502),
    ],
)
async def test_exchange_that_breaks_saves_nothing(world: World, answer: Any, status: int) -> None:
    world.slack.answer(EXCHANGE, answer)
    page = await world.come_back(code="code-1")
    assert (page.status, page.links[0].url) == (status, "/slack/install")
    assert await world.saved() is None
    assert world.slack.named("chat.postMessage") == []


async def test_new_token_that_does_not_hold_is_not_saved(world: World) -> None:
    world.slack.answer("auth.test", "invalid_auth")
    assert (await world.come_back(code="code-1")).status == 400
    assert await world.saved() is None


async def test_installation_that_cannot_be_saved_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Installation) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(world.store, "save_installation", fail)
    assert (await world.come_back(code="code-1")).status == 500
    assert world.slack.named("chat.postMessage") == []


async def test_installer_who_cannot_be_written_to_has_installed_all_the_same(world: World) -> None:
    world.slack.answer("chat.postMessage", "messages_tab_disabled")
    assert (await world.come_back(code="code-1")).status == 200
    await eventually(lambda: not len(world.tasks))
    assert await world.saved() == INSTALLED


@pytest.mark.parametrize(
    "answer", [GRANTED | {"refresh_token": "xoxe-1-new"}, "invalid_code", GRANTED | {"team": None}]
)
async def test_no_secret_is_logged(
    world: World, answer: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world.slack.answer(EXCHANGE, answer)
    with caplog.at_level(logging.DEBUG), capture_logs() as lines:
        page = await world.come_back(code="code-secret-1")
        await eventually(lambda: not len(world.tasks))
    said = f"{caplog.text} {lines} {page} {capsys.readouterr()}"
    for secret in ("code-secret-1", "client-secret-1", "xoxb-new-token", "xoxe-1-new"):
        assert secret not in said
    assert "client-secret-1" not in repr(APP)
