"""The files of images at Bloom, from no other host than `image_hosts` allows.

Who has the address may open them, so no credential goes along.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import aiohttp

from bot.bloom.image_hosts import ImageHosts
from bot.bloom.network import USER_AGENT, make_session, proxy_address
from bot.core.errors import BloomError, BloomRefused, BloomTimeout, BloomUnavailable
from bot.core.models import PictureFile
from bot.pictures.kinds import EXTENSIONS, kind_of

LARGEST = 20 * 1024 * 1024
PEEK_PATIENCE, FETCH_PATIENCE = 2.0, 30.0
"""Real seconds, redirects included."""
HOPS = 4
PEEK = 4096
"""Bytes at the beginning of a file that tell its kind."""
MOVED = (301, 302, 303, 307, 308)
FAILED, TOO_LARGE = "DOWNLOAD_FAILED", "FILE_TOO_LARGE"


class BloomFiles:
    """The core's `ImageFiles`."""

    def __init__(self, api_url: str, further_hosts: Collection[str] = ()) -> None:
        self._hosts = ImageHosts(api_url, further_hosts)
        self._session: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def mime_type(self, url: str) -> str | None:
        """Return what kind of file an image is, without fetching it; None where nobody says so, or not in time."""
        try:
            async with asyncio.timeout(PEEK_PATIENCE):
                return await self._said(url) or await self._seen(url)
        except (BloomError, TimeoutError):
            return None

    async def fetch(self, url: str) -> PictureFile:
        """Return the file. Raises BloomRefused (DOWNLOAD_FAILED, FILE_TOO_LARGE), BloomUnavailable."""
        try:
            async with asyncio.timeout(FETCH_PATIENCE), self._open("GET", url) as answer:
                _check(answer)
                content = await _whole(answer)
        except TimeoutError as error:
            raise BloomTimeout("an image did not arrive in time") from error
        if (kind := kind_of(content)) is None:
            raise BloomRefused(FAILED, 400, "the file is no picture")
        return PictureFile(f"image.{EXTENSIONS[kind]}", content, kind)

    async def _said(self, url: str) -> str | None:
        """Ask for the head alone, which not every server gives."""
        async with self._open("HEAD", url) as answer:
            return _picture_type(answer) if answer.status == 200 else None

    async def _seen(self, url: str) -> str | None:
        """Ask for the beginning, which some servers give in full."""
        async with self._open("GET", url, Range=f"bytes=0-{PEEK - 1}") as answer:
            if answer.status not in (200, 206):
                return None
            start = bytearray()
            while len(start) < PEEK and (part := await answer.content.read(PEEK - len(start))):
                start += part
            return kind_of(bytes(start)) or _picture_type(answer)

    @asynccontextmanager
    async def _open(self, method: str, url: str, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask for a file, and where that leads. Raises BloomError."""
        if not self._hosts.owns(url):
            raise BloomRefused(FAILED, 400, "it is not Bloom's")
        try:
            for _ in range(1 + HOPS):
                async with self._ask(method, url, headers) as answer:
                    if answer.status not in MOVED:
                        yield answer
                        return
                    onward = urljoin(url, answer.headers.get("Location", ""))
                if not self._hosts.may_follow(url, onward):
                    raise BloomRefused(FAILED, 400, "it leads away from Bloom")
                url = onward
        except (aiohttp.ClientError, ValueError) as error:
            raise BloomUnavailable(f"an image: {type(error).__name__}") from error
        raise BloomRefused(FAILED, 400, "it leads ever further")

    @asynccontextmanager
    async def _ask(self, method: str, url: str, headers: dict[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        self._session = self._session or make_session()
        asked, proxy = {"User-Agent": USER_AGENT, **headers}, proxy_address(url)
        async with self._session.request(method, url, headers=asked, proxy=proxy, allow_redirects=False) as answer:
            yield answer


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 500 or answer.status == 429:
        raise BloomUnavailable(f"an image: status {answer.status}")
    if answer.status != 200:
        raise BloomRefused(FAILED, answer.status)


def _picture_type(answer: aiohttp.ClientResponse) -> str | None:
    kind = answer.content_type.lower()
    return kind if kind.startswith("image/") else None


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in answer.content.iter_chunked(64 * 1024):
        content += part
        if len(content) > LARGEST:
            raise BloomRefused(TOO_LARGE, 400)
    return bytes(content)
