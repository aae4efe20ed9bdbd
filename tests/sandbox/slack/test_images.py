"""Images are really fetched, and shown only if Slack could show them; files go up in two steps."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, SlackFile, SlackStandIn, images
from bot.sandbox.slack.images import ImageFetcher
from tests.sandbox.slack.refusals import error_of, refused


def picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(data, kind)
    return data.getvalue()


FILES: dict[str, tuple[int, str, bytes]] = {
    "good.png": (200, "image/png", picture("PNG")),
    "good.jpg": (200, "image/jpeg", picture("JPEG")),
    "good.gif": (200, "image/gif", picture("GIF")),
    "lies.png": (200, "image/png", b"<html>not an image</html>"),
    "webp.png": (200, "image/png", picture("WEBP")),
    "good.webp": (200, "image/webp", picture("WEBP")),
    "page": (200, "text/html", picture("PNG")),
    "gone.png": (404, "image/png", picture("PNG")),
    "large.png": (200, "image/png", picture("PNG") + b"x" * 70_000),
}


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    async def serve(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "moved.png":
            raise web.HTTPFound("/good.png")
        if name == "away.png":
            raise web.HTTPFound("http://example.com/good.png")
        if name == "loop.png":
            raise web.HTTPFound("/loop.png")
        if name == "slow.png":
            await asyncio.sleep(0.03)
        status, content_type, body = FILES[name.replace("slow", "good")]
        return web.Response(status=status, content_type=content_type, body=body)

    application = web.Application()
    application.router.add_get("/{name}", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(signing_secret="shh", bot_token="xoxb-test") as stand_in:
        yield stand_in


def image(url: str) -> dict[str, Any]:
    return {"type": "image", "image_url": url, "alt_text": "a red bicycle"}


@pytest.mark.parametrize("name", ["good.png", "good.jpg", "good.gif", "moved.png"])
async def test_images_that_slack_can_show_are_accepted(
    slack: SlackStandIn, client: AsyncWebClient, gallery: str, name: str
) -> None:
    await client.chat_postMessage(channel="general", text="x", blocks=[image(gallery + name)])
    assert slack.messages("general")[0].images == [gallery + name]


@pytest.mark.parametrize("name", ["lies.png", "webp.png", "good.webp", "page", "gone.png", "away.png", "loop.png"])
async def test_other_images_are_refused_with_their_place(client: AsyncWebClient, gallery: str, name: str) -> None:
    blocks = [{"type": "divider"}, image(gallery + name)]
    answer = await refused(client.chat_postMessage(channel="general", text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == ["downloading image failed [json-pointer:/blocks/1/image_url]"]


@pytest.mark.parametrize(
    "url", ["http://example.com/a.png", "ftp://127.0.0.1/a.png", "http://[", "http://127.0.0.1:9/"]
)
async def test_only_loopback_is_asked(client: AsyncWebClient, url: str) -> None:
    assert await error_of(client.chat_postMessage(channel="general", text="x", blocks=[image(url)])) == "invalid_blocks"


async def test_images_within_blocks_and_views_are_fetched_too(
    client: AsyncWebClient, gallery: str, mia: Person
) -> None:
    bad = image(gallery + "gone.png")
    context = {"type": "context", "elements": [image(gallery + "good.png"), bad]}
    answer = await refused(client.chat_postMessage(channel="general", text="x", blocks=[context]))
    assert answer["errors"] == ["downloading image failed [json-pointer:/blocks/0/elements/1/image_url]"]
    home = {"type": "home", "blocks": [bad]}
    answer = await refused(client.views_publish(user_id=mia.id, view=home))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] downloading image failed [json-pointer:/view/blocks/0/image_url]"
    ]


async def test_a_view_that_changes_while_its_picture_is_looked_at_is_another_by_then(
    client: AsyncWebClient, gallery: str, mia: Person
) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    shown = (await client.views_publish(user_id=mia.id, view=home))["view"]
    pictured = home | {"blocks": [image(gallery + "slow.png")]}
    late = error_of(client.views_update(view_id=shown["id"], hash=shown["hash"], view=pictured))
    assert (await asyncio.gather(late, client.views_publish(user_id=mia.id, view=home)))[0] == "hash_conflict"


async def test_an_edit_fetches_again(client: AsyncWebClient, slack: SlackStandIn, gallery: str) -> None:
    posted = await client.chat_postMessage(channel="general", text="x", blocks=[image(gallery + "good.png")])
    edit = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y", blocks=[image(gallery + "page")])
    assert await error_of(edit) == "invalid_blocks"
    assert slack.messages("general")[0].text == "x"


async def test_an_endless_image_is_not_read_to_its_end(gallery: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = ImageFetcher()
    assert not await fetcher.finds(gallery + "good.png")
    fetcher.start()
    assert await fetcher.finds(gallery + "large.png")
    monkeypatch.setattr(images, "LARGEST", 1000)
    assert not await fetcher.finds(gallery + "large.png")
    await fetcher.stop()


async def test_a_file_goes_up_in_two_steps_and_is_shared(client: AsyncWebClient, slack: SlackStandIn) -> None:
    root = await client.chat_postMessage(channel="general", text="root")
    uploaded = await client.files_upload_v2(
        channel=root["channel"],
        thread_ts=root["ts"],
        filename="a.png",
        title="A red bicycle",
        content=picture("PNG"),
        initial_comment="here",
    )
    reply = slack.thread("general", root["ts"])[1]
    assert (reply.text, reply.files[0]["mimetype"]) == ("here", "image/png")
    file_id = uploaded["files"][0]["id"]
    assert (await client.files_info(file=file_id))["file"]["title"] == "A red bicycle"
    block = {"type": "image", "alt_text": "a"}
    for reference in ({"id": file_id}, {"url": uploaded["files"][0]["url_private"]}):
        await client.chat_postMessage(channel="general", text="x", blocks=[{**block, "slack_file": reference}])
    for reference in ({"id": "F404"}, {"url": "https://elsewhere"}):
        post = client.chat_postMessage(channel="general", text="x", blocks=[{**block, "slack_file": reference}])
        assert await error_of(post) == "invalid_blocks"


async def test_an_upload_must_arrive_as_announced(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    finish = {"files": [{"id": announced["file_id"]}]}
    assert await error_of(client.api_call("files.completeUploadExternal", json=finish)) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(announced["upload_url"], data=b"toolong") as response:
            assert response.status == 400
        async with session.post(announced["upload_url"], data={"file": io.BytesIO(b"hello")}) as response:
            assert await response.text() == "OK - 5"
    finished = await client.api_call("files.completeUploadExternal", json=finish)
    assert finished["files"][0]["mimetype"] == "text/plain"
    async with aiohttp.ClientSession() as session, session.post(announced["upload_url"], data=b"again") as response:
        assert response.status == 400


async def test_uploads_are_refused_with_reasons(client: AsyncWebClient) -> None:
    for call in (
        client.files_getUploadURLExternal(filename="a", length=0),
        client.api_call("files.completeUploadExternal", json={"files": ["F1"]}),
    ):
        assert await error_of(call) == "invalid_arguments"
    assert await error_of(client.files_info(file="F404")) == "file_not_found"


async def test_a_private_file_is_served_to_the_bot_and_a_sign_in_page_to_others(
    slack: SlackStandIn, mia: Person, client: AsyncWebClient
) -> None:
    file = mia.upload("a.png", picture("PNG"))
    url = (await client.files_info(file=file.id))["file"]["url_private_download"]
    headers = {"Authorization": "Bearer xoxb-test"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers=headers) as response:
            assert await response.read() == picture("PNG")
        async with session.get(url) as response:
            assert (response.status, response.content_type) == (200, "text/html")
        async with session.get(url.replace(file.id, "F404"), headers=headers) as response:
            assert response.status == 404


def test_file_that_cannot_be_opened_is_no_image() -> None:
    described = PngInfo()
    described.add_text("a", "x" * 2_000_000, zip=True)
    data = io.BytesIO()
    Image.new("RGB", (1, 1)).save(data, "PNG", pnginfo=described)
    file = SlackFile("F1", "a.png", "U1", len(data.getvalue()), data=data.getvalue())
    assert file.mimetype == "application/octet-stream"
