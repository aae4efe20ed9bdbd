"""The files behind images: drawn when first asked for, off the event loop, and kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.images import Image
from bot.sandbox.bloom.posters import Poster, draw, draw_logo


class Pictures:
    """A cache of files; the same image is the same picture every time, so nothing is lost by forgetting."""

    def __init__(self, kept: int = 64) -> None:
        self._kept = kept
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._files)

    async def of(self, image: Image) -> bytes:
        """Return an image's file: what was uploaded, or what we draw."""
        if image.content is not None:
            return image.content
        return await self._cached(image.id, lambda: draw(_poster(image), image.file_format))

    async def logo_of(self, brand: Brand) -> bytes:
        """Return a brand's logo as PNG."""
        return await self._cached(brand.id, lambda: draw_logo(brand.name, brand.colors))

    async def _cached(self, key: str, make: Callable[[], bytes]) -> bytes:
        if key not in self._files:
            self._files[key] = await asyncio.to_thread(make)
            while len(self._files) > self._kept:
                self._files.popitem(last=False)
            return self._files.get(key) or b""
        self._files.move_to_end(key)
        return self._files[key]


def _poster(image: Image) -> Poster:
    brand = image.brand
    return Poster(
        image.subject,
        image.width,
        image.height,
        brand.colors,
        brand.name,
        image.prompt or "",
        image.transparent,
    )
