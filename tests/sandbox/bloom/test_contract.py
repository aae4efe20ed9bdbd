"""Every operation, in every way it can end, judged by Bloom's own document."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.bloom.errors import documented_codes
from bot.sandbox.bloom.routes import OPERATIONS
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import picture
from tests.sandbox.bloom.contract import assert_answer_fits, assert_request_fits, documented_refusals

NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass
class Case:
    """One request by which an operation answers with success."""

    method: str
    path: str
    status: int = 200
    query: dict[str, str] = field(default_factory=dict)
    json: Any = None
    files: Any = None
    data: Any = None


CASES: dict[str, Case] = {
    "account.get": Case("GET", "/account"),
    "credits.get": Case("GET", "/credits"),
    "workspaces.list": Case("GET", "/workspaces"),
    "brands.list": Case("GET", "/brands", query={"limit": "2"}),
    "brands.create": Case("POST", "/brands", 202, json={"url": "https://blue-bottle.com"}),
    "brands.get": Case("GET", "/brands/{brand}", query={"wait": "1", "timeout": "5"}),
    "brands.delete": Case("DELETE", "/brands/{brand}"),
    "brands.updateLogo": Case("PUT", "/brands/{brand}/logo", 202, json={"logoUrl": "https://acme.com/logo.svg"}),
    "brands.uploadLogoFile": Case(
        "PUT", "/brands/{brand}/logo/file", 202, files={"file": ("logo.png", picture(), "image/png")}
    ),
    "images.list": Case("GET", "/images", query={"limit": "3", "includeUrls": "true"}),
    "images.deleteMany": Case("DELETE", "/images", query={"ids": "{image}"}),
    "images.generate": Case(
        "POST",
        "/images/generations",
        202,
        json={"prompt": "A red fox", "brandSessionId": "{brand}", "variantCount": 3, "aspectRatio": "16:9"},
    ),
    "images.upload": Case(
        "POST", "/images/uploads", json={"imageUrl": "{site}/img/{image}", "brandSessionId": "{brand}"}
    ),
    "images.uploadFile": Case(
        "POST",
        "/images/uploads/file",
        files={"file": ("fox.png", picture(), "image/png")},
        data={"brandSessionId": "{brand}"},
    ),
    "images.search": Case(
        "POST", "/images/search", json={"brandSessionId": "{brand}", "query": "team working at desks"}
    ),
    "images.get": Case("GET", "/images/{image}", query={"wait": "true", "timeout": "10"}),
    "images.delete": Case("DELETE", "/images/{image}"),
    "images.edit": Case(
        "POST", "/images/{image}/edit", 202, json={"prompt": "Make it blue", "brandSessionId": "{brand}"}
    ),
    "images.resize": Case(
        "POST", "/images/{image}/resize", 202, json={"targetAspectRatio": "9:16", "brandSessionId": "{brand}"}
    ),
    "images.removeBackground": Case(
        "POST", "/images/{image}/remove-background", 202, json={"brandSessionId": "{brand}"}
    ),
    "images.vectorize": Case("POST", "/images/{image}/vectorize", 202, json={"brandSessionId": "{brand}"}),
}


def fill(value: Any, names: dict[str, str]) -> Any:
    """Put ids where a case has their names."""
    if isinstance(value, str):
        for name, known in names.items():
            value = value.replace("{" + name + "}", known)
        return value
    if isinstance(value, dict):
        return {key: value if key == "file" else fill(value, names) for key, value in value.items()}
    return value


async def send(http: httpx.AsyncClient, case: Case, names: dict[str, str]) -> httpx.Response:
    """Send a case's request and let the document judge request and answer."""
    request = http.build_request(
        case.method,
        fill(case.path, names),
        params=fill(case.query, names),
        json=fill(case.json, names),
        files=case.files,
        data=fill(case.data, names),
    )
    response = await http.send(request)
    assert_request_fits(request)
    assert_answer_fits(request, response)
    return response


@pytest.fixture
async def names(bloom: BloomStandIn, clock: ManualClock, acme: str) -> dict[str, str]:
    """Return ids to fill cases with: a ready brand and a finished image of it."""
    state = bloom.state
    brand = state.brands.get(state.account, acme)
    image = state.studio.generate(state.account, brand, "A bicycle in the rain")[0]
    await clock.advance(5)
    return {"brand": brand.id, "image": image.id, "site": bloom.site_url}


