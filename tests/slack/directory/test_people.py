"""Who people are in Slack: asked now and then, and at once when Slack says that somebody has changed."""

from typing import Any

import pytest

from bot.core.errors import SlackRefused
from bot.core.models import Member, UserGroup
from bot.slack.client import SlackApi
from bot.slack.directory.people import ADMIN_LIMIT, KEEP_FOR, SlackDirectory
from bot.slack.installation.clients import Clients
from tests.fakes.clock import ManualClock
from tests.slack.loopback import WrittenSlack
from tests.slack.places import ACME, BETA, KnownInstallations


@pytest.fixture
def directory(api: SlackApi, manual_clock: ManualClock) -> SlackDirectory:
    return SlackDirectory(Clients(KnownInstallations(ACME, BETA), api), manual_clock)


def user(user_id: str = "U1", **more: Any) -> dict[str, Any]:
    return {"id": user_id, "team_id": "T1", "deleted": False, "is_bot": False, "is_admin": False, **more}


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({}, Member("U1", is_admin=False)),
        ({"is_admin": True}, Member("U1", is_admin=True)),
        ({"is_owner": True}, Member("U1", is_admin=True)),
        ({"is_admin": True, "deleted": True}, Member("U1", is_admin=True, is_active=False)),
        ({"is_admin": True, "team_id": "T9"}, Member("U1", is_admin=False)),
        ({"is_admin": True, "team_id": "T9", "enterprise_user": {"teams": ["T9", "T1"]}}, Member("U1", is_admin=True)),
    ],
)
async def test_admins_and_owners_of_this_workspace_are_told_from_everybody_else(
    written: WrittenSlack, directory: SlackDirectory, more: dict[str, Any], member: Member
) -> None:
    written.answer("users.info", {"user": user(**more)})
    assert await directory.member("T1", "U1") == member


async def test_answer_holds_for_some_minutes_and_until_the_person_changes(
    written: WrittenSlack, directory: SlackDirectory, manual_clock: ManualClock
) -> None:
    written.answer("users.info", {"user": user()}, {"user": user(is_admin=True)}, {"user": user(deleted=True)})
    assert [(await directory.member("T1", "U1")).is_admin for _ in range(2)] == [False, False]
    await manual_clock.advance(KEEP_FOR)
    assert (await directory.member("T1", "U1")).is_admin
    directory.forget("T1", "U1")
    assert not (await directory.member("T1", "U1")).is_active
    assert len(written.asked) == 3


async def test_same_id_in_another_workspace_is_asked_for_there(
    written: WrittenSlack, directory: SlackDirectory
) -> None:
    written.answer("users.info", {"user": user(is_admin=True)})
    assert (await directory.member("T1", "U1")).is_admin
    assert not (await directory.member("T2", "U1")).is_admin
    assert [asked.token for asked in written.asked] == ["xoxb-acme", "xoxb-beta"]


@pytest.mark.parametrize("error", ["missing_scope", "user_not_found"])
async def test_refusal_is_raised_and_not_remembered(
    written: WrittenSlack, directory: SlackDirectory, error: str
) -> None:
    written.answer("users.info", error, {"user": user()})
    with pytest.raises(SlackRefused, match=error):
        await directory.member("T1", "U1")
    assert await directory.member("T1", "U1") == Member("U1", is_admin=False)


async def test_admins_are_found_on_every_page_owners_first(written: WrittenSlack, directory: SlackDirectory) -> None:
    first = [user("U1"), user("U2", is_admin=True), user("U3", is_admin=True, deleted=True)]
    second = [user("UB", is_admin=True, is_bot=True), user("U4", is_owner=True), user("U5", is_primary_owner=True)]
    written.answer("users.list", {"members": first, "response_metadata": {"next_cursor": "more"}}, {"members": second})
    assert await directory.admins("T1") == ("U5", "U4", "U2")
    assert await directory.admins("T1") == ("U5", "U4", "U2")
    assert [asked.form.get("cursor", "") for asked in written.asked] == ["", "more"]


