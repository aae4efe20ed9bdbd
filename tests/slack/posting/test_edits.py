"""Messages are edited one by one each, few at once, what somebody looks for first, and nothing is cut off half-way."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.core.errors import SlackUnavailable
from bot.slack.posting import edits as edits_module
from bot.slack.posting.edits import AT_ONCE, Edits, Urgency
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import settle


class Slack:
    """Notes which edits it took and carried out. ``answering`` holds every answer back until it is set."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.edits = Edits(self.clock)
        self.taken: list[str] = []
        self.done: list[str] = []
        self.answering = asyncio.Event()
        self.troubles: dict[str, Exception] = {}
        """What it answers to which edit instead."""
        self.tasks: list[asyncio.Task[None]] = []

    async def edit(self, text: str, urgency: Urgency = Urgency.PATIENT) -> asyncio.Task[None]:
        """Begin to edit the message whose name the text begins with, and let everything run that can."""

        async def work() -> None:
            self.taken.append(text)
            await self.answering.wait()
            if text in self.troubles:
                raise self.troubles[text]
            self.done.append(text)

        self.tasks.append(asyncio.create_task(self.edits.make(("C1", text.split(maxsplit=1)[0]), work, urgency)))
        await settle(2)
        return self.tasks[-1]

    async def busy(self) -> list[str]:
        """Let as many edits be under way as may, and return them."""
        texts = [f"busy{number}" for number in range(AT_ONCE)]
        for text in texts:
            await self.edit(text)
        assert self.taken == texts
        return texts

    async def answer(self) -> None:
        """Let Slack answer from now on."""
        self.answering.set()
        await settle(3)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    monkeypatch.setattr(edits_module, "END_PATIENCE", 0.03)
    slack = Slack()
    yield slack
    for task in slack.tasks:
        task.cancel()
    await asyncio.gather(*slack.tasks, return_exceptions=True)
    await slack.edits.aclose()


async def test_few_go_at_once_and_the_others_in_the_order_they_came(slack: Slack) -> None:
    busy = await slack.busy()
    for text in ("a", "b", "c"):
        await slack.edit(text)
    assert slack.taken == busy
    await slack.answer()
    assert slack.done == [*busy, "a", "b", "c"]
    assert all(task.done() for task in slack.tasks)


async def test_what_somebody_looks_for_goes_first(slack: Slack) -> None:
    busy = await slack.busy()
    for text in ("a", "b"):
        await slack.edit(text)
    for text in ("cancelled1", "cancelled2"):
        await slack.edit(text, Urgency.AWAITED)
    await slack.answer()
    assert slack.done == [*busy, "cancelled1", "cancelled2", "a", "b"]


async def test_later_edit_of_a_message_replaces_the_one_that_waits(slack: Slack) -> None:
    busy = await slack.busy()
    replaced = await slack.edit("a old")
    await slack.edit("b")
    later = await slack.edit("a new")
    assert not replaced.done()
    await slack.answer()
    assert slack.done == [*busy, "a new", "b"]
    assert replaced.done()
    assert later.done()


async def test_later_edit_that_somebody_looks_for_takes_the_one_that_waits_forward(slack: Slack) -> None:
    busy = await slack.busy()
    await slack.edit("b")
    await slack.edit("a old")
    await slack.edit("a cancelled", Urgency.AWAITED)
    await slack.answer()
    assert slack.done == [*busy, "a cancelled", "b"]


async def test_what_replaces_an_edit_that_somebody_looks_for_keeps_its_place(slack: Slack) -> None:
    busy = await slack.busy()
    await slack.edit("b")
    await slack.edit("a failed", Urgency.AWAITED)
    await slack.edit("a again")
    await slack.answer()
    assert slack.done == [*busy, "a again", "b"]


async def test_edits_of_one_message_go_one_after_the_other(slack: Slack) -> None:
    await slack.edit("a first")
    await slack.edit("a second", Urgency.AWAITED)
    await slack.edit("b")
    assert slack.taken == ["a first", "b"]
    await slack.answer()
    assert slack.done == ["a first", "b", "a second"]


