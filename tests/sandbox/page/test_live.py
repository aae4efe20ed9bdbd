"""The page hears of every change that is before a person's eyes, of nothing else, and at the pace of its reader."""

import asyncio
import contextlib
import json
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import WSCloseCode, WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.page import live as live_module
from bot.sandbox.page import serving_page
from bot.sandbox.page.live import CHANGES_KEPT
from bot.sandbox.slack import SlackStandIn
from tests.sandbox.page.visitor import Json, Live, Visitor
from tests.sandbox.slack.demo_app import form, plain
from tests.sandbox.slack.listener import Listener

PIECE = 2**16
SECRETS = ("shh", "xoxb-test", "xapp-sandbox")


async def said_until(live: Live, text: str) -> list[Json]:
    """Collect the messages until one says this."""
    said: list[Json] = []
    while not said or said[-1]["text"] != text:
        said.append((await live.until("message"))["message"])
    return said


async def test_first_frame_is_everything(mia: Visitor, slack: SlackStandIn) -> None:
    async with mia.look() as live:
        frame = live.frames[0]
    assert sorted(frame) == sorted(
        ["kind", "me", "team", "app", "people", "groups", "channels", "messages", "views", "home", "bloom", "exchanges"]
    )
    assert (frame["kind"], frame["me"]["name"], frame["team"]["name"]) == ("workspace", "Mia", "Bloom Sandbox")
    assert [one["kind"] for one in frame["channels"]] == ["public", "public", "private", "im"]
    assert slack.workspace.find_direct_channel(frame["me"]["id"])


@pytest.mark.parametrize("reference", ["mia", "@Mia", "U0000000001"])
async def test_person_is_named_by_handle_or_id(http: aiohttp.ClientSession, page: str, reference: str) -> None:
    async with Visitor(http, page, reference).look() as live:
        assert live.frames[0]["me"]["handle"] == "mia"


async def test_message_is_heard_of_when_it_comes_changes_and_goes(
    client: AsyncWebClient, mia: Visitor, general: str
) -> None:
    async with mia.look() as live:
        ts = (await client.chat_postMessage(channel=general, text="one"))["ts"]
        message = (await live.until("message"))["message"]
        assert (message["ts"], message["text"], message["edited"]) == (ts, "one", False)
        await client.chat_update(channel=general, ts=ts, text="two")
        message = (await live.until("message"))["message"]
        assert (message["ts"], message["text"], message["edited"]) == (ts, "two", True)
        await client.chat_delete(channel=general, ts=ts)
        assert await live.until("gone") == {"kind": "gone", "channel": general, "ts": ts}


async def test_reply_that_goes_is_no_longer_counted(client: AsyncWebClient, mia: Visitor, general: str) -> None:
    root = (await client.chat_postMessage(channel=general, text="root"))["ts"]
    reply = (await client.chat_postMessage(channel=general, text="reply", thread_ts=root))["ts"]
    async with mia.look() as live:
        await client.chat_delete(channel=general, ts=reply)
        await live.until("gone")
        assert (await live.until("message"))["message"]["reply_ts"] == []


async def test_forms_and_home_are_heard_of(
    app: Listener, client: AsyncWebClient, mia: Visitor, slack: SlackStandIn
) -> None:
    async with mia.look() as live:
        await mia.act("shortcut", callback_id="from_anywhere")
        opened = await client.views_open(trigger_id=app.last["trigger_id"], view=form())
        (view,) = (await live.until("views"))["views"]
        assert (view["id"], view["submit"]["text"]) == (opened["view"]["id"], "Create")
        await client.views_update(view_id=view["id"], view=form(title=plain("Other")))
        (view,) = (await live.until("views"))["views"]
        assert view["title"]["text"] == "Other"
        await mia.act("close", view_id=view["id"])
        assert (await live.until("views"))["views"] == []
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        await client.views_publish(user_id=slack.person("Mia").id, view=home)
        assert (await live.until("home"))["home"]["blocks"][0]["type"] == "divider"


async def test_channels_are_heard_of_and_messages_come_with_membership(
    mia: Visitor, sam: Visitor, slack: SlackStandIn
) -> None:
    people = [slack.workspace.members[slack.person("Sam").id]]
    plans = slack.workspace.add_channel("plans", private=True, people=people)
    await sam.act("write", channel=plans.id, text="the plan")
    async with mia.look() as live:
        assert "plans" not in json.dumps(live.frames)
        slack.workspace.archive("marketing")
        channels = (await live.until("channels"))["channels"]
        assert {one["name"]: one["archived"] for one in channels}["marketing"]
        await sam.act("write", channel=plans.id, text="/invite @mia")
        everything = await live.until("workspace")
        assert "the plan" in [one["text"] for one in everything["messages"]]
        slack.workspace.leave(plans.id, slack.person("Mia").id)
        everything = await live.until("workspace")
        assert "the plan" not in json.dumps(everything)


