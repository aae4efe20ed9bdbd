"""The messenger keeps Slack's pace: it is never told off, and what Slack holds back holds nobody else back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.bloom import BloomFiles
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.core.models import Failure, Generation, GenerationState, Notice, NoticeKind, Place, Queue, Reply
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.errors import Json
from bot.slack.installation.clients import Clients
from bot.slack.posting.edits import AT_ONCE
from bot.slack.posting.messenger import SlackMessenger
from bot.slack.posting.seats import Seats
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, settle
from tests.scenarios.world import words
from tests.slack.loopback import slack_api
from tests.slack.places import ACME, BETA, KnownInstallations
from tests.slack.views.samples import generation

BOT_TOKEN = "xoxb-messenger"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack(clock: ManualClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=BOT_TOKEN, clock=clock, enforce_rate=True) as stand_in:
        yield stand_in


@pytest.fixture
async def seats(slack: SlackStandIn, clock: ManualClock) -> AsyncIterator[Seats]:
    installations = KnownInstallations(replace(ACME, bot_token=BOT_TOKEN), replace(BETA, bot_token=BOT_TOKEN))
    async with slack_api(slack.api_url, clock) as api:
        opened = Seats(Clients(installations, api), clock, BloomFiles(slack.api_url))
        yield opened
        await opened.aclose()


@pytest.fixture
def messenger(seats: Seats) -> SlackMessenger:
    return SlackMessenger(seats)


def asked(slack: SlackStandIn, prompt: str, channel: str = "general") -> Generation:
    return generation(prompt=prompt, channel_id=slack.workspace.channel(channel).id)


def elsewhere(asked_for: Generation) -> Generation:
    """Return the same, asked for in the other workspace."""
    return asked_for.but(request=replace(asked_for.request, workspace_id="T2"))


def errors(slack: SlackStandIn, method: str = "chat.postMessage") -> list[str | None]:
    return [call.error for call in slack.calls if call.method == method]


async def test_burst_in_a_channel_arrives_in_order_and_slack_has_nothing_to_say_about_it(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    prompts = ["one", "two", "three", "four"]
    async with asyncio.TaskGroup() as tasks:
        for prompt in prompts:
            tasks.create_task(messenger.announce(asked(slack, prompt)))
        for count in range(1, 5):
            await eventually(lambda count=count: len(slack.messages("general")) == count)  # type: ignore[misc]
            if count < len(prompts):
                await eventually(lambda: clock.sleepers)
                await clock.advance(1.0)
    assert [
        prompt for message in slack.messages("general") for prompt in prompts if prompt in words(message)
    ] == prompts
    assert errors(slack) == [None] * 4


async def test_requests_of_one_person_let_the_reply_to_another_go_first(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    ready = await announced(slack, messenger)
    async with asyncio.TaskGroup() as tasks:
        for prompt in ("one", "two"):
            tasks.create_task(messenger.announce(asked(slack, prompt)))
        await eventually(lambda: clock.sleepers)
        tasks.create_task(messenger.deliver(ready.but(state=GenerationState.POSTING)))
        for count in range(2, 5):
            await eventually(lambda: clock.sleepers)
            await clock.advance(1.0)
            await eventually(lambda count=count: len(slack.messages("general")) == count)  # type: ignore[misc]
    assert [message.thread_ts is not None for message in slack.messages("general")] == [False, False, True, False]


async def test_channel_that_slack_holds_back_holds_no_other_back(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=30)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(messenger.announce(asked(slack, "one")))
        await eventually(lambda: clock.sleepers == 1)
        tasks.create_task(messenger.announce(asked(slack, "two")))
        await messenger.announce(asked(slack, "elsewhere", "marketing"))
        assert errors(slack) == ["ratelimited", None]
        await clock.advance(31.0)
        await eventually(lambda: slack.messages("general") and clock.sleepers == 1)
        assert len(slack.messages("general")) == 1
        await clock.advance(1.0)
    assert len(slack.messages("general")) == 2
    assert errors(slack) == ["ratelimited", None, None, None]


async def announced(slack: SlackStandIn, messenger: SlackMessenger, prompt: str = "a bottle") -> Generation:
    begun = asked(slack, prompt)
    return begun.but(place=await messenger.announce(begun))


async def test_place_in_line_is_shown_and_goes_again(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    waiting = await announced(slack, messenger)
    (message,) = slack.messages("general")
    await messenger.update(waiting, Queue(12, 21.0))
    assert "12 ahead in line, about 20 s" in words(message)
    await messenger.update(waiting.but(state=GenerationState.SUBMITTING))
    assert "ahead" not in words(message)
    assert "Cancel" in words(message)


async def test_place_in_line_that_would_come_too_late_is_left_out_but_no_other_news(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    waiting = await announced(slack, messenger)
    slack.fail_next("chat.update", "ratelimited", retry_after=10)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(messenger.update(waiting))
        await eventually(lambda: clock.sleepers == 1)
        await messenger.update(waiting, Queue(12, 21.0))
        tasks.create_task(messenger.update(waiting.but(state=GenerationState.CANCELLED)))
        await settle(3)
        await clock.advance(11.0)
    assert errors(slack, "chat.update") == ["ratelimited", None, None]
    assert "12 ahead" not in words(slack.messages("general")[0])


class SlowSlack:
    """Keeps edits that say something from being carried out until it is told to; the others go through."""

    def __init__(self, slack: SlackStandIn, words: str) -> None:
        self._words = words
        self.has_one = asyncio.Event()
        self.goes_on = asyncio.Event()
        slack.watch(self._watch)

    async def _watch(self, method: str, args: Json, when: str) -> None:
        if method == "chat.update" and when == "before" and self._words in str(args):
            self.has_one.set()
            await self.goes_on.wait()


async def test_late_place_in_line_does_not_hide_that_it_was_cancelled(
    slack: SlackStandIn, messenger: SlackMessenger
) -> None:
    waiting = await announced(slack, messenger)
    slow = SlowSlack(slack, "12 ahead in line")
    news = asyncio.create_task(messenger.update(waiting, Queue(12, 21.0)))
    await slow.has_one.wait()
    news.cancel()
    assert await asyncio.gather(news, return_exceptions=True)
    assert not slow.goes_on.is_set()  # who is cancelled does not wait for Slack
    end = asyncio.create_task(messenger.update(waiting.but(state=GenerationState.CANCELLED, cancelled_by="U1")))
    await settle(3)
    assert errors(slack, "chat.update") == []
    slow.goes_on.set()
    await end
    assert errors(slack, "chat.update") == [None, None]
    assert "cancelled" in words(slack.messages("general")[0])


async def test_edit_under_way_reaches_slack_before_the_bot_stops(
    slack: SlackStandIn, seats: Seats, messenger: SlackMessenger
) -> None:
    waiting = await announced(slack, messenger)
    slow = SlowSlack(slack, "cancelled")
    edit = asyncio.create_task(messenger.update(waiting.but(state=GenerationState.CANCELLED, cancelled_by="U1")))
    await slow.has_one.wait()
    edit.cancel()
    slow.goes_on.set()
    await seats.aclose()
    assert "cancelled" in words(slack.messages("general")[0])


async def test_cancellation_is_shown_before_all_the_finished_ones_that_wait(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    general = slack.workspace.channel("general").id
    roots = [slack.workspace.post(slack.workspace.bot_message(general, "a", [])).ts for _ in range(4 * AT_ONCE)]
    slow = SlowSlack(slack, "")
    edits = [messenger.update(ended(general, root, GenerationState.DELIVERED)) for root in roots[:-1]]
    async with asyncio.TaskGroup() as tasks:
        for edit in [*edits, messenger.update(ended(general, roots[-1], GenerationState.CANCELLED))]:
            tasks.create_task(edit)
        await slow.has_one.wait()
        await settle(3)
        slow.goes_on.set()
    order = [call.args["ts"] for call in slack.calls if call.method == "chat.update"]
    assert len(order) == len(roots)
    assert order.index(roots[-1]) < 2 * AT_ONCE


def ended(channel_id: str, message_id: str, state: GenerationState) -> Generation:
    return generation(state=state, channel_id=channel_id, place=Place(channel_id, message_id, message_id))


async def test_channel_that_slack_holds_back_for_long_is_left_alone(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=300)
    for left in (300.0, 200.0):
        with pytest.raises(SlackUnavailable) as trouble:
            await messenger.announce(asked(slack, "one"))
        assert (trouble.value.retry_after, trouble.value.answered) == (left, False)
        await clock.advance(100.0)
    assert errors(slack) == ["ratelimited"]
    await clock.advance(100.0)
    await messenger.announce(asked(slack, "one"))
    assert errors(slack) == ["ratelimited", None]


async def test_no_message_is_edited_while_slack_wants_no_edits_for_long(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    waiting = await announced(slack, messenger)
    slack.fail_next("chat.update", "ratelimited", retry_after=300)
    for left in (300.0, 200.0):
        with pytest.raises(SlackUnavailable) as trouble:
            await messenger.update(waiting)
        assert trouble.value.retry_after == left
        await clock.advance(100.0)
    await messenger.update(waiting, Queue(12, 21.0))
    assert errors(slack, "chat.update") == ["ratelimited"]
    await clock.advance(100.0)
    await messenger.update(waiting)
    assert errors(slack, "chat.update") == ["ratelimited", None]


async def test_failure_of_what_was_never_announced_is_told_directly(
    slack: SlackStandIn, messenger: SlackMessenger
) -> None:
    mia = slack.person("Mia")
    failed = asked(slack, "a bottle").but(failure=Failure("slack", "team_access_not_granted"))
    failed = failed.but(request=replace(failed.request, user_id=mia.id), state=GenerationState.POSTING)
    reply = await messenger.deliver(failed)
    (told,) = mia.direct_messages()
    assert (told.ts, told.thread_ts) == (reply.message_id, None)
    assert reply == Reply(told.channel_id, told.ts, told.ts)
    assert "couldn't make" in words(told)
    assert slack.messages("general") == []


async def test_who_cannot_be_told_directly_either_is_not_told(slack: SlackStandIn, messenger: SlackMessenger) -> None:
    failed = asked(slack, "a bottle").but(failure=Failure("slack"), state=GenerationState.POSTING)
    slack.fail_next("conversations.open", "user_disabled")
    with pytest.raises(SlackRefused, match="user_disabled"):
        await messenger.deliver(failed)


async def test_request_message_that_was_never_posted_cannot_be_changed(
    slack: SlackStandIn, messenger: SlackMessenger
) -> None:
    with pytest.raises(SlackRefused, match="no_place"):
        await messenger.update(asked(slack, "a bottle"))


async def test_reply_stands_in_the_line_of_its_channel(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    waiting = await announced(slack, messenger)
    place: Place | None = waiting.place
    assert place is not None
    reply = asyncio.create_task(messenger.deliver(waiting.but(state=GenerationState.POSTING)))
    await eventually(lambda: clock.sleepers == 1)
    assert len(slack.messages("general")) == 1
    await clock.advance(1.0)
    assert (await reply).message_id == slack.messages("general")[1].ts
    assert slack.messages("general")[1].thread_ts == place.thread_id


async def test_one_workspace_does_not_wait_for_the_pace_of_another(
    slack: SlackStandIn, messenger: SlackMessenger, clock: ManualClock
) -> None:
    slack.fail_next("chat.update", "ratelimited", retry_after=300)
    waiting = await announced(slack, messenger)
    with pytest.raises(SlackUnavailable):
        await messenger.update(waiting)
    await messenger.update(elsewhere(waiting))
    assert errors(slack, "chat.update") == ["ratelimited", None]
    with pytest.raises(SlackUnavailable):
        await messenger.update(waiting)
    assert errors(slack, "chat.update") == ["ratelimited", None]


async def test_workspace_where_nothing_goes_on_is_forgotten_and_its_pace_is_not(
    slack: SlackStandIn, seats: Seats, messenger: SlackMessenger, clock: ManualClock
) -> None:
    begun = asked(slack, "one")
    await messenger.announce(begun)
    await messenger.announce(elsewhere(asked(slack, "two", "marketing")))
    assert len(seats) == 2  # a message a second: the first may not be written to yet
    await clock.advance(1.0)
    with pytest.raises(SlackRefused, match="not_installed"):
        await messenger.announce(begun.but(request=replace(begun.request, workspace_id="T9")))
    assert len(seats) == 1


async def test_workspace_is_not_forgotten_while_somebody_speaks_there(
    slack: SlackStandIn, seats: Seats, messenger: SlackMessenger, clock: ManualClock
) -> None:
    held = asyncio.Event()

    async def hold(method: str, args: Json, when: str) -> None:
        if method == "conversations.open" and when == "before":
            await held.wait()

    slack.watch(hold)
    mia = slack.person("Mia")
    notice = asyncio.create_task(messenger.notify("T1", mia.id, Notice(NoticeKind.CONNECTED)))
    await settle(3)
    await messenger.announce(elsewhere(asked(slack, "two")))
    assert len(seats) == 2
    held.set()
    await notice
    (told,) = mia.direct_messages()
    assert "Bloom is connected" in words(told)
