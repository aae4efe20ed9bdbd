"""Images that exist: listed, filtered, deleted, uploaded, found again."""

import os
import struct
import zlib
from typing import Any

import httpx
import pytest

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.library import MAX_UPLOAD_BYTES, describe
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import code_of, data, finished, generate, picture

NOBODY = "00000000-0000-4000-8000-000000000000"


async def upload(http: httpx.AsyncClient, brand: str, content: bytes, name: str = "team-photo_2.png") -> httpx.Response:
    return await http.post("/images/uploads/file", files={"file": (name, content)}, data={"brandSessionId": brand})


async def test_lost_answer_can_be_looked_up_newest_first(
    http: httpx.AsyncClient, clock: ManualClock, acme: str
) -> None:
    for prompt in ("first", "second"):
        await generate(http, acme, prompt, aspectRatio="4:5")
        await clock.advance(1)
    images = (await data(http, "/images", brandSessionId=acme, source="generated"))["images"]
    assert [(i["prompt"], i["aspectRatio"], i["brandSessionId"]) for i in images] == [
        ("second", "4:5", acme),
        ("first", "4:5", acme),
    ]
    assert images[1]["createdAt"] == "2026-11-22T09:00:00.000Z"


async def test_pages_do_not_shift_when_something_is_added(http: httpx.AsyncClient, acme: str) -> None:
    ids = await generate(http, acme, variantCount=4)
    first = await data(http, "/images", limit=3, source="generated")
    await generate(http, acme)
    second = await data(http, "/images", limit=3, source="generated", cursor=first["nextCursor"])
    assert [i["id"] for i in first["images"] + second["images"]] == ids[::-1]
    assert (second["nextCursor"], second["hasMore"]) == (None, False)


async def test_filters(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    done = await finished(http, clock, acme)
    pending = (await generate(http, acme))[0]
    await http.post(f"/images/{done}/resize", json={"brandSessionId": acme, "targetAspectRatio": "4:3"})

    async def ids(**query: Any) -> list[str]:
        return [image["id"] for image in (await data(http, "/images", **query))["images"]]

    assert await ids(status="completed") == [done]
    assert await ids(status="pending", actionType="generation") == [pending]
    assert len(await ids(actionType="resize")) == 1
    assert len(await ids(source="scraped", brandSessionId=acme)) == 4
    assert await ids(ids=f"{pending},{done},{NOBODY}") == [pending, done]
    assert code_of(await http.get("/images", params={"brandSessionId": NOBODY})) == (422, "BRAND_NOT_FOUND")


async def test_signed_addresses_lead_straight_to_the_file(
    http: httpx.AsyncClient, clock: ManualClock, acme: str
) -> None:
    done = await finished(http, clock, acme)
    image = (await data(http, "/images", ids=done, includeUrls="1"))["images"][0]
    assert (await http.get(image["imageUrl"])).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "query",
    [
        {"ids": ",".join([NOBODY[:-2] + f"{n:02}" for n in range(51)])},
        {"ids": ""},
        {"ids": "x"},
        {"limit": "0"},
        {"limit": "101"},
        {"source": "stolen"},
        {"status": "done"},
        {"actionType": "copy"},
        {"includeUrls": "yes"},
        {"workspaceId": ""},
        {"brandSessionId": "x"},
        {"cursor": "x"},
    ],
)
async def test_query_outside_the_documented_bounds(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    response = await http.get("/images", params=query)
    assert (response.status_code, response.json()["defined"]) == (400, False)


async def test_images_are_deleted_one_by_one_or_together(http: httpx.AsyncClient, acme: str) -> None:
    ids = await generate(http, acme, variantCount=3)
    deleted = (await http.delete(f"/images/{ids[0]}")).json()["data"]
    assert (deleted["id"], deleted["source"]) == (ids[0], "generated")
    assert code_of(await http.delete(f"/images/{ids[0]}")) == (404, "IMAGE_NOT_FOUND")
    together = await http.delete("/images", params={"ids": ",".join(ids)})
    assert together.json() == {"data": {"deletedCount": 2}}
    assert code_of(await http.delete("/images")) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("file_format", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("AVIF", "image/png")],
)
async def test_upload_is_recognised_by_its_content(
    http: httpx.AsyncClient, acme: str, file_format: str, mime: str
) -> None:
    response = await upload(http, acme, picture(file_format, (320, 180)), "misnamed.gif")
    kept = response.json()["data"]
    assert (kept["mimeType"], kept["width"], kept["height"], kept["existing"]) == (mime, 320, 180, False)
    file = await http.get(kept["imageUrl"], follow_redirects=True)
    assert file.headers["content-type"] == mime
    image = await data(http, f"/images/{kept['id']}")
    assert (image["source"], image["status"], image["aspectRatio"]) == ("uploaded", None, "16:9")


