"""User groups: the app can ask which there are and who is in them, and people can call upon them."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackSite, SlackStandIn
from bot.sandbox.slack.transcript import transcript
from tests.sandbox.slack.installing import CLIENT
from tests.sandbox.slack.refusals import error_of


async def test_groups_are_listed_with_as_much_as_is_asked(client: AsyncWebClient, slack: SlackStandIn) -> None:
    design, sales = (await client.usergroups_list())["usergroups"]
    assert (design["name"], design["handle"], sales["handle"]) == ("Design team", "design", "sales")
    assert design["id"].startswith("S")
    assert (design["team_id"], design["date_delete"]) == (slack.team_id, 0)
    assert not {"users", "user_count"} & design.keys()
    design, _ = (await client.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert (design["users"], design["user_count"]) == ([slack.person("Mia").id], "1")


async def test_members_of_a_group_are_listed(client: AsyncWebClient, slack: SlackStandIn) -> None:
    group = slack.workspace.user_groups.add("Everybody", "all-of-us")
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == []
    people = [slack.person(name).id for name in ("Mia", "Sam")]
    group.members.update(people)
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == people
    await slack.deactivate("Sam")
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == people[:1]
    assert await error_of(client.usergroups_users_list(usergroup="S404")) == "no_such_subteam"
    assert await error_of(client.api_call("usergroups.users.list")) == "invalid_arguments"


async def test_disabled_group_is_shown_to_who_asks_for_those_too(client: AsyncWebClient, slack: SlackStandIn) -> None:
    group = slack.workspace.user_groups.group("@design")
    slack.workspace.user_groups.disable("Design team")
    assert [one["handle"] for one in (await client.usergroups_list())["usergroups"]] == ["sales"]
    design, _ = (await client.usergroups_list(include_disabled=True))["usergroups"]
    assert design["date_delete"] > 0
    assert await error_of(client.usergroups_users_list(usergroup=group.id)) == "no_such_subteam"
    listed = await client.usergroups_users_list(usergroup=group.id, include_disabled=True)
    assert listed["users"] == [slack.person("Mia").id]


async def test_groups_need_their_scope() -> None:
    async with SlackStandIn(granted_scopes={"users:read"}) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for call in (client.usergroups_list(), client.usergroups_users_list(usergroup="S1")):
            assert await error_of(call) == "missing_scope"


async def test_token_of_an_organisation_names_the_workspace_whose_groups_it_wants() -> None:
    async with SlackSite(**CLIENT) as site:
        company = site.add_organisation("Big")
        north, south = (site.add_workspace(name, organisation=company) for name in ("North", "South"))
        installations = north._backend.installations
        installations.hold(installations.install(company, north.workspace.app, None), "xoxb-org")
        client = AsyncWebClient(token="xoxb-org", base_url=site.api_url)
        assert await error_of(client.usergroups_list()) == "missing_argument"
        (_, sales) = (await client.usergroups_list(team_id=south.team_id))["usergroups"]
        assert sales["id"] == south.workspace.user_groups.group("@sales").id


async def test_people_call_upon_groups(mia: Person, slack: SlackStandIn) -> None:
    group = slack.workspace.user_groups.group("@design")
    message = await mia.say("general", "@design look, @Sam and @nobody")
    assert message.text == f"<!subteam^{group.id}|@design> look, <@{slack.person('Sam').id}> and @nobody"
    assert "@design look, @Sam" in transcript(slack.workspace)
    slack.workspace.user_groups.disable("design")
    assert (await mia.say("general", "@design")).text == "@design"


def test_typo_of_a_test_is_told(slack: SlackStandIn) -> None:
    with pytest.raises(KeyError, match="no user group '@nobody'"):
        slack.workspace.user_groups.group("@nobody")
