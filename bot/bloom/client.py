"""Bloom's API as the core knows it: every method of the `Bloom` port names the call it makes, and no more."""

from collections.abc import Sequence
from typing import TypeVar

import httpx

from bot.bloom.transport import TIMEOUTS, Credential, Transport
from bot.bloom.wire import accounts, brands, generations, images, library
from bot.bloom.wire.call import Call
from bot.core.clock import Clock
from bot.core.models import (
    Account,
    AspectRatio,
    BloomWorkspace,
    Brand,
    BrandDetail,
    Credits,
    Image,
    LibraryMatch,
    Page,
    Parameters,
    UploadedImage,
)

T = TypeVar("T")


class BloomApi:
    """Bloom at one address, for any number of credentials."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        attempts: int = 4,
        timeouts: httpx.Timeout = TIMEOUTS,
    ) -> None:
        self._transport = Transport(base_url, clock=clock, attempts=attempts, timeouts=timeouts)

    def with_credential(self, credential: str) -> "BloomClient":
        """Return the API for an API key or an access token."""
        return BloomClient(self._transport, credential)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


class BloomClient:
    """Every operation of Bloom's API with one credential; as much of it as the core needs is its `Bloom` port."""

    def __init__(self, transport: Transport, credential: str) -> None:
        self._transport = transport
        self._credential = Credential(credential)

    async def _call(self, call: Call[T]) -> T:
        return await self._transport.carry_out(call, self._credential)

    async def account(self) -> Account:
        return await self._call(accounts.account())

    async def credits(self, bloom_workspace_id: str | None = None) -> Credits:
        return await self._call(accounts.credit_balance(bloom_workspace_id))

    async def workspaces(self) -> tuple[BloomWorkspace, ...]:
        return await self._call(accounts.workspaces())

    async def brands(
        self, *, cursor: str | None = None, limit: int = 100, bloom_workspace_id: str | None = None
    ) -> Page[Brand]:
        return await self._call(brands.brands(cursor, limit, bloom_workspace_id))

    async def brand(self, brand_id: str, *, wait: float | None = None) -> BrandDetail:
        return await self._call(brands.brand(brand_id, wait))

    async def create_brand(
        self,
        url: str,
        *,
        logo_url: str | None = None,
        collect_images: bool = True,
        bloom_workspace_id: str | None = None,
    ) -> str:
        call = brands.create_brand(
            url, logo_url=logo_url, collect_images=collect_images, bloom_workspace_id=bloom_workspace_id
        )
        return await self._call(call)

    async def delete_brand(self, brand_id: str) -> None:
        await self._call(brands.delete_brand(brand_id))

    async def set_logo(self, brand_id: str, logo_url: str) -> None:
        await self._call(brands.set_logo(brand_id, logo_url))

    async def upload_logo(self, brand_id: str, name: str, content: bytes, mime_type: str) -> None:
        await self._call(brands.upload_logo(brand_id, name, content, mime_type))

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        return await self._call(generations.generate(parameters))

    async def edit(self, image_id: str, parameters: Parameters) -> str:
        return await self._call(generations.edit(image_id, parameters))

    async def resize(self, image_id: str, brand_id: str, aspect_ratio: AspectRatio) -> str:
        return await self._call(generations.resize(image_id, brand_id, aspect_ratio))

    async def remove_background(self, image_id: str, brand_id: str) -> str:
        return await self._call(generations.remove_background(image_id, brand_id))

    async def vectorize(self, image_id: str, brand_id: str) -> str:
        return await self._call(generations.vectorize(image_id, brand_id))

    async def image(self, image_id: str, *, wait: float | None = None) -> Image:
        return await self._call(images.image(image_id, wait))

    async def images(
        self,
        *,
        ids: Sequence[str] = (),
        wait: float | None = None,
        brand_id: str | None = None,
        bloom_workspace_id: str | None = None,
        source: str | None = None,
        status: str | None = None,
        action: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Image]:
        call = images.images(
            ids=ids,
            wait=wait,
            brand_id=brand_id,
            bloom_workspace_id=bloom_workspace_id,
            source=source,
            status=status,
            action=action,
            cursor=cursor,
            limit=limit,
        )
        return await self._call(call)

    async def delete_image(self, image_id: str) -> None:
        await self._call(images.delete_image(image_id))

    async def delete_images(self, ids: Sequence[str]) -> int:
        return await self._call(images.delete_images(ids))

    async def upload_image(self, brand_id: str, image_url: str) -> UploadedImage:
        return await self._call(library.upload_image(brand_id, image_url))

    async def upload_image_file(self, brand_id: str, name: str, content: bytes, mime_type: str) -> UploadedImage:
        return await self._call(library.upload_image_file(brand_id, name, content, mime_type))

    async def search_library(
        self,
        brand_id: str,
        query: str,
        *,
        limit: int = 10,
        cursor: str | None = None,
        max_distance: float = 0.7,
    ) -> Page[LibraryMatch]:
        call = library.search_library(brand_id, query, limit=limit, cursor=cursor, max_distance=max_distance)
        return await self._call(call)