async def test_nothing_of_others_is_heard(
    app: Listener, client: AsyncWebClient, mia: Visitor, sam: Visitor, slack: SlackStandIn, general: str
) -> None:
    mias = slack.person("Mia").id
    slack.workspace.leave("marketing", slack.person("Sam").id)
    await mia.act("write", channel=slack.workspace.direct_channel(mias).id, text="hush: before")
    async with sam.look() as live:
        channels = {one["name"]: one["member"] for one in live.frames[0]["channels"]}
        assert channels == {"general": True, "marketing": False, "secret-launch": True, "directmessage": True}
        marketing = slack.workspace.channel("marketing").id
        await mia.act("write", channel=marketing, text="hush: a channel Sam is not in")
        await client.chat_postEphemeral(channel=general, user=mias, text="hush: ephemeral")
        await client.chat_postMessage(channel=mias, text="hush: direct")
        await mia.act("shortcut", callback_id="from_anywhere")
        await client.views_open(trigger_id=app.last["trigger_id"], view=form(title=plain("hush: form")))
        home = {"type": "home", "blocks": [{"type": "header", "text": plain("hush: home")}]}
        await client.views_publish(user_id=mias, view=home)
        await mia.act("write", channel=general, text="for all")
        await said_until(live, "for all")
    shown = [{**frame, "exchanges": None} for frame in live.frames if frame["kind"] != "exchange"]
    assert "hush" not in json.dumps(shown)


async def test_several_people_hear_the_same_at_once(mia: Visitor, sam: Visitor, general: str) -> None:
    async with mia.look() as one, mia.look() as two, sam.look() as three:
        await asyncio.gather(*(sam.act("write", channel=general, text=f"{n}") for n in range(5)))
        for live in (one, two, three):
            heard = {(await live.until("message"))["message"]["text"] for _ in range(5)}
            assert heard == {"0", "1", "2", "3", "4"}


async def test_changes_of_one_thing_are_told_once(mia: Visitor, slack: SlackStandIn, general: str) -> None:
    workspace = slack.workspace
    async with mia.look() as live:
        message = workspace.post(workspace.bot_message(general, "0", []))
        for n in range(1, 101):
            message.revise(str(n), [])
            workspace.edited(message)
        workspace.post(workspace.bot_message(general, "end", []))
        said = await said_until(live, "end")
    assert [one["text"] for one in said] == ["100", "end"]


async def test_too_many_changes_are_one_new_workspace(mia: Visitor, slack: SlackStandIn, general: str) -> None:
    workspace = slack.workspace
    async with mia.look() as live:
        for n in range(CHANGES_KEPT + 1):
            workspace.post(workspace.bot_message(general, str(n), []))
        everything = await live.until("workspace")
        assert len(everything["messages"]) == CHANGES_KEPT + 1
        workspace.post(workspace.bot_message(general, "end", []))
        assert [one["text"] for one in await said_until(live, "end")] == ["end"]


async def test_slow_reader_still_sees_how_everything_ended(
    http: aiohttp.ClientSession, page: str, slack: SlackStandIn, general: str
) -> None:
    workspace, long = slack.workspace, "x" * 39_000
    reader, writer = await knock(page)
    messages = [workspace.post(workspace.bot_message(general, long, [])) for _ in range(100)]
    for n in range(300):
        message = messages[n % 100]
        message.revise(f"{n} {long}", [])
        workspace.edited(message)
        await asyncio.sleep(0)
    workspace.post(workspace.bot_message(general, "the end", []))
    async with asyncio.timeout(5):
        data = await read_on(reader, b"the end")
    assert len(data) < 300 * len(long)
    assert all(f'"text": "{n} '.encode() in data for n in range(200, 300))
    await hang_up(writer)


async def test_reader_that_takes_nothing_is_dropped(
    page: str, slack: SlackStandIn, general: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "SEND_SECONDS", 0.05)
    reader, writer = await knock(page)
    workspace = slack.workspace
    for _ in range(400):
        workspace.post(workspace.bot_message(general, "x" * 39_000, []))
        await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        data = await read_on(reader, b"never said")
    assert len(data) < 400 * 39_000
    await hang_up(writer)


