"""Every operation against Bloom's stand-in, with every request judged by Bloom's own document."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import pytest
from PIL import Image as Picture

from bot.bloom import BloomApi
from bot.bloom.client import BloomClient
from bot.core.credentials import ApiKey
from bot.core.errors import BloomRateLimited, BloomRefused, BloomUnauthorized, BloomUnavailable, BrandNotReady
from bot.core.models import AspectRatio, BrandState, ImageModel, ImageSize, ImageState, Operation, Parameters
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.contract import assert_request_fits, document, operation_of

T = TypeVar("T")

SIGNED = {"brands.uploadLogoFileSigned", "images.uploadFileSigned"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (300, 200), colour).save(file, "PNG")
    return file.getvalue()


def made_from(parameters: Parameters, image_id: str) -> list[Parameters]:
    """Return an order of each kind that starts from an image; what takes no words takes no references either."""
    order = parameters.but(aspect_ratio=AspectRatio.STORY, subject_id=image_id, operation=Operation.EDIT)
    rest = [one for one in Operation if one not in (Operation.GENERATE, Operation.EDIT)]
    return [order, *(order.but(operation=operation, reference_ids=()) for operation in rest)]


@dataclass
class Scene:
    """The stand-in, our client of it, and what the client sent."""

    server: BloomStandIn
    clock: ManualClock
    client: BloomClient
    acme: str
    sent: list[httpx.Request] = field(default_factory=list)

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        """Ask for images in a turn."""
        async with self.client.turn("U1/C1") as turn:
            return await turn.generate(parameters)

    async def held(self, answer: Coroutine[Any, Any, T], seconds: float) -> T:
        """Let time pass while the answer is held."""
        task = asyncio.create_task(answer)
        await self.server.until_held()
        await self.clock.advance(seconds)
        return await task

    async def drawn(self) -> str:
        """Return the id of a finished image."""
        (image_id,) = await self.generate(Parameters(prompt="A red fox", brand_id=self.acme))
        await self.clock.advance(10)
        return image_id


@pytest.fixture(params=["openapi", "guide"])
async def scene(request: pytest.FixtureRequest, connect: Callable[..., BloomApi]) -> AsyncIterator[Scene]:
    clock = ManualClock()
    style = request.param
    async with BloomStandIn(clock=clock, error_style=style, ids_style=style) as server:
        api = connect(server.api_url)
        acme = next(b.id for b in server.state.brands.of(server.state.account) if b.name == "Acme")
        scene = Scene(server, clock, api.with_credential(ApiKey(SANDBOX_API_KEY)), acme)

        async def keep(request: httpx.Request) -> None:
            request.read()
            scene.sent.append(request)

        api._transport._network._http.event_hooks["request"].append(keep)
        yield scene


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_account_with_its_workspaces_and_credits(scene: Scene) -> None:
    assert (await scene.client.account()).email == "you@sandbox.example"
    assert (await scene.client.workspaces())[0].is_personal
    assert (await scene.client.credits()).balance == 250


async def test_brands_page_by_page(scene: Scene) -> None:
    first = await scene.client.brands(limit=4)
    rest = await scene.client.brands(limit=4, cursor=first.next_cursor)
    brands = (*first.items, *rest.items)
    assert rest.next_cursor is None
    assert {brand.state for brand in brands} == set(BrandState)
    assert all(brand.created_at and brand.created_at.tzinfo for brand in brands)


async def test_brand_from_its_website_to_its_end(scene: Scene) -> None:
    bloom = scene.client
    brand_id = await bloom.create_brand("https://nologo.example", collect_images=False)
    detail = await scene.held(bloom.brand(brand_id, wait=200), 200)
    assert detail.brand.state is BrandState.LOGO_REQUIRED
    await bloom.set_logo(brand_id, "https://nologo.example/logo.svg")
    await bloom.upload_logo(brand_id, "logo.png", png("navy"), "image/png")
    await scene.clock.advance(200)
    detail = await bloom.brand(brand_id)
    assert detail.brand.state is BrandState.READY
    assert detail.logo_url
    assert detail.logo_url.startswith(scene.server.site_url)
    await bloom.delete_brand(brand_id)
    with pytest.raises(BloomRefused) as caught:
        await bloom.brand(brand_id)
    assert (caught.value.code, caught.value.status) == ("BRAND_NOT_FOUND", 404)


async def test_generation_is_held_until_all_variants_are_drawn(scene: Scene) -> None:
    parameters = Parameters(
        prompt="A bicycle in the rain",
        brand_id=scene.acme,
        aspect_ratio=AspectRatio.WIDE,
        model=ImageModel.FAST,
        variants=3,
    )
    ids = await scene.generate(parameters)
    page = await scene.held(scene.client.images(ids=ids, wait=60), 60)
    assert {image.id for image in page.items} == set(ids)
    for image in page.items:
        assert (image.state, image.prompt) == (ImageState.COMPLETED, "A bicycle in the rain")
        assert (image.aspect_ratio, image.brand_id) == (AspectRatio.WIDE, scene.acme)
        assert image.url == f"{scene.server.site_url}/img/{image.id}"


async def test_hold_ends_with_the_image_as_it_is(scene: Scene) -> None:
    (image_id,) = await scene.generate(Parameters(prompt="A red fox", brand_id=scene.acme))
    image = await scene.held(scene.client.image(image_id, wait=1), 1)
    assert not image.is_settled


async def test_blocked_prompt_says_why(scene: Scene) -> None:
    (image_id,) = await scene.generate(Parameters(prompt="A forbidden fox", brand_id=scene.acme))
    image = await scene.held(scene.client.image(image_id, wait=60), 60)
    assert (image.state, image.failure_reason) == (ImageState.FAILED, "content_safety")


async def test_everything_that_is_made_from_an_image(scene: Scene) -> None:
    bloom, brand_id, image_id = scene.client, scene.acme, await scene.drawn()
    edit, *others = made_from(Parameters(prompt="Make it blue", brand_id=brand_id), image_id)
    made = [await scene.generate(order) for order in (edit.but(reference_ids=(image_id,)), *others)]
    await scene.clock.advance(60)
    images = [await bloom.image(image_id) for (image_id,) in made]
    assert [image.action for image in images] == ["edit", "resize", "remove-background", "vectorize"]
    assert all(image.state is ImageState.COMPLETED for image in images)


async def test_images_are_found_by_every_filter(scene: Scene) -> None:
    image_id = await scene.drawn()
    page = await scene.client.images(
        brand_id=scene.acme, source="generated", status="completed", action="generation", limit=1
    )
    assert [image.id for image in page.items] == [image_id]


async def test_deleted_images_are_gone(scene: Scene) -> None:
    first, second = await scene.drawn(), await scene.drawn()
    await scene.client.delete_image(first)
    assert await scene.client.delete_images([first, second]) == 1
    assert (await scene.client.images(ids=[first, second])).items == ()


async def test_library_takes_uploads_and_is_searched(scene: Scene) -> None:
    bloom = scene.client
    uploaded = await bloom.upload_image_file(scene.acme, "fox.png", png("teal"), "image/png")
    again = await bloom.upload_image_file(scene.acme, "fox.png", png("teal"), "image/png")
    assert (uploaded.width, uploaded.height, uploaded.mime_type) == (300, 200, "image/png")
    assert (again.id, again.existing) == (uploaded.id, True)
    drawn = await bloom.image(await scene.drawn())
    assert drawn.url
    assert (await bloom.upload_image(scene.acme, drawn.url)).url.startswith(scene.server.site_url)
    matches = await bloom.search_library(scene.acme, "team at desks", limit=1, max_distance=2)
    more = await bloom.search_library(scene.acme, "team at desks", cursor=matches.next_cursor, max_distance=2)
    assert {match.id for match in matches.items}.isdisjoint(match.id for match in more.items)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("UNAUTHORIZED", BloomUnauthorized),
        ("INSUFFICIENT_CREDITS", BloomRefused),
        ("BRAND_NOT_READY", BrandNotReady),
        ("INTERNAL_ERROR", BloomUnavailable),
    ],
)
async def test_refusal_arrives_with_its_code(scene: Scene, code: str, kind: type[Exception]) -> None:
    scene.server.faults.next(code, path="images.generate")
    with pytest.raises(kind) as caught:
        await scene.generate(Parameters(prompt="A red fox", brand_id=scene.acme))
    assert type(caught.value) is kind
    assert code in str(caught.value)
    if code == "INSUFFICIENT_CREDITS":
        assert isinstance(caught.value, BloomRefused)
        assert caught.value.action_url == "https://www.trybloom.ai/#pricing"


async def test_four_k_needs_a_plan(scene: Scene) -> None:
    with pytest.raises(BloomRefused) as caught:
        await scene.generate(Parameters(prompt="A fox", brand_id=scene.acme, size=ImageSize.SIZE_4K))
    assert (caught.value.code, caught.value.status) == ("FEATURE_NOT_ENTITLED", 403)


async def test_unknown_key_is_unauthorized(scene: Scene, connect: Callable[..., BloomApi]) -> None:
    with pytest.raises(BloomUnauthorized):
        await connect(scene.server.api_url).with_credential(ApiKey("bloom_sk_wrong")).account()


async def test_lost_answer_is_not_paid_twice(scene: Scene) -> None:
    scene.server.faults.drop("images.generate", "after")
    with pytest.raises(BloomUnavailable) as caught:
        await scene.generate(Parameters(prompt="A red fox", brand_id=scene.acme))
    assert caught.value.sent
    assert (await scene.client.credits()).balance == 249
    assert scene.server.count("POST", "/images/generations") == 1


async def test_used_up_rate_limit_is_no_error_of_the_network(scene: Scene) -> None:
    scene.server.rate_limit = (1, 60.0)
    await scene.client.account()
    with pytest.raises(BloomRateLimited):
        await scene.client.account()


async def test_every_request_fits_the_document(scene: Scene) -> None:
    document()
    bloom, brand_id, image_id = scene.client, scene.acme, await scene.drawn()
    parameters = Parameters(
        prompt="A red fox",
        brand_id=brand_id,
        aspect_ratio=AspectRatio.STORY,
        variants=2,
        reference_ids=(image_id,),
    )
    page = await bloom.brands(limit=1, bloom_workspace_id=None)
    asked: list[Coroutine[Any, Any, object]] = [
        bloom.account(),
        bloom.workspaces(),
        bloom.credits(),
        bloom.credits("w1"),
        bloom.brands(cursor=page.next_cursor, bloom_workspace_id="w1"),
        bloom.brand(brand_id, wait=0.1),
        bloom.create_brand("https://acme.example", logo_url="https://acme.example/l.svg", bloom_workspace_id="w1"),
        bloom.set_logo(brand_id, "https://acme.example/logo.svg"),
        bloom.upload_logo(brand_id, "logo.svg", b"<svg/>", "image/svg+xml"),
        scene.generate(parameters),
        *(scene.generate(order) for order in made_from(parameters.but(variants=1), image_id)),
        bloom.image(image_id),
        bloom.image(image_id, wait=1000),
        bloom.images(ids=[image_id], wait=0),
        bloom.images(brand_id=brand_id, source="generated", status="failed", action="remove-background"),
        bloom.upload_image(brand_id, "https://acme.example/fox.png"),
        bloom.upload_image_file(brand_id, "fox.png", png("teal"), "image/png"),
        bloom.search_library(brand_id, "fox", max_distance=2),
        bloom.delete_images([NOBODY, image_id]),
        bloom.delete_image(NOBODY),
        bloom.delete_brand(NOBODY),
    ]
    for call in asked:
        with suppress(BloomRefused):
            await call
    for sent in scene.sent:
        assert_request_fits(sent)
    operations = {operation["operationId"] for item in document()["paths"].values() for operation in item.values()}
    assert {operation_of(sent)["operationId"] for sent in scene.sent} == operations - SIGNED
