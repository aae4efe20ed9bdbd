"""What reaches the app is signed, timed and repeatable; what goes wrong, the person sees."""

import hashlib
import hmac
import time
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import build, form, plain
from tests.sandbox.slack.listener import Listener


async def test_deliveries_are_signed_over_their_body_and_time(app: Listener, mia: Person) -> None:
    await mia.command("general", "/bloom", "hi")
    timestamp = app.headers["X-Slack-Request-Timestamp"]
    base = f"v0:{timestamp}:{app.bodies[-1]}".encode()
    assert app.headers["X-Slack-Signature"] == "v0=" + hmac.new(b"shh", base, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(timestamp)) < 5


async def test_bolt_refuses_what_is_forged_or_stale(slack: SlackStandIn) -> None:
    runner = web.AppRunner(build(slack)[0].web_app("/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    assert (await slack.forge(X_Slack_Signature="v0=bad")).status == 401
    assert (await slack.forge(X_Slack_Request_Timestamp=str(int(time.time()) - 301))).status == 401
    assert (await slack.forge(X_Slack_Signature="")).status == 401
    await runner.cleanup()


async def test_a_command_carries_what_slack_sends(app: Listener, mia: Person, slack: SlackStandIn) -> None:
    await mia.command("secret-launch", "/bloom", "hi")
    assert app.last["user_id"] == mia.id
    assert app.last["channel_name"] == "privategroup"
    assert app.last["channel_id"] == slack.workspace.channel("secret-launch").id
    assert app.last["is_enterprise_install"] == "false"
    await mia.command("@bloom", "/bloom")
    assert app.last["channel_name"] == "directmessage"


async def test_a_late_ack_is_shown_as_a_time_out(clock: ManualClock) -> None:
    async with SlackStandIn(clock=clock, ack_seconds=0.02) as slack:
        app = Listener(slack)
        await app.start()
        app.seconds = 0.04
        mia = slack.person("Mia")
        answer = await mia.command("general", "/bloom")
        assert (answer.status, answer.error) == (0, "operation_timeout")
        assert answer.seconds >= 0.02
        assert mia.ephemerals[0].text == "/bloom failed with the error operation_timeout"
        assert "Slackbot (only Mia sees this)" in slack.transcript()
        await app.stop()


async def test_a_failing_app_is_shown_as_a_failed_dispatch(app: Listener, mia: Person) -> None:
    app.status = 404
    answer = await mia.command("general", "/bloom")
    assert (answer.status, answer.error, answer.ok) == (404, "dispatch_failed", False)
    assert answer.errors == {}
    assert mia.ephemerals[0].text == "/bloom failed with the error dispatch_failed"


async def test_an_app_that_is_not_there_is_a_failed_dispatch(slack: SlackStandIn, mia: Person) -> None:
    assert (await mia.command("general", "/bloom")).error == "dispatch_failed"
    slack.connect_http("http://127.0.0.1:9/slack/events")
    assert (await mia.command("general", "/bloom")).error == "dispatch_failed"


async def test_a_failed_submission_leaves_the_form_open(app: Listener, mia: Person, client: AsyncWebClient) -> None:
    await mia.shortcut("start")
    await client.views_open(trigger_id=app.last["trigger_id"], view=form())
    app.status = 500
    view = await mia.wait_for_view()
    assert (await mia.submit(view, {"prompt": "x"})).error == "dispatch_failed"
    assert mia.open_view is view


@pytest.mark.parametrize(
    ("body", "text", "ephemeral"),
    [
        ("words", "words", True),
        ({"text": "words"}, "words", True),
        ({"text": "words", "response_type": "ephemeral"}, "words", True),
        ({"text": "all", "response_type": "in_channel"}, "all", False),
        ({"blocks": [{"type": "header", "text": plain("Hi")}]}, "", True),
    ],
)
async def test_the_body_of_an_ack_is_shown(
    app: Listener, mia: Person, slack: SlackStandIn, body: Any, text: str, ephemeral: bool
) -> None:
    app.answer = body
    assert (await mia.command("general", "/bloom")).ok
    shown = mia.ephemerals if ephemeral else slack.messages("general")
    assert [message.text for message in shown] == [text]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"blocks": [{"type": "divider", "x": 1}]}, "invalid additional property: x [json-pointer:/blocks/0]"),
        ({"text": "x", "response_type": "loud"}, "invalid_payload"),
        ({"fine": True}, "no_text"),
    ],
)
async def test_an_ack_that_cannot_be_shown_fails_the_command(
    app: Listener, mia: Person, body: Any, problem: str
) -> None:
    app.answer = body
    answer = await mia.command("general", "/bloom")
    assert answer.error == "dispatch_failed"
    assert problem in answer.problems
    assert mia.ephemerals[0].text == "/bloom failed with the error dispatch_failed"


async def test_a_delivery_can_be_repeated_word_for_word(app: Listener, mia: Person, slack: SlackStandIn) -> None:
    await mia.open_home()
    await slack.redeliver()
    assert app.bodies[0] == app.bodies[1]
    assert (app.headers["X-Slack-Retry-Num"], app.headers["X-Slack-Retry-Reason"]) == ("1", "http_timeout")
    await slack.redeliver(slack.deliveries[-1])
    assert app.headers["X-Slack-Retry-Num"] == "2"


async def test_any_event_can_be_sent(app: Listener, slack: SlackStandIn) -> None:
    answer = await slack.send_event({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}})
    assert answer.ok
    assert app.last["event"]["type"] == "tokens_revoked"
    assert app.last["type"] == "event_callback"
    assert app.last["authorizations"][0]["user_id"] == slack.workspace.app.bot_user_id


async def test_speaking_reaches_the_app_only_where_it_should(app: Listener, mia: Person, slack: SlackStandIn) -> None:
    await mia.say("general", "nothing for you")
    await mia.say("secret-launch", "@bloom are you there?")
    await mia.say("general", "@nobody")
    assert app.received == []
    root = await mia.say("general", "@bloom hello")
    assert app.last["event"]["type"] == "app_mention"
    await mia.say("general", "@bloom again", thread_ts=root.ts)
    assert app.last["event"]["thread_ts"] == root.ts
    await mia.say("@bloom", "just us")
    assert (app.last["event"]["type"], app.last["event"]["channel_type"]) == ("message", "im")


async def test_events_that_nobody_subscribed_to_are_not_sent(clock: ManualClock) -> None:
    async with SlackStandIn(clock=clock, subscribed_events=frozenset()) as slack:
        await slack.person("Mia").say("general", "@bloom hello")
        await slack.person("Mia").say("@bloom", "hello")
        assert slack.deliveries == []


async def test_secrets_stay_out_of_the_repr(slack: SlackStandIn) -> None:
    assert "xoxb-test" not in repr(slack._backend.settings)
    assert "shh" not in repr(slack._backend.settings)


def test_the_stand_in_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        SlackStandIn(host="0.0.0.0")


async def test_a_stand_in_that_never_started_stops_quietly() -> None:
    slack = SlackStandIn()
    await slack.stop()
    assert slack.connections == 0


async def test_delivery_before_the_start_is_a_mistake() -> None:
    slack = SlackStandIn()
    slack.connect_http("http://127.0.0.1:9/")
    with pytest.raises(RuntimeError, match="not started"):
        await slack.person("Mia").open_home()
