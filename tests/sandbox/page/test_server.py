"""The page is served to the browser it is meant for, and to no other site."""

import asyncio
import io
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from PIL import Image

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.page import serving_page
from bot.sandbox.page.server import HEADERS, STATIC
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.files import LARGEST
from tests.sandbox.page.visitor import Visitor


def png() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (2, 2), "teal").save(picture, "PNG")
    return picture.getvalue()


async def raw(page: str, request: str) -> str:
    """Send a request word for word, as no client would, and return the answer's first line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(page).port)
    writer.write(request.replace("\n", "\r\n").encode())
    line = (await reader.readline()).decode().strip()
    writer.close()
    await writer.wait_closed()
    return line


async def test_every_file_of_the_page_is_served_as_what_it_is(http: aiohttp.ClientSession, page: str) -> None:
    scripts = ("text/javascript", "application/javascript")
    types = {
        ".js": scripts,
        ".css": ("text/css",),
        ".svg": ("image/svg+xml",),
        ".html": ("text/html",),
        ".csv": ("text/csv",),
    }
    for path in filter(Path.is_file, STATIC.rglob("*")):
        async with http.get(f"{page}/static/{path.relative_to(STATIC)}") as response:
            assert response.status == 200, path
            assert response.content_type in types[path.suffix]
            assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
            assert await response.read() == path.read_bytes()
    async with http.get(page) as response:
        assert await response.read() == (STATIC / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    ["..%2Fserver.py", "../server.py", "%2e%2e/server.py", "a/../../server.py", "/etc/passwd", "", "none.js"],
)
async def test_nothing_else_of_the_disk_is_served(page: str, path: str) -> None:
    host = urlsplit(page).netloc
    answer = await raw(page, f"GET /static/{path} HTTP/1.1\nHost: {host}\nConnection: close\n\n")
    assert answer.split()[1] in ("403", "404")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/files/F404", 404),
        ("PUT", "/bloom", 405),
        ("POST", "/people/mia/write", 415),
        ("POST", "/people/nobody/write", 404),
        ("POST", "/people/U0BLOOMBOT/write", 404),
        ("POST", "/people/mia/dance", 404),
        ("GET", "/live?as=nobody", 404),
        ("GET", "/live?as=bloom", 404),
        ("GET", "/live?as=mia", 400),
    ],
)
async def test_every_answer_carries_the_headers(
    http: aiohttp.ClientSession, page: str, method: str, path: str, status: int
) -> None:
    async with http.request(method, page + path) as response:
        assert response.status == status
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        if status != 200:
            assert (await response.json())["problem"]


async def test_websocket_carries_the_headers_too(http: aiohttp.ClientSession, page: str) -> None:
    async with http.ws_connect(f"{page}/live?as=mia") as socket:
        assert socket._response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/live?as=mia", "/files/F1"])
async def test_another_name_for_this_machine_is_refused(http: aiohttp.ClientSession, page: str, path: str) -> None:
    for host in ("evil.example", f"evil.example:{urlsplit(page).port}", "127.0.0.1", "127.0.0.1:1"):
        async with http.get(page + path, headers={"Host": host}) as response:
            assert response.status == 403
            assert response.headers["Content-Security-Policy"]
    async with http.get(page, headers={"Host": f"localhost:{urlsplit(page).port}"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:{port}"])
async def test_another_site_can_neither_act_nor_listen(
    http: aiohttp.ClientSession, page: str, slack: SlackStandIn, bloom: BloomStandIn, origin: str
) -> None:
    headers = {"Origin": origin.format(port=urlsplit(page).port)}
    for path in ("/bloom", "/people/mia/write", "/people/mia/files"):
        async with http.post(page + path, json={"down": True}, headers=headers) as response:
            assert response.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await http.ws_connect(f"{page}/live?as=mia", headers=headers)
    assert not bloom.faults.down
    assert slack.workspace.messages == []


async def test_the_page_itself_may_act(http: aiohttp.ClientSession, page: str, bloom: BloomStandIn) -> None:
    async with http.post(f"{page}/bloom", json={"down": True}, headers={"Origin": page}) as response:
        assert (await response.json())["bloom"]["down"]
    assert bloom.faults.down
    async with http.ws_connect(f"{page}/live?as=mia", headers={"Origin": page}) as socket:
        assert (await socket.receive_json())["bloom"]["down"]


@pytest.mark.parametrize("path", ["/bloom", "/people/mia/write"])
async def test_a_body_that_is_no_json_is_refused(http: aiohttp.ClientSession, page: str, path: str) -> None:
    async with http.post(page + path, data="{}", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    for body in (b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"down": NaN}'):
        async with http.post(page + path, data=body, headers={"Content-Type": "application/json"}) as response:
            assert response.status == 422
            assert (await response.json())["problem"]


async def test_the_panel_refuses_what_it_does_not_know(http: aiohttp.ClientSession, page: str) -> None:
    async with http.post(f"{page}/bloom", json={"weather": "fine"}) as response:
        assert response.status == 422
        assert "weather" in (await response.json())["problem"]


async def test_an_image_is_uploaded_and_shown(mia: Visitor, slack: SlackStandIn, general: str) -> None:
    status, shown = await mia.upload("../../shots/boat at sea.png", png())
    assert status == 200
    assert shown == {
        "ok": True,
        "id": shown["id"],
        "name": "boat at sea.png",
        "title": "boat at sea.png",
        "mimetype": "image/png",
        "size": len(png()),
        "url": f"/files/{shown['id']}",
    }
    async with mia.http.get(mia.address + shown["url"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", png())
        assert "Content-Disposition" not in response.headers
    async with mia.look() as live:
        await mia.act("write", channel=general, files=[shown["id"]])
        message = (await live.until("message"))["message"]
    assert message["files"] == [{name: value for name, value in shown.items() if name != "ok"}]
    assert slack.messages("general")[0].files[0]["url_private"].endswith("/boat%20at%20sea.png")


async def test_a_file_that_is_no_image_is_only_saved(mia: Visitor) -> None:
    _, shown = await mia.upload("page.html", b"<script>alert(1)</script>")
    async with mia.http.get(mia.address + shown["url"]) as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''page.html"


async def test_what_slack_would_not_take_is_not_uploaded(mia: Visitor, page: str) -> None:
    assert (await mia.upload("a.png", b""))[0] == 422
    status, answer = await mia.upload("a.png", bytes(LARGEST + 1))
    assert (status, answer["problem"]) == (422, "Files may have up to 20 MB here.")
    status, answer = await mia.upload("a.png", bytes(LARGEST + 2**21))
    assert (status, answer["problem"]) == (413, "Files may have up to 20 MB here.")
    for header in ("multipart/form-data", "multipart/form-data; boundary=a"):
        async with mia.http.post(f"{page}/people/mia/files", data=b"x", headers={"Content-Type": header}) as response:
            assert response.status in (415, 422)
            assert (await response.json())["problem"]
    for data, status in ((aiohttp.FormData({"file": "text"}), 415), (aiohttp.FormData(), 415)):
        async with mia.http.post(f"{page}/people/mia/files", data=data) as response:
            assert response.status == status
    with aiohttp.MultipartWriter("form-data") as form:
        form.append("x").set_content_disposition("form-data", name="other")
    async with mia.http.post(f"{page}/people/mia/files", data=form) as response:
        assert response.status == 422


async def test_the_next_page_may_have_the_port_of_the_last(slack: SlackStandIn, bloom: BloomStandIn) -> None:
    async with serving_page(slack, bloom) as first:
        port = urlsplit(first).port or 0
        with pytest.raises(OSError, match="in use"):
            async with serving_page(slack, bloom, port=port):
                pass
    async with serving_page(slack, bloom, port=port) as second:
        assert second == first
