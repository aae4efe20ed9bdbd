"""The bot's own messages are found again by their metadata, as far as Slack lets the bot read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.bloom import BloomFiles
from bot.core.errors import SlackUnavailable
from bot.core.models import Failure, Generation, GenerationRequest, GenerationState, Parameters, Place
from bot.sandbox.slack import SlackStandIn
from bot.slack.client import slack_errors
from bot.slack.installation.clients import Clients
from bot.slack.posting.messenger import SlackMessenger
from bot.slack.posting.own_messages import CLOCK_SKEW, Found, OwnMessages, metadata_of
from bot.slack.posting.seats import Seats
from bot.slack.retries import TROUBLE_TRIES
from tests.fakes.clock import EPOCH, ManualClock, SwiftClock
from tests.slack.loopback import slack_api
from tests.slack.places import ACME, KnownInstallations

BOT_TOKEN = "xoxb-own-messages"
NO_FILES = BloomFiles("http://127.0.0.1:9")
PAGE = 200
AWAY = 1 + TROUBLE_TRIES
"""Answers by which Slack is away even for what is tried again."""


def a_generation(generation_id: str = "g1") -> Generation:
    parameters = Parameters(prompt="A red door", brand_id="b1")
    request = GenerationRequest("V1", "T1", "C1", "U1", parameters, "Acme")
    return Generation(generation_id, request, GenerationState.POSTING, EPOCH, finished_at=EPOCH)


WANTED = metadata_of(a_generation(), "result")
START = datetime.now(UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=BOT_TOKEN) as stand_in:
        yield stand_in


@pytest.fixture
async def clients(slack: SlackStandIn) -> AsyncIterator[Clients]:
    installations = KnownInstallations(replace(ACME, bot_token=BOT_TOKEN))
    async with slack_api(slack.api_url, SwiftClock()) as api:
        yield Clients(installations, api)


@pytest.fixture
def own(clients: Clients) -> OwnMessages:
    return OwnMessages(partial(clients.of, "T1"))


def post(slack: SlackStandIn, generation: Generation | None, channel: str, thread_id: str | None = None) -> str:
    """Put a message of the bot's into a channel, with metadata if it tells of a generation."""
    message = slack.workspace.bot_message(slack.workspace.channel(channel).id, "An image", [])
    message.thread_ts = thread_id
    message.metadata = metadata_of(generation, "result") if generation else None
    return slack.workspace.post(message).ts


def chatter(slack: SlackStandIn, count: int, channel: str = "general", thread_id: str | None = None) -> None:
    """Fill a channel with other messages, some of them about other generations."""
    for number in range(count):
        post(slack, a_generation(f"other-{number}") if number % 2 else None, channel, thread_id)


async def found(
    slack: SlackStandIn, own: OwnMessages, *, thread_id: str | None = None, later: timedelta = timedelta()
) -> str | None:
    """Look in #general for the message of a generation that began now, or so much later."""
    channel_id = slack.workspace.channel("general").id
    return id_of(await own.find(channel_id, WANTED, since=datetime.now(UTC) + later, thread_id=thread_id))


def id_of(message: Found | None) -> str | None:
    return message.message_id if message else None


def pages(slack: SlackStandIn, method: str) -> int:
    return sum(call.method == method for call in slack.calls)


async def test_message_is_found_however_many_pages_of_the_channel_came_after_it(
    slack: SlackStandIn, own: OwnMessages
) -> None:
    wanted = post(slack, a_generation(), "general")
    chatter(slack, 2 * PAGE)
    assert await found(slack, own) == wanted
    assert pages(slack, "conversations.history") == 3


async def test_reply_is_found_however_many_pages_of_the_thread_came_before_it(
    slack: SlackStandIn, own: OwnMessages
) -> None:
    root = post(slack, None, "general")
    chatter(slack, PAGE, thread_id=root)
    wanted = post(slack, a_generation(), "general", root)
    assert await found(slack, own, thread_id=root) == wanted
    assert pages(slack, "conversations.replies") == 2


async def test_search_goes_back_no_further_than_the_generation(slack: SlackStandIn, own: OwnMessages) -> None:
    post(slack, a_generation(), "general")
    later = START + timedelta(hours=2)
    assert await own.find(slack.workspace.channel("general").id, WANTED, since=later) is None


async def test_message_that_is_not_there_is_not_found(slack: SlackStandIn, own: OwnMessages) -> None:
    chatter(slack, 3)
    assert await found(slack, own) is None
    assert pages(slack, "conversations.history") == 1


