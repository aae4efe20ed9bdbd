"""The workspace stands on its own: rules, changes, bounds, and its conversations as text."""

import asyncio
from collections import deque
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Change, ChangeFeed, Person, SlackFile, SlackStandIn, Workspace, response_urls
from bot.sandbox.slack.delivery import socket_mode
from bot.sandbox.slack.files import FILES_KEPT, Files
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.settings import Addresses
from bot.sandbox.slack.triggers import REMEMBERED, Triggers
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.demo_app import form, input_block, option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.test_block_kit import RICH, VIDEO


@pytest.fixture
def workspace(clock: ManualClock) -> Workspace:
    return Workspace(clock)


def test_a_new_workspace_has_its_people_and_channels(workspace: Workspace) -> None:
    people = [member for member in workspace.members.values() if not member.is_bot]
    assert [(member.name, member.is_admin) for member in people] == [("Mia", True), ("Sam", False)]
    bot = workspace.app.bot_user_id
    assert [(channel.name, channel.is_private, bot in channel.members) for channel in workspace.channels.values()] == [
        ("general", False, True),
        ("marketing", False, True),
        ("secret-launch", True, False),
    ]


def test_strangers_are_key_errors(workspace: Workspace, slack: SlackStandIn) -> None:
    for look in (lambda: workspace.channel("x"), lambda: workspace.deactivate("x"), lambda: slack.person("x")):
        with pytest.raises(KeyError):
            look()


def test_people_and_channels_are_added_and_leave(workspace: Workspace) -> None:
    zoe = workspace.add_person("Zoe")
    channel = workspace.add_channel("new", private=True)
    assert zoe.id in channel.members
    direct = workspace.direct_channel(zoe.id)
    workspace.deactivate("zoe")
    assert zoe.id not in channel.members
    assert zoe.id in direct.members


async def test_changes_reach_callbacks_and_readers_in_order(workspace: Workspace) -> None:
    seen: list[str] = []
    stop = workspace.changes.on_change(lambda change: seen.append(change.kind))
    general = workspace.channel("general").id
    following = workspace.changes.follow()
    first = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    message = workspace.post(Message(general, workspace.new_ts(), "U1", "hi", []))
    workspace.edited(message)
    workspace.delete(message)
    stop()
    workspace.archive("general")
    assert await first == Change("message.posted", general, ts=message.ts)
    assert (await anext(following)).kind == "message.changed"
    assert seen == ["message.posted", "message.changed", "message.deleted"]
    await following.aclose()


def test_a_slow_reader_loses_the_oldest_changes() -> None:
    feed = ChangeFeed(backlog=2)
    with feed.listening() as queue:
        for ts in "123":
            feed.tell(Change("message.posted", ts=ts))
        assert [queue.get_nowait().ts for _ in range(2)] == ["2", "3"]


def test_messages_of_all_channels_are_in_order(workspace: Workspace) -> None:
    for name in ("general", "marketing", "general"):
        workspace.post(Message(workspace.channel(name).id, workspace.new_ts(), "U1", name, []))
    assert [message.text for message in workspace.messages] == ["general", "marketing", "general"]


def test_what_is_remembered_is_bounded(clock: ManualClock, workspace: Workspace) -> None:
    channel = workspace.channel("general")
    channel.messages = deque(maxlen=2)
    first = workspace.post(Message(channel.id, workspace.new_ts(), "U1", "x", []))
    for _ in range(3):
        workspace.post(Message(channel.id, workspace.new_ts(), "U1", "x", [], thread_ts=first.ts))
    assert len(channel.messages) == 2
    workspace.delete(channel.messages[0])
    triggers = Triggers(clock)
    ids = [triggers.issue("U1") for _ in range(REMEMBERED + 1)]
    with pytest.raises(Exception, match="invalid_trigger_id"):
        triggers.exchange(ids[0])
    files = Files(Addresses(), ManualClock())
    for number in range(FILES_KEPT + 1):
        files.add(SlackFile(str(number), "a", "U1", 1))
    assert files.find("0") is None


