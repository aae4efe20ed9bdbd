"""What is acknowledged is on disk, once, however often Slack tells of it."""

import asyncio
import sqlite3
from typing import Any

import pytest

from bot.slack.mentions.mentions import PATIENCE
from tests.fakes.eventually import eventually, settle
from tests.slack.mentions.talk import HELLO, Talk

IN_THREAD = {"thread_ts": "0.1"}


async def test_request_is_on_disk_before_slack_has_its_answer(talk: Talk) -> None:
    assert await talk.say(event_id="Ev1") == 200
    assert talk.rows() == ["event:Ev1"]  # nothing was awaited since


async def test_nothing_is_acknowledged_before_it_is_on_disk(talk: Talk) -> None:
    gate = talk.slack.hold("conversations.replies")
    talk.slack.answer("conversations.replies", {"messages": []})
    answer = asyncio.create_task(talk.say(event_id="Ev1", **IN_THREAD))
    await talk.stage.reached("conversations.replies")
    await settle()
    assert not answer.done()
    assert talk.rows() == []
    gate.set()
    assert await answer == 200
    assert talk.rows() == ["event:Ev1"]


async def test_what_takes_too_long_is_not_acknowledged_and_slack_telling_again_finds_it(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    start = talk.world.core.generations.start

    async def slow(*given: Any, **named: Any) -> Any:
        await gate.wait()
        return await start(*given, **named)

    monkeypatch.setattr(talk.world.core.generations, "start", slow)
    first = asyncio.create_task(talk.say(event_id="Ev1", ts="5.5"))
    await eventually(lambda: talk.world.clock.sleepers)
    await talk.world.clock.advance(PATIENCE)
    assert await first == 503
    assert talk.rows() == []
    again = asyncio.create_task(talk.say(event_id="Ev1", ts="5.5"))
    await eventually(lambda: talk.world.clock.sleepers)
    gate.set()
    assert await again == 200
    await talk.quiet()
    assert talk.rows() == ["event:Ev1"]


async def test_event_that_slack_tells_of_again_is_one_request_and_is_answered_once(talk: Talk) -> None:
    assert [await talk.say(event_id="Ev1", ts="5.5") for _ in range(3)] == [200, 200, 200]
    assert [await talk.say("<@UBOT1> --n 9", event_id="Ev2", ts="6.5") for _ in range(3)] == [200, 200, 200]
    await talk.quiet()
    assert talk.rows() == ["event:Ev1"]
    assert len(talk.told()) == 1


async def test_same_event_twice_at_once_is_one_request(talk: Talk) -> None:
    answers = await asyncio.gather(*(talk.say("<@UBOT1> hm --n 9", event_id="Ev1") for _ in range(2)))
    assert answers == [200, 200]
    await talk.quiet()
    assert len(talk.told()) == 1


async def test_another_process_that_hears_of_it_again_starts_nothing_more(talk: Talk) -> None:
    await talk.say(event_id="Ev1", ts="5.5")
    talk.restart()
    assert await talk.say(event_id="Ev1", ts="5.5") == 200
    assert talk.rows() == ["event:Ev1"]


async def test_fault_is_told_by_a_reference_in_the_thread(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise sqlite3.DatabaseError

    monkeypatch.setattr(talk.world.core.generations, "start", broken)
    talk.slack.answer("conversations.replies", {"messages": []})
    assert await talk.say(HELLO, **IN_THREAD) == 200
    told = await talk.answer()
    assert "reference" in told["text"]
    assert (told["channel"], told["user"], told["thread_ts"]) == ("C1", "U1", "0.1")


async def test_person_whom_slack_shows_nothing_in_the_channel_is_told_directly(talk: Talk) -> None:
    talk.slack.answer("chat.postEphemeral", "user_not_in_channel")
    await talk.say("<@UBOT1>")
    assert (await talk.answer("chat.postMessage"))["channel"] == "U1"