async def test_search_without_an_end_is_left_after_some_pages(
    slack: SlackStandIn, own: OwnMessages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.posting.own_messages.PAGE_LIMIT", 2)
    post(slack, a_generation(), "general")
    chatter(slack, 2 * PAGE)
    assert await found(slack, own) is None
    assert pages(slack, "conversations.history") == 2


@pytest.mark.parametrize(("later", "is_found"), [(CLOCK_SKEW / 2, True), (CLOCK_SKEW * 2, False)])
async def test_messages_from_before_the_generation_are_not_read_but_clocks_may_differ(
    slack: SlackStandIn, own: OwnMessages, later: timedelta, is_found: bool
) -> None:
    wanted = post(slack, a_generation(), "general")
    assert await found(slack, own, later=later) == (wanted if is_found else None)


@pytest.mark.parametrize("in_a_thread", [False, True])
async def test_public_channel_is_joined_to_look_for_what_may_have_been_posted_there(
    slack: SlackStandIn, own: OwnMessages, in_a_thread: bool
) -> None:
    town = slack.workspace.add_channel("town", bot=False)
    root = post(slack, None, "town") if in_a_thread else None
    wanted = post(slack, a_generation(), "town", root)
    for _ in range(2):
        assert id_of(await own.find(town.id, WANTED, since=EPOCH, thread_id=root)) == wanted
    assert pages(slack, "conversations.join") == 1


async def test_channel_that_can_be_read_is_not_joined(slack: SlackStandIn, own: OwnMessages) -> None:
    assert await found(slack, own) is None
    assert pages(slack, "conversations.join") == 0


async def test_private_channel_holds_nothing_that_the_bot_could_find(slack: SlackStandIn, own: OwnMessages) -> None:
    town = slack.workspace.add_channel("town", private=True, bot=False)
    await finds_nothing(slack, own, town.id, "channel_not_found")
    assert pages(slack, "conversations.join") == 0


@pytest.mark.parametrize(
    "refusal",
    [
        *("missing_scope", "is_archived", "method_not_supported_for_channel_type", "channel_not_found"),
        *("too_many_members", "no_permission", "channel_is_limited_access"),
    ],
)
async def test_channel_that_cannot_be_joined_holds_nothing_that_the_bot_could_find(
    slack: SlackStandIn, own: OwnMessages, refusal: str
) -> None:
    town = slack.workspace.add_channel("town", bot=False)
    slack.fail_next("conversations.join", refusal)
    await finds_nothing(slack, own, town.id, refusal)


async def finds_nothing(slack: SlackStandIn, own: OwnMessages, channel_id: str, error: str) -> None:
    """Look in a channel for a message that is there, and say in the log why it was not found."""
    post(slack, a_generation(), channel_id)
    with capture_logs() as lines:
        assert await own.find(channel_id, WANTED, since=EPOCH) is None
    assert [(line["log_level"], line["channel"], line["error"]) for line in lines] == [("warning", channel_id, error)]


async def test_slack_going_away_before_the_channel_is_joined_is_no_answer(
    slack: SlackStandIn, own: OwnMessages
) -> None:
    town = slack.workspace.add_channel("town", bot=False)
    wanted = post(slack, a_generation(), "town")
    slack.fail_next("conversations.join", status=503, times=AWAY)
    with pytest.raises(SlackUnavailable):
        await own.find(town.id, WANTED, since=EPOCH)
    assert id_of(await own.find(town.id, WANTED, since=EPOCH)) == wanted


@pytest.mark.parametrize("thread_id", [None, "1700000000.000001"])
async def test_slack_being_away_is_no_answer(slack: SlackStandIn, own: OwnMessages, thread_id: str | None) -> None:
    method = "conversations.history" if thread_id is None else "conversations.replies"
    slack.fail_next(method, status=503, times=AWAY)
    with pytest.raises(SlackUnavailable):
        await found(slack, own, thread_id=thread_id)


async def test_slack_going_away_between_two_pages_is_no_answer(slack: SlackStandIn, own: OwnMessages) -> None:
    chatter(slack, PAGE + 1)
    slack.fail_next("conversations.history", status=503, times=2 * AWAY)
    for _ in range(2):
        with pytest.raises(SlackUnavailable):
            await found(slack, own)
    assert await found(slack, own) is None


async def test_reply_to_what_was_never_announced_is_looked_for_where_it_was_posted(
    slack: SlackStandIn, clients: Clients
) -> None:
    mia = slack.person("Mia").id
    failed = a_generation().but(failure=Failure("slack"), request=replace(a_generation().request, user_id=mia))
    messenger = SlackMessenger(Seats(clients, SwiftClock(), NO_FILES))
    assert await messenger.find_reply(failed) is None
    posted = await messenger.deliver(failed)
    assert await messenger.find_reply(failed) == posted


async def test_person_who_cannot_be_written_to_was_not_written_to(slack: SlackStandIn, clients: Clients) -> None:
    root = post(slack, None, "general")
    general = slack.workspace.channel("general").id
    posting = a_generation().but(place=Place(general, root, root))
    slack.fail_next("conversations.open", "user_disabled")
    assert await SlackMessenger(Seats(clients, ManualClock(), NO_FILES)).find_reply(posting) is None
    slack.fail_next("conversations.open", status=503, times=AWAY)
    with pytest.raises(SlackUnavailable):
        await SlackMessenger(Seats(clients, ManualClock(), NO_FILES)).find_reply(posting)


def test_fault_of_our_own_is_not_taken_for_slacks() -> None:
    nothing: Any = None
    with pytest.raises(AttributeError), slack_errors():
        nothing.view()
