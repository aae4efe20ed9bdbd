"""Fetching the images that messages and views name, as Slack does before it accepts them."""

import asyncio
import io
from typing import Final

import aiohttp
from PIL import Image
from yarl import URL

HOSTS: Final = frozenset({"127.0.0.1"})
SECONDS: Final = 3.0
LARGEST: Final = 20 * 1024 * 1024
REDIRECTS: Final = 5
FORMATS: Final = ("PNG", "JPEG", "GIF")
CONTENT_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
HEADERS: Final = {"User-Agent": "Slack-ImgProxy (+https://api.slack.com/robots)"}
"""What Slack's proxy for images says of itself."""
UNREADABLE: Final = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for bytes that are no image, or none that one should open."""


class ImageFetcher:
    """Looks whether an address really leads to a PNG, JPEG or GIF.

    Only ``HOSTS`` are asked, at every hop: the stand-in runs beside an app under test and a page
    that anyone may open, and is nobody's way into a network.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS), headers=HEADERS)

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def finds(self, url: str) -> bool:
        """Return whether Slack could show this image."""
        try:
            async with asyncio.timeout(SECONDS):
                data = await self._download(URL(url))
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        return data is not None and await asyncio.to_thread(is_image, data)

    async def _download(self, url: URL) -> bytes | None:
        for _ in range(REDIRECTS):
            if self._session is None or url.scheme not in ("http", "https") or url.host not in HOSTS:
                return None
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = url.join(URL(response.headers.get("Location", "")))
                elif response.status != 200 or response.content_type not in CONTENT_TYPES:
                    return None
                else:
                    return await _read(response)
        return None


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    data = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        data += chunk
        if len(data) > LARGEST:
            return None
    return bytes(data)


def is_image(data: bytes) -> bool:
    """Return whether these bytes are an image that Slack shows, whatever they claim to be."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            image.verify()
    except UNREADABLE:
        return False
    return True
