"""Images made from images: edited, resized, cut out, vectorized."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.sandbox.bloom import BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import LONG_ENOUGH, balance, code_of, data, finished, generate, picture

NOBODY = "00000000-0000-4000-8000-000000000000"


async def derive(http: httpx.AsyncClient, clock: ManualClock, path: str, **order: Any) -> Any:
    response = await http.post(path, json=order)
    assert response.status_code == 202, response.text
    made = response.json()["data"]
    assert made["status"] == "pending"
    await clock.advance(LONG_ENOUGH)
    return await data(http, f"/images/{made['id']}")


async def upload(http: httpx.AsyncClient, brand: str, size: tuple[int, int] = (300, 200)) -> str:
    form = {"brandSessionId": brand}
    response = await http.post("/images/uploads/file", files={"file": ("a.png", picture(size=size))}, data=form)
    image_id: str = response.json()["data"]["id"]
    return image_id


async def test_edit_keeps_the_ratio_and_remembers_its_origin(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    origin = await finished(http, clock, acme, aspectRatio="9:16")
    edited = await derive(http, clock, f"/images/{origin}/edit", prompt="Bluer", brandSessionId=acme)
    assert (edited["actionType"], edited["prompt"], edited["aspectRatio"]) == ("edit", "Bluer", "9:16")
    kept = bloom.state.gallery.get(bloom.state.account, edited["id"])
    assert kept.parent_id == origin
    assert await balance(http) == 248


async def test_edit_in_4k(http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str) -> None:
    bloom.state.account.plan_4k = True
    origin = await finished(http, clock, acme)
    edited = await derive(http, clock, f"/images/{origin}/edit", prompt="Big", brandSessionId=acme, imageSize="4K")
    assert (edited["width"], await balance(http)) == (2048, 247)
    resized = await derive(http, clock, f"/images/{edited['id']}/resize", targetAspectRatio="16:9", brandSessionId=acme)
    assert (resized["width"], await balance(http)) == (2048, 246)


async def test_refused_edits(http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str) -> None:
    unfinished = (await generate(http, acme))[0]
    order = {"prompt": "Bluer", "brandSessionId": acme}

    async def edit(image: str, **changes: Any) -> tuple[int, str]:
        return code_of(await http.post(f"/images/{image}/edit", json={**order, **changes}))

    assert await edit(unfinished) == (400, "EDIT_SUBJECT_NOT_COMPLETED")
    assert await edit(NOBODY) == (404, "EDIT_SUBJECT_NOT_FOUND")
    await clock.advance(LONG_ENOUGH)
    assert await edit(unfinished, brandSessionId=NOBODY) == (422, "BRAND_NOT_FOUND")
    assert await edit(unfinished, imageSize="4K") == (403, "FEATURE_NOT_ENTITLED")
    assert await edit(unfinished, referenceImageIds=[NOBODY]) == (404, "REFERENCE_IMAGE_NOT_FOUND")
    assert await edit(unfinished, referenceImageIds=[NOBODY] * 10) == (400, "BAD_REQUEST")
    bloom.state.account.personal.credits = 0
    assert await edit(unfinished) == (402, "INSUFFICIENT_CREDITS")


async def test_resize_changes_the_ratio_only(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    origin = await finished(http, clock, acme)
    resized = await derive(http, clock, f"/images/{origin}/resize", targetAspectRatio="16:9", brandSessionId=acme)
    assert (resized["actionType"], resized["prompt"]) == ("resize", "A red fox")
    assert (resized["aspectRatio"], resized["width"], resized["height"]) == ("16:9", 1024, 576)
    again = {"targetAspectRatio": "16:9", "brandSessionId": acme}
    response = await http.post(f"/images/{resized['id']}/resize", json=again)
    assert code_of(response) == (400, "SAME_ASPECT_RATIO")
    assert await balance(http) == 248


async def test_cut_out_is_transparent(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.state.studio.file_format = "JPEG"
    origin = await finished(http, clock, acme)
    cut = await derive(http, clock, f"/images/{origin}/remove-background", brandSessionId=acme)
    file = await http.get(bloom.site_url + cut["imageUrl"], follow_redirects=True)
    with Image.open(io.BytesIO(file.content)) as opened:
        assert (opened.format, opened.mode, opened.size) == ("PNG", "RGBA", (1024, 1024))
        assert opened.getchannel("A").getextrema() == (0, 255)


async def test_vector_is_svg_and_takes_no_raster_actions(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    origin = await finished(http, clock, acme, prompt="Fish & <chips>")
    vector = await derive(http, clock, f"/images/{origin}/vectorize", brandSessionId=acme)
    file = await http.get(bloom.site_url + vector["imageUrl"], follow_redirects=True)
    assert file.headers["content-type"] == "image/svg+xml"
    assert "Fish &amp; &lt;chips&gt;" in file.text
    order = {"brandSessionId": acme, "targetAspectRatio": "4:3"}
    for action, code in (
        ("resize", "IMAGE_NOT_RESIZABLE"),
        ("remove-background", "IMAGE_NOT_REMOVABLE_BACKGROUND"),
        ("vectorize", "IMAGE_NOT_VECTORIZABLE"),
    ):
        assert code_of(await http.post(f"/images/{vector['id']}/{action}", json=order)) == (400, code)


async def test_cut_out_can_be_vectorized(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    origin = await finished(http, clock, acme)
    cut = await derive(http, clock, f"/images/{origin}/remove-background", brandSessionId=acme)
    vector = await derive(http, clock, f"/images/{cut['id']}/vectorize", brandSessionId=acme)
    file = await http.get(bloom.site_url + vector["imageUrl"], follow_redirects=True)
    assert "<text" not in file.text


async def test_small_upload_cannot_be_vectorized(http: httpx.AsyncClient, acme: str) -> None:
    small = await upload(http, acme, (100, 300))
    response = await http.post(f"/images/{small}/vectorize", json={"brandSessionId": acme})
    assert code_of(response) == (400, "IMAGE_TOO_SMALL")


async def test_upload_can_be_changed_at_once(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    origin = await upload(http, acme)
    for path, more in (
        ("resize", {"targetAspectRatio": "1:1"}),
        ("edit", {"prompt": "Add a hat"}),
        ("remove-background", {}),
        ("vectorize", {}),
    ):
        made = await derive(http, clock, f"/images/{origin}/{path}", brandSessionId=acme, **more)
        file = await http.get(bloom.site_url + made["imageUrl"], follow_redirects=True)
        assert file.status_code == 200


@pytest.mark.parametrize("action", ["resize", "remove-background", "vectorize"])
async def test_refusals_common_to_all(http: httpx.AsyncClient, acme: str, action: str) -> None:
    unfinished = (await generate(http, acme))[0]
    order = {"brandSessionId": acme, "targetAspectRatio": "4:3"}
    assert code_of(await http.post(f"/images/{unfinished}/{action}", json=order)) == (400, "IMAGE_NOT_COMPLETED")
    assert code_of(await http.post(f"/images/{NOBODY}/{action}", json=order)) == (404, "IMAGE_NOT_FOUND")
    order["brandSessionId"] = NOBODY
    assert code_of(await http.post(f"/images/{unfinished}/{action}", json=order)) == (404, "SESSION_NOT_FOUND")
