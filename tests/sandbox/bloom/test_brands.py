"""Brands: listed, analysed by the clock, given a logo, deleted."""

import httpx
import pytest

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.brands import MAX_BRANDS
from bot.sandbox.bloom.outcomes import LOGOS, WEBSITES
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import code_of, data, generate, held, picture


async def create(http: httpx.AsyncClient, url: str, **more: object) -> str:
    response = await http.post("/brands", json={"url": url, **more})
    assert response.status_code == 202, response.text
    created: dict[str, str] = response.json()["data"]
    assert created["status"] == "analyzing"
    return created["id"]


async def test_sandbox_opens_with_a_brand_in_every_state(http: httpx.AsyncClient, clock: ManualClock) -> None:
    brands = (await data(http, "/brands"))["brands"]
    assert [(b["name"], b["status"]) for b in brands] == [
        ("Fernweh Travel", "analyzing"),
        ("Paperplane", "logo_required"),
        ("Old Harbor", "failed"),
        ("Lumen Labs", "ready"),
        ("Northwind Coffee", "ready"),
        ("Acme", "ready"),
    ]
    assert brands == sorted(brands, key=lambda b: b["createdAt"], reverse=True)
    assert brands[-1]["imageCount"] > 0
    await clock.advance(90)
    assert (await data(http, "/brands"))["brands"][0]["status"] == "ready"


async def test_ready_brand_tells_its_identity(http: httpx.AsyncClient, acme: str) -> None:
    brand = await data(http, f"/brands/{acme}")
    assert brand["colors"] == ["#E4572E", "#17213A", "#FFC914", "#F7F3EA", "#2E86AB"]
    assert brand["fonts"]
    assert brand["summary"].startswith("Acme makes tools")
    logo = await http.get(brand["logoUrl"])
    assert logo.headers["content-type"] == "image/png"