def test_every_operation_but_the_signed_uploads_has_a_case() -> None:
    assert {name for _, _, name, _ in OPERATIONS} == set(CASES)
    signed = {"brands.uploadLogoFileSigned", "images.uploadFileSigned"}
    assert set(documented_refusals()) - signed == set(CASES)


def test_catalogue_of_refusals_is_the_documents() -> None:
    for operation in CASES:
        assert documented_codes(operation) == documented_refusals()[operation]


@pytest.mark.parametrize("operation", CASES)
async def test_success_fits_the_document(operation: str, http: httpx.AsyncClient, names: dict[str, str]) -> None:
    response = await send(http, CASES[operation], names)
    assert response.status_code == CASES[operation].status


@pytest.mark.parametrize("operation", CASES)
async def test_every_forced_refusal_fits_the_document(
    operation: str, http: httpx.AsyncClient, bloom: BloomStandIn, names: dict[str, str]
) -> None:
    bloom.rate_limit = None
    for code, (status, message) in documented_codes(operation).items():
        bloom.faults.next(code, path=operation)
        response = await send(http, CASES[operation], names)
        refusal = response.json()
        assert (refusal["code"], response.status_code, refusal["message"]) == (code, status, message)
        assert refusal["defined"] is True


async def test_code_the_document_does_not_list_for_the_operation_is_not_defined(
    http: httpx.AsyncClient, bloom: BloomStandIn, names: dict[str, str]
) -> None:
    bloom.faults.next("INTERNAL_ERROR")
    response = await send(http, CASES["images.generate"], names)
    assert (response.status_code, response.json()["defined"]) == (500, False)


async def test_bad_input_fits_the_document(http: httpx.AsyncClient, acme: str) -> None:
    bad = (
        http.build_request("POST", "/images/generations", json={"prompt": ""}),
        http.build_request("POST", "/brands", json={"url": "https://localhost"}),
        http.build_request("GET", "/images", params={"ids": "no-uuid"}),
        http.build_request("POST", "/images/search", json={"brandSessionId": acme, "query": "q", "cursor": "?"}),
    )
    for request in bad:
        response = await http.send(request)
        assert response.status_code == 400
        assert_answer_fits(request, response)


async def test_missing_things_fit_the_document(http: httpx.AsyncClient, names: dict[str, str]) -> None:
    gone = {**names, "brand": NOBODY, "image": NOBODY}
    without_id = {"account.get", "credits.get", "workspaces.list", "brands.list", "brands.create", "images.list"}
    for operation in set(CASES) - without_id - {"images.deleteMany"}:
        response = await send(http, CASES[operation], gone)
        assert response.status_code in (404, 422), operation


async def test_answer_the_document_does_not_have_is_caught(
    http: httpx.AsyncClient, bloom: BloomStandIn, names: dict[str, str]
) -> None:
    bloom.spelling.ids_style = "guide"
    with pytest.raises(Exception, match=r"InvalidData|valid"):
        await send(http, CASES["images.generate"], names)
    bloom.spelling.error_style = "guide"
    with pytest.raises(Exception, match=r"InvalidData|valid"):
        await send(http, CASES["images.get"], {**names, "image": NOBODY})


async def test_request_the_document_forbids_is_caught(http: httpx.AsyncClient) -> None:
    with pytest.raises(Exception, match=r"[Rr]equest|[Bb]ody"):
        assert_request_fits(http.build_request("POST", "/images/generations", json={"prompt": "no brand"}))
    with pytest.raises(Exception, match=r"parameter"):
        assert_request_fits(http.build_request("GET", "/images", params={"limit": "0"}))
    with pytest.raises(Exception, match=r"[Ss]ecurity"):
        assert_request_fits(httpx.Request("GET", http.base_url.join("/api/v1/account")))


@pytest.mark.parametrize(
    "order",
    [
        {"url": "https://unreachable.com"},
        {"url": "https://nowhere.com"},
        {"url": "https://colourless.com"},
        {"url": "https://crashing.com"},
        {"url": "https://instagram.com/private_co"},
        {"url": "https://nologo.com"},
        {"url": "https://blue.com", "logoUrl": "https://blue.com/missing.png"},
    ],
    ids=lambda order: order["url"],
)
async def test_every_end_of_an_analysis_is_documented(
    http: httpx.AsyncClient, clock: ManualClock, order: dict[str, str]
) -> None:
    created = await send(http, Case("POST", "/brands", json=order), {})
    await clock.advance(11)
    ended = await send(http, Case("GET", f"/brands/{created.json()['data']['id']}"), {})
    assert ended.json()["data"]["status"] in ("failed", "logo_required")
