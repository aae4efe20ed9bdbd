"""How tolerantly answers are read, and where tolerance ends."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.bloom.wire import accounts, brands, generations, images, library
from bot.bloom.wire.answer import absolute_link, read, site_of
from bot.bloom.wire.call import Call
from bot.core.errors import BloomUnreadable
from bot.core.models import (
    Account,
    AspectRatio,
    Brand,
    BrandState,
    Credits,
    Image,
    ImageState,
    LibraryMatch,
    Operation,
    Parameters,
    UploadedImage,
)

SITE = "https://www.trybloom.ai/"
PARAMETERS = Parameters(prompt="a cup", brand_id="b1")

IMAGE_CALL = images.image("i1", None)
BRAND_CALL = brands.brand("b1", None)
BRANDS_CALL = brands.brands(None, 100, None)
SEARCH_CALL = library.search_library("b1", "cup", limit=10, cursor=None, max_distance=0.7)
UPLOAD_CALL = library.upload_image("b1", "https://example.com/cup.png")
IMAGES_CALL = images.images(
    ids=(),
    wait=None,
    brand_id=None,
    bloom_workspace_id=None,
    source=None,
    status=None,
    action=None,
    cursor=None,
    limit=50,
)

EVERY_CALL: list[Call[Any]] = [
    IMAGE_CALL,
    IMAGES_CALL,
    BRAND_CALL,
    BRANDS_CALL,
    SEARCH_CALL,
    UPLOAD_CALL,
    accounts.account(),
    accounts.credit_balance(None),
    accounts.workspaces(),
    generations.order(PARAMETERS),
    *(
        generations.order(PARAMETERS.but(operation=operation, subject_id="i1", aspect_ratio=AspectRatio.STORY))
        for operation in Operation
    ),
    images.delete_image("i1"),
    images.delete_images(["i1"]),
]


def answered(call: Call[Any], data: object) -> Any:
    return read(call.answer, json.dumps({"data": data}).encode(), SITE)


def test_image_is_read_whole() -> None:
    data = {
        "id": "i1",
        "source": "generated",
        "brandSessionId": "b1",
        "prompt": "a cup",
        "description": "A cup on a table",
        "aspectRatio": "16:9",
        "width": 2048,
        "height": 1152,
        "actionType": "generation",
        "variantGroupId": "g1",
        "status": "completed",
        "failureReason": None,
        "imageUrl": "/img/i1",
        "workspaceId": "w1",
        "createdAt": "2026-11-22T09:00:00.000Z",
        "somethingNew": {"at": "Bloom"},
    }
    assert answered(IMAGE_CALL, data) == Image(
        id="i1",
        state=ImageState.COMPLETED,
        url="https://www.trybloom.ai/img/i1",
        prompt="a cup",
        description="A cup on a table",
        aspect_ratio=AspectRatio.WIDE,
        width=2048,
        height=1152,
        source="generated",
        action="generation",
        brand_id="b1",
        variant_group_id="g1",
        bloom_workspace_id="w1",
        created_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )


def test_odd_decorations_of_an_image_are_left_out() -> None:
    odd = {"aspectRatio": "7:5", "width": "wide", "height": [], "createdAt": "yesterday", "prompt": 5}
    assert answered(IMAGE_CALL, {"id": "i1", "imageUrl": "javascript:alert(1)", **odd}) == Image(id="i1")


@pytest.mark.parametrize(
    ("data", "state"),
    [
        ({"status": None}, None),
        ({}, None),
        ({"status": "pending"}, ImageState.PENDING),
        ({"status": "failed", "failureReason": "content_safety"}, ImageState.FAILED),
        ({"status": "upscaling"}, ImageState.GENERATING),
        ({"status": "delivered", "imageUrl": "/img/i1"}, ImageState.COMPLETED),
        ({"status": "rejected", "failureReason": "policy", "imageUrl": "/img/i1"}, ImageState.FAILED),
        ({"status": {"phase": 2}}, ImageState.GENERATING),
    ],
)
def test_unknown_image_status_is_decided_by_what_the_image_carries(
    data: dict[str, object], state: ImageState | None
) -> None:
    assert answered(IMAGE_CALL, {"id": "i1", **data}).state is state


@pytest.mark.parametrize("status", ["archived", None, 7])
def test_unknown_brand_status_is_never_waited_for(status: object) -> None:
    assert answered(BRAND_CALL, {"id": "b1", "status": status}).brand.state is BrandState.FAILED


def test_brand_is_read_whole() -> None:
    data = {
        "id": "b1",
        "status": "failed",
        "failure": {"code": "SCRAPE_FAILED", "message": "No site there"},
        "name": "Acme",
        "url": "https://acme.example",
        "logoUrl": "/logo/b1",
        "logoError": "too small",
        "colors": ["#fff"],
        "fonts": ["Inter"],
        "aesthetic": "calm",
        "summary": "Makes everything",
        "workspaceId": None,
        "workspaceName": "Personal",
        "createdAt": "2026-11-22T10:00:00+01:00",
    }
    detail = answered(BRAND_CALL, data)
    assert detail.brand == Brand(
        id="b1",
        name="Acme",
        url="https://acme.example",
        state=BrandState.FAILED,
        bloom_workspace_name="Personal",
        created_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )
    assert (detail.failure_code, detail.failure_message) == ("SCRAPE_FAILED", "No site there")
    assert (detail.logo_url, detail.logo_error) == ("https://www.trybloom.ai/logo/b1", "too small")
    assert (detail.colors, detail.fonts) == (("#fff",), ("Inter",))
    assert (detail.aesthetic, detail.summary) == ("calm", "Makes everything")


def test_brand_without_a_name_is_called_by_its_address() -> None:
    page = answered(BRANDS_CALL, {"brands": [{"id": "b1", "url": "acme.example"}, {"id": "b2"}], "nextCursor": None})
    assert [brand.name for brand in page.items] == ["acme.example", "b2"]


def test_naive_datetime_is_taken_as_utc() -> None:
    created = answered(IMAGE_CALL, {"id": "i1", "createdAt": "2026-11-22T09:00:00"}).created_at
    assert created.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("listing", "cursor"),
    [
        ({"nextCursor": "c2", "hasMore": True}, "c2"),
        ({"nextCursor": "c2"}, "c2"),
        ({"nextCursor": "c2", "hasMore": False}, None),
        ({"nextCursor": None, "hasMore": True}, None),
        ({"nextCursor": "", "hasMore": True}, None),
        ({}, None),
    ],
)
def test_last_page_has_no_next_cursor(listing: dict[str, object], cursor: str | None) -> None:
    assert answered(IMAGES_CALL, {"images": [], **listing}).next_cursor == cursor


@pytest.mark.parametrize("name", ["ids", "imageIds"])
def test_generation_is_read_under_both_names(name: str) -> None:
    assert answered(generations.order(PARAMETERS), {name: ["i1", "i2"]}) == ("i1", "i2")


@pytest.mark.parametrize("data", [{}, {"ids": []}, {"ids": [""]}, {"ids": "i1"}, {"imageIds": [None]}])
def test_generation_without_ids_is_unreadable(data: object) -> None:
    with pytest.raises(BloomUnreadable):
        answered(generations.order(PARAMETERS), data)


def test_account_credits_and_workspaces_are_read() -> None:
    assert answered(accounts.account(), {"email": "ada@example.com"}) == Account("ada@example.com")
    credit_call = accounts.credit_balance(None)
    assert answered(credit_call, {"balance": 12, "unlimited": True}) == Credits(12, unlimited=True)
    assert answered(credit_call, {"balance": 1.5}) == Credits(1.5)
    rows = [{"id": None, "name": "Mine"}, {"id": "w1", "name": "Team", "is_personal": False}]
    personal, team = answered(accounts.workspaces(), {"workspaces": rows})
    assert (personal.id, personal.is_personal) == (None, True)
    assert (team.id, team.name, team.is_personal) == ("w1", "Team", False)


def test_upload_needs_a_link_that_can_be_shown() -> None:
    assert answered(UPLOAD_CALL, {"id": "i1", "imageUrl": "/img/i1", "existing": True}) == UploadedImage(
        id="i1", url="https://www.trybloom.ai/img/i1", width=0, height=0, mime_type="", existing=True
    )
    with pytest.raises(BloomUnreadable):
        answered(UPLOAD_CALL, {"id": "i1", "imageUrl": "data:image/png;base64,AA"})


def test_match_that_cannot_be_shown_is_left_out() -> None:
    candidates = [
        {"id": "i1", "url": "https://cdn.example/i1", "description": "A cup", "distance": 0.2, "width": 9},
        {"id": "i2", "url": "ftp://cdn.example/i2", "description": "A jug", "distance": 0.3},
    ]
    page = answered(SEARCH_CALL, {"candidates": candidates, "nextCursor": "c2", "hasMore": True})
    assert page.items == (LibraryMatch("i1", "https://cdn.example/i1", "A cup", 0.2, width=9),)
    assert page.next_cursor == "c2"


HALF = "A red fox \ud83e"
"""What JavaScript's slice() leaves of an emoji; JSON.stringify writes it as an escape."""


