"""What is asked of Bloom, and what is refused before it is."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.bloom.wire import accounts, brands, generations, images, library
from bot.bloom.wire.call import Call
from bot.core.errors import BloomRefused
from bot.core.models import FILE_LIMIT, AspectRatio, ImageModel, ImageSize, Operation, Parameters

PARAMETERS = Parameters(prompt="a cup", brand_id="b1")


def made_from(image_id: str, operation: Operation, **changes: Any) -> Parameters:
    return PARAMETERS.but(operation=operation, subject_id=image_id, **changes)


def listing(**changes: Any) -> Call[Any]:
    nothing: dict[str, Any] = dict.fromkeys(
        ("wait", "brand_id", "bloom_workspace_id", "source", "status", "action", "cursor")
    )
    return images.images(**{**nothing, "ids": (), "limit": 50, **changes})


def search(**changes: Any) -> Call[Any]:
    return library.search_library(
        **{"brand_id": "b1", "query": "cup", "limit": 10, "cursor": None, "max_distance": 0.7, **changes}
    )


def test_generation_leaves_an_unset_ratio_to_bloom() -> None:
    call = generations.order(PARAMETERS)
    assert (call.method, call.path, call.is_read) == ("POST", "/images/generations", False)
    assert call.json == {
        "prompt": "a cup",
        "brandSessionId": "b1",
        "imageSize": "2K",
        "model": "pro",
        "variantCount": 1,
    }


def test_generation_sends_all_that_was_chosen() -> None:
    parameters = PARAMETERS.but(
        aspect_ratio=AspectRatio.STORY,
        size=ImageSize.SIZE_4K,
        model=ImageModel.FAST,
        variants=3,
        reference_ids=("r1",),
    )
    assert generations.order(parameters).json == {
        "prompt": "a cup",
        "brandSessionId": "b1",
        "aspectRatio": "9:16",
        "imageSize": "4K",
        "model": "fast",
        "variantCount": 3,
        "referenceImageIds": ["r1"],
    }


def test_edit_sends_neither_ratio_nor_variants() -> None:
    call = generations.order(made_from("i1", Operation.EDIT, aspect_ratio=AspectRatio.STORY))
    assert call.path == "/images/i1/edit"
    assert call.json == {"prompt": "a cup", "brandSessionId": "b1", "imageSize": "2K", "model": "pro"}


def test_edit_sends_its_references() -> None:
    call = generations.order(made_from("i1", Operation.EDIT, reference_ids=("r1", "r2")))
    assert call.json is not None
    assert call.json["referenceImageIds"] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (Operation.RESIZE, {"targetAspectRatio": "9:16"}),
        (Operation.REMOVE_BACKGROUND, {}),
        (Operation.VECTORIZE, {}),
    ],
)
def test_what_takes_no_words_sends_none(operation: Operation, told: dict[str, str]) -> None:
    call = generations.order(made_from("i1", operation, aspect_ratio=AspectRatio.STORY, size=ImageSize.SIZE_4K))
    assert (call.method, call.path, call.is_read) == ("POST", f"/images/i1/{operation.value}", False)
    assert call.json == {"brandSessionId": "b1", **told}


def test_image_that_another_is_made_from_cannot_point_elsewhere() -> None:
    assert generations.order(made_from("a/../b", Operation.EDIT)).path == "/images/a%2F..%2Fb/edit"


@pytest.mark.parametrize(("wait", "timeout"), [(0, 1), (-5, 1), (0.2, 1), (1.2, 2), (120, 120), (295, 295), (1e9, 295)])
def test_hold_is_clipped_to_what_bloom_allows(wait: float, timeout: int) -> None:
    call = images.image("i1", wait)
    assert call.query == {"wait": "true", "timeout": str(timeout)}
    assert call.hold == timeout


def test_no_wait_is_no_hold() -> None:
    assert (images.image("i1", None).query, images.image("i1", None).hold) == ({}, None)


def test_listing_sends_only_the_filters_that_were_set() -> None:
    assert listing().query == {"limit": "50"}
    call = listing(ids=["i1", "i2"], wait=30, brand_id="b1", action="edit", bloom_workspace_id="w1")
    assert call.query == {
        "ids": "i1,i2",
        "brandSessionId": "b1",
        "workspaceId": "w1",
        "actionType": "edit",
        "limit": "50",
        "wait": "true",
        "timeout": "30",
    }


def test_search_is_a_read_though_it_is_posted() -> None:
    assert (search().method, search().is_read) == ("POST", True)
    assert "cursor" not in (search().json or {})


def test_gets_are_reads_and_changes_are_not() -> None:
    assert accounts.account().is_read
    assert not images.delete_images(["i1"]).is_read
    assert not brands.set_logo("b1", "https://acme.example/logo.svg").is_read


@pytest.mark.parametrize(("identifier", "path"), [("a/../b", "/images/a%2F..%2Fb"), ("a?b", "/images/a%3Fb")])
def test_id_cannot_point_elsewhere(identifier: str, path: str) -> None:
    assert images.image(identifier, None).path == path


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: images.image("", None), "BAD_REQUEST"),
        (lambda: images.delete_image(".."), "BAD_REQUEST"),
        (lambda: images.delete_images([]), "BAD_REQUEST"),
        (lambda: images.delete_images(["i"] * 51), "BAD_REQUEST"),
        (lambda: listing(ids=["i"] * 51), "BAD_REQUEST"),
        (lambda: listing(limit=101), "BAD_REQUEST"),
        (lambda: brands.brands(None, 0, None), "BAD_REQUEST"),
        (lambda: search(query=""), "BAD_REQUEST"),
        (lambda: search(query="x" * 501), "BAD_REQUEST"),
        (lambda: search(limit=51), "BAD_REQUEST"),
        (lambda: search(max_distance=2.1), "BAD_REQUEST"),
        (lambda: search(max_distance=float("nan")), "BAD_REQUEST"),
        (lambda: generations.order(made_from("..", Operation.VECTORIZE)), "BAD_REQUEST"),
        (lambda: library.upload_image_file("b1", "a.svg", b"<svg/>", "image/svg+xml"), "UNSUPPORTED_FORMAT"),
        (
            lambda: library.upload_image_file("b1", "a.png", bytes(FILE_LIMIT + 1), "image/png"),
            "FILE_TOO_LARGE",
        ),
        (lambda: brands.upload_logo("b1", "a.gif", b"GIF", "image/gif"), "UNSUPPORTED_FORMAT"),
    ],
)
def test_certain_refusal_costs_no_request(make: Callable[[], Call[Any]], code: str) -> None:
    with pytest.raises(BloomRefused) as caught:
        make()
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_bytes_of_an_upload_stay_out_of_its_repr() -> None:
    call = brands.upload_logo("b1", "logo.svg", b"<svg>secret shape</svg>", "image/svg+xml")
    assert "secret shape" not in repr(call)