async def test_same_upload_is_found_again_within_its_brand(
    http: httpx.AsyncClient, bloom: BloomStandIn, acme: str
) -> None:
    first = (await upload(http, acme, picture())).json()["data"]
    again = (await upload(http, acme, picture())).json()["data"]
    assert (again["id"], again["existing"]) == (first["id"], True)
    other = bloom.state.add_brand("Other", "https://other.com").id
    assert (await upload(http, other, picture())).json()["data"]["existing"] is False
    await http.delete(f"/images/{first['id']}")
    assert (await upload(http, acme, picture())).json()["data"]["existing"] is False


async def test_odd_shapes_have_no_ratio(http: httpx.AsyncClient, acme: str) -> None:
    kept = (await upload(http, acme, picture(size=(500, 90)))).json()["data"]
    assert (await data(http, f"/images/{kept['id']}"))["aspectRatio"] is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg xmlns='x'/>", picture()[:60], picture("BMP")])
async def test_file_that_is_no_picture(http: httpx.AsyncClient, acme: str, content: bytes) -> None:
    assert code_of(await upload(http, acme, content)) == (400, "UNSUPPORTED_FORMAT")


async def test_file_that_is_too_large(http: httpx.AsyncClient, acme: str) -> None:
    assert code_of(await upload(http, acme, os.urandom(MAX_UPLOAD_BYTES + 2**20))) == (400, "FILE_TOO_LARGE")


async def test_picture_with_too_many_pixels(http: httpx.AsyncClient, acme: str) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 8000, 8000, 8, 2, 0, 0, 0)
    small = picture()
    promised = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    assert code_of(await upload(http, acme, promised)) == (400, "FILE_TOO_LARGE")


async def test_upload_for_an_unknown_brand(http: httpx.AsyncClient) -> None:
    assert code_of(await upload(http, NOBODY, picture())) == (422, "BRAND_NOT_FOUND")
    assert code_of(await upload(http, "acme", picture())) == (400, "BAD_REQUEST")


async def test_form_that_is_incomplete_or_none(http: httpx.AsyncClient, acme: str) -> None:
    path, boundary = "/images/uploads/file", "multipart/form-data; boundary=b"
    requests: list[dict[str, Any]] = [
        {"json": {"brandSessionId": acme}},
        {"files": {"brandSessionId": (None, acme)}},
        {"content": b"no form", "headers": {"Content-Type": boundary}},
        {"content": b"", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"--b\r\n\r\nnameless\r\n--b--\r\n", "headers": {"Content-Type": boundary}},
    ]
    for request in requests:
        assert code_of(await http.post(path, **request)) == (400, "BAD_REQUEST")