def test_half_a_character_costs_nobody_a_finished_image() -> None:
    images = [{"id": "i1", "status": "completed", "description": HALF, HALF: 1}, {"id": "i2", "prompt": "fox 🦊"}]
    first, second = answered(IMAGES_CALL, {"images": images}).items
    assert (first.state, first.description) == (ImageState.COMPLETED, "A red fox \ufffd")
    assert second.prompt == "fox 🦊"


def test_bytes_that_are_no_text_cost_nobody_a_finished_image() -> None:
    body = b'{"data": {"id": "i1", "status": "completed", "description": "caf\xe9"}}'
    assert read(IMAGE_CALL.answer, body, SITE) == Image("i1", ImageState.COMPLETED, description="caf\ufffd")


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_any_text_is_read(text: str) -> None:
    description = answered(IMAGE_CALL, {"id": "i1", "description": text}).description
    assert description == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("bad", [{}, {"id": None}, {"id": ""}, None, 5, [], "i3"])
@pytest.mark.parametrize(
    ("call", "name", "good"),
    [
        (IMAGES_CALL, "images", {"id": "i1"}),
        (BRANDS_CALL, "brands", {"id": "b1"}),
        (SEARCH_CALL, "candidates", {"id": "i1", "url": "/img/i1", "distance": 0.1}),
    ],
)
def test_item_that_cannot_be_read_is_left_out_and_logged(call: Call[Any], name: str, good: object, bad: object) -> None:
    with capture_logs() as logs:
        page = answered(call, {name: [bad, good, bad]})
    assert len(page.items) == 1
    assert [(entry["of"], entry["items"]) for entry in logs] == [(name, 2)]
    with pytest.raises(BloomUnreadable):
        answered(call, {name: [bad, bad]})


