"""Whatever a listener raises, Slack is answered and the person is told, in the way their payload can be answered."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.core.errors import BloomRefused, BloomUnavailable, BotError, NotConnected, StoreError
from bot.sandbox.slack import Message, View
from tests.scenarios.world import World, open_world, words

FAULT = ZeroDivisionError("never expected")
REFERENCE = re.compile(r"tell your admin this reference: ([0-9a-f]{8})$")
AWAY = "Bloom isn't answering right now; try again in a few minutes."

Lines = list[EventDict]


@pytest.fixture
def log() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def world(tmp_path: Path, log: Lines) -> AsyncIterator[World]:
    """Open a world over HTTP whose every log line is at hand."""
    async with open_world(tmp_path) as opened:
        await opened.brands_known()
        yield opened


class Breaking:
    """Makes a service of the core raise from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.error: Exception = FAULT

    def __call__(self, service: object, method: str) -> None:
        async def broken(*_: Any, **__: Any) -> None:
            raise self.error

        self._monkeypatch.setattr(service, method, broken)


Act = Callable[[World, Breaking], Awaitable[str]]
"""Something that Mia does and that breaks; returns what she is told, after a look at where she is told."""


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    return Breaking(monkeypatch)


async def whispered(world: World) -> Message:
    """Wait for the one message that only Mia sees where she acted."""
    (message,) = await world.slack.wait_until(lambda: world.mia.ephemerals)
    assert not world.mia.direct_messages()
    return message


async def told_directly(world: World) -> Message:
    """Wait for the one message that the bot writes to Mia herself."""
    (message,) = await world.slack.wait_until(world.mia.direct_messages)
    assert not world.mia.ephemerals
    return message


async def a_command(world: World, breaks: Breaking) -> str:
    breaks(world.bot.core.brands, "known")
    assert (await world.mia.command("general", "/bloom", "a red bicycle --brand acme")).ok
    return words(await whispered(world))


async def a_button_in_a_thread(world: World, breaks: Breaking) -> str:
    world.bloom.faults.next("BRAND_NOT_READY", path="POST /images/generations")
    await world.mia.command("general", "/bloom", "a red bicycle --brand acme")
    reply = await world.reply()
    breaks(world.bot.core.generations, "get")
    assert (await world.mia.click(reply, "Try again")).ok
    told = await whispered(world)
    assert told.thread_ts == reply.thread_ts
    return words(told)


async def finished_form(world: World) -> View:
    """Open the form and wait until nothing of it is missing, so that nobody else asks the core for anything."""
    view = await world.open_form(text="--brand acme")
    await world.slack.wait_until(lambda: "250 left" in words(view))
    return view


async def a_choice_in_the_form(world: World, breaks: Breaking) -> str:
    view = await finished_form(world)
    breaks(world.bot.core.brands, "known")
    assert (await world.mia.choose(view, "size", "4K")).ok
    return words(await told_directly(world))


async def a_shortcut_from_the_menu(world: World, breaks: Breaking) -> str:
    breaks(world.bot.core.connections, "current")
    assert (await world.mia.shortcut("make_image")).ok
    return words(await told_directly(world))


async def a_shortcut_of_a_message(world: World, breaks: Breaking) -> str:
    said = await world.sam.say("general", "a picnic by the lake")
    breaks(world.bot.core.connections, "current")
    assert (await world.mia.message_shortcut("make_image_from_message", said)).ok
    return words(await whispered(world))


async def a_form_that_is_sent(world: World, breaks: Breaking) -> str:
    view = await world.open_form()
    breaks(world.bot.core.generations, "start")
    answer = await world.mia.submit(view, {"prompt": "a red bicycle", "brand": "Acme"})
    assert answer.ok
    assert world.mia.open_view is view
    return answer.errors["prompt"]


async def a_key_that_is_sent(world: World, breaks: Breaking) -> str:
    await world.mia.command("general", "/bloom", "connect")
    view = await world.mia.wait_for_view("connect")
    breaks(world.bot.core.connections, "current")
    answer = await world.mia.submit(view, {"key": "bloom_sk_mine"})
    assert answer.ok
    return answer.errors["key"]


EVERYWHERE: list[Act] = [
    a_command,
    a_button_in_a_thread,
    a_choice_in_the_form,
    a_shortcut_from_the_menu,
    a_shortcut_of_a_message,
    a_form_that_is_sent,
    a_key_that_is_sent,
]