async def read_on(reader: asyncio.StreamReader, end: bytes) -> bytes:
    """Read until this is said, or to the end of the connection."""
    data = bytearray()
    with contextlib.suppress(ConnectionError):
        while end not in data[-2 * PIECE :] and (piece := await reader.read(PIECE)):
            data += piece
    return bytes(data)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def knock(page: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open the WebSocket by hand, so that nothing reads what comes."""
    address = urlsplit(page)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=PIECE)
    writer.write(
        f"GET /live?as=mia HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2l4dGVlbiBieXRlcyEhIQ==\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()
    return reader, writer


async def test_bloom_is_heard_of_when_it_changes(
    mia: Visitor, bloom: BloomStandIn, http: aiohttp.ClientSession
) -> None:
    async with mia.look() as live:
        assert not live.frames[0]["bloom"]["down"]
        async with http.post(f"{mia.address}/bloom", json={"down": True}):
            assert (await live.until("bloom"))["bloom"]["down"]
        bloom.faults.down = False
        await live.until("bloom", lambda frame: not frame["bloom"]["down"])


async def test_every_request_is_heard_of(
    mia: Visitor, bloom: BloomStandIn, http: aiohttp.ClientSession, client: AsyncWebClient, general: str
) -> None:
    headers = {"x-api-key": SANDBOX_API_KEY}
    async with mia.look() as live:
        await mia.act("write", channel=general, text="/bloom")
        assert (await live.until("exchange"))["exchange"]["kind"] == "slack"
        await client.chat_postMessage(channel=general, text="x")
        assert (await live.until("exchange"))["exchange"]["kind"] == "call"
        async with http.get(f"{bloom.api_url}/credits", headers=headers):
            assert (await live.until("exchange"))["exchange"]["kind"] == "bloom"
        assert (await live.until("bloom"))["bloom"]["requests"]["left"] < 120
    async with mia.look() as again:
        assert len(again.frames[0]["exchanges"]) == 3


async def test_no_secret_reaches_the_page(
    app: Listener, client: AsyncWebClient, mia: Visitor, http: aiohttp.ClientSession, general: str
) -> None:
    async with mia.look() as live:
        await mia.act("write", channel=general, text="/bloom")
        opened = form(private_metadata="between us", notify_on_close=True)
        view = (await client.views_open(trigger_id=app.last["trigger_id"], view=opened))["view"]
        await client.views_update(view_id=view["id"], view=opened)
        await mia.act("act", view_id=view["id"], block_id="size", action_id="size", values={"size": {"size": "large"}})
        app.answer = {"response_action": "update", "view": opened}
        await mia.act("submit", view_id=view["id"], values={"prompt": {"prompt": "x"}})
        app.answer = ""
        await mia.act("close", view_id=view["id"])
        home = {"type": "home", "blocks": [{"type": "divider"}], "private_metadata": "between us"}
        await client.views_publish(user_id=live.frames[0]["me"]["id"], view=home)
        await mia.act("home", tab="home")
        await app.post(app.received[0]["response_url"], {"text": "done"})
        await said_until(live, "done")
    async with mia.look() as again, http.get(f"{mia.address}/bloom") as panel:
        everything = json.dumps([*live.frames, *again.frames]) + await panel.text()
    assert [secret for secret in SECRETS if secret in everything] == []
    shown = [frame for frame in live.frames if frame["kind"] != "exchange"]
    assert "between us" not in json.dumps(shown)


async def test_page_says_nothing_to_what_a_browser_says(mia: Visitor, general: str) -> None:
    async with mia.look() as live:
        await live.socket.send_str("hello")
        await mia.act("write", channel=general, text="x")
        await said_until(live, "x")
        await live.socket.send_str("x" * 2000)
        async with asyncio.timeout(2):
            while (message := await live.socket.receive()).type is WSMsgType.TEXT:
                pass
        assert message.data == WSCloseCode.MESSAGE_TOO_BIG


async def test_server_that_ends_says_goodbye_at_once(
    slack: SlackStandIn, bloom: BloomStandIn, http: aiohttp.ClientSession
) -> None:
    async with serving_page(slack, bloom) as address:
        sockets = [await http.ws_connect(f"{address}/live?as=sam") for _ in range(3)]
        silent, writer = await knock(address)
        farewells = [asyncio.ensure_future(farewell(socket)) for socket in sockets]
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 1.5
    assert await asyncio.gather(*farewells) == [WSCloseCode.GOING_AWAY] * 3
    assert await read_on(silent, b"never said")
    await hang_up(writer)


async def farewell(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """Read until the other side closes, and return its reason."""
    async for _ in socket:
        pass
    return socket.close_code