def test_workspace_that_cannot_be_read_is_left_out() -> None:
    workspaces = answered(accounts.workspaces(), {"workspaces": [{"id": 5}, {"id": "w1"}]})
    assert [workspace.id for workspace in workspaces] == ["w1"]


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/img/1", "https://www.trybloom.ai/img/1"),
        ("img/1", "https://www.trybloom.ai/img/1"),
        ("http://cdn.example/1.png", "http://cdn.example/1.png"),
        ("ftp://cdn.example/1.png", None),
        ("javascript:alert(1)", None),
        ("http://:80/1.png", None),
        ("http://[", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_only_web_links_are_accepted(link: object, absolute: str | None) -> None:
    assert absolute_link(link, site_of("https://www.trybloom.ai/api/v1")) == absolute


def test_site_of_an_api_keeps_its_port() -> None:
    assert site_of("http://127.0.0.1:8080/api/v1/") == "http://127.0.0.1:8080/"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"<html>", b'{"data": null}', b"\xff", b"[" * 9999])
def test_undocumented_success_is_unreadable(body: bytes) -> None:
    for call in EVERY_CALL:
        with pytest.raises(BloomUnreadable):
            read(call.answer, body, SITE)


ODD = st.sampled_from(
    [None, True, -1, 1.5, 10**30, 1e308, "", "x", "\0", "0001-01-01T00:00:00Z", "9:16", "failed", "http://["]
)
FIELDS = sorted(
    {
        name
        for call in EVERY_CALL
        for key, field in call.answer.model_fields.items()
        for name in (key, field.alias or key, "imageIds")
    }
    | {"createdAt", "imageUrl", "failureReason", "width", "url", "description", "distance"}
)


ODD_OBJECT = st.dictionaries(st.sampled_from(FIELDS), ODD | st.lists(ODD, max_size=2), max_size=5)


@given(
    st.sampled_from(EVERY_CALL),
    ODD_OBJECT,
    st.dictionaries(
        st.sampled_from(["images", "brands", "candidates", "workspaces"]), st.lists(ODD_OBJECT, max_size=2)
    ),
)
def test_any_json_is_read_or_unreadable(call: Call[Any], data: dict[str, object], rows: dict[str, object]) -> None:
    with suppress(BloomUnreadable):
        answered(call, data | rows)


@given(st.sampled_from(EVERY_CALL), st.binary())
def test_any_bytes_are_read_or_unreadable(call: Call[Any], body: bytes) -> None:
    with suppress(BloomUnreadable):
        read(call.answer, body, SITE)


def test_unreadable_answer_stays_out_of_the_log() -> None:
    with pytest.raises(BloomUnreadable) as caught:
        answered(accounts.credit_balance(None), {"balance": "private-balance"})
    assert "private-balance" not in f"{caught.value} {caught.value.__cause__}"
