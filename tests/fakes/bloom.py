"""A Bloom in memory: it draws at once what is asked for, unless a test says otherwise."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from bot.core.brands import site
from bot.core.clock import Clock, given
from bot.core.errors import BloomRefused, BloomUnauthorized
from bot.core.models import (
    Account,
    AspectRatio,
    BloomWorkspace,
    Brand,
    BrandDetail,
    BrandState,
    Credits,
    Image,
    ImageState,
    LibraryMatch,
    Page,
    Parameters,
    Queue,
    UploadedImage,
)
from bot.core.ports import Credential, OnQueue, Turn
from tests.fakes.script import LostAnswer, Script

T = TypeVar("T")

ADA = Account("ada@acme.com", "Ada")
ACME = Brand("b1", "Acme", "https://acme.com", BrandState.READY)
PERSONAL = BloomWorkspace(None, "Personal", is_personal=True)


class FakeBloom:
    """The core's `Bloom`. ``gallery`` is what Bloom has, oldest first; ``drawn_as`` how new images come out;
    ``line`` what everybody is told who asks for a turn, ``pace`` the seconds a generation that it forecasts; without
    ``holds`` a watch is answered at once. ``shelf`` has the brands, newest first; one that was made, or was given a
    logo, is analyzed until `settle_brand`.
    """

    def __init__(self, clock: Clock, account: Account = ADA) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self.script = Script()
        self.who = account
        self.balance = Credits(100)
        self.shelf: list[Brand] = [ACME]
        self.learned: dict[str, dict[str, Any]] = {}
        """What Bloom knows of a brand beside what its list shows, by the brand's id."""
        self._analyses: dict[str, asyncio.Event] = {}
        self.rooms: tuple[BloomWorkspace, ...] = (PERSONAL,)
        self.gallery: list[Image] = []
        self.uploads: dict[tuple[str, bytes], str] = {}
        """Pictures that were handed over: image ids by brand and content."""
        self.library: tuple[LibraryMatch, ...] = ()
        """What a search finds, whatever is looked for."""
        self.drawn_as = ImageState.COMPLETED
        self.line: list[Queue] = []
        self.pace = 1.0
        self.holds = True

    def add(self, image: Image) -> Image:
        """Put an image into the gallery."""
        self.gallery.append(image)
        return image

    def draw(self, parameters: Parameters, **differences: Any) -> tuple[str, ...]:
        """Make the images that were asked for, somehow different perhaps, and return their ids."""
        number = next(self._numbers)
        ids = tuple(f"image-{number}-{variant}" for variant in range(1, parameters.variants + 1))
        for image_id in ids:
            image = Image(
                id=image_id,
                state=self.drawn_as,
                url=f"https://bloom.test/{image_id}" if self.drawn_as is ImageState.COMPLETED else None,
                prompt=parameters.prompt,
                aspect_ratio=parameters.aspect_ratio or AspectRatio.SQUARE,
                source="generated",
                action=parameters.operation.value,
                brand_id=parameters.brand_id,
                variant_group_id=f"group-{number}" if parameters.variants > 1 else None,
                created_at=self._clock.now(),
            )
            self.add(replace(image, **differences))
        return ids

    def change(self, image_id: str, **changes: Any) -> None:
        """Change an image in the gallery."""
        self.gallery = [replace(image, **changes) if image.id == image_id else image for image in self.gallery]

    def complete(self) -> None:
        """Finish every image that is still being drawn."""
        for image in self.gallery:
            if not image.is_settled:
                self.change(image.id, state=ImageState.COMPLETED, url=f"https://bloom.test/{image.id}")

    def lose_answer(self, error: Exception, name: str = "generate") -> None:
        """Do (draw, and charge for) what the next request of this name asks for, and answer it with the error."""
        self.script.answer(name, LostAnswer(error))

    def settle_brand(self, brand_id: str, state: BrandState = BrandState.READY, **learned: Any) -> None:
        """End the analysis of a brand; what is ``learned`` are fields of its `BrandDetail`."""
        self._change_brand(brand_id, state=state)
        self.learned[brand_id] = {**self.learned.get(brand_id, {}), **learned}
        self._analyses.pop(brand_id, asyncio.Event()).set()

    async def account(self) -> Account:
        return await self._play("account", self.who)

    async def credits(self, bloom_workspace_id: str | None = None) -> Credits:
        return await self._play("credits", self.balance, bloom_workspace_id=bloom_workspace_id)

    async def workspaces(self) -> tuple[BloomWorkspace, ...]:
        return await self._play("workspaces", self.rooms)

    async def brands(self, *, cursor: str | None = None, bloom_workspace_id: str | None = None) -> Page[Brand]:
        shelf = [brand for brand in self.shelf if bloom_workspace_id in (None, brand.bloom_workspace_id)]
        return await self._play(
            "brands", _page(shelf, cursor, 100), cursor=cursor, bloom_workspace_id=bloom_workspace_id
        )

    async def brand(self, brand_id: str, *, wait: float | None = None) -> BrandDetail:
        """Answer like Bloom, at once without ``holds``, else when the analysis is over or the time is."""
        detail: BrandDetail = await self._play_late("brand", lambda: self._detail(brand_id), id=brand_id, wait=wait)
        if self.holds and wait and detail.brand.state is BrandState.ANALYZING:
            await given(self._clock, wait, self._analyses.setdefault(brand_id, asyncio.Event()).wait())
            return self._detail(brand_id)
        return detail

    async def create_brand(
        self,
        url: str,
        *,
        logo_url: str | None = None,
        collect_images: bool = True,
        bloom_workspace_id: str | None = None,
    ) -> str:
        wanted = {"logo_url": logo_url, "collect_images": collect_images, "bloom_workspace_id": bloom_workspace_id}
        made: str = await self._play_late(
            "create_brand", lambda: self._make(url, bloom_workspace_id), url=url, **wanted
        )
        return made

    async def delete_brand(self, brand_id: str) -> None:
        def delete() -> None:
            self.shelf.remove(self._brand(brand_id))
            self._analyses.pop(brand_id, asyncio.Event()).set()

        await self._play_late("delete_brand", delete, id=brand_id)

    async def set_logo(self, brand_id: str, logo_url: str) -> None:
        await self._play_late("set_logo", lambda: self._analyze(brand_id), id=brand_id, logo_url=logo_url)

    async def upload_logo(self, brand_id: str, name: str, content: bytes, mime_type: str) -> None:
        file = {"name": name, "content": content, "mime_type": mime_type}
        await self._play_late("upload_logo", lambda: self._analyze(brand_id), id=brand_id, file=file)

    @asynccontextmanager
    async def turn(self, asker: str, *, on_queue: OnQueue | None = None) -> AsyncIterator["FakeTurn"]:
        """Give a turn; the script knows it as `turn` and holds it at the gate of that name."""
        for queue in self.line:
            if on_queue:
                await on_queue(queue)
        await self._play("turn", None, asker=asker)
        yield FakeTurn(self)

    async def forecast(self, orders: int) -> float:
        """Answer as if they were made one after the other."""
        return orders * self.pace

    async def watch(self, ids: Sequence[str], seconds: float) -> tuple[Image, ...]:
        """Answer like Bloom; the script knows a watch as `watch`."""
        images: tuple[Image, ...] = await self.script.play(
            "watch", lambda: self._of(ids), ids=tuple(ids), seconds=seconds
        )
        if self.holds and any(not image.is_settled for image in images):
            await self._clock.sleep(seconds)
            return self._of(ids)
        return images

    async def images(
        self,
        *,
        ids: Sequence[str] = (),
        brand_id: str | None = None,
        source: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Image]:
        """Answer like Bloom; the script knows a listing as `list`."""
        if ids:
            return await self._play("list", Page(self._of(ids)), cursor=cursor)
        listed = [image for image in reversed(self.gallery) if (image.brand_id, image.source) == (brand_id, source)]
        return await self._play("list", _page(listed, cursor, limit), cursor=cursor)

    async def delete_image(self, image_id: str) -> None:
        def delete() -> None:
            if not self._of([image_id]):
                raise BloomRefused("IMAGE_NOT_FOUND", 404, "Image not found")
            self.gallery = [image for image in self.gallery if image.id != image_id]

        await self._play_late("delete_image", delete, id=image_id)

    async def upload_image_file(self, brand_id: str, name: str, content: bytes, mime_type: str) -> UploadedImage:
        """Take a picture; the very same one again is the same image."""

        def upload() -> UploadedImage:
            image_id = self.uploads.setdefault((brand_id, content), f"upload-{len(self.uploads) + 1}")
            return UploadedImage(image_id, f"https://bloom.test/{image_id}", 8, 8, mime_type, existing=False)

        return await self._play_late("upload_image_file", upload, brand_id=brand_id, name=name, mime_type=mime_type)

    async def search_library(self, brand_id: str, query: str, *, limit: int = 10) -> Page[LibraryMatch]:
        return await self._play("search_library", Page(self.library[:limit]), brand_id=brand_id, query=query)

    def _of(self, ids: Sequence[str]) -> tuple[Image, ...]:
        return tuple(image for image in reversed(self.gallery) if image.id in ids)

    def _make(self, url: str, bloom_workspace_id: str | None) -> str:
        owner = next((room for room in self.rooms if room.id == bloom_workspace_id), None)
        if owner is None:
            raise BloomRefused("WORKSPACE_NOT_FOUND", 404, "Workspace not found or not accessible")
        brand = Brand(
            id=f"brand-{next(self._numbers)}",
            name=url,
            url=url,
            state=BrandState.ANALYZING,
            bloom_workspace_id=owner.id,
            bloom_workspace_name=owner.name,
            created_at=self._clock.now(),
        )
        self.shelf = [replace(brand, name=site(brand)), *self.shelf]
        return brand.id

    def _brand(self, brand_id: str) -> Brand:
        for brand in self.shelf:
            if brand.id == brand_id:
                return brand
        raise BloomRefused("BRAND_NOT_FOUND", 404, "Brand not found")

    def _detail(self, brand_id: str) -> BrandDetail:
        return BrandDetail(self._brand(brand_id), **self.learned.get(brand_id, {}))

    def _analyze(self, brand_id: str) -> None:
        self._change_brand(brand_id, state=BrandState.ANALYZING)

    def _change_brand(self, brand_id: str, **changes: Any) -> None:
        changed = replace(self._brand(brand_id), **changes)
        self.shelf = [changed if brand.id == brand_id else brand for brand in self.shelf]

    async def _play(self, name: str, answer: T, /, **arguments: Any) -> T:
        return await self._play_late(name, lambda: answer, **arguments)

    async def _play_late(self, name: str, act: Callable[[], T], /, **arguments: Any) -> T:
        played: T = await self.script.play(name, act, **arguments)
        return played


