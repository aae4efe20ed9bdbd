"""What is the same done twice is repeated; a message never is; and Slack's pauses are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.sandbox.slack import SlackStandIn
from bot.slack.client import SlackApi, make_session, slack_errors
from bot.slack.retries import LONGEST_PAUSE, PACE_TRIES, PaceErrors
from tests.fakes.clock import SwiftClock

BOT_TOKEN = "xoxb-retries"
HOME = {"type": "home", "blocks": [{"type": "divider"}]}

FORM = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}


@dataclass(frozen=True)
class There:
    """Somebody, and a message of the bot's that stands somewhere."""

    mia: str
    channel: str
    ts: str


Act = Callable[[AsyncWebClient, There], Awaitable[Any]]


@pytest.fixture
def clock() -> SwiftClock:
    return SwiftClock()


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_token=BOT_TOKEN) as stand_in:
        yield stand_in


@pytest.fixture
async def client(slack: SlackStandIn, clock: SwiftClock) -> AsyncIterator[AsyncWebClient]:
    async with make_session() as session:
        yield SlackApi(slack.api_url, session, clock).client(BOT_TOKEN)


@pytest.fixture
def there(slack: SlackStandIn) -> There:
    channel = slack.workspace.channel("general").id
    message = slack.workspace.post(slack.workspace.bot_message(channel, "a", []))
    return There(slack.person("Mia").id, channel, message.ts)


REPEATED: dict[str, Act] = {
    "chat.update": lambda client, there: client.chat_update(channel=there.channel, ts=there.ts, text="b"),
    "conversations.history": lambda client, there: client.conversations_history(channel=there.channel),
    "conversations.replies": lambda client, there: client.conversations_replies(channel=there.channel, ts=there.ts),
    "conversations.join": lambda client, there: client.conversations_join(channel=there.channel),
    "conversations.open": lambda client, there: client.conversations_open(users=there.mia),
    "views.publish": lambda client, there: client.views_publish(user_id=there.mia, view=HOME),
}
NOT_REPEATED: dict[str, Act] = {
    "chat.postMessage": lambda client, there: client.chat_postMessage(channel=there.channel, text="b"),
    "chat.postEphemeral": lambda client, there: client.chat_postEphemeral(
        channel=there.channel, user=there.mia, text="b"
    ),
}
TROUBLES: dict[str, dict[str, Any]] = {"breaks down": {"status": 503}, "loses the answer": {"lose_answer": True}}


def calls(slack: SlackStandIn, method: str) -> list[str | None]:
    return [call.error for call in slack.calls if call.method == method]


@pytest.mark.parametrize("method", REPEATED)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_is_the_same_done_twice_is_repeated(
    slack: SlackStandIn, client: AsyncWebClient, clock: SwiftClock, there: There, method: str, trouble: str
) -> None:
    slack.fail_next(method, times=2, **TROUBLES[trouble])
    await REPEATED[method](client, there)
    assert len(calls(slack, method)) == 3
    assert clock.slept


@pytest.mark.parametrize("method", NOT_REPEATED)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_people_would_see_twice_is_not_repeated(
    slack: SlackStandIn, client: AsyncWebClient, clock: SwiftClock, there: There, method: str, trouble: str
) -> None:
    slack.fail_next(method, **TROUBLES[trouble])
    with pytest.raises(SlackUnavailable), slack_errors():
        await NOT_REPEATED[method](client, there)
    assert len(calls(slack, method)) == 1
    assert not clock.slept


@pytest.mark.parametrize("method", ["views.open", "views.push"])
async def test_form_whose_opening_broke_down_is_opened_with_the_same_trigger(
    slack: SlackStandIn, client: AsyncWebClient, method: str
) -> None:
    slack.fail_next(method, status=503)
    with pytest.raises(SlackRefused, match="trigger"), slack_errors():
        await client.api_call(method, json={"trigger_id": "1.2.3", "view": FORM})
    assert [call.args["trigger_id"] for call in slack.calls] == ["1.2.3", "1.2.3"]


