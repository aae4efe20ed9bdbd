"""chat.*: what may be posted, edited and deleted, where, and whom it calls upon."""

import json
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackStandIn
from tests.sandbox.slack.demo_app import plain
from tests.sandbox.slack.refusals import CARD, error_of, raw, refused

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


async def test_forms_carry_json_in_strings(slack: SlackStandIn, general: str) -> None:
    blocks = json.dumps([{"type": "header", "text": plain("Hi")}])
    data = {"channel": general, "blocks": blocks, "metadata": json.dumps(CARD), "text": "hi"}
    posted = await raw(slack, "chat.postMessage", data=data)
    assert posted["message"]["blocks"][0]["text"]["text"] == "Hi"
    assert posted["message"]["metadata"] == CARD
    for name, error in (("blocks", "invalid_blocks_format"), ("metadata", "invalid_metadata_format")):
        assert (await raw(slack, "chat.postMessage", data=data | {name: "{"}))["error"] == error


async def test_a_message_is_posted_edited_and_deleted(
    slack: SlackStandIn, client: AsyncWebClient, general: str
) -> None:
    posted = await client.chat_postMessage(channel=general, text="one", metadata=CARD)
    (message,) = slack.messages("general")
    assert message.ts == posted["ts"]
    edited = await client.chat_update(
        channel=general, ts=message.ts, text="two", blocks=[{"type": "header", "text": plain("Two")}]
    )
    assert edited["message"]["edited"]["user"] == slack.workspace.app.bot_user_id
    assert message.metadata == CARD
    await client.chat_update(channel=general, ts=message.ts, text="three", metadata={})
    assert message.text == "three"
    assert message.metadata is None
    assert message.blocks
    await client.chat_update(channel=general, ts=message.ts, text="three", blocks=[])
    assert message.blocks == []
    await client.chat_delete(channel=general, ts=message.ts)
    assert slack.messages("general") == []
    assert await error_of(client.chat_update(channel=general, ts=message.ts, text="x")) == "message_not_found"


async def test_time_stamps_rise_while_the_clock_stands(client: AsyncWebClient, general: str) -> None:
    stamps = [(await client.chat_postMessage(channel=general, text="x"))["ts"] for _ in range(3)]
    assert stamps == sorted(set(stamps))


async def test_membership_decides_where_the_bot_may_post(
    slack: SlackStandIn, client: AsyncWebClient, secret: str
) -> None:
    slack.workspace.add_channel("elsewhere", bot=False)
    slack.workspace.archive("marketing")
    assert (await client.chat_postMessage(channel="#elsewhere", text="x"))["ok"]
    assert await error_of(client.chat_postMessage(channel=secret, text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="nowhere", text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="marketing", text="x")) == "is_archived"


async def test_others_messages_are_theirs(client: AsyncWebClient, general: str, mia: Person) -> None:
    message = await mia.say("general", "mine")
    assert await error_of(client.chat_update(channel=general, ts=message.ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=general, ts=message.ts)) == "cant_delete_message"


async def test_an_archived_channel_takes_no_edits(slack: SlackStandIn, client: AsyncWebClient, general: str) -> None:
    posted = await client.chat_postMessage(channel=general, text="x")
    slack.workspace.archive("general")
    assert await error_of(client.chat_update(channel=general, ts=posted["ts"], text="y")) == "is_inactive"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "  "}, "no_text"),
        ({}, "no_text"),
        ({"text": "x", "attachments": [{"text": "old"}]}, "invalid_attachments"),
        ({"text": 5}, "invalid_arguments"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": CARD | {"event_payload": {"a": "x" * 9000}}}, "metadata_too_large"),
    ],
)
async def test_content_that_slack_refuses(slack: SlackStandIn, general: str, content: Any, error: str) -> None:
    assert (await raw(slack, "chat.postMessage", json={"channel": general, **content}))["error"] == error
    assert slack.messages("general") == []


async def test_an_edit_is_shorter_than_a_message(client: AsyncWebClient, general: str) -> None:
    posted = await client.chat_postMessage(channel=general, text="x" * 40_000)
    edit = client.chat_update(channel=general, ts=posted["ts"], text="x" * 4_001)
    assert await error_of(edit) == "msg_too_long"
    assert await error_of(client.api_call("chat.update", json={"channel": general, "ts": posted["ts"]})) == "no_text"


async def test_missing_arguments_are_named(client: AsyncWebClient) -> None:
    answer = await refused(client.api_call("chat.postMessage", json={"text": "x"}))
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


