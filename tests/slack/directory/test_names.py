"""What people and channels are called, who may read what, and where messages are."""

import asyncio
from typing import Any

import pytest

from bot.core.errors import SlackUnavailable
from bot.core.models import Place
from bot.core.tasks import Tasks
from bot.slack.client import SlackApi
from bot.slack.directory.listings import PAGES
from bot.slack.directory.names import ASK_AFTER, KEEP_FOR, ONE_BY_ONE, SHOWN_FOR, SlackNames
from bot.slack.installation.clients import Clients
from tests.fakes.clock import ManualClock
from tests.slack.loopback import WrittenSlack
from tests.slack.places import ACME, BETA, KnownInstallations

PERSON = {"user": {"id": "U1", "name": "mia", "real_name": "Mia Meyer", "profile": {"display_name": "mia"}}}


def channel(channel_id: str = "C1", name: str = "general", **more: Any) -> dict[str, Any]:
    return {"id": channel_id, "name": name, "is_channel": True, "is_private": False, **more}


def listed(name: str, *found: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    """Return a page of a list; with a ``cursor`` there is another."""
    return {name: list(found), "response_metadata": {"next_cursor": cursor}}


def people(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"U{number}", "real_name": f"Person {number}"} for number in numbers]


@pytest.fixture
def names(api: SlackApi, manual_clock: ManualClock, tasks: Tasks) -> SlackNames:
    return SlackNames(Clients(KnownInstallations(ACME, BETA), api), manual_clock, tasks)


@pytest.fixture(autouse=True)
def kind(written: WrittenSlack) -> None:
    """Let Slack say something of everybody."""
    written.answer("auth.test", {"url": "https://acme.slack.com/"})
    written.answer("users.info", PERSON)
    written.answer("conversations.list", listed("channels", channel()))


async def test_nothing_is_open_to_somebody_before_slack_was_asked(names: SlackNames) -> None:
    assert names.readable_by("T1", "U1") is None
    assert names.address("T1") == ""
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == ""


async def test_public_channels_are_open_to_everybody(names: SlackNames) -> None:
    await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") == frozenset({"C1"})
    assert names.readable_by("T2", "U1") is None
    assert names.readable_by("T1", "U2") is None


async def test_however_many_public_channels_there_are_all_of_them_are_open(
    written: WrittenSlack, names: SlackNames
) -> None:
    pages = [[channel(f"C{page}x{number}") for number in range(100)] for page in range(3)]
    answers = [listed("channels", *page, cursor=cursor) for page, cursor in zip(pages, ("a", "b", ""), strict=True)]
    written.answer("conversations.list", *answers)
    await names.look_up("T1", "U1")
    assert len(names.readable_by("T1", "U1") or ()) == 300
    asked = [one.form for one in written.named("conversations.list")]
    assert [form.get("cursor", "") for form in asked] == ["", "a", "b"]
    assert {(form["types"], form["limit"]) for form in asked} == {("public_channel", "999")}
    assert {one.token for one in written.named("conversations.list")} == {"xoxb-acme"}


async def test_list_without_end_is_not_read_to_it(written: WrittenSlack, names: SlackNames) -> None:
    written.answer("conversations.list", listed("channels", channel(), cursor="more"))
    await names.look_up("T1", "U1")
    assert len(written.named("conversations.list")) == PAGES


@pytest.mark.parametrize(
    "answer",
    [
        listed("channels", channel(is_private=True)),
        listed("channels", channel(is_im=True)),
        listed("channels", channel(is_mpim=True)),
        listed("channels", {"id": "C1", "name": "x"}),
        listed("channels", channel("C2")),
        "missing_scope",
    ],
)
async def test_what_slack_does_not_call_public_is_private(
    written: WrittenSlack, names: SlackNames, answer: dict[str, Any] | str
) -> None:
    written.answer("conversations.list", answer)
    await names.look_up("T1", "U1")
    assert (names.readable_by("T1", "U1") or frozenset()) <= {"C2"}
    readable = names.readable_by("T1", "U1")
    assert readable is not None
    assert readable <= {"C2"}