async def test_message_that_found_no_connection_is_sent_again(clock: SwiftClock, unused_tcp_port: int) -> None:
    async with make_session() as session:
        client = SlackApi(f"http://127.0.0.1:{unused_tcp_port}/api/", session, clock).client(BOT_TOKEN)
        with pytest.raises(SlackUnavailable, match="ClientConnectorError"), slack_errors():
            await client.chat_postMessage(channel="C1", text="a")
    assert len(clock.slept) == 2


async def test_any_call_waits_as_long_as_slack_says(
    slack: SlackStandIn, client: AsyncWebClient, clock: SwiftClock
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=30, times=3)
    await client.chat_postMessage(channel=slack.workspace.channel("general").id, text="a")
    assert len(slack.messages("general")) == 1
    assert len(clock.slept) == 3
    assert all(30 <= pause < 31 for pause in clock.slept)


async def test_pause_that_is_too_long_is_left_to_the_caller(
    slack: SlackStandIn, client: AsyncWebClient, clock: SwiftClock
) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=int(LONGEST_PAUSE) + 1)
    with pytest.raises(SlackUnavailable, match="ratelimited") as trouble, slack_errors():
        await client.chat_postMessage(channel=slack.workspace.channel("general").id, text="a")
    assert not clock.slept
    assert trouble.value.retry_after == LONGEST_PAUSE + 1


async def test_being_told_to_wait_is_no_answer_to_the_message(slack: SlackStandIn, client: AsyncWebClient) -> None:
    general = slack.workspace.channel("general").id
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=300)
    slack.fail_next("chat.postMessage", "internal_error")
    troubles = []
    for _ in range(2):
        with pytest.raises(SlackUnavailable) as trouble, slack_errors():
            await client.chat_postMessage(channel=general, text="a")
        troubles.append((trouble.value.error, trouble.value.answered, trouble.value.retry_after))
    assert troubles == [("ratelimited", False, 300), ("internal_error", True, None)]


async def test_page_of_a_proxy_can_ask_for_a_pause_too(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", status=429, times=1 + PACE_TRIES)
    with pytest.raises(SlackUnavailable) as trouble, slack_errors():
        await client.chat_postMessage(channel=slack.workspace.channel("general").id, text="a")
    assert (trouble.value.answered, trouble.value.retry_after) == (False, 1)


@pytest.mark.parametrize("method", ["views.open", "views.push"])
async def test_nobody_waits_before_a_form_for_longer_than_its_trigger_lives(
    slack: SlackStandIn, client: AsyncWebClient, clock: SwiftClock, method: str
) -> None:
    slack.fail_next(method, "ratelimited", retry_after=5)
    with pytest.raises(SlackUnavailable), slack_errors():
        await client.api_call(method, json={"trigger_id": "1.2.3", "view": FORM})
    assert not clock.slept


@pytest.mark.parametrize("said", [{}, {"Retry-After": ["soon"]}, {"retry-after": [""]}])
async def test_a_pause_that_slack_does_not_name_is_a_second(clock: SwiftClock, said: dict[str, Any]) -> None:
    limited = HttpResponse(status_code=429, headers=said)
    request = HttpRequest(method="POST", url="https://slack.com/api/chat.postMessage", headers={})
    handler = PaceErrors(clock)
    assert await handler.can_retry_async(state=RetryState(), request=request, response=limited)
    await handler.prepare_for_next_attempt_async(state=RetryState(), request=request, response=limited)
    assert 1 <= clock.slept[0] < 2


async def test_all_clients_share_the_one_session(slack: SlackStandIn, clock: SwiftClock) -> None:
    async with make_session() as session:
        clients = [SlackApi(slack.api_url, session, clock).client(token) for token in (BOT_TOKEN, None)]
        assert all(client.session is session for client in clients)
        assert isinstance(session, aiohttp.ClientSession)
