"""What people and channels are called, who may read what, and where messages are."""

from typing import Any

import pytest

from bot.core.errors import SlackUnavailable
from bot.core.models import Place
from bot.slack.client import SlackApi
from bot.slack.directory.names import ASK_AFTER, KEEP_FOR, SlackNames
from bot.slack.installation.clients import Clients
from tests.fakes.clock import ManualClock
from tests.slack.loopback import WrittenSlack
from tests.slack.places import ACME, BETA, KnownInstallations

PERSON = {"user": {"id": "U1", "name": "mia", "real_name": "Mia Meyer", "profile": {"display_name": "mia"}}}


def channel(name: str = "general", **more: Any) -> dict[str, Any]:
    return {"channel": {"id": "C1", "name": name, "is_channel": True, "is_private": False, **more}}


@pytest.fixture
def names(api: SlackApi, manual_clock: ManualClock) -> SlackNames:
    return SlackNames(Clients(KnownInstallations(ACME, BETA), api), manual_clock)


@pytest.fixture(autouse=True)
def kind(written: WrittenSlack) -> None:
    """Let Slack say something of everybody."""
    written.answer("auth.test", {"url": "https://acme.slack.com/"})
    written.answer("users.info", PERSON)
    written.answer("conversations.info", channel())


async def test_nothing_is_open_to_somebody_before_slack_was_asked(names: SlackNames) -> None:
    assert names.readable_by("T1", "U1") is None
    assert names.address("T1") == ""
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == ""


async def test_it_says_of_whom_and_what_it_has_heard(names: SlackNames, manual_clock: ManualClock) -> None:
    assert not names.knows("T1", "U1", [])
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.knows("T1", "U1", ["C1"])
    assert not names.knows("T1", "U1", ["C1", "C2"])
    assert not names.knows("T2", "U1", ["C1"])
    await manual_clock.advance(KEEP_FOR)
    assert not names.knows("T1", "U1", ["C1"])


async def test_public_channels_are_open_to_everybody(names: SlackNames) -> None:
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.readable_by("T1", "U1") == frozenset({"C1"})
    assert names.readable_by("T2", "U1") is None


@pytest.mark.parametrize(
    "answer",
    [
        channel(is_private=True),
        channel(is_im=True),
        channel(is_mpim=True),
        {"channel": {"id": "C1", "name": "x"}},
        "channel_not_found",
        "missing_scope",
        "method_not_supported_for_channel_type",
    ],
)
async def test_what_slack_does_not_call_public_is_private(
    written: WrittenSlack, names: SlackNames, answer: dict[str, Any] | str
) -> None:
    written.answer("conversations.info", answer)
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.readable_by("T1", "U1") == frozenset()


async def test_direct_messages_are_private_without_a_question(written: WrittenSlack, names: SlackNames) -> None:
    await names.look_up("T1", ["U1"], ["D1", "G1"])
    assert names.readable_by("T1", "U1") == frozenset()
    assert written.named("conversations.info") == []


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
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.readable_by("T1", "U1") == frozenset()
    assert names.is_guest("T1", "U1")


async def test_channel_that_becomes_private_closes_when_it_is_asked_for_again(
    written: WrittenSlack, names: SlackNames, manual_clock: ManualClock
) -> None:
    written.answer("conversations.info", channel(), channel(is_private=True))
    await names.look_up("T1", ["U1"], ["C1"])
    await manual_clock.advance(ASK_AFTER - 1)
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.readable_by("T1", "U1") == frozenset({"C1"})
    await manual_clock.advance(1)
    await names.look_up("T1", ["U1"], ["C1"])
    assert names.readable_by("T1", "U1") == frozenset()
    assert len(written.named("auth.test")) == 1


async def test_what_nobody_asks_for_again_is_forgotten(names: SlackNames, manual_clock: ManualClock) -> None:
    await names.look_up("T1", ["U1"], ["C1"])
    await manual_clock.advance(KEEP_FOR)
    assert names.readable_by("T1", "U1") is None


async def test_slack_that_is_away_is_no_answer(written: WrittenSlack, names: SlackNames) -> None:
    written.answer("conversations.info", 503)
    with pytest.raises(SlackUnavailable):
        await names.look_up("T1", ["U1"], ["C1", "C2"])
    assert await names.of("T1", ["U1"], ["C1"]) == {"U1": "Mia Meyer"}
    written.answer("conversations.info", channel())
    assert await names.of("T1", ["U1"], ["C1", "D1"]) == {"U1": "Mia Meyer", "C1": "general"}


async def test_each_is_asked_for_once_in_a_list(written: WrittenSlack, names: SlackNames) -> None:
    await names.of("T1", ["U1", "U1", "U2"], ["C1", "C1"])
    assert sorted(asked.form["user"] for asked in written.named("users.info")) == ["U1", "U2"]
    assert len(written.named("conversations.info")) == 1


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
    await names.look_up("T1", [], [])
    assert names.permalink("T1", place) == f"https://acme.slack.com/{link}"


async def test_workspace_whose_address_slack_does_not_tell_has_no_links_until_it_does(
    written: WrittenSlack, names: SlackNames
) -> None:
    written.answer("auth.test", "invalid_auth")
    await names.look_up("T1", [], [])
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == ""
    written.answer("auth.test", {"url": "https://acme.slack.com/"})
    await names.look_up("T1", [], [])
    assert names.permalink("T1", Place("C1", "1.5", "1.5")) == "https://acme.slack.com/archives/C1/p15"


async def test_no_more_is_kept_than_there_is_room_for(
    written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.directory.names.KEPT", 2)
    names = SlackNames(Clients(KnownInstallations(ACME), api), manual_clock)
    for user_id in ("U1", "U2", "U3"):
        await names.look_up("T1", [user_id], [])
    assert names.readable_by("T1", "U1") is None
    assert names.readable_by("T1", "U3") == frozenset()