async def test_whoever_leaves_leaves_at_once_and_the_edit_arrives_before_the_next(slack: Slack) -> None:
    leaving = await slack.edit("a first")
    leaving.cancel()
    await settle(2)
    assert leaving.cancelled()
    await slack.edit("a last")
    assert slack.taken == ["a first"]
    await slack.answer()
    assert slack.done == ["a first", "a last"]


async def test_edit_that_waits_and_that_nobody_wants_any_more_is_not_made(slack: Slack) -> None:
    busy = await slack.busy()
    leaving = await slack.edit("a")
    leaving.cancel()
    await settle(2)
    assert not len(slack.edits)
    await slack.answer()
    assert slack.done == busy


async def test_edit_that_one_of_two_still_wants_is_made(slack: Slack) -> None:
    busy = await slack.busy()
    await slack.edit("a old")
    leaving = await slack.edit("a new")
    leaving.cancel()
    await slack.answer()
    assert slack.done == [*busy, "a new"]


async def test_news_goes_at_once_or_not_at_all(slack: Slack) -> None:
    await slack.edit("a news", Urgency.NEWS)
    dropped = [await slack.edit("a more", Urgency.NEWS)]
    others = [f"busy{number}" for number in range(AT_ONCE - 1)]
    for text in others:
        await slack.edit(text)
    dropped.append(await slack.edit("b news", Urgency.NEWS))
    assert all(task.done() for task in dropped)
    await slack.answer()
    assert slack.done == ["a news", *others]


async def test_all_who_wait_for_an_edit_learn_what_became_of_it(slack: Slack) -> None:
    await slack.busy()
    both = [await slack.edit("a old"), await slack.edit("a new")]
    other = await slack.edit("b")
    slack.troubles["a new"] = ZeroDivisionError()
    await slack.answer()
    assert [type(task.exception()) for task in both] == [ZeroDivisionError, ZeroDivisionError]
    assert other.exception() is None


async def test_trouble_of_an_edit_that_nobody_waits_for_is_logged(slack: Slack) -> None:
    slack.troubles["a"] = SlackUnavailable("unreachable")
    leaving = await slack.edit("a")
    leaving.cancel()
    await settle(2)
    with capture_logs() as lines:
        await slack.answer()
    assert [(line["log_level"], line["message"]) for line in lines] == [("warning", ("C1", "a"))]


async def test_long_pause_that_slack_asks_for_holds_for_all_edits(slack: Slack) -> None:
    slack.troubles["a"] = SlackUnavailable("ratelimited", retry_after=300.0)
    slack.answering.set()
    await slack.edit("a")
    await slack.clock.advance(100.0)
    trouble = (await slack.edit("b")).exception()
    assert isinstance(trouble, SlackUnavailable)
    assert trouble.retry_after == 200.0
    await slack.clock.advance(150.0)
    await slack.edit("c")
    assert slack.taken == ["a"]
    await slack.clock.advance(50.0)
    await settle(2)
    assert slack.done == ["c"]


async def test_whoever_waits_is_sent_away_when_slack_asks_for_a_long_pause(slack: Slack) -> None:
    busy = await slack.busy()
    waiting = [await slack.edit(text) for text in ("a", "b")]
    slack.troubles[busy[0]] = SlackUnavailable("ratelimited", retry_after=300.0)
    await slack.answer()
    assert slack.done == busy[1:]
    assert [isinstance(task.exception(), SlackUnavailable) for task in waiting] == [True, True]


async def test_end_lets_what_is_under_way_arrive_and_drops_the_rest(slack: Slack) -> None:
    busy = await slack.busy()
    waiting = await slack.edit("a")
    closing = asyncio.create_task(slack.edits.aclose())
    await settle(1)
    slack.answering.set()
    await closing
    assert slack.done == busy
    after = await slack.edit("b")
    assert [str(task.exception()) for task in (waiting, after)] == ["unreachable the bot stops"] * 2


async def test_end_does_not_wait_for_ever(slack: Slack) -> None:
    hanging = await slack.edit("a")
    await slack.edits.aclose()
    await settle(1)
    assert isinstance(hanging.exception(), SlackUnavailable)
    assert slack.done == []
