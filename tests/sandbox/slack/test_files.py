"""Files on their way: into messages, into nothing but a picture, out of a form, and only to who may read them."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackSite, SlackStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.blocks import section
from tests.sandbox.slack.demo_app import form, input_block
from tests.sandbox.slack.installing import CLIENT
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form, trigger
from tests.sandbox.slack.refusals import error_of, refused

CSV = b"who,credits\nMia,12\n"


def png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (6, 4), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def showing(file_id: str) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a", "slack_file": {"id": file_id}}


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Return who asks for files by their address."""
    async with aiohttp.ClientSession() as session:
        yield session


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_several_files_arrive_in_one_direct_message(client: AsyncWebClient, mia: Person) -> None:
    channel = (await client.conversations_open(users=mia.id))["channel"]["id"]
    uploads = [
        {"filename": "usage.csv", "content": CSV, "title": "Usage in November"},
        {"filename": "usage.png", "content": png()},
    ]
    await client.files_upload_v2(channel=channel, file_uploads=uploads, initial_comment="Here it is.")
    (message,) = mia.direct_messages()
    assert message.text == "Here it is."
    assert [(one["title"], one["mimetype"], one["filetype"], one["size"]) for one in message.files] == [
        ("Usage in November", "text/csv", "csv", len(CSV)),
        ("usage.png", "image/png", "png", len(png())),
    ]


@pytest.mark.parametrize(
    ("name", "kind", "filetype"),
    [
        ("rows.csv", "text/csv", "csv"),
        ("rows.TSV", "text/tab-separated-values", "tsv"),
        ("rows.txt", "text/plain", "text"),
        ("images.zip", "application/zip", "zip"),
    ],
)
async def test_file_that_is_no_picture_is_what_its_name_says(
    client: AsyncWebClient, mia: Person, name: str, kind: str, filetype: str
) -> None:
    file = (await client.files_info(file=mia.upload(name, CSV).id))["file"]
    assert (file["mimetype"], file["filetype"]) == (kind, filetype)


async def parts_of(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1 << 16):
        yield content[start : start + (1 << 16)]


@pytest.mark.parametrize("is_told", [True, False])
async def test_large_file_arrives_in_parts_and_must_be_as_long_as_announced(
    client: AsyncWebClient, slack: SlackStandIn, browser: aiohttp.ClientSession, is_told: bool
) -> None:
    content = bytes(48 << 20)
    announced = await client.files_getUploadURLExternal(filename="images.zip", length=len(content))
    for sent, status in ((content + b"x", 400), (content[:-1], 400), (content, 200)):
        headers = {"Content-Length": str(len(sent))} if is_told else {}
        async with browser.post(announced["upload_url"], data=parts_of(sent), headers=headers) as answer:
            assert answer.status == status
    general = slack.workspace.channel("general").id
    await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}], channel_id=general)
    (file,) = slack.messages("general")[0].files
    assert (file["size"], file["mimetype"]) == (len(content), "application/zip")


async def test_file_is_shared_in_several_channels(client: AsyncWebClient, slack: SlackStandIn) -> None:
    channels = [slack.workspace.channel(name).id for name in ("general", "marketing")]
    await client.files_upload_v2(channels=channels, filename="a.txt", content="x", title="a")
    assert [len(slack.messages(channel)[0].files) for channel in channels] == [1, 1]


async def test_blocks_stand_above_files_unless_there_is_a_comment(client: AsyncWebClient, mia: Person) -> None:
    channel = (await client.conversations_open(users=mia.id))["channel"]["id"]
    file: dict[str, Any] = {"channel": channel, "filename": "a.txt", "content": "x", "title": "a"}
    await client.files_upload_v2(**file, blocks=json.dumps([section("Usage")]))
    await client.files_upload_v2(**file, blocks=json.dumps([section("Usage")]), initial_comment="Here.")
    first, second = mia.direct_messages()
    assert (first.blocks[0]["text"]["text"], first.files[0]["name"]) == ("Usage", "a.txt")
    assert (second.blocks, second.text) == ([], "Here.")
    assert await error_of(client.files_upload_v2(**file, blocks='[{"type": "section"}]')) == "invalid_blocks"


@pytest.mark.parametrize("place", ["general", "#general", "U0000000001"])
async def test_file_is_shared_by_the_id_of_a_channel_alone(client: AsyncWebClient, place: str) -> None:
    answer = await refused(client.files_upload_v2(channel=place, filename="a.txt", content="x", title="a"))
    assert answer["error"] == "invalid_arguments"
    problem = "input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {problem}"]


