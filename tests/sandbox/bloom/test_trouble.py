"""Faults on demand, the request limit, and the record of what happened."""

import asyncio
from typing import Any

import httpx
import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn, RequestRecord
from bot.sandbox.slack.images import ImageFetcher
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import balance, client, code_of, data, generate, held


async def test_next_requests_are_refused_with_a_code(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.faults.next("INTERNAL_ERROR", path="POST /images/generations", times=2, message="Oops")
    order = {"prompt": "A", "brandSessionId": acme}
    for _ in range(2):
        response = await http.post("/images/generations", json=order)
        assert (*code_of(response), response.json()["message"]) == (500, "INTERNAL_ERROR", "Oops")
    assert (await http.post("/images/generations", json=order)).status_code == 202
    assert await balance(http) == 249


async def test_unknown_code_is_the_testers_mistake(bloom: BloomStandIn) -> None:
    with pytest.raises(ValueError, match="NO_SUCH_CODE"):
        bloom.faults.next("NO_SUCH_CODE")


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "BAD_GATEWAY", "SERVICE_UNAVAILABLE", "TOO_MANY_REQUESTS"])
async def test_any_request_can_be_meant(http: httpx.AsyncClient, bloom: BloomStandIn, code: str) -> None:
    bloom.faults.next(code)
    assert code_of(await http.get("/account"))[1] == code
    assert (await http.get("/account")).status_code == 200


async def test_target_is_a_prefix_of_segments_or_an_operation(
    http: httpx.AsyncClient, bloom: BloomStandIn, acme: str
) -> None:
    image = (await generate(http, acme))[0]
    bloom.faults.next("INTERNAL_ERROR", path="/images/*", times=None)
    assert (await http.get("/images")).status_code == 200
    assert (await http.get(f"/images/{image}")).status_code == 500
    bloom.faults.clear()
    bloom.faults.next("INTERNAL_ERROR", path="images.list")
    assert (await http.get(f"/images/{image}")).status_code == 200
    assert (await http.get("/images")).status_code == 500
    bloom.faults.next("INTERNAL_ERROR", path="GET /image")
    assert (await http.get("/images")).status_code == 200


async def test_delay_lets_a_request_wait_by_the_clock(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock
) -> None:
    bloom.faults.delay("GET /brands", 10, times=1)
    slow = asyncio.create_task(http.get("/brands"))
    await bloom.until_held()
    assert not slow.done()
    await clock.advance(10)
    assert (await slow).status_code == 200


async def test_held_request_waits_until_it_is_released_whatever_the_clock_says(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock
) -> None:
    hold = bloom.faults.hold("GET /brands")
    slow = [asyncio.create_task(http.get("/brands")) for _ in range(2)]
    await bloom.until_held(2)
    await clock.advance(3600)
    assert not any(one.done() for one in slow)
    assert (await http.get("/account")).status_code == 200
    assert bloom.faults.pending == ["Every request to GET /brands waits until it is released"]
    hold.release()
    assert [(await one).status_code for one in slow] == [200, 200]
    assert bloom.faults.pending == []
    assert (await http.get("/brands")).status_code == 200


async def test_hold_meets_as_many_requests_as_it_is_for_and_ends_with_all_trouble(
    http: httpx.AsyncClient, bloom: BloomStandIn
) -> None:
    bloom.faults.hold("GET /brands", times=1)
    slow = asyncio.create_task(http.get("/brands"))
    await bloom.until_held()
    assert (await http.get("/brands")).status_code == 200
    bloom.faults.clear()
    assert (await slow).status_code == 200