@pytest.mark.parametrize(
    "answer",
    [
        {"user": {**PERSON["user"], "is_restricted": True}},
        {"user": {**PERSON["user"], "is_ultra_restricted": True}},
        {"user": {**PERSON["user"], "is_stranger": True}},
        "missing_scope",
        "user_not_found",
    ],
)
async def test_nothing_but_their_own_is_open_to_guests_and_whom_slack_does_not_name(
    written: WrittenSlack, names: SlackNames, answer: dict[str, Any] | str
) -> None:
    written.answer("users.info", answer)
    assert not names.is_guest("T1", "U1")
    await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") == frozenset()
    assert names.is_guest("T1", "U1")


async def test_channel_that_becomes_private_closes_when_somebody_looks_some_minutes_later(
    written: WrittenSlack, names: SlackNames, manual_clock: ManualClock
) -> None:
    written.answer("conversations.list", listed("channels", channel()), listed("channels"))
    await names.look_up("T1", "U1")
    await manual_clock.advance(ASK_AFTER - 1)
    await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") == frozenset({"C1"})
    await manual_clock.advance(1)
    await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") == frozenset()
    assert len(written.named("auth.test")) == 1


async def test_pages_do_not_go_by_old_answers(names: SlackNames, manual_clock: ManualClock) -> None:
    await names.look_up("T1", "U1")
    await manual_clock.advance(SHOWN_FOR)
    assert names.readable_by("T1", "U1") is None


async def test_list_that_slack_does_not_renew_ends(
    written: WrittenSlack, names: SlackNames, manual_clock: ManualClock
) -> None:
    written.answer("conversations.list", listed("channels", channel()), "internal_error")
    await names.look_up("T1", "U1")
    await manual_clock.advance(SHOWN_FOR)
    with pytest.raises(SlackUnavailable):
        await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") is None
    assert await names.of("T1", [], ["C1"]) == {"C1": "general"}


async def test_slack_that_is_away_is_no_answer(written: WrittenSlack, names: SlackNames) -> None:
    written.answer("conversations.list", "internal_error")
    with pytest.raises(SlackUnavailable):
        await names.look_up("T1", "U1")
    assert names.readable_by("T1", "U1") is None
    assert await names.of("T1", ["U1"], ["C1"]) == {"U1": "Mia Meyer"}
    written.answer("conversations.list", listed("channels", channel()))
    assert await names.of("T1", ["U1"], ["C1", "D1"]) == {"U1": "Mia Meyer", "C1": "general"}


async def test_everybody_who_looks_at_once_waits_for_one_list(written: WrittenSlack, names: SlackNames) -> None:
    gate = written.hold("conversations.list")
    looks = [asyncio.create_task(names.look_up("T1", f"U{number}")) for number in range(20)]
    looks.append(asyncio.create_task(names.look_up("T2", "U1")))
    while len(written.named("users.info")) < 21:
        await asyncio.sleep(0.001)
    gate.set()
    await asyncio.gather(*looks)
    assert sorted(one.token for one in written.named("conversations.list")) == ["xoxb-acme", "xoxb-beta"]


async def test_few_people_are_asked_for_one_by_one_each_once(written: WrittenSlack, names: SlackNames) -> None:
    await names.of("T1", ["U1", "U1", "U2"], ["C1", "C1"])
    assert await names.of("T1", ["U1", "U2"], []) == {"U1": "Mia Meyer", "U2": "Mia Meyer"}
    assert sorted(asked.form["user"] for asked in written.named("users.info")) == ["U1", "U2"]
    assert not written.named("users.list")