async def test_upload_by_address_takes_the_stand_ins_own_pictures(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    done = await finished(http, clock, acme, aspectRatio="4:5")
    for path in (f"/img/{done}", f"/cdn/{done}.png"):
        order = {"imageUrl": bloom.site_url + path, "brandSessionId": acme}
        kept = (await http.post("/images/uploads", json=order)).json()["data"]
        assert (kept["width"], kept["height"]) == (819, 1024)
    assert kept["existing"] is True


async def test_upload_by_address_fetches_nothing_else(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    pending = (await generate(http, acme))[0]
    for url, code in (
        ("https://example.com/cat.png", "DOWNLOAD_FAILED"),
        ("http://192.168.1.1/cat.png", "INVALID_URL"),
        ("cat.png", "INVALID_URL"),
        (f"{bloom.site_url}/img/{NOBODY}", "DOWNLOAD_FAILED"),
        (f"{bloom.site_url}/img/{pending}", "DOWNLOAD_FAILED"),
    ):
        order = {"imageUrl": url, "brandSessionId": acme}
        assert code_of(await http.post("/images/uploads", json=order)) == (400, code)


async def test_bytes_of_uploads_are_bounded(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    first = (await upload(http, acme, picture())).json()["data"]["id"]
    bloom.state.gallery.max_bytes = len(picture()) + 10
    second = (await upload(http, acme, picture(colour="red"))).json()["data"]["id"]
    assert code_of(await http.get(f"/images/{first}")) == (404, "IMAGE_NOT_FOUND")
    assert (await http.get(f"/images/{second}")).status_code == 200


async def test_memory_of_uploads_is_bounded(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.state.gallery.max_images = 1
    for colour in ("red", "green", "blue", "red"):
        assert (await upload(http, acme, picture(colour=colour))).json()["data"]["existing"] is False


async def test_search_ranks_the_library_by_words(http: httpx.AsyncClient, acme: str) -> None:
    await upload(http, acme, picture(), "white-coffee-cup.png")
    await generate(http, acme, "coffee cup")
    order = {"brandSessionId": acme, "query": "coffee cup"}
    found = (await http.post("/images/search", json=order)).json()["data"]
    assert found["query"] == "coffee cup"
    assert found["candidates"][0]["description"] == "White coffee cup"
    distances = [candidate["distance"] for candidate in found["candidates"]]
    assert len(distances) == 2
    assert distances == sorted(distances)


async def test_search_pages_and_cutoff(http: httpx.AsyncClient, acme: str) -> None:
    order: dict[str, Any] = {"brandSessionId": acme, "query": "product photo", "limit": 5, "maxDistance": 2}
    first = (await http.post("/images/search", json=order)).json()["data"]
    assert (len(first["candidates"]), first["hasMore"]) == (5, True)
    order["cursor"] = first["nextCursor"]
    second = (await http.post("/images/search", json=order)).json()["data"]
    assert (len(second["candidates"]), second["hasMore"], second["nextCursor"]) == (2, False, None)
    nothing = {"brandSessionId": acme, "query": "zebra"}
    assert (await http.post("/images/search", json=nothing)).json()["data"]["candidates"] == []
    assert code_of(await http.post("/images/search", json={**nothing, "cursor": "x"})) == (400, "INVALID_CURSOR")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("espresso", "Hands holding a cup of coffee at a wooden table"),
        ("store", "Storefront with large windows in warm morning light"),
        ("colleagues", "Team working at desks in a bright studio"),
        ("drill on a workbench", "Orange cordless drill on a workbench"),
        ("a paper", "Spring campaign poster with a paper boat"),
    ],
)
async def test_search_knows_what_belongs_together_and_what_is_still_typed(
    http: httpx.AsyncClient, acme: str, query: str, first: str
) -> None:
    order = {"brandSessionId": acme, "query": query}
    found = (await http.post("/images/search", json=order)).json()["data"]["candidates"]
    assert found[0]["description"] == first
    assert 0 <= found[0]["distance"] <= 0.7


@pytest.mark.parametrize("query", ["zebra", "?!", "x"])
async def test_search_for_what_is_not_there_finds_nothing(http: httpx.AsyncClient, acme: str, query: str) -> None:
    order = {"brandSessionId": acme, "query": query}
    assert (await http.post("/images/search", json=order)).json()["data"]["candidates"] == []


async def test_brands_have_pictures_that_were_uploaded_before_anybody_came(http: httpx.AsyncClient, acme: str) -> None:
    uploaded = (await data(http, "/images", source="uploaded", brandSessionId=acme))["images"]
    assert [image["description"] for image in uploaded] == [
        "Spring campaign poster with a paper boat",
        "Logo lockup, white on dark blue",
        "Orange cordless drill on a workbench",
    ]
    file = await http.get(f"{str(http.base_url).partition('/api')[0]}{uploaded[0]['imageUrl']}", follow_redirects=True)
    assert file.headers["content-type"] == "image/jpeg"


def test_file_name_becomes_a_caption() -> None:
    assert describe("https://a.com/img/team_photo-03.PNG") == "Team photo"
    assert describe("12345.png") == describe(None) == "Uploaded image"