async def test_end_of_bloom_releases_whoever_is_held(http: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    bloom.faults.hold(None)
    slow = asyncio.create_task(http.get("/brands"))
    await bloom.until_held()
    await bloom.stop()
    await asyncio.gather(slow, return_exceptions=True)
    assert bloom.held == 0


async def test_dropped_before_means_nothing_was_done(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.faults.drop("POST /images/generations")
    with pytest.raises(httpx.TransportError):
        await generate(http, acme)
    assert await balance(http) == 250


async def test_dropped_after_means_it_was_done_and_charged(
    http: httpx.AsyncClient, bloom: BloomStandIn, acme: str
) -> None:
    bloom.faults.drop("POST /images/generations", "after")
    with pytest.raises(httpx.TransportError):
        await generate(http, acme, "A lost fox")
    assert await balance(http) == 249
    assert (await data(http, "/images", brandSessionId=acme, limit=1))["images"][0]["prompt"] == "A lost fox"
    assert (bloom.requests[0].status, bloom.requests[0].operation) == (None, "images.generate")


@pytest.mark.parametrize("status", [200, 502, 504])
async def test_garbled_answer_is_a_page(http: httpx.AsyncClient, bloom: BloomStandIn, status: int) -> None:
    bloom.faults.garble("/brands", status=status)
    response = await http.get("/brands")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert (await http.get("/brands")).json()["data"]


async def test_bloom_can_be_down_in_two_ways(http: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    bloom.faults.down = True
    with pytest.raises(httpx.TransportError):
        await http.get("/account")
    bloom.faults.down_style = "html"
    response = await http.get("/account")
    assert (response.status_code, response.headers["content-type"]) == (503, "text/html; charset=utf-8")
    bloom.faults.clear()
    assert (await http.get("/account")).status_code == 200


async def test_proxy_cuts_held_connections(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.faults.cut_held_after(1)
    image = (await generate(http, acme))[0]
    waiting = await held(bloom, http, f"/images/{image}")
    await clock.advance(1)
    with pytest.raises(httpx.TransportError):
        await waiting
    bloom.faults.cut_held_after(None)
    waiting = await held(bloom, http, f"/images/{image}")
    await clock.advance(3)
    assert (await waiting)["status"] == "completed"


async def test_connection_that_ends_in_time_is_not_cut(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.faults.cut_held_after(60)
    image = (await generate(http, acme))[0]
    waiting = await held(bloom, http, f"/images/{image}", timeout=1)
    await clock.advance(1)
    assert (await waiting)["status"] == "generating"


async def test_limit_counts_every_request_in_a_sliding_window(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock
) -> None:
    bloom.rate_limit = (3, 60.0)
    for _ in range(3):
        assert (await http.get("/account")).status_code == 200
        await clock.advance(10)
    assert code_of(await http.get("/account")) == (429, "TOO_MANY_REQUESTS")
    await clock.advance(30)
    assert (await http.get("/account")).status_code == 429, "the refused request counted too"
    await clock.advance(60)
    assert (await http.get("/account")).status_code == 200


async def test_held_request_counts_once_when_it_arrives(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.state.studio.generation_seconds = (100.0, 100.0)
    image = (await generate(http, acme))[0]
    bloom.rate_limit = (3, 60.0)
    waiting = await held(bloom, http, f"/images/{image}")
    await clock.advance(61)
    assert [(await http.get("/account")).status_code for _ in range(3)] == [200, 200, 200]
    await clock.advance(61)
    assert (await waiting)["status"] == "completed"


async def test_limit_is_per_credential_and_can_be_off(bloom: BloomStandIn, http: httpx.AsyncClient) -> None:
    bloom.rate_limit = (1, 60.0)
    bloom.state.add_account("bloom_sk_other", "other@example.com")
    assert (await http.get("/account")).status_code == 200
    async with client(bloom, {"x-api-key": "bloom_sk_other"}) as other:
        assert (await other.get("/account")).status_code == 200
    assert (await http.get("/account")).status_code == 429
    bloom.rate_limit = None
    assert (await http.get("/account")).status_code == 200
    assert bloom.rate_limit is None


async def test_pictures_are_not_limited(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.rate_limit = (1, 60.0)
    for _ in range(3):
        assert (await http.get(f"{bloom.site_url}/cdn/logos/{acme}.png")).status_code == 200


async def test_requests_are_recorded_without_their_keys(
    http: httpx.AsyncClient, bloom: BloomStandIn, acme: str
) -> None:
    heard: list[RequestRecord] = []
    bloom.requests.on_request(heard.append)
    order: dict[str, Any] = {"prompt": "A", "brandSessionId": acme, "variantCount": 9}
    await http.post("/images/generations", json=order)
    await http.get("/images", params={"limit": "5"})
    refused, listed = bloom.requests
    assert (refused.method, refused.path, refused.operation) == ("POST", "/images/generations", "images.generate")
    assert (refused.status, refused.code, refused.body) == (400, "BAD_REQUEST", order)
    assert (listed.query, listed.status, listed.code, listed.held) == ({"limit": "5"}, 200, None, 0.0)
    assert listed.credential == refused.credential
    assert SANDBOX_API_KEY not in repr(heard)
    assert heard == list(bloom.requests)


async def test_requests_are_counted_and_bounded(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    image = (await generate(http, acme))[0]
    await http.get(f"/images/{image}")
    await http.get("/images")
    assert bloom.count("POST", "/images/generations") == 1
    assert bloom.count("GET", "/images") == 1
    assert bloom.count("GET", "/images/*") == 1
    assert bloom.count("GET") == 2
    assert bloom.count() == len(bloom.requests) == 3
    bloom.requests.clear()
    assert bloom.count() == 0


async def test_pictures_are_hidden_from_slack_for_a_while_and_from_nobody_else(
    http: httpx.AsyncClient, bloom: BloomStandIn, acme: str
) -> None:
    image = next(image for image in bloom.state.gallery.of(bloom.state.account))
    url = f"{bloom.site_url}/img/{image.id}"
    fetcher = ImageFetcher()
    fetcher.start()
    bloom.faults.hide_from_slack(2)
    seen = [await fetcher.finds(url)]
    assert (await http.get(url, follow_redirects=True)).status_code == 200
    seen += [await fetcher.finds(url), await fetcher.finds(url)]
    assert seen == [False, False, True]
    bloom.faults.hide_from_slack(None)
    assert not await fetcher.finds(url)
    bloom.faults.clear()
    assert await fetcher.finds(url)
    await fetcher.stop()


async def test_system_clock_needs_no_hand() -> None:
    async with BloomStandIn(generation_seconds=(0.01, 0.02)) as quick:
        brand = next(b for b in quick.state.brands.of(quick.state.account) if b.status == "ready")
        async with client(quick, {"x-api-key": SANDBOX_API_KEY}) as http:
            image = (await generate(http, brand.id))[0]
            assert (await data(http, f"/images/{image}", wait="true"))["status"] == "completed"
