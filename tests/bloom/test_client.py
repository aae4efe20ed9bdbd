"""Every method of the client asks Bloom for the right thing and hands back the core's noun."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.bloom import BloomApi
from bot.bloom.client import BloomClient, BloomTurn
from bot.core.credentials import ApiKey
from bot.core.errors import BloomRateLimited
from bot.core.models import (
    Account,
    AspectRatio,
    BloomWorkspace,
    Brand,
    BrandDetail,
    BrandState,
    Credits,
    Image,
    LibraryMatch,
    Operation,
    Page,
    Parameters,
    RateLimit,
    UploadedImage,
)
from bot.core.ports import Bloom, Blooms
from tests.bloom.loopback import ACCOUNT, Loopback, error, success

PARAMETERS = Parameters(prompt="a cup", brand_id="b1")
LOGO = "https://acme.example/logo.svg"
CUP = "https://acme.example/cup.png"
BRAND = Brand("b1", "Acme", "", BrandState.READY)
BRAND_DATA = {"id": "b1", "name": "Acme", "status": "ready"}
DRAWING = {"prompt": "a cup", "brandSessionId": "b1", "imageSize": "2K", "model": "pro"}
STARTED = {"id": "i9", "status": "pending"}

Ask = Callable[[BloomClient], Awaitable[object]]


def in_a_turn(ask: Callable[[BloomTurn], Awaitable[object]]) -> Ask:
    """Ask for something new, in a turn."""

    async def stand_in_line(bloom: BloomClient) -> object:
        async with bloom.turn("U1/C1") as turn:
            return await ask(turn)

    return stand_in_line


def made_from_another(operation: Operation) -> Ask:
    """Ask for something made from an image, in a turn."""
    order = PARAMETERS.but(operation=operation, subject_id="i1", aspect_ratio=AspectRatio.STORY)
    return in_a_turn(lambda turn: turn.generate(order))


OPERATIONS: list[tuple[str, Ask, object, object, object]] = [
    ("GET /account", lambda bloom: bloom.account(), {}, ACCOUNT, Account("ada@example.com", "Ada")),
    ("GET /credits", lambda bloom: bloom.credits(), {}, {"balance": 3}, Credits(3)),
    ("GET /credits", lambda bloom: bloom.credits("w1"), {"workspaceId": "w1"}, {"balance": 3}, Credits(3)),
    (
        "GET /workspaces",
        lambda bloom: bloom.workspaces(),
        {},
        {"workspaces": [{"id": None, "name": "Mine", "is_personal": True}]},
        (BloomWorkspace(None, "Mine", is_personal=True),),
    ),
    (
        "GET /brands",
        lambda bloom: bloom.brands(cursor="c1", limit=2, bloom_workspace_id="w1"),
        {"cursor": "c1", "limit": "2", "workspaceId": "w1"},
        {"brands": [BRAND_DATA], "nextCursor": "c2", "hasMore": True},
        Page((BRAND,), "c2"),
    ),
    ("GET /brands/b1", lambda bloom: bloom.brand("b1"), {}, BRAND_DATA, BrandDetail(BRAND)),
    (
        "GET /brands/b1",
        lambda bloom: bloom.brand("b1", wait=60),
        {"wait": "true", "timeout": "60"},
        BRAND_DATA,
        BrandDetail(BRAND),
    ),
    (
        "POST /brands",
        lambda bloom: bloom.create_brand("acme.example", logo_url=LOGO, collect_images=False, bloom_workspace_id="w1"),
        {"url": "acme.example", "logoUrl": LOGO, "collectImages": False, "workspaceId": "w1"},
        {"id": "b1", "status": "analyzing"},
        "b1",
    ),
    ("DELETE /brands/b1", lambda bloom: bloom.delete_brand("b1"), {}, {"id": "b1"}, None),
    ("PUT /brands/b1/logo", lambda bloom: bloom.set_logo("b1", LOGO), {"logoUrl": LOGO}, {"id": "b1"}, None),
    (
        "POST /images/generations",
        in_a_turn(lambda turn: turn.generate(PARAMETERS)),
        {**DRAWING, "variantCount": 1},
        {"ids": ["i1"]},
        ("i1",),
    ),
    ("POST /images/i1/edit", made_from_another(Operation.EDIT), DRAWING, STARTED, ("i9",)),
    (
        "POST /images/i1/resize",
        made_from_another(Operation.RESIZE),
        {"brandSessionId": "b1", "targetAspectRatio": "9:16"},
        STARTED,
        ("i9",),
    ),
    (
        "POST /images/i1/remove-background",
        made_from_another(Operation.REMOVE_BACKGROUND),
        {"brandSessionId": "b1"},
        STARTED,
        ("i9",),
    ),
    ("POST /images/i1/vectorize", made_from_another(Operation.VECTORIZE), {"brandSessionId": "b1"}, STARTED, ("i9",)),
    (
        "GET /images/i1",
        lambda bloom: bloom.image("i1", wait=9.5),
        {"wait": "true", "timeout": "10"},
        {"id": "i1"},
        Image("i1"),
    ),
    (
        "GET /images",
        lambda bloom: bloom.images(ids=["i1", "i2"], wait=30),
        {"ids": "i1,i2", "limit": "50", "wait": "true", "timeout": "30"},
        {"images": [{"id": "i1"}]},
        Page((Image("i1"),)),
    ),
    (
        "GET /images",
        lambda bloom: bloom.watch(["i1", "i2"], 30),
        {"ids": "i1,i2", "limit": "50", "wait": "true", "timeout": "30"},
        {"images": [{"id": "i2"}, {"id": "i1"}]},
        (Image("i1"), Image("i2")),
    ),
    (
        "GET /images",
        lambda bloom: bloom.images(
            brand_id="b1",
            bloom_workspace_id="w1",
            source="generated",
            status="completed",
            action="edit",
            cursor="c1",
            limit=5,
        ),
        {
            "brandSessionId": "b1",
            "workspaceId": "w1",
            "source": "generated",
            "status": "completed",
            "actionType": "edit",
            "cursor": "c1",
            "limit": "5",
        },
        {"images": []},
        Page(()),
    ),
    ("DELETE /images/i1", lambda bloom: bloom.delete_image("i1"), {}, {"id": "i1"}, None),
    ("DELETE /images", lambda bloom: bloom.delete_images(["i1", "i2"]), {"ids": "i1,i2"}, {"deletedCount": 2}, 2),
    (
        "POST /images/uploads",
        lambda bloom: bloom.upload_image("b1", CUP),
        {"brandSessionId": "b1", "imageUrl": CUP},
        {"id": "i1", "imageUrl": CUP, "width": 4, "height": 3, "mimeType": "image/png", "existing": False},
        UploadedImage("i1", CUP, 4, 3, "image/png", existing=False),
    ),
    (
        "POST /images/search",
        lambda bloom: bloom.search_library("b1", "cup", limit=3, cursor="c1", max_distance=1.0),
        {"brandSessionId": "b1", "query": "cup", "limit": 3, "cursor": "c1", "maxDistance": 1.0},
        {"candidates": [{"id": "i1", "url": CUP, "description": "A cup", "distance": 0.1}]},
        Page((LibraryMatch("i1", CUP, "A cup", 0.1),)),
    ),
]


@pytest.mark.parametrize(("target", "ask", "sent", "data", "result"), OPERATIONS)
async def test_operation_is_asked_and_read(
    loopback: Loopback, bloom: BloomClient, target: str, ask: Ask, sent: Any, data: object, result: object
) -> None:
    loopback.script = [success(data)]
    assert await ask(bloom) == result
    (seen,) = loopback.seen
    assert f"{seen.method} {seen.path}" == target.replace(" /", " /api/v1/")
    assert (json.loads(seen.body) if seen.body else seen.query) == sent


async def test_logo_file_is_sent_as_a_form(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [success({"id": "b1", "status": "analyzing"}, 202)]
    await bloom.upload_logo("b1", "logo.svg", b"<svg/>", "image/svg+xml")
    (seen,) = loopback.seen
    assert (seen.method, seen.path) == ("PUT", "/api/v1/brands/b1/logo/file")
    assert seen.headers["content-type"].startswith("multipart/form-data")
    assert b'name="file"; filename="logo.svg"\r\nContent-Type: image/svg+xml\r\n\r\n<svg/>\r\n' in seen.body


async def test_image_file_is_sent_with_its_brand(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [success({"id": "i1", "imageUrl": "/img/i1", "width": 1, "height": 1})]
    uploaded = await bloom.upload_image_file("b1", "cup.png", b"PNG", "image/png")
    (seen,) = loopback.seen
    assert uploaded.url == loopback.url.replace("/api/v1", "/img/i1")
    assert (seen.method, seen.path) == ("POST", "/api/v1/images/uploads/file")
    assert b'name="brandSessionId"\r\n\r\nb1\r\n' in seen.body
    assert b"PNG" in seen.body


async def test_api_is_the_factory_that_the_core_asks_for(api: BloomApi) -> None:
    blooms: Blooms = api.with_credential
    assert isinstance(blooms(ApiKey("bloom_sk_1")), BloomClient)


async def test_users_of_a_credential_share_its_budget(loopback: Loopback, api: BloomApi) -> None:
    loopback.script = [success(ACCOUNT)]
    await api.with_credential(ApiKey("bloom_sk_1")).account()
    assert api.with_credential(ApiKey("bloom_sk_1")).left == 119
    assert api.with_credential(ApiKey("bloom_sk_2")).left == 120


async def test_who_waits_for_a_brand_lets_everybody_else_go_first(
    loopback: Loopback, connect: Callable[..., BloomApi]
) -> None:
    bloom = connect(loopback.url, rate_limit=RateLimit(1, 30.0)).with_credential(ApiKey("bloom_sk_1"))
    loopback.script = [success(BRAND_DATA)]
    await bloom.brand("b1")
    with pytest.raises(BloomRateLimited):
        await bloom.brand("b1")
    assert await bloom.brand("b1", wait=120) == BrandDetail(BRAND), "no person has so much patience"


async def test_turn_that_was_not_used_is_given_back(bloom: BloomClient) -> None:
    async with bloom.turn("U1/C1"):
        assert bloom.left == 119
    assert bloom.left == 120


async def test_second_operation_of_a_turn_stands_in_line_again(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [success({"ids": ["i1"]}, 202)]
    async with bloom.turn("U1/C1") as turn:
        await turn.generate(PARAMETERS)
        await turn.generate(PARAMETERS)
    assert bloom.left == 118


async def test_refused_turn_is_for_the_caller_to_stand_in_line_for_again(
    loopback: Loopback, bloom: BloomClient
) -> None:
    loopback.script = [error(429, "TOO_MANY_REQUESTS")]
    async with bloom.turn("U1/C1") as turn:
        with pytest.raises(BloomRateLimited):
            await turn.generate(PARAMETERS)
    assert len(loopback.seen) == 1


async def test_credentials_out_of_use_are_forgotten(
    loopback: Loopback, api: BloomApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.client.CREDENTIALS_KEPT", 2)
    loopback.script = [success(ACCOUNT)]
    used: Bloom = api.with_credential(ApiKey("bloom_sk_used"))
    await used.account()
    for number in range(5):
        api.with_credential(ApiKey(f"bloom_sk_{number}"))
    assert api.with_credential(ApiKey("bloom_sk_used")).left == 119
    assert len(api._waits) <= 2