async def test_thousands_of_people_are_named_by_few_calls(written: WrittenSlack, names: SlackNames) -> None:
    pages = [people(*range(start, start + 999)) for start in (0, 999, 1998)]
    cursors = ("a", "b", "")
    written.answer(
        "users.list", *(listed("members", *page, cursor=cursor) for page, cursor in zip(pages, cursors, strict=True))
    )
    for start in range(0, 2997, 200):
        wanted = [f"U{number}" for number in range(start, min(start + 200, 2997))]
        assert await names.of("T1", wanted, ["C1"]) == {one: f"Person {one[1:]}" for one in wanted} | {"C1": "general"}
    calls = [asked.method for asked in written.asked]
    assert sorted(calls) == ["auth.test", "conversations.list", "users.list", "users.list", "users.list"]


async def test_who_is_on_no_list_is_asked_for_as_far_as_that_takes_few_calls(
    written: WrittenSlack, names: SlackNames
) -> None:
    written.answer("users.list", listed("members", *people(1)))
    strangers = [f"W{number}" for number in range(100)]
    found = await names.of("T1", ["U1", *strangers], [])
    assert found["U1"] == "Person 1"
    assert len(found) == 1 + ONE_BY_ONE
    assert len(written.named("users.info")) == ONE_BY_ONE


async def test_names_are_known_for_an_hour(written: WrittenSlack, names: SlackNames, manual_clock: ManualClock) -> None:
    written.answer("users.list", listed("members", *people(*range(6))))
    wanted = [f"U{number}" for number in range(6)]
    for _ in range(2):
        await names.of("T1", wanted, ["C1"])
        await manual_clock.advance(KEEP_FOR - 1)
        await names.of("T1", wanted, ["C1"])
        await manual_clock.advance(1)
    assert len(written.named("users.list")) == 2
    assert len(written.named("conversations.list")) == 2


async def test_list_that_slack_refuses_is_tried_again_after_minutes(
    written: WrittenSlack, names: SlackNames, manual_clock: ManualClock
) -> None:
    written.answer("conversations.list", "missing_scope", listed("channels", channel()))
    assert await names.of("T1", [], ["C1"]) == await names.of("T1", [], ["C1"]) == {}
    assert len(written.named("conversations.list")) == 1
    await manual_clock.advance(ASK_AFTER)
    assert await names.of("T1", [], ["C1"]) == {"C1": "general"}


async def test_for_direct_messages_nothing_is_asked(written: WrittenSlack, names: SlackNames) -> None:
    assert await names.of("T1", [], ["D1", "G1"]) == {}
    assert not written.named("conversations.list")


@pytest.mark.parametrize(
    ("place", "link"),
    [
        (Place("C1", "1700000000.000100", "1700000000.000100"), "archives/C1/p1700000000000100"),
        (
            Place("C1", "1700000001.000200", "1700000000.000100"),
            "archives/C1/p1700000001000200?thread_ts=1700000000.000100&cid=C1",
        ),
    ],
)
async def test_permalinks_are_those_that_slack_gives(names: SlackNames, place: Place, link: str) -> None:
    await names.look_up("T1", "U1")
    assert names.permalink("T1", place) == f"https://acme.slack.com/{link}"


async def test_workspace_whose_address_slack_does_not_tell_has_no_links_until_it_does(
    written: WrittenSlack, names: SlackNames
) -> None:
    written.answer("auth.test", "invalid_auth")
    await names.look_up("T1", "U1")
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == ""
    written.answer("auth.test", {"url": "https://acme.slack.com/"})
    await names.look_up("T1", "U1")
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == "https://acme.slack.com/archives/C1/p15"


async def test_no_more_is_kept_than_there_is_room_for(
    written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.directory.names.KEPT", 2)
    names = SlackNames(Clients(KnownInstallations(ACME), api), manual_clock, tasks)
    for user_id in ("U1", "U2", "U3"):
        await names.look_up("T1", user_id)
    assert names.readable_by("T1", "U1") is None
    assert names.readable_by("T1", "U3") == frozenset({"C1"})