async def test_file_is_shared_where_the_bot_is_a_member_only(client: AsyncWebClient, slack: SlackStandIn) -> None:
    channel = slack.workspace.add_channel("open", bot=False)
    call = client.files_upload_v2(channel=channel.id, filename="a.txt", content="x", title="a")
    assert await error_of(call) == "not_in_channel"


async def test_file_without_a_channel_is_good_for_a_picture(client: AsyncWebClient, slack: SlackStandIn) -> None:
    uploaded = await client.files_upload_v2(filename="chart.png", content=png(), title="chart")
    assert slack.workspace.messages == []
    await client.chat_postMessage(channel="general", text="x", blocks=[showing(uploaded["file"]["id"])])
    text = await client.files_upload_v2(filename="a.csv", content=CSV, title="a")
    vector = await client.files_upload_v2(filename="a.svg", content="<svg/>", title="a")
    for file in (text, vector):
        post = client.chat_postMessage(channel="general", text="x", blocks=[showing(file["file"]["id"])])
        assert await error_of(post) == "invalid_blocks"


async def test_picture_is_not_there_until_slack_has_looked_at_it(
    client: AsyncWebClient, slack: SlackStandIn, clock: ManualClock
) -> None:
    slack.look_at_uploads_for(2.0)
    uploaded = (await client.files_upload_v2(filename="chart.png", content=png(), title="chart"))["file"]
    assert (uploaded["mimetype"], uploaded["filetype"]) == ("", "")
    post = client.chat_postMessage(channel="general", text="x", blocks=[showing(uploaded["id"])])
    assert (await refused(post))["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    await clock.advance(1.9)
    assert (await client.files_info(file=uploaded["id"]))["file"]["mimetype"] == ""
    await clock.advance(0.1)
    assert (await client.files_info(file=uploaded["id"]))["file"]["mimetype"] == "image/png"
    await client.chat_postMessage(channel="general", text="x", blocks=[showing(uploaded["id"])])


async def test_file_out_of_a_form_is_read_with_the_bots_token(
    app: Listener, client: AsyncWebClient, mia: Person, browser: aiohttp.ClientSession
) -> None:
    await open_form(app, client, mia, blocks=[input_block("logo", {"type": "file_input", "filetypes": ["png"]})])
    await mia.submit(await mia.wait_for_view(), {"logo": [mia.upload("logo.png", png())]})
    (file,) = app.last["view"]["state"]["values"]["logo"]["logo"]["files"]
    assert (file["name"], file["filetype"], file["mimetype"], file["user"]) == ("logo.png", "png", "image/png", mia.id)
    for address in (file["url_private"], file["url_private_download"]):
        async with browser.get(address, headers=bearer("xoxb-test"), allow_redirects=False) as response:
            assert (response.status, response.content_type) == (200, "image/png")
            assert await response.read() == png()


@pytest.mark.parametrize("headers", [{}, bearer("xoxb-wrong"), {"Authorization": "Basic xoxb-test"}])
async def test_who_shows_no_token_is_sent_to_sign_in(
    client: AsyncWebClient, mia: Person, browser: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    url = (await client.files_info(file=mia.upload("a.png", png()).id))["file"]["url_private"]
    async with browser.get(url, headers=headers, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"].startswith("/?redir=/files-pri/")
    async with browser.get(url, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "Sign in" in await response.text()


async def test_another_workspaces_token_or_one_without_the_scope_reads_nothing(
    browser: aiohttp.ClientSession,
) -> None:
    async with SlackSite(**CLIENT) as site:
        acme = site.add_workspace("Acme", bot_token="xoxb-acme", granted_scopes={"files:read"})
        site.add_workspace("Other", bot_token="xoxb-other", granted_scopes={"files:read"})
        bare = site.add_workspace("Bare", bot_token="xoxb-bare", granted_scopes={"chat:write"})
        url, bare_url = (
            slack._backend.files.payload(slack.person("Mia").upload("a.png", png()))["url_private"]
            for slack in (acme, bare)
        )
        for address, token, status in (
            (url, "xoxb-acme", 200),
            (url, "xoxb-other", 302),
            (bare_url, "xoxb-bare", 302),
        ):
            async with browser.get(address, headers=bearer(token), allow_redirects=False) as response:
                assert response.status == status


async def test_asking_for_files_needs_the_right_to_read_them() -> None:
    async with SlackStandIn(granted_scopes={"chat:write"}) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        app = Listener(slack)
        await app.start()
        view = form(blocks=[input_block("logo", {"type": "file_input"})])
        opening = client.views_open(trigger_id=await trigger(app, slack.person("Mia")), view=view)
        answer = await refused(opening)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")
        await app.stop()
