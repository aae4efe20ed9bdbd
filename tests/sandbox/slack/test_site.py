"""Several workspaces behind one address: each is a world of its own, and the token says which."""

import asyncio

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import PersonCannot, SlackSite, SlackStandIn
from tests.sandbox.slack.demo_app import form
from tests.sandbox.slack.installing import bot
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.refusals import error_of, refused

PATIENCE = 5.0
"""Seconds within which a frame comes on the busiest machine; no test waits them out."""


@pytest.fixture
def acme(site: SlackSite) -> SlackStandIn:
    return site.add_workspace("Acme Corp", bot_token="xoxb-acme")


@pytest.fixture
def zeta(site: SlackSite, acme: SlackStandIn) -> SlackStandIn:
    """Return the second workspace."""
    return site.add_workspace("Zeta", bot_token="xoxb-zeta")


@pytest.fixture
def of_acme(site: SlackSite) -> AsyncWebClient:
    return bot(site, "xoxb-acme")


@pytest.fixture
def of_zeta(site: SlackSite) -> AsyncWebClient:
    return bot(site, "xoxb-zeta")


async def test_token_says_whose_workspace_it_is(
    acme: SlackStandIn, zeta: SlackStandIn, of_acme: AsyncWebClient, of_zeta: AsyncWebClient, site: SlackSite
) -> None:
    ours, theirs = await of_acme.auth_test(), await of_zeta.auth_test()
    assert (ours["team_id"], ours["team"], ours["url"]) == (acme.team_id, "Acme Corp", "https://acme-corp.slack.com/")
    assert (theirs["team_id"], theirs["user_id"]) == (zeta.team_id, zeta.workspace.app.bot_user_id)
    assert ours["user_id"] != theirs["user_id"]
    assert ours["bot_id"] != theirs["bot_id"]
    assert [site.workspace(name) for name in ("Zeta", acme.team_id)] == [zeta, acme]
    with pytest.raises(KeyError, match="no workspace 'Beta'"):
        site.workspace("Beta")


async def test_what_is_in_another_workspace_is_not_there(
    acme: SlackStandIn, zeta: SlackStandIn, of_acme: AsyncWebClient, of_zeta: AsyncWebClient, site: SlackSite
) -> None:
    general = zeta.workspace.channel("general").id
    ts = (await of_zeta.chat_postMessage(channel=general, text="theirs"))["ts"]
    file = zeta.person("Mia").upload("a.txt", b"x")
    for call, error in (
        (of_acme.chat_postMessage(channel=general, text="x"), "channel_not_found"),
        (of_acme.chat_postMessage(channel=zeta.person("Mia").id, text="x"), "channel_not_found"),
        (of_acme.chat_update(channel=general, ts=ts, text="x"), "channel_not_found"),
        (of_acme.conversations_history(channel=general), "channel_not_found"),
        (of_acme.conversations_open(users=zeta.person("Mia").id), "user_not_found"),
        (of_acme.users_info(user=zeta.person("Mia").id), "user_not_found"),
        (of_acme.files_info(file=file.id), "file_not_found"),
        (of_acme.views_publish(user_id=zeta.person("Mia").id, view=form(type="home")), "invalid_arguments"),
    ):
        assert await error_of(call) == error
    assert [message.text for message in zeta.messages("general")] == ["theirs"]
    assert acme.messages("general") == []
    assert zeta.workspace.channel("general").id not in acme.workspace.channels
    url = zeta._backend.files.payload(file)["url_private"]
    async with aiohttp.ClientSession() as http:
        for token, found in (("xoxb-zeta", True), ("xoxb-acme", False)):
            headers = {"Authorization": f"Bearer {token}"}
            async with http.get(url, headers=headers, allow_redirects=False) as served:
                assert (served.status == 200) is found


async def test_trigger_of_another_workspace_opens_nothing(
    acme: SlackStandIn, zeta: SlackStandIn, of_acme: AsyncWebClient, of_zeta: AsyncWebClient
) -> None:
    app = Listener(zeta)
    await app.start()
    await zeta.person("Mia").shortcut("start")
    trigger = app.last["trigger_id"]
    assert await error_of(of_acme.views_open(trigger_id=trigger, view=form())) == "invalid_trigger_id"
    view = (await of_zeta.views_open(trigger_id=trigger, view=form()))["view"]
    assert (view["team_id"], view["app_installed_team_id"]) == (zeta.team_id, zeta.team_id)
    assert await error_of(of_acme.views_update(view_id=view["id"], view=form())) == "not_found"
    await app.stop()


