"""The app leaves: its tokens die, it hears of it, and it can come back."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.slack import SlackSite, SlackStandIn
from bot.sandbox.slack.errands import Errands
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.installing import CLIENT, bot, install, refresh
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.refusals import error_of


@pytest.fixture
def acme(site: SlackSite) -> SlackStandIn:
    return site.add_workspace("Acme")


def kinds(app: Listener) -> list[Any]:
    return [envelope["event"]["type"] for envelope in app.received]


async def test_uninstalling_kills_the_token_and_is_told(site: SlackSite, acme: SlackStandIn) -> None:
    zeta = site.add_workspace("Zeta", bot_token="xoxb-zeta")
    app = Listener(acme)
    await app.start()
    token = (await install(site, acme))["access_token"]
    acme.workspace.join("secret-launch", acme.workspace.app.bot_user_id)
    assert [answer.ok for answer in await acme.uninstall()] == [True, True]
    revoked, uninstalled = app.received
    common = {
        "token": revoked["token"],
        "team_id": acme.team_id,
        "api_app_id": acme.workspace.app.id,
        "type": "event_callback",
        "event_time": revoked["event_time"],
    }
    event: dict[str, Any] = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [acme.workspace.app.bot_user_id]}}
    event["event_ts"] = revoked["event"]["event_ts"]
    assert revoked == {**common, "event": event, "event_id": revoked["event_id"]}
    event = {"type": "app_uninstalled", "event_ts": uninstalled["event"]["event_ts"]}
    assert uninstalled == {**common, "event": event, "event_id": uninstalled["event_id"]}
    assert await error_of(bot(site, token).auth_test()) == "account_inactive"
    assert acme.installation is None
    assert acme.workspace.members[acme.workspace.app.bot_user_id].deleted
    assert acme.workspace.app.bot_user_id not in acme.workspace.channel("secret-launch").members
    assert (await bot(site, "xoxb-zeta").auth_test())["team_id"] == zeta.team_id
    await app.stop()


async def test_installing_anew_brings_a_new_token_and_the_same_bot(site: SlackSite, acme: SlackStandIn) -> None:
    first = await install(site, acme)
    await acme.uninstall()
    with pytest.raises(LookupError):
        await acme.uninstall()
    second = await install(site, acme, scope="chat:write")
    assert second["access_token"] != first["access_token"]
    assert (second["bot_user_id"], second["scope"]) == (first["bot_user_id"], "chat:write")
    posted = await bot(site, second["access_token"]).chat_postMessage(channel=acme.person("Mia").id, text="back")
    assert posted["ok"]
    assert await error_of(bot(site, first["access_token"]).auth_test()) == "account_inactive"
    assert not acme.workspace.members[second["bot_user_id"]].deleted


async def test_app_hears_only_what_it_asked_for() -> None:
    async with SlackSite(subscribed_events={"app_uninstalled"}, **CLIENT) as site:
        acme = site.add_workspace("Acme", bot_token="xoxb-acme")
        app = Listener(acme)
        await app.start()
        assert len(await acme.uninstall()) == 1
        assert kinds(app) == ["app_uninstalled"]
        await app.stop()


async def test_app_can_give_its_token_back(site: SlackSite, acme: SlackStandIn) -> None:
    app = Listener(acme)
    await app.start()
    client = bot(site, (await install(site, acme))["access_token"])
    assert (await client.auth_revoke(test=True))["revoked"] is False
    assert (await client.auth_test())["ok"]
    assert (await client.auth_revoke())["revoked"] is True
    assert await error_of(client.auth_test()) == "token_revoked"
    assert await error_of(client.auth_revoke()) == "token_revoked"
    assert acme.installation is None
    await acme.wait_until(lambda: kinds(app) == ["tokens_revoked"])
    await app.stop()


async def test_one_token_of_several_can_be_given_back(clock: ManualClock) -> None:
    async with SlackSite(clock=clock, rotate_tokens=True, **CLIENT) as site:
        acme = site.add_workspace("Acme")
        first = await install(site, acme)
        second = await refresh(site, first["refresh_token"])
        assert (await bot(site, first["access_token"]).auth_revoke())["revoked"] is True
        assert await error_of(bot(site, first["access_token"]).auth_test()) == "token_revoked"
        assert (await bot(site, second["access_token"]).auth_test())["ok"]
        assert not acme.workspace.members[second["bot_user_id"]].deleted


async def test_app_can_uninstall_itself(site: SlackSite, acme: SlackStandIn) -> None:
    app = Listener(acme)
    await app.start()
    client = bot(site, (await install(site, acme))["access_token"])
    wrong = {**CLIENT, "client_secret": "guessed"}
    assert await error_of(client.apps_uninstall(**wrong)) == "bad_client_secret"
    assert (await client.apps_uninstall(**CLIENT))["ok"]
    assert await error_of(client.auth_test()) == "account_inactive"
    await acme.wait_until(lambda: kinds(app) == ["tokens_revoked", "app_uninstalled"])
    await app.stop()


async def test_workspace_alone_can_let_the_app_go(app: Listener, slack: SlackStandIn) -> None:
    assert slack.bot_token == "xoxb-test"
    await slack.uninstall()
    assert kinds(app) == ["tokens_revoked", "app_uninstalled"]
    slack.hold("xoxb-again")
    assert slack.bot_token == "xoxb-again"


async def test_nothing_goes_on_when_slack_stops() -> None:
    errands, ended = Errands(), asyncio.Event()

    async def errand() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    errands.run(errand())
    await asyncio.sleep(0)
    await errands.stop()
    assert ended.is_set()
