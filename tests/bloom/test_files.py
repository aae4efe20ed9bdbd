"""The files of images come from Bloom's own hosts, without credentials, bounded in size and time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.bloom import BloomFiles, files
from bot.bloom.image_hosts import ImageHosts
from bot.core.errors import BloomRefused, BloomTimeout, BloomUnavailable
from tests.fakes.file_host import TYPES, FileHost, file_host, picture

BLOOM = "https://www.trybloom.ai/api/v1"


@pytest.fixture
async def host() -> AsyncIterator[FileHost]:
    async with file_host() as opened:
        yield opened


@pytest.fixture
async def images(host: FileHost) -> AsyncIterator[BloomFiles]:
    async with aclosing(BloomFiles(f"{host.root}/api/v1")) as opened:
        yield opened


@pytest.mark.parametrize("kind", TYPES)
async def test_kind_is_told_without_fetching_the_file(host: FileHost, images: BloomFiles, kind: str) -> None:
    assert await images.mime_type(host.url(f"image.{kind}")) == TYPES[kind]
    assert host.asked == [("HEAD", f"/image.{kind}")]


@pytest.mark.parametrize("kind", TYPES)
async def test_server_that_gives_no_heads_is_asked_for_the_beginning(
    host: FileHost, images: BloomFiles, kind: str
) -> None:
    host.gives_heads, host.says = False, {f"/image.{kind}": "application/octet-stream"}
    assert await images.mime_type(host.url(f"image.{kind}")) == TYPES[kind]
    assert host.headers[1]["Range"] == "bytes=0-4095"


async def test_what_nobody_says_is_not_known(
    host: FileHost, images: BloomFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PEEK_PATIENCE", 0.05)
    host.bodies["/page.html"] = b"<html>"
    host.statuses["/broken.png"], host.says["/broken.png"] = [503], "application/octet-stream"
    host.held["/late.png"] = asyncio.Event()
    for name in ("page.html", "broken.png", "late.png"):
        assert await images.mime_type(host.url(name)) is None
    assert await images.mime_type("https://elsewhere.example/image.png") is None
    host.held["/late.png"].set()


@pytest.mark.parametrize("kind", TYPES)
async def test_file_is_what_its_content_is(host: FileHost, images: BloomFiles, kind: str) -> None:
    host.says[f"/image.{kind}"] = "image/png"
    file = await images.fetch(host.url(f"image.{kind}"))
    assert (file.content, file.mime_type) == (picture(kind), TYPES[kind])


async def test_nobody_is_shown_a_credential_or_a_cookie(host: FileHost, images: BloomFiles) -> None:
    await images.fetch(host.url("image.png"))
    assert {"authorization", "x-api-key", "cookie"} & {name.lower() for name in host.headers[0]} == set()


async def test_redirect_is_followed_one_step_away_and_no_further(host: FileHost, images: BloomFiles) -> None:
    async with file_host() as cdn, file_host() as beyond:
        host.moved = {"/img/1": "/img/2", "/img/2": cdn.url("image.png"), "/img/3": cdn.url("on.png")}
        cdn.moved = {"/on.png": beyond.url("image.png")}
        assert (await images.fetch(host.url("img/1"))).mime_type == "image/png"
        with pytest.raises(BloomRefused, match="DOWNLOAD_FAILED"):
            await images.fetch(host.url("img/3"))
        assert beyond.asked == []


async def test_redirects_end(host: FileHost, images: BloomFiles) -> None:
    host.moved = {"/round": "/round"}
    with pytest.raises(BloomRefused, match="DOWNLOAD_FAILED"):
        await images.fetch(host.url("round"))
    assert host.gets("round") == 1 + files.HOPS


async def test_host_that_is_not_blooms_is_not_asked(images: BloomFiles) -> None:
    async with file_host() as another:
        with pytest.raises(BloomRefused, match="DOWNLOAD_FAILED"):
            await images.fetch(another.url("image.png"))
        assert another.asked == []


async def test_file_that_is_too_large_is_cut_off(
    host: FileHost, images: BloomFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    host.bodies["/image.png"] = picture("png") + bytes(1000)
    with pytest.raises(BloomRefused, match="FILE_TOO_LARGE"):
        await images.fetch(host.url("image.png"))


async def test_file_that_does_not_come_may_be_asked_for_again(
    host: FileHost, images: BloomFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FETCH_PATIENCE", 0.05)
    host.statuses["/image.png"] = [503, 429]
    for _ in range(2):
        with pytest.raises(BloomUnavailable):
            await images.fetch(host.url("image.png"))
    host.held["/late.png"] = asyncio.Event()
    with pytest.raises(BloomTimeout):
        await images.fetch(host.url("late.png"))
    host.held["/late.png"].set()
    async with aclosing(BloomFiles("http://127.0.0.1:9")) as nobody:
        with pytest.raises(BloomUnavailable):
            await nobody.fetch("http://127.0.0.1:9/image.png")


async def test_what_is_no_picture_is_not_taken(host: FileHost, images: BloomFiles) -> None:
    host.statuses["/gone.png"], host.bodies["/page.html"] = [404], b"<html>Sign in</html>"
    for name in ("gone.png", "page.html"):
        with pytest.raises(BloomRefused, match="DOWNLOAD_FAILED"):
            await images.fetch(host.url(name))


@pytest.mark.parametrize(
    ("url", "is_blooms"),
    [
        ("https://www.trybloom.ai/img/1", True),
        ("https://trybloom.ai/img/1", True),
        ("https://cdn.trybloom.ai:443/a.png", True),
        ("https://images.example.com/a.png", True),
        ("https://x.images.example.com/a.png", False),
        ("https://cdn.trybloom.ai:8443/a.png", False),
        ("http://www.trybloom.ai/img/1", False),
        ("https://eviltrybloom.ai/a.png", False),
        ("https://trybloom.ai.evil.example/a.png", False),
        ("https://mia:x@trybloom.ai/a.png", False),
        ("https://trybloom.ai@evil.example/a.png", False),
        ("http://127.0.0.1:80/a.png", False),
        ("file:///etc/passwd", False),
        ("https://[broken", False),
        ("https://trybloom.ai:x/", False),
        ("", False),
    ],
)
def test_only_blooms_site_and_what_is_named_is_asked(url: str, is_blooms: bool) -> None:
    assert ImageHosts(BLOOM, ["images.example.com"]).owns(url) is is_blooms


@pytest.mark.parametrize(
    ("here", "there", "may"),
    [
        ("https://www.trybloom.ai/img/1", "https://bucket.example.com/a.png", True),
        ("https://bucket.example.com/a.png", "https://www.trybloom.ai/img/1", True),
        ("https://bucket.example.com/a.png", "https://another.example.com/a.png", False),
        ("https://www.trybloom.ai/img/1", "http://bucket.example.com/a.png", False),
        ("https://www.trybloom.ai/img/1", "http://www.trybloom.ai/img/1", False),
        ("https://www.trybloom.ai/img/1", "https://127.0.0.1/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://[::1]/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://169.254.169.254/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://localhost/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://metadata.internal/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://127.1/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://2130706433./a.png", False),
        ("https://www.trybloom.ai/img/1", "https://0x7f.0x1/a.png", False),
        ("https://www.trybloom.ai/img/1", "https://127.0.0.1./a.png", False),
        ("https://www.trybloom.ai/img/1", "https://localhost./a.png", False),
        ("https://www.trybloom.ai/img/1", "https://metadata.internal./a.png", False),
        ("https://www.trybloom.ai/img/1", "https://[64:ff9b::7f00:1]/a.png", False),
        ("https://www.trybloom.ai/img/1", "file:///etc/passwd", False),
    ],
)
def test_redirect_leads_to_the_internet_over_the_same_scheme(here: str, there: str, may: bool) -> None:
    assert ImageHosts(BLOOM).may_follow(here, there) is may


@pytest.mark.parametrize(
    ("api_url", "url", "is_blooms"),
    [
        ("https://bloom.co.uk/api", "https://cdn.bloom.co.uk/a", True),
        ("https://bloom.co.uk/api", "https://evil.co.uk/a", False),
        ("https://www.ai/api", "https://evil.ai/a", False),
        ("http://127.0.0.1:5000/api/v1", "http://127.0.0.1:5000/img/1", True),
        ("http://127.0.0.1:5000/api/v1", "http://127.0.0.1:5001/img/1", False),
        ("http://127.0.0.1:5000/api/v1", "http://localhost:5000/img/1", False),
        ("https://10.0.0.7/api", "https://1.10.0.0.7/a", False),
    ],
)
def test_site_is_no_wider_than_bloom_is(api_url: str, url: str, is_blooms: bool) -> None:
    assert ImageHosts(api_url).owns(url) is is_blooms
