"""Only what a person says to the bot is a wish; everything else that Slack tells of messages starts nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.mentions.listening import SAID, files_of, is_said_by_person
from bot.slack.mentions.pictures import pictures, taken, wrong_with
from tests.slack.mentions.talk import BOT, HELLO, Talk

IGNORED: list[dict[str, Any]] = [
    {"bot_id": "B9"},
    {"user": BOT},
    {"user": "USLACKBOT"},
    {"user": None},
    {"edited": {"user": "U1", "ts": "9.9"}},
    {"hidden": True},
    *(
        {"subtype": kind}
        for kind in ("message_changed", "message_deleted", "channel_join", "bot_message", "me_message")
    ),
    {"subtype": "tombstone", "hidden": True},
]


@pytest.mark.parametrize("kind", ["app_mention", "message"])
@pytest.mark.parametrize("more", IGNORED)
async def test_nothing_starts_of_what_no_person_just_said(talk: Talk, more: dict[str, Any], kind: str) -> None:
    assert await talk.say(kind=kind, **more) == 200
    await talk.quiet()
    assert talk.rows() == []
    assert not talk.slack.asked


@pytest.mark.parametrize("kind", ["channel", "group", "mpim"])
async def test_plain_message_in_a_channel_starts_nothing_even_if_slack_tells_of_it(talk: Talk, kind: str) -> None:
    assert await talk.say("a red door", kind="message", channel="C1", channel_type=kind) == 200
    await talk.quiet()
    assert talk.rows() == []
    assert not talk.slack.asked


async def test_mention_makes_the_image_in_its_own_thread(talk: Talk) -> None:
    await talk.say(ts="5.5", event_id="Ev1")
    (one,) = await talk.started()
    asked = one.request
    assert (asked.key, asked.channel_id, asked.user_id, asked.thread_id) == ("event:Ev1", "C1", "U1", "5.5")
    assert (asked.parameters.prompt, asked.parameters.brand_id, asked.brand_name) == ("a red door", "b1", "Acme")


async def test_mention_in_a_thread_makes_the_image_there(talk: Talk) -> None:
    talk.slack.answer("conversations.replies", {"messages": []})
    await talk.say(thread_ts="0.1", subtype="thread_broadcast")
    assert [one.request.thread_id for one in await talk.started()] == ["0.1"]


@pytest.mark.parametrize("text", ["a red door", HELLO])
async def test_direct_message_needs_no_mention(talk: Talk, text: str) -> None:
    await talk.say(text, kind="message", ts="5.5")
    (one,) = await talk.started()
    assert (one.request.channel_id, one.request.thread_id) == ("D1", "5.5")
    assert one.request.parameters.prompt == "a red door"


ANYTHING = st.one_of(st.none(), st.booleans(), st.text(max_size=5), st.integers())
A_FILE = st.dictionaries(st.sampled_from(["id", "name", "title", "mimetype", "mode", "size"]), ANYTHING)
A_MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "user": st.sampled_from(["U1", BOT, "USLACKBOT", "", None]),
        "bot_id": st.sampled_from(["B1", "", None]),
        "subtype": st.sampled_from([*SAID, "message_changed", "channel_join", "bot_message", "weird"]),
        "ts": st.sampled_from(["1.5", "", None]),
        "files": st.one_of(ANYTHING, st.lists(st.one_of(A_FILE, ANYTHING), max_size=4)),
    },
)


@given(A_MESSAGE)
def test_no_message_breaks_it_and_only_people_are_heard(message: dict[str, Any]) -> None:
    if is_said_by_person(message, own=BOT):
        assert message["user"] == "U1"
        assert not message.get("bot_id")
        assert message.get("subtype") in SAID
    files = files_of(message)
    assert set(pictures(files)) <= set(taken(files))
    assert not any(wrong_with(file) for file in files if file.get("id") in {one.id for one in pictures([file])})


async def test_mention_in_a_direct_message_is_the_message_that_it_stands_in(talk: Talk) -> None:
    await talk.say(kind="message", ts="5.5", event_id="Ev1")
    await talk.say(kind="app_mention", channel="D1", ts="5.5", event_id="Ev2")
    assert talk.rows() == ["event:Ev1"]
