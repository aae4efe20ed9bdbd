"""People come, go and rise; the app can ask who they are, and hears of it when they change."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackSite, SlackStandIn
from tests.sandbox.slack.installing import CLIENT
from tests.sandbox.slack.listener import Listener


async def test_app_hears_of_who_is_deactivated(app: Listener, slack: SlackStandIn, client: AsyncWebClient) -> None:
    answer = await slack.deactivate("Sam")
    assert answer is not None
    assert answer.ok
    event = app.last["event"]
    assert (event["type"], event["user"]["id"], event["user"]["deleted"]) == (
        "user_change",
        slack.person("Sam").id,
        True,
    )
    assert event["cache_ts"] == int(float(event["event_ts"]))
    assert app.last["authorizations"][0]["team_id"] == slack.team_id
    user = (await client.users_info(user=slack.person("Sam").id))["user"]
    assert user["deleted"] is True
    assert "is_admin" not in user


async def test_app_hears_of_who_becomes_an_admin(app: Listener, slack: SlackStandIn, client: AsyncWebClient) -> None:
    await slack.promote("Sam")
    assert app.last["event"]["user"]["is_admin"] is True
    await slack.promote("Sam", is_admin=False, is_owner=True)
    user = app.last["event"]["user"]
    assert (user["is_admin"], user["is_owner"]) == (True, True)
    await slack.promote("Sam", is_admin=False)
    assert app.last["event"]["user"]["is_admin"] is False
    with pytest.raises(KeyError, match="nobody called 'Zoe'"):
        await slack.promote("Zoe")


async def test_pages_of_people_tell_who_they_are(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.workspace.add_person("Ada", is_owner=True)
    slack.workspace.deactivate("Sam")
    found: dict[str, Any] = {}
    async for page in await client.users_list(limit=1):
        found |= {member["name"]: member for member in page["members"]}
    assert [name for name, member in found.items() if member["is_bot"]] == ["bloom"]
    assert [name for name, member in found.items() if member["deleted"]] == ["sam"]
    assert [name for name, member in found.items() if member.get("is_admin")] == ["mia", "ada"]
    assert [name for name, member in found.items() if member.get("is_owner")] == ["ada"]


async def test_change_is_told_only_to_who_may_hear_of_it(slack: SlackStandIn) -> None:
    async with SlackSite(**CLIENT) as site:
        away = site.add_workspace("Away")
        narrow = site.add_workspace("Narrow", bot_token="xoxb-narrow", granted_scopes={"chat:write"})
        for workspace in (away, narrow):
            assert await workspace.deactivate("Sam") is None
    deaf = SlackStandIn(subscribed_events=frozenset())
    assert await deaf.promote("Sam") is None


async def test_person_of_an_organisation_says_so() -> None:
    async with SlackSite(**CLIENT) as site:
        company = site.add_organisation("Company")
        slack = site.add_workspace("Acme", organisation=company, bot_token="xoxb-acme")
        client = AsyncWebClient(token="xoxb-acme", base_url=site.api_url)
        user = (await client.users_info(user=slack.person("Mia").id))["user"]
        assert (user["enterprise_user"]["enterprise_id"], user["enterprise_user"]["teams"]) == (
            company.id,
            [slack.team_id],
        )
