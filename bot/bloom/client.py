"""Bloom's API as methods, for any number of credentials.

Each names its call and how soon that is to go; the core's `Bloom` port is some of them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx

from bot.bloom.access import Access
from bot.bloom.budget import Budget, Priority, Slot
from bot.bloom.network import TIMEOUTS
from bot.bloom.transport import Transport
from bot.bloom.waiting import Holds, Waiting
from bot.bloom.wire import accounts, brands, generations, images, library
from bot.bloom.wire.call import Call
from bot.core.clock import Clock
from bot.core.models import (
    Account,
    BloomWorkspace,
    Brand,
    BrandDetail,
    Credits,
    Image,
    LibraryMatch,
    Page,
    Parameters,
    RateLimit,
    UploadedImage,
)
from bot.core.ports import Credential, OnQueue, RequestLog
from bot.core.tasks import Tasks

T = TypeVar("T")

CREDENTIALS_KEPT = 200
"""Credentials in memory from which on those out of use are forgotten."""


class BloomApi:
    """Bloom at one address, for any number of credentials.

    Without a request log the rate limit is exact only until a restart. Without tasks of the caller's it owns its own.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        rate_limit: RateLimit,
        requests: RequestLog | None = None,
        tasks: Tasks | None = None,
        attempts: int = 4,
        timeouts: httpx.Timeout = TIMEOUTS,
    ) -> None:
        self._transport = Transport(base_url, clock=clock, timeouts=timeouts)
        self._clock = clock
        self._rate_limit = rate_limit
        self._requests = requests
        self._tasks = Tasks() if tasks is None else tasks  # an empty one is false
        self._owns_tasks = tasks is None
        self._attempts = attempts
        self._holds = Holds()
        self._waits: dict[str, Waiting] = {}

    def with_credential(self, credential: Credential) -> "BloomClient":
        """Return the API for an API key or an access token.

        Those with the same id share a budget and looks at images. What is shown is each one's own: only the workspace
        that it stands for hears that it was refused, and no former one lives on in what is shared.
        """
        waiting = self._waits.get(credential.id) or self._open(credential.id)
        access = Access(self._transport, credential, waiting.budget, clock=self._clock, attempts=self._attempts)
        return BloomClient(access, waiting)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._owns_tasks:
            await self._tasks.stop()
        await self._transport.aclose()

    def _open(self, key: str) -> Waiting:
        """Make what all users of a credential share; what nobody uses any more is forgotten."""
        if len(self._waits) >= CREDENTIALS_KEPT:
            self._waits = {key: waiting for key, waiting in self._waits.items() if not waiting.is_idle}
        budget = Budget(
            self._rate_limit, credential_id=key, clock=self._clock, tasks=self._tasks, requests=self._requests
        )
        self._waits[key] = Waiting(budget, self._holds, clock=self._clock, tasks=self._tasks)
        return self._waits[key]


class BloomTurn:
    """The right to make something new; the first operation uses it up, any further one stands in line again."""

    def __init__(self, access: Access, asker: str, slot: Slot) -> None:
        self._access = access
        self._asker = asker
        self._slot: Slot | None = slot

    async def _call(self, call: Call[T]) -> T:
        slot, self._slot = self._slot, None
        return await self._access.carry_out(call, Priority.NEW, asker=self._asker, slot=slot)

    def end(self) -> None:
        """Give back what was not used."""
        if self._slot:
            self._access.budget.give_back(self._slot)
            self._slot = None

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        return await self._call(generations.order(parameters))


class BloomClient:
    """Every operation of Bloom's API with one credential; as much of it as the core needs is its `Bloom` port."""

    def __init__(self, access: Access, waiting: Waiting) -> None:
        self._access = access
        self._waiting = waiting

    async def _call(self, call: Call[T], priority: Priority = Priority.PERSON) -> T:
        return await self._access.carry_out(call, Priority.WAIT if call.hold else priority)

    @property
    def left(self) -> int:
        """Return how many requests the rate limit allows now."""
        return self._access.budget.left

    @asynccontextmanager
    async def turn(self, asker: str, *, on_queue: OnQueue | None = None) -> AsyncIterator[BloomTurn]:
        await self._access.sign()  # who has nothing to show does not stand in line
        slot = await self._access.budget.slot(Priority.NEW, asker, on_queue=on_queue)
        turn = BloomTurn(self._access, asker, slot)
        try:
            yield turn
        finally:
            turn.end()

    async def forecast(self, orders: int) -> float:
        return await self._waiting.forecast(orders)

    async def watch(self, ids: Sequence[str], seconds: float) -> tuple[Image, ...]:
        return await self._waiting.watch(self._access, ids, seconds)

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
        return await self._call(call, Priority.WAIT)

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