@pytest.mark.parametrize("act", EVERYWHERE)
async def test_fault_is_told_by_a_reference_that_stands_in_the_log_beside_the_traceback(
    world: World, breaks: Breaking, log: Lines, act: Act
) -> None:
    told = await act(world, breaks)
    assert told.startswith("Something went wrong on my side.")
    reference = REFERENCE.search(told)
    assert reference is not None
    (line,) = [line for line in log if line["event"] == "listener broke"]
    assert (line["log_level"], line["reference"]) == ("error", reference[1])
    assert line["exc_info"] is FAULT
    assert FAULT.__traceback__ is not None


@pytest.mark.parametrize("act", EVERYWHERE)
async def test_trouble_that_is_known_is_told_in_its_own_words_and_is_no_fault(
    world: World, breaks: Breaking, log: Lines, act: Act
) -> None:
    breaks.error = BloomUnavailable("away")
    assert (await act(world, breaks)).splitlines()[0] == AWAY
    assert [line["reason"] for line in log if line["event"] == "listener refused"] == [repr(breaks.error)]
    assert not [line for line in log if line["log_level"] == "error"]


@pytest.mark.parametrize(
    ("error", "sentence", "buttons"),
    [
        (NotConnected("T1"), "Bloom isn't connected to this workspace yet.", ["Connect Bloom"]),
        (StoreError("disk full"), "Something went wrong on my side.", []),
        (BloomRefused("A<B", 400), "Bloom refused this with an error I don't know (A&lt;B).", []),
    ],
)
async def test_next_step_that_helps_is_a_button(
    world: World, breaks: Breaking, error: BotError, sentence: str, buttons: list[str]
) -> None:
    breaks.error = error
    assert (await a_command(world, breaks)).splitlines()[0] == sentence
    assert world.mia.ephemerals[0].buttons == buttons


async def test_error_at_a_field_is_plain_text(world: World, breaks: Breaking) -> None:
    breaks.error = BloomRefused("A<B", 400)
    told = await a_form_that_is_sent(world, breaks)
    assert told == "Bloom refused this with an error I don't know (A<B)."


async def test_form_that_broke_makes_its_image_when_it_is_sent_again(
    world: World, breaks: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        await a_form_that_is_sent(world, Breaking(meanwhile))
    view = world.mia.open_view
    assert view is not None
    assert (await world.mia.submit(view)).ok
    assert (await world.reply()).images
    assert world.generations_paid == 1


async def test_brand_picker_that_breaks_is_empty_and_writes_to_nobody(
    world: World, breaks: Breaking, log: Lines
) -> None:
    view = await finished_form(world)
    breaks(world.bot.core.brands, "known")
    assert await world.mia.load_options(view, "brand", "acme") == []
    assert [line["event"] for line in log if line["log_level"] == "error"] == ["listener broke"]
    assert not world.mia.ephemerals
    assert not world.mia.direct_messages()


async def test_person_who_cannot_be_told_stands_in_the_log_only(world: World, breaks: Breaking, log: Lines) -> None:
    world.slack.fail_next("chat.postMessage", "account_inactive")
    breaks(world.bot.core.connections, "current")
    assert (await world.mia.shortcut("make_image")).ok
    await world.slack.wait_until(lambda: any(line["event"] == "the person could not be told" for line in log))
    assert not world.mia.direct_messages()
    breaks.error = BloomUnavailable("away")
    assert (await world.mia.shortcut("make_image")).ok
    assert words(await told_directly(world)) == AWAY


async def test_answer_that_slack_takes_no_more_where_the_person_acted_is_sent_to_them_directly(
    world: World, breaks: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.slack.response_urls.USES", 0)
    said = await world.sam.say("general", "a picnic by the lake")
    breaks(world.bot.core.connections, "current")
    assert (await world.mia.message_shortcut("make_image_from_message", said)).ok
    assert REFERENCE.search(words(await told_directly(world)))


async def test_event_of_nobody_is_answered_and_told_to_nobody(world: World, log: Lines) -> None:
    assert (await world.slack.send_event({"type": "app_home_opened", "tab": "home"})).ok
    await world.slack.wait_until(lambda: any(line["event"] == "listener refused" for line in log))
    await world.clock.sleep(1)
    assert not [call for call in world.slack.calls if call.method == "chat.postMessage"]
    assert not [line for line in log if line["event"] == "the person could not be told"]