async def test_permalinks_lead_into_the_thread(client: AsyncWebClient, general: str) -> None:
    root = (await client.chat_postMessage(channel=general, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=general, text="r", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel=general, message_ts=reply))["permalink"]
    url = (await client.auth_test())["url"]
    assert url == "https://bloom-sandbox.slack.com/"
    assert link == f"{url}archives/{general}/p{reply.replace('.', '')}?thread_ts={root}&cid={general}"
    link = (await client.chat_getPermalink(channel=general, message_ts=root))["permalink"]
    assert link == f"{url}archives/{general}/p{root.replace('.', '')}"
    assert await error_of(client.chat_getPermalink(channel=general, message_ts="1.0")) == "message_not_found"


async def test_an_ephemeral_message_is_for_one_member(
    slack: SlackStandIn, client: AsyncWebClient, general: str, mia: Person
) -> None:
    shown = await client.chat_postEphemeral(channel=general, user=mia.id, text="psst")
    assert [message.ts for message in mia.ephemerals] == [shown["message_ts"]]
    assert slack.person("Sam").ephemerals == []
    assert slack.messages("general") == []
    edit = client.chat_update(channel=general, ts=shown["message_ts"], text="x")
    assert await error_of(edit) == "message_not_found"
    slack.workspace.leave("general", mia.id)
    call = client.chat_postEphemeral(channel=general, user=mia.id, text="x")
    assert await error_of(call) == "user_not_in_channel"


async def test_an_ephemeral_message_needs_the_bot_and_carries_no_files(
    slack: SlackStandIn, client: AsyncWebClient, general: str, mia: Person
) -> None:
    elsewhere = slack.workspace.add_channel("elsewhere", bot=False).id
    call = client.chat_postEphemeral(channel=elsewhere, user=mia.id, text="x")
    assert await error_of(call) == "not_in_channel"
    file = mia.upload("a.gif", GIF)
    image = {"type": "image", "slack_file": {"id": file.id}, "alt_text": "a"}
    call = client.chat_postEphemeral(channel=general, user=mia.id, text="x", blocks=[image])
    assert await error_of(call) == "invalid_blocks"


@pytest.mark.parametrize(
    ("text", "pings"),
    [
        ("look <!channel> <!here|here>", ["<!channel>", "<!here>"]),
        ("hi <@U123|mia> <@U123>", ["<@U123>"]),
        ("team <!subteam^S1>", ["<!subteam^S1>"]),
        ("&lt;!channel&gt; @here <https://x|link>", []),
    ],
)
async def test_pings_are_recorded(
    slack: SlackStandIn, client: AsyncWebClient, general: str, text: str, pings: list[str]
) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    await client.chat_postMessage(channel=general, text="x", blocks=[section])
    await client.chat_postMessage(channel=general, text=text)
    assert [message.pings for message in slack.messages("general")] == [pings, pings]


async def test_pings_in_rich_text_and_edits_are_recorded_but_plain_text_pings_nobody(
    slack: SlackStandIn, client: AsyncWebClient, general: str
) -> None:
    pieces = [{"type": "broadcast", "range": "channel"}, {"type": "user", "user_id": "U1"}]
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": pieces}]}
    await client.chat_postMessage(channel=general, text="x", blocks=[rich])
    assert slack.messages("general")[0].pings == ["<!channel>", "<@U1>"]
    await client.chat_postMessage(channel=general, text="x", blocks=[{"type": "header", "text": plain("<!here>")}])
    second = slack.messages("general")[1]
    assert second.pings == []
    await client.chat_update(channel=general, ts=second.ts, text="<!here>", blocks=[])
    assert second.pings == ["<!here>"]


async def test_an_edit_of_the_text_alone_keeps_the_blocks_as_they_are(
    slack: SlackStandIn, client: AsyncWebClient, general: str
) -> None:
    header = [{"type": "header", "text": plain("Hi")}]
    posted = await client.chat_postMessage(channel=general, text="x" * 5000, blocks=header)
    (message,) = slack.messages("general")
    blocks = message.blocks
    await client.chat_update(channel=general, ts=posted["ts"], text="y")
    assert (message.text, message.blocks) == ("y", blocks)
    await client.api_call("chat.update", json={"channel": general, "ts": posted["ts"], "blocks": header * 2})
    assert (message.text, len(message.blocks)) == ("y", 2)