async def test_change_of_a_person_may_be_one_of_the_admins(written: WrittenSlack, directory: SlackDirectory) -> None:
    written.answer("users.list", {"members": [user("U1", is_admin=True)]}, {"members": []})
    assert await directory.admins("T1") == ("U1",)
    directory.forget("T1", "U1")
    assert await directory.admins("T1") == ()
    assert await directory.admins("T1") == ()
    assert len(written.asked) == 2


async def test_large_workspace_is_not_read_to_its_end(written: WrittenSlack, directory: SlackDirectory) -> None:
    page = {"members": [user(f"U{number}", is_admin=True) for number in range(200)]}
    written.answer("users.list", {**page, "response_metadata": {"next_cursor": "more"}})
    assert len(await directory.admins("T1")) == ADMIN_LIMIT
    assert len(written.asked) == 10


async def test_no_more_answers_are_kept_than_there_is_room_for(
    written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.directory.people.PEOPLE_KEPT", 2)
    directory = SlackDirectory(Clients(KnownInstallations(ACME), api), manual_clock)
    written.answer("users.info", {"user": user()})
    for user_id in ("U1", "U2", "U3", "U3", "U2", "U1"):
        await directory.member("T1", user_id)
    assert [asked.form["user"] for asked in written.asked] == ["U1", "U2", "U3", "U1"]


def group(group_id: str, name: str) -> dict[str, Any]:
    return {"id": group_id, "name": name, "handle": name.casefold(), "date_delete": 0}


async def test_user_groups_are_listed_by_name_and_remembered(
    written: WrittenSlack, directory: SlackDirectory, manual_clock: ManualClock
) -> None:
    written.answer("usergroups.list", {"usergroups": [group("S2", "sales"), group("S1", "Design")]}, {"usergroups": []})
    found = (UserGroup("S1", "Design", "design"), UserGroup("S2", "sales", "sales"))
    assert [await directory.groups("T1") for _ in range(2)] == [found, found]
    await manual_clock.advance(KEEP_FOR)
    assert [await directory.groups("T1") for _ in range(2)] == [(), ()]
    assert len(written.asked) == 2


async def test_people_of_a_group_are_remembered_for_some_minutes(
    written: WrittenSlack, directory: SlackDirectory, manual_clock: ManualClock
) -> None:
    written.answer("usergroups.users.list", {"users": ["U1", "U2"]}, {"users": ["U2"]})
    assert [await directory.group_members("T1", "S1") for _ in range(2)] == [{"U1", "U2"}] * 2
    await manual_clock.advance(KEEP_FOR)
    assert await directory.group_members("T1", "S1") == {"U2"}
    assert [asked.form["usergroup"] for asked in written.asked] == ["S1", "S1"]


@pytest.mark.parametrize("error", ["no_such_subteam", "subteam_not_found"])
async def test_nobody_is_in_a_group_that_is_gone(written: WrittenSlack, directory: SlackDirectory, error: str) -> None:
    written.answer("usergroups.users.list", error)
    assert [await directory.group_members("T1", "S1") for _ in range(2)] == [frozenset()] * 2
    assert len(written.asked) == 1


async def test_app_that_may_not_see_groups_is_told_so_until_it_may(
    written: WrittenSlack, directory: SlackDirectory
) -> None:
    for method, answer in (("usergroups.list", {"usergroups": []}), ("usergroups.users.list", {"users": ["U1"]})):
        written.answer(method, "missing_scope", answer)
    with pytest.raises(SlackRefused, match="missing_scope"):
        await directory.groups("T1")
    with pytest.raises(SlackRefused, match="missing_scope"):
        await directory.group_members("T1", "S1")
    assert await directory.groups("T1") == ()
    assert await directory.group_members("T1", "S1") == {"U1"}
