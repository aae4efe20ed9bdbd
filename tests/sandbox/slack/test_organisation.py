"""Enterprise Grid: one installation, one token, and all workspaces of the organisation."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Organisation, PersonCannot, SlackSite, SlackStandIn
from bot.sandbox.slack.manifest import Manifest
from tests.sandbox.slack.demo_app import form
from tests.sandbox.slack.installing import CLIENT, ask, bot, install, refresh
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.refusals import error_of

SCOPES = "chat:write,chat:write.public,users:read,channels:read,channels:history,files:write,files:read,im:write"


@pytest.fixture
def company(site: SlackSite) -> Organisation:
    return site.add_organisation("Big Company")


@pytest.fixture
def north(site: SlackSite, company: Organisation) -> SlackStandIn:
    return site.add_workspace("North", organisation=company)


@pytest.fixture
def south(site: SlackSite, company: Organisation, north: SlackStandIn) -> SlackStandIn:
    return site.add_workspace("South", organisation=company)


@pytest.fixture
async def client(site: SlackSite, north: SlackStandIn, south: SlackStandIn) -> AsyncWebClient:
    given = await install(site, north, org_wide=True, scope=SCOPES)
    return bot(site, given["access_token"])


async def test_installation_for_all_workspaces_has_one_token(
    site: SlackSite, north: SlackStandIn, south: SlackStandIn, company: Organisation
) -> None:
    given = await install(site, north, org_wide=True)
    assert given["team"] is None
    assert given["enterprise"] == {"id": company.id, "name": "Big Company"}
    assert given["is_enterprise_install"] is True
    assert north.bot_token == south.bot_token == given["access_token"]
    who = await bot(site, given["access_token"]).auth_test()
    assert (who["team_id"], who["team"], who["enterprise_id"]) == (company.id, "Big Company", company.id)
    assert (who["url"], who["is_enterprise_install"]) == ("https://big-company.enterprise.slack.com/", True)
    assert north.workspace.app.bot_user_id == south.workspace.app.bot_user_id == given["bot_user_id"]


async def test_workspace_of_an_organisation_may_have_the_app_for_itself(
    site: SlackSite, north: SlackStandIn, south: SlackStandIn, company: Organisation
) -> None:
    given = await install(site, north)
    assert (given["team"]["id"], given["enterprise"]["id"]) == (north.team_id, company.id)
    assert given["is_enterprise_install"] is False
    who = await bot(site, given["access_token"]).auth_test()
    assert (who["team_id"], who["enterprise_id"], who["is_enterprise_install"]) == (north.team_id, company.id, False)
    assert south.installation is None
    app = Listener(north)
    await app.start()
    await north.person("Mia").shortcut("start")
    assert app.last["team"] == {
        "id": north.team_id,
        "domain": "north",
        "enterprise_id": company.id,
        "enterprise_name": "Big Company",
    }
    assert (app.last["enterprise"]["id"], app.last["is_enterprise_install"]) == (company.id, False)
    await north.uninstall()
    assert (app.last["team_id"], app.last["enterprise_id"]) == (north.team_id, company.id)
    await app.stop()


async def test_payloads_name_workspace_and_organisation(
    north: SlackStandIn, south: SlackStandIn, company: Organisation, client: AsyncWebClient
) -> None:
    app = Listener(north)
    await app.start()
    for slack in (north, south):
        mia = slack.person("Mia")
        await mia.command("general", "/bloom")
        assert (app.last["team_id"], app.last["enterprise_id"]) == (slack.team_id, company.id)
        assert (app.last["enterprise_name"], app.last["is_enterprise_install"]) == ("Big Company", "true")
        opened = await client.views_open(trigger_id=app.last["trigger_id"], view=form())
        assert (opened["view"]["team_id"], opened["view"]["app_installed_team_id"]) == (slack.team_id, company.id)
        await client.views_update(view_id=opened["view"]["id"], view=form(title={"type": "plain_text", "text": "New"}))
        view = await mia.wait_for_view()
        assert view.title == "New"
        await mia.submit(view, {"prompt": "a cat"})
        assert (app.last["team"], app.last["enterprise"]["id"]) == (None, company.id)
        assert (app.last["user"]["team_id"], app.last["is_enterprise_install"]) == (slack.team_id, True)
        await mia.open_home()
        (authorization,) = app.last["authorizations"]
        assert (app.last["team_id"], app.last["enterprise_id"]) == (slack.team_id, company.id)
        assert (authorization["team_id"], authorization["is_enterprise_install"]) == (slack.team_id, True)
    await app.stop()


async def test_calls_find_the_workspace_that_their_arguments_mean(
    north: SlackStandIn, south: SlackStandIn, client: AsyncWebClient
) -> None:
    for slack in (north, south):
        general, mia = slack.workspace.channel("general").id, slack.person("Mia")
        posted = await client.chat_postMessage(channel=general, text=slack.team_id)
        await client.chat_update(channel=general, ts=posted["ts"], text=f"{slack.team_id}!")
        await client.chat_postMessage(channel=mia.id, text="hello")
        await client.views_publish(user_id=mia.id, view={"type": "home", "blocks": form()["blocks"][:0]})
        assert [message.text for message in slack.messages("general")] == [f"{slack.team_id}!"]
        assert [message.text for message in mia.direct_messages()] == ["hello"]
        assert mia.home is not None
        assert (await client.users_info(user=mia.id))["user"]["team_id"] == slack.team_id
        file = mia.upload("a.txt", b"x")
        assert (await client.files_info(file=file.id))["file"]["name"] == "a.txt"
        members: Any = (await client.users_list(team_id=slack.team_id))["members"]
        assert mia.id in [member["id"] for member in members]
    assert await error_of(client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"


async def test_call_that_names_nothing_must_name_the_workspace(
    site: SlackSite, north: SlackStandIn, client: AsyncWebClient
) -> None:
    stranger = site.add_workspace("Stranger")
    assert await error_of(client.users_list()) == "missing_argument"
    assert await error_of(client.users_list(team_id=stranger.team_id)) == "team_access_not_granted"
    general = stranger.workspace.channel("general").id
    assert await error_of(client.chat_postMessage(channel=general, text="x")) == "channel_not_found"
    assert [call.team_id for call in site.calls][-3:] == [None, None, north.team_id]


async def test_whole_organisation_takes_the_place_of_single_workspaces(
    site: SlackSite, north: SlackStandIn, south: SlackStandIn
) -> None:
    single = await install(site, south)
    await install(site, north, org_wide=True)
    assert await error_of(bot(site, single["access_token"]).auth_test()) == "token_revoked"
    assert south.bot_token == north.bot_token
    assert await error_of(install(site, south)) == "cannot_install_an_org_installed_app"


async def test_organisation_leaves_as_one(
    site: SlackSite, north: SlackStandIn, south: SlackStandIn, company: Organisation, client: AsyncWebClient
) -> None:
    app = Listener(north)
    await app.start()
    await south.uninstall()
    assert [envelope["event"]["type"] for envelope in app.received] == ["tokens_revoked", "app_uninstalled"]
    for envelope in app.received:
        assert envelope["enterprise_id"] == company.id
        assert not {"team_id", "authorizations"} & envelope.keys()
    assert (north.installation, south.installation) == (None, None)
    assert await error_of(client.auth_test()) == "account_inactive"
    await app.stop()


async def test_only_admins_install_for_all_and_only_what_is_made_for_it(
    site: SlackSite, north: SlackStandIn, company: Organisation
) -> None:
    with pytest.raises(PersonCannot):
        north.allow(ask(site), by="Sam", org_wide=True)
    unready = SlackSite(manifest=Manifest(), **CLIENT)
    south = unready.add_workspace("South", organisation=unready.add_organisation("Company"))
    assert south.allow(ask(unready))
    with pytest.raises(PersonCannot):
        south.allow(ask(unready), org_wide=True)


async def test_tokens_of_an_organisation_rotate_like_others(company: Organisation) -> None:
    written = {"settings": {"token_rotation_enabled": True, "org_deploy_enabled": True}}
    async with SlackSite(manifest=Manifest.model_validate(written), **CLIENT) as site:
        north = site.add_workspace("North", organisation=site.add_organisation("Company"))
        given = await install(site, north, org_wide=True)
        renewed = await refresh(site, given["refresh_token"])
        assert (renewed["team"], renewed["enterprise"]["name"]) == (None, "Company")
        assert (await bot(site, renewed["access_token"]).auth_test())["is_enterprise_install"] is True