class FakeTurn:
    """The core's `Turn`; the script knows what it sends as `generate`."""

    def __init__(self, bloom: FakeBloom) -> None:
        self._bloom = bloom

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        ids: tuple[str, ...] = await self._bloom.script.play(
            "generate", lambda: self._bloom.draw(parameters), parameters=parameters
        )
        return ids


class FakeBlooms:
    """The core's `Blooms`: accounts by what is shown for them. Anything else is refused."""

    def __init__(self, accounts: Mapping[str, FakeBloom]) -> None:
        self._accounts = accounts

    def __call__(self, credential: Credential) -> "FakeClient":
        return FakeClient(self._accounts, credential)


class FakeClient:
    """The core's `Bloom` for one credential, which is asked for what to show each time, as the real one does."""

    def __init__(self, accounts: Mapping[str, FakeBloom], credential: Credential) -> None:
        self._accounts = accounts
        self.credential = credential

    async def account(self) -> Account:
        return await self._ask(lambda bloom: bloom.account())

    async def credits(self, bloom_workspace_id: str | None = None) -> Credits:
        return await self._ask(lambda bloom: bloom.credits(bloom_workspace_id))

    async def workspaces(self) -> tuple[BloomWorkspace, ...]:
        return await self._ask(lambda bloom: bloom.workspaces())

    async def brands(self, *, cursor: str | None = None, bloom_workspace_id: str | None = None) -> Page[Brand]:
        return await self._ask(lambda bloom: bloom.brands(cursor=cursor, bloom_workspace_id=bloom_workspace_id))

    async def brand(self, brand_id: str, *, wait: float | None = None) -> BrandDetail:
        return await self._ask(lambda bloom: bloom.brand(brand_id, wait=wait))

    async def create_brand(
        self,
        url: str,
        *,
        logo_url: str | None = None,
        collect_images: bool = True,
        bloom_workspace_id: str | None = None,
    ) -> str:
        return await self._ask(
            lambda bloom: bloom.create_brand(
                url, logo_url=logo_url, collect_images=collect_images, bloom_workspace_id=bloom_workspace_id
            )
        )

    async def delete_brand(self, brand_id: str) -> None:
        await self._ask(lambda bloom: bloom.delete_brand(brand_id))

    async def set_logo(self, brand_id: str, logo_url: str) -> None:
        await self._ask(lambda bloom: bloom.set_logo(brand_id, logo_url))

    async def upload_logo(self, brand_id: str, name: str, content: bytes, mime_type: str) -> None:
        await self._ask(lambda bloom: bloom.upload_logo(brand_id, name, content, mime_type))

    @asynccontextmanager
    async def turn(self, asker: str, *, on_queue: OnQueue | None = None) -> AsyncIterator[Turn]:
        async with self._account(await self.credential.secret()).turn(asker, on_queue=on_queue):
            yield FakeClientTurn(self)

    async def forecast(self, orders: int) -> float:
        return await self._account(await self.credential.secret()).forecast(orders)

    async def watch(self, ids: Sequence[str], seconds: float) -> tuple[Image, ...]:
        return await self._ask(lambda bloom: bloom.watch(ids, seconds))

    async def images(
        self,
        *,
        ids: Sequence[str] = (),
        brand_id: str | None = None,
        source: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Image]:
        return await self._ask(
            lambda bloom: bloom.images(ids=ids, brand_id=brand_id, source=source, cursor=cursor, limit=limit)
        )

    async def delete_image(self, image_id: str) -> None:
        await self._ask(lambda bloom: bloom.delete_image(image_id))

    async def upload_image_file(self, brand_id: str, name: str, content: bytes, mime_type: str) -> UploadedImage:
        return await self._ask(lambda bloom: bloom.upload_image_file(brand_id, name, content, mime_type))

    async def search_library(self, brand_id: str, query: str, *, limit: int = 10) -> Page[LibraryMatch]:
        return await self._ask(lambda bloom: bloom.search_library(brand_id, query, limit=limit))

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        """Send what a turn was taken for."""
        return await self._ask(lambda bloom: FakeTurn(bloom).generate(parameters))

    async def _ask(self, call: Callable[[FakeBloom], Awaitable[T]]) -> T:
        shown = await self.credential.secret()
        try:
            return await call(self._account(shown))
        except BloomUnauthorized:
            if not await self.credential.renewed(shown):
                raise
        return await call(self._account(await self.credential.secret()))

    def _account(self, shown: str) -> FakeBloom:
        if shown not in self._accounts:
            raise BloomUnauthorized("UNAUTHORIZED", 401, "nobody's")
        return self._accounts[shown]


class FakeClientTurn:
    """A turn of a `FakeClient`."""

    def __init__(self, client: FakeClient) -> None:
        self._client = client

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        return await self._client.generate(parameters)


def _page(items: Sequence[Any], cursor: str | None, limit: int) -> Page[Any]:
    start = int(cursor or 0)
    more = start + limit < len(items)
    return Page(tuple(items[start : start + limit]), str(start + limit) if more else None)