async def test_deliveries_of_all_workspaces_reach_the_one_app(
    site: SlackSite, acme: SlackStandIn, zeta: SlackStandIn
) -> None:
    app = Listener(acme)
    await app.start()
    site.connect_http(app.url)
    for slack in (acme, zeta):
        await slack.person("Mia").command("general", "/bloom", "hi")
        assert (app.last["team_id"], app.last["team_domain"]) == (slack.team_id, slack.workspace.team.domain)
        assert app.last["user_id"] == slack.person("Mia").id
        assert "enterprise_id" not in app.last
        assert await app.post(app.last["response_url"], {"text": slack.team_id}) == (200, "ok")
        assert [message.text for message in slack.person("Mia").ephemerals] == [slack.team_id]
        await slack.person("Mia").open_home()
        assert app.last["authorizations"][0]["team_id"] == slack.team_id
    assert [len(slack.deliveries) for slack in (acme, zeta)] == [2, 2]
    assert await app.post(f"{acme.api_url[:-4]}commands/T9/1/x", {"text": "x"}) == (404, "expired_url")
    await app.stop()


async def test_one_socket_serves_all_workspaces(site: SlackSite, acme: SlackStandIn, zeta: SlackStandIn) -> None:
    url = (await AsyncWebClient(base_url=site.api_url).apps_connections_open(app_token="xapp-test"))["url"]
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.receive_json(timeout=PATIENCE)
        assert site.connections == zeta.connections == 1
        for slack in (acme, zeta):
            typed = asyncio.create_task(slack.person("Mia").command("general", "/bloom"))
            envelope = await socket.receive_json(timeout=PATIENCE)
            assert envelope["payload"]["team_id"] == slack.team_id
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await typed).ok
        await site.disconnect()
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "disconnect"


async def test_troubles_and_records_are_a_workspaces_own(
    acme: SlackStandIn, zeta: SlackStandIn, of_acme: AsyncWebClient, of_zeta: AsyncWebClient, site: SlackSite
) -> None:
    heard: list[str] = []
    seen: list[str] = []
    everything: list[str | None] = []
    zeta.on_call(lambda call: heard.append(call.method))
    site.on_call(lambda call: everything.append(call.team_id))

    async def look(method: str, *_: object) -> None:
        seen.append(method)

    zeta.watch(look)
    zeta.fail_next("auth.test", "fatal_error")
    assert (await of_acme.auth_test())["ok"]
    assert await error_of(of_zeta.auth_test()) == "fatal_error"
    assert (await of_zeta.api_test())["ok"]
    assert heard == ["auth.test", "api.test"]
    assert seen == ["auth.test", "api.test", "api.test"]
    assert [call.team_id for call in zeta.calls] == [zeta.team_id, None]
    assert [call.team_id for call in acme.calls] == [acme.team_id, None]
    assert [call.team_id for call in site.calls] == everything == [acme.team_id, zeta.team_id, None]
    zeta.watch(None)
    site.watch(look)
    zeta.revoke_token()
    assert await error_of(of_zeta.auth_test()) == "token_revoked"
    assert (await of_acme.auth_test())["ok"]
    assert len(seen) == 6
    site.fail_next("auth.test", "fatal_error")
    assert await error_of(of_acme.auth_test()) == "fatal_error"


async def test_where_the_app_is_not_installed_it_cannot_be_used(site: SlackSite, acme: SlackStandIn) -> None:
    app = Listener(acme)
    await app.start()
    other = site.add_workspace("Other")
    assert other.installation is None
    with pytest.raises(LookupError, match="not installed"):
        _ = other.bot_token
    mia = other.person("Mia")
    for attempt in (mia.command("general", "/bloom"), mia.shortcut("start"), mia.open_home()):
        with pytest.raises(PersonCannot, match="not installed in this workspace"):
            await attempt
    await mia.write("general", "/bloom a cat")
    assert "/bloom is not a valid command" in mia.ephemerals[0].text
    other.workspace.join("general", other.workspace.app.bot_user_id)
    await mia.say("general", f"<@{other.workspace.app.bot_user_id}> hello")
    assert app.received == []
    await app.stop()


async def test_scopes_are_those_of_each_installation(site: SlackSite) -> None:
    few = site.add_workspace("Few", bot_token="xoxb-few", granted_scopes={"chat:write"})
    site.add_workspace("Many", bot_token="xoxb-many")
    assert (await refused(bot(site, "xoxb-few").users_list()))["provided"] == "chat:write"
    assert (await bot(site, "xoxb-many").users_list())["ok"]
    assert {"xoxb-few", "xoxb-many", "shh", "hush-hush"} <= few.credentials
    assert site.credentials == few.credentials