async def test_unready_brands_tell_why(http: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    shown = {b["name"]: await data(http, f"/brands/{b['id']}") for b in (await data(http, "/brands"))["brands"]}
    assert shown["Old Harbor"]["failure"]["code"] == "SCRAPE_FAILED"
    assert shown["Paperplane"]["logoUrl"] is None
    assert shown["Paperplane"]["colors"] == []
    assert (await http.get(f"{bloom.site_url}/cdn/logos/{shown['Paperplane']['id']}.png")).status_code == 404


async def test_pages_are_joined_by_cursors(http: httpx.AsyncClient) -> None:
    names: list[str] = []
    query: dict[str, object] = {"limit": 4}
    while True:
        page = await data(http, "/brands", **query)
        names += [brand["name"] for brand in page["brands"]]
        assert page["hasMore"] == (page["nextCursor"] is not None)
        if not page["hasMore"]:
            break
        query["cursor"] = page["nextCursor"]
    assert len(names) == len(set(names)) == 6


@pytest.mark.parametrize("cursor", ["nonsense!", "YWZ0ZXI6eA==", "/w=="])
async def test_invented_cursor_is_refused(http: httpx.AsyncClient, cursor: str) -> None:
    assert (await http.get("/brands", params={"cursor": cursor})).status_code == 400


async def test_website_becomes_a_ready_brand_with_a_library(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock
) -> None:
    brand_id = await create(http, "https://www.blue-bottle.com/shop")
    waiting = await held(bloom, http, f"/brands/{brand_id}")
    await clock.advance(11)
    brand = await waiting
    assert (brand["name"], brand["status"], brand["workspaceId"]) == ("Blue Bottle", "ready", None)
    assert len(brand["colors"]) == 5
    scraped = await data(http, "/images", brandSessionId=brand_id, source="scraped")
    assert scraped["images"]
    assert scraped["images"][0]["status"] is None


async def test_collecting_images_can_be_declined(http: httpx.AsyncClient, clock: ManualClock) -> None:
    brand_id = await create(http, "https://plain.com", collectImages=False)
    await clock.advance(11)
    assert (await data(http, "/images", brandSessionId=brand_id))["images"] == []


@pytest.mark.parametrize(
    ("url", "status", "failure"),
    [
        ("https://nologo.com", "logo_required", None),
        ("https://unreachable.com", "failed", "SCRAPE_FAILED"),
        ("https://nowhere.com", "failed", "INVALID_URL"),
        ("https://colourless.com", "failed", "VISUAL_DNA_FAILED"),
        ("https://crashing.com", "failed", "INTERNAL_ERROR"),
        ("https://instagram.com/acme_co", "ready", None),
        ("https://www.instagram.com/private_co", "failed", "INSTAGRAM_FETCH_FAILED"),
        ("https://private.com", "ready", None),
    ],
)
async def test_address_decides_the_outcome(
    http: httpx.AsyncClient, clock: ManualClock, url: str, status: str, failure: str | None
) -> None:
    brand_id = await create(http, url)
    await clock.advance(11)
    brand = await data(http, f"/brands/{brand_id}")
    assert (brand["status"], (brand["failure"] or {}).get("code")) == (status, failure)
    assert bool(brand["failure"]) == bool((brand["failure"] or {}).get("message"))


async def test_logo_that_is_refused_at_the_start_is_told_and_asked_for(
    http: httpx.AsyncClient, clock: ManualClock
) -> None:
    brand_id = await create(http, "https://blue.com", logoUrl="https://blue.com/missing.png")
    assert "logoError" not in await data(http, f"/brands/{brand_id}")
    await clock.advance(11)
    brand = await data(http, f"/brands/{brand_id}")
    assert (brand["status"], brand["logoUrl"]) == ("logo_required", None)
    assert brand["logoError"] == "Logo could not be downloaded or validated"
    await http.put(f"/brands/{brand_id}/logo/file", files={"file": ("logo.png", picture())})
    assert "logoError" not in await data(http, f"/brands/{brand_id}")
    await clock.advance(11)
    assert (await data(http, f"/brands/{brand_id}"))["status"] == "ready"


async def test_examples_for_visitors_do_as_they_say(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    said = {"ready": "is ready", "logo_required": "asks for a logo", "failed": "fails"}
    for example in WEBSITES:
        response = await http.post("/brands", json={"url": example.address})
        if response.status_code == 400:
            assert (code_of(response), example.what) == ((400, "INVALID_URL"), "is refused at once")
            continue
        await clock.advance(11)
        brand = await data(http, f"/brands/{response.json()['data']['id']}")
        assert example.what.startswith(said[brand["status"]])
    for example in LOGOS:
        response = await http.put(f"/brands/{acme}/logo", json={"logoUrl": example.address})
        assert response.status_code == (202 if example.what.startswith("is taken") else 400)


async def test_number_of_images_tells_whether_they_were_collected(http: httpx.AsyncClient, clock: ManualClock) -> None:
    with_images, without = [await create(http, "https://a.com", collectImages=wanted) for wanted in (True, False)]
    await clock.advance(11)
    counts = {brand["id"]: brand["imageCount"] for brand in (await data(http, "/brands"))["brands"]}
    assert (counts[with_images] > 0, counts[without]) == (True, 0)


async def test_account_may_have_hundreds_of_brands(http: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    for number in range(300):
        bloom.state.add_brand(f"Brand {number}", f"https://brand{number}.com")
    names: list[str] = []
    query: dict[str, object] = {"limit": 100}
    while not names or query["cursor"]:
        page = await data(http, "/brands", **query)
        names += [brand["name"] for brand in page["brands"]]
        query["cursor"] = page["nextCursor"]
    assert {f"Brand {number}" for number in range(300)} <= set(names)


@pytest.mark.parametrize("how", ["address", "file"])
async def test_logo_of_a_ready_brand_restarts_its_analysis(
    http: httpx.AsyncClient, clock: ManualClock, acme: str, how: str
) -> None:
    if how == "address":
        await http.put(f"/brands/{acme}/logo", json={"logoUrl": "https://acme.com/logo.webp"})
    else:
        await http.put(f"/brands/{acme}/logo/file", files={"file": ("logo.png", picture())})
    brand = await data(http, f"/brands/{acme}")
    assert (brand["status"], brand["colors"], brand["logoUrl"] is not None) == ("analyzing", [], True)
    await clock.advance(11)
    assert (await data(http, f"/brands/{acme}"))["status"] == "ready"


async def test_logo_given_at_the_start_is_not_asked_for(http: httpx.AsyncClient, clock: ManualClock) -> None:
    brand_id = await create(http, "https://nologo.com", logoUrl="https://cdn.com/logo.png")
    await clock.advance(11)
    assert (await data(http, f"/brands/{brand_id}"))["status"] == "ready"


@pytest.mark.parametrize(
    "url",
    ["acme", "ftp://acme.com", "https://localhost", "http://10.0.0.1", "http://[::1]/", "http://[", "https://a.local",
     "https://acme.com:99999", "https://two words.com"],
)  # fmt: skip
async def test_address_nobody_can_reach_is_invalid(http: httpx.AsyncClient, url: str) -> None:
    assert code_of(await http.post("/brands", json={"url": url})) == (400, "INVALID_URL")


@pytest.mark.parametrize("body", [{}, {"url": 5}, {"url": "https://a.com", "collectImages": "yes"}, [], None])
async def test_body_of_another_shape_is_a_bad_request(http: httpx.AsyncClient, body: object) -> None:
    assert code_of(await http.post("/brands", json=body)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("content", [b"{", b"\xff\xff", b"[" + b" " * 2**20 + b"]"])
async def test_body_that_is_no_json_is_a_bad_request(http: httpx.AsyncClient, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert code_of(await http.post("/brands", content=content, headers=headers)) == (400, "BAD_REQUEST")


async def test_held_brand_times_out_as_it_is(http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock) -> None:
    brand_id = await create(http, "https://slow.com")
    waiting = await held(bloom, http, f"/brands/{brand_id}", timeout=2)
    await clock.advance(2)
    assert (await waiting)["status"] == "analyzing"
    assert bloom.requests[-1].held == pytest.approx(2)


async def test_logo_makes_a_brand_ready_that_wanted_one(http: httpx.AsyncClient, clock: ManualClock) -> None:
    wanting = next(b["id"] for b in (await data(http, "/brands"))["brands"] if b["status"] == "logo_required")
    response = await http.put(f"/brands/{wanting}/logo", json={"logoUrl": "https://paperplane.studio/logo.svg"})
    assert (response.status_code, response.json()["data"]) == (202, {"id": wanting, "status": "analyzing"})
    await clock.advance(11)
    assert (await data(http, f"/brands/{wanting}"))["logoUrl"]


async def test_new_logo_starts_the_analysis_again(http: httpx.AsyncClient, clock: ManualClock) -> None:
    brand_id = await create(http, "https://again.com")
    await clock.advance(5)
    await http.put(f"/brands/{brand_id}/logo", json={"logoUrl": "https://again.com/logo.png"})
    await clock.advance(5.5)
    assert (await data(http, f"/brands/{brand_id}"))["status"] == "analyzing"
    await clock.advance(5)
    assert (await data(http, f"/brands/{brand_id}"))["status"] == "ready"


@pytest.mark.parametrize(
    "url", ["https://acme.com/page.html", "http://localhost/logo.png", "logo", "https://acme.com/missing-logo.png"]
)
async def test_logo_address_that_shows_no_logo(http: httpx.AsyncClient, acme: str, url: str) -> None:
    assert code_of(await http.put(f"/brands/{acme}/logo", json={"logoUrl": url})) == (400, "INVALID_LOGO")


@pytest.mark.parametrize("content", [picture(), picture("WEBP"), b'<?xml version="1.0"?><svg xmlns="x"></svg>'])
async def test_logo_file(http: httpx.AsyncClient, acme: str, content: bytes) -> None:
    response = await http.put(f"/brands/{acme}/logo/file", files={"file": ("logo", content)})
    assert response.status_code == 202


@pytest.mark.parametrize("content", [b"GIF89a", b"", b"\x89PNG\r\n\x1a\nbroken"])
async def test_file_that_is_no_logo(http: httpx.AsyncClient, acme: str, content: bytes) -> None:
    response = await http.put(f"/brands/{acme}/logo/file", files={"file": ("logo.png", content)})
    assert code_of(response) == (400, "INVALID_LOGO")


async def test_logo_form_without_a_file(http: httpx.AsyncClient, acme: str) -> None:
    response = await http.put(f"/brands/{acme}/logo/file", files={"other": ("logo.png", picture())})
    assert code_of(response) == (400, "BAD_REQUEST")


async def test_deleted_brand_is_gone_with_its_images(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    image = (await generate(http, acme))[0]
    deleted = (await http.delete(f"/brands/{acme}")).json()["data"]
    assert deleted == {"id": acme, "name": "Acme", "workspaceId": None, "workspaceName": "Personal"}
    assert code_of(await http.delete(f"/brands/{acme}")) == (404, "BRAND_NOT_FOUND")
    assert code_of(await http.get(f"/images/{image}")) == (404, "IMAGE_NOT_FOUND")
    await clock.advance(5)


async def test_brand_deleted_while_it_is_analysed(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock
) -> None:
    brand_id = await create(http, "https://short-lived.com")
    await http.delete(f"/brands/{brand_id}")
    await clock.advance(11)
    assert bloom.state.brands.find(brand_id) is None


async def test_number_of_brands_is_bounded(bloom: BloomStandIn) -> None:
    for number in range(MAX_BRANDS + 3):
        bloom.state.add_brand(f"Brand {number}", "https://many.com", colors=("#000000", "#ffffff"))
    assert len(bloom.state.brands.of(bloom.state.account)) == MAX_BRANDS
    assert len(bloom.state.gallery) <= bloom.state.gallery.max_images


async def test_path_id_that_is_no_uuid(http: httpx.AsyncClient) -> None:
    assert code_of(await http.get("/brands/acme")) == (400, "BAD_REQUEST")
