"""The gate of the Web API: tokens, scopes, bodies, rates, and failures that a test orders."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.refusals import error_of, raw, refused


async def test_the_bot_learns_who_it_is(client: AsyncWebClient, slack: SlackStandIn) -> None:
    me = await client.auth_test()
    assert me["user_id"] == slack.workspace.app.bot_user_id
    assert me["team_id"] == slack.workspace.team.id
    assert (await client.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await error_of(client.api_test(error="my_error")) == "my_error"


@pytest.mark.parametrize(
    ("token", "error"), [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-test", "not_allowed_token_type")]
)
async def test_only_the_bots_token_opens(slack: SlackStandIn, token: str | None, error: str) -> None:
    assert await error_of(AsyncWebClient(token=token, base_url=slack.api_url).auth_test()) == error


async def test_a_token_may_stand_in_a_form_and_is_not_recorded(slack: SlackStandIn) -> None:
    answer = await raw(slack, "auth.test", data={"token": "xoxb-test", "x": "1"}, headers={"Authorization": ""})
    assert answer["ok"]
    assert slack.calls[-1].args == {"x": "1"}
    assert "xoxb-test" not in repr(slack.calls)


async def test_only_the_app_token_opens_sockets(slack: SlackStandIn, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token="xapp-test")
    assert opened["url"].startswith("ws://127.0.0.1:")
    assert await error_of(client.apps_connections_open(app_token="xoxb-test")) == "not_allowed_token_type"
    assert (await raw(slack, "apps.connections.open", headers={"Authorization": ""}))["error"] == "not_authed"


async def test_unknown_methods_and_unreadable_bodies_are_refused(slack: SlackStandIn, client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.sing")) == "unknown_method"
    as_json = {"Content-Type": "application/json"}
    assert (await raw(slack, "api.test", data=b"{", headers=as_json))["error"] == "invalid_json"
    assert (await raw(slack, "api.test", data=b"[]", headers=as_json))["error"] == "json_not_object"
    assert (await raw(slack, "api.test", data=b"hi", headers={"Content-Type": "text/plain"}))["error"] == (
        "invalid_post_type"
    )


async def test_scopes_are_required_and_named(clock: ManualClock) -> None:
    async with SlackStandIn(clock=clock, bot_token="xoxb-test", granted_scopes={"chat:write"}) as slack:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url)
        slack.workspace.add_channel("elsewhere", bot=False)
        assert (await client.auth_test()).headers["x-oauth-scopes"] == "chat:write"
        assert await error_of(client.chat_postMessage(channel="elsewhere", text="x")) == "not_in_channel"
        answer = await refused(client.users_info(user=slack.person("Mia").id))
        assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "users:read", "chat:write")
        general = slack.workspace.channel("general").id
        for call in (client.conversations_info(channel=general), client.conversations_list()):
            assert (await refused(call))["needed"] == "channels:read"
        assert (await refused(client.conversations_history(channel=general)))["needed"] == "channels:history"


async def test_planned_failures_happen_in_turn(slack: SlackStandIn, client: AsyncWebClient, general: str) -> None:
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=7)
    slack.fail_next("chat.postMessage", "invalid_blocks", times=2, messages=("no [json-pointer:/blocks/1]",))
    limited = await refused(client.chat_postMessage(channel=general, text="x"))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    for _ in range(2):
        answer = await refused(client.chat_postMessage(channel=general, text="x"))
        assert answer["errors"] == ["no [json-pointer:/blocks/1]"]
    assert (await client.chat_postMessage(channel=general, text="x"))["ok"]
    assert [call.error for call in slack.calls] == ["ratelimited", "invalid_blocks", "invalid_blocks", None]


async def test_an_answer_can_be_lost_after_the_deed(slack: SlackStandIn, general: str) -> None:
    client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url, retry_handlers=[])
    slack.fail_next("chat.postMessage", lose_answer=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=general, text="x")
    assert len(slack.messages("general")) == 1
    assert (await client.chat_postMessage(channel=general, text="x"))["ok"]


async def test_slack_can_be_down(slack: SlackStandIn, client: AsyncWebClient, general: str) -> None:
    slack.fail_next("chat.postMessage", status=503)
    answer = await refused(client.chat_postMessage(channel=general, text="x"))
    assert answer.status_code == 503
    assert slack.calls[-1].error == "HTTP 503"


async def test_a_revoked_token_is_refused(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.revoke_token()
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_a_channel_takes_one_message_a_second(clock: ManualClock) -> None:
    async with SlackStandIn(clock=clock, bot_token="xoxb-test", enforce_rate=True) as slack:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url)
        assert (await client.chat_postMessage(channel="general", text="x"))["ok"]
        assert (await client.chat_postMessage(channel="marketing", text="x"))["ok"]
        limited = await refused(client.chat_postMessage(channel="general", text="x"))
        assert (limited["error"], limited.headers["Retry-After"]) == ("ratelimited", "1")
        await clock.advance(1)
        assert (await client.chat_postMessage(channel="general", text="x"))["ok"]


async def test_json_call_with_an_empty_body_has_no_arguments(slack: SlackStandIn) -> None:
    headers = {"Authorization": "Bearer xoxb-test", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(f"{slack.api_url}auth.test", headers=headers) as answer:
        assert (await answer.json())["ok"]