def test_uploads_that_nobody_sees_go_before_those_that_are_shown() -> None:
    files = Files(Addresses(), ManualClock())
    for number in range(FILES_KEPT):
        file = files.add(SlackFile(str(number), "a", "U1", 1))
        if number != 7:
            files.share([file])
    newest = files.add(SlackFile("new", "a", "U1", 1))
    assert (files.find("0") is not None, files.find("7")) == (True, None)
    files.share([newest])
    files.add(SlackFile("newer", "a", "U1", 1))
    assert (files.find("0"), files.find("newer") is not None) == (None, True)


async def test_old_response_urls_and_tickets_are_forgotten(
    slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch, app: Listener
) -> None:
    monkeypatch.setattr(response_urls, "REMEMBERED", 1)
    monkeypatch.setattr(socket_mode, "TICKETS", 1)
    first, _ = (slack._backend.response_urls.issue("U1", "C1") for _ in range(2))
    assert await app.post(first, {"text": "x"}) == (404, "expired_url")
    tickets = [slack._backend.sockets.ticket() for _ in range(2)]
    assert tickets[0] not in slack._backend.sockets._tickets


async def test_waiting_wakes_on_a_change_and_fails_with_the_conversation(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    waiting = asyncio.create_task(slack.wait_until(lambda: slack.messages("general")[0]))
    await client.chat_postMessage(channel="general", text="at last")
    assert (await waiting).text == "at last"
    with pytest.raises(TimeoutError, match="at last"):
        await slack.wait_until(lambda: False, seconds=0.01)


async def test_the_conversation_reads_as_text(
    slack: SlackStandIn, client: AsyncWebClient, mia: Person, app: Listener
) -> None:
    general = slack.workspace.channel("general").id
    root = await mia.say("general", "make <this> & that, @Sam")
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain("Done")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"for <@{mia.id}> in <#{general}>\n<https://x.io|link> <!here>"},
            "fields": [{"type": "mrkdwn", "text": "<https://y.io>"}],
            "accessory": {"type": "image", "image_url": "http://127.0.0.1/t.png", "alt_text": "thumb"},
        },
        {"type": "divider"},
        {"type": "image", "image_url": "http://127.0.0.1/a.png", "alt_text": "a fox"},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": plain("Vary")},
                {"type": "static_select", "options": [option("Wide")]},
                {"type": "users_select"},
            ],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "10 credits"}]},
        {"type": "markdown", "text": "# title"},
        RICH,
        VIDEO,
    ]
    posted = await client.chat_postMessage(channel=general, text="x", thread_ts=root.ts, blocks=blocks)
    await client.chat_postMessage(channel=mia.id, text="just you")
    await client.chat_postEphemeral(channel=general, user=mia.id, text="psst")
    slack.messages("general")[1].files.append({"title": "a.png"})
    await client.chat_update(channel=general, ts=posted["ts"], text="y")
    await mia.say("secret-launch", "shh")
    slack.workspace.archive("general")
    await mia.shortcut("start")
    view = form(blocks=[input_block("p", {"type": "plain_text_input"})])
    await client.views_open(trigger_id=app.last["trigger_id"], view=view)
    app.answer = {"response_action": "errors", "errors": {"p": "Not that."}}
    await mia.submit(await mia.wait_for_view(), {"p": "x"})
    assert slack.transcript() == TRANSCRIPT.strip("\n")


TRANSCRIPT = """
#general (archived)
  09:00 Mia:
      make <this> & that, @Sam
      09:00 bloom (edited):
          Done
          for @Mia in #general
          link (https://x.io) @here
          https://y.io
          [image: thumb → http://127.0.0.1/t.png]
          ────
          [image: a fox → http://127.0.0.1/a.png]
          [Vary] [static_select: Wide] [users_select]
          10 credits
          # title
          hello https://example.com@U1#C1:wave:@heresaidcode
          • one
          [image: v → https://example.com/v]
          [file: a.png]
  09:00 bloom (only Mia sees this):
      psst
🔒secret-launch
  09:00 Mia:
      shh
Mia and bloom
  09:00 bloom:
      just you
Mia sees the form “Create an image”
    P: [plain_text_input]
    ⚠ Not that.
"""
