"""Images to be made: what is allowed, what it costs, when it is done, who is kept waiting."""

import asyncio

import httpx
import pytest

from bot.sandbox.bloom import BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import balance, code_of, data, finished, generate, held

NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_image_is_pending_then_generating_then_completed(
    http: httpx.AsyncClient, clock: ManualClock, acme: str
) -> None:
    image = (await generate(http, acme, "A red fox", aspectRatio="16:9"))[0]
    pending = await data(http, f"/images/{image}")
    assert (pending["status"], pending["imageUrl"], pending["width"]) == ("pending", None, None)
    await clock.advance(1)
    assert (await data(http, f"/images/{image}"))["status"] == "generating"
    await clock.advance(3)
    done = await data(http, f"/images/{image}")
    assert (done["status"], done["imageUrl"]) == ("completed", f"/img/{image}")
    assert (done["width"], done["height"], done["aspectRatio"]) == (1024, 576, "16:9")
    assert (done["prompt"], done["actionType"], done["source"]) == ("A red fox", "generation", "generated")


async def test_variants_share_a_group_and_each_is_charged(http: httpx.AsyncClient, acme: str) -> None:
    order = {"prompt": "A fox", "brandSessionId": acme, "variantCount": 3}
    made = (await http.post("/images/generations", json=order)).json()["data"]
    assert len(set(made["ids"])) == 3
    assert {(await data(http, f"/images/{i}"))["variantGroupId"] for i in made["ids"]} == {made["variantGroupId"]}
    assert await balance(http) == 247


async def test_4k_needs_a_plan_and_costs_two(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    order = {"prompt": "A fox", "brandSessionId": acme, "imageSize": "4K"}
    assert code_of(await http.post("/images/generations", json=order)) == (403, "FEATURE_NOT_ENTITLED")
    assert await balance(http) == 250
    bloom.state.account.plan_4k = True
    image = await finished(http, clock, acme, imageSize="4K")
    assert await balance(http) == 248
    assert (await data(http, f"/images/{image}"))["width"] == 2048


async def test_too_few_credits_are_refused_with_a_link(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.state.account.personal.credits = 1
    response = await http.post("/images/generations", json={"prompt": "A", "brandSessionId": acme, "variantCount": 2})
    assert code_of(response) == (402, "INSUFFICIENT_CREDITS")
    assert response.json()["data"]["action_url"].startswith("https://")
    assert await balance(http) == 1


async def test_paused_subscription_has_to_be_paid(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    bloom.state.account.personal.payment_due = True
    response = await http.post("/images/generations", json={"prompt": "A", "brandSessionId": acme})
    assert code_of(response) == (402, "PAYMENT_REQUIRED")
    assert "action_url" in response.json()["data"]


@pytest.mark.parametrize(
    ("prompt", "model", "status", "reason"),
    [
        ("A FORBIDDEN fruit", "pro", "failed", "content_safety"),
        ("A forbidden fruit", "standard", "completed", None),
        ("Overload", "standard", "failed", "rate_limited"),
    ],
)
async def test_prompt_decides_whether_it_fails(
    http: httpx.AsyncClient, clock: ManualClock, acme: str, prompt: str, model: str, status: str, reason: str | None
) -> None:
    image = await finished(http, clock, acme, prompt=prompt, model=model)
    shown = await data(http, f"/images/{image}")
    assert (shown["status"], shown["failureReason"]) == (status, reason)
    assert (shown["imageUrl"] is None) == (status == "failed")


async def test_prompt_may_fail_for_a_part_of_a_set(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    ids = await generate(http, acme, "A mixed bouquet", variantCount=3)
    await clock.advance(4)
    statuses = [(await data(http, f"/images/{image}"))["status"] for image in ids]
    assert statuses == ["completed", "failed", "completed"]
    assert await balance(http) == 248


async def test_failed_image_is_refunded(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    await generate(http, acme, "overload", variantCount=2)
    assert await balance(http) == 248
    await clock.advance(4)
    assert await balance(http) == 250


async def test_next_image_can_be_made_to_fail(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.faults.fail_next_image("rate_limited")
    first, second = await finished(http, clock, acme), await finished(http, clock, acme)
    assert (await data(http, f"/images/{first}"))["failureReason"] == "rate_limited"
    assert (await data(http, f"/images/{second}"))["status"] == "completed"


async def test_only_a_ready_brand_makes_images(http: httpx.AsyncClient) -> None:
    for brand in (await data(http, "/brands"))["brands"]:
        response = await http.post("/images/generations", json={"prompt": "A", "brandSessionId": brand["id"]})
        if brand["status"] == "ready":
            assert response.status_code == 202
        else:
            assert code_of(response) == (409, "BRAND_NOT_READY")


async def test_references_have_to_exist(http: httpx.AsyncClient, clock: ManualClock, acme: str) -> None:
    known = await finished(http, clock, acme)
    assert await generate(http, acme, referenceImageIds=[known])
    order = {"prompt": "A", "brandSessionId": acme, "referenceImageIds": [NOBODY]}
    assert code_of(await http.post("/images/generations", json=order)) == (404, "REFERENCE_IMAGE_NOT_FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": ""},
        {"prompt": "x" * 2001},
        {"prompt": None},
        {"brandSessionId": "acme"},
        {"brandSessionId": None},
        {"aspectRatio": "7:5"},
        {"aspectRatio": None},
        {"imageSize": "8K"},
        {"model": "best"},
        {"variantCount": 0},
        {"variantCount": 6},
        {"variantCount": "2"},
        {"variantCount": True},
        {"referenceImageIds": ["x"]},
        {"referenceImageIds": [NOBODY] * 11},
    ],
)
async def test_order_outside_the_documented_bounds_is_a_bad_request(
    http: httpx.AsyncClient, acme: str, wrong: dict[str, object]
) -> None:
    order = {"prompt": "A fox", "brandSessionId": acme, **wrong}
    response = await http.post("/images/generations", json=order)
    assert code_of(response) == (400, "BAD_REQUEST")
    assert response.json()["defined"] is False


async def test_form_is_no_json(http: httpx.AsyncClient, acme: str) -> None:
    response = await http.post("/images/generations", data={"prompt": "A fox", "brandSessionId": acme})
    assert code_of(response) == (400, "BAD_REQUEST")


async def test_held_get_wakes_as_soon_as_the_image_is_done(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = (await generate(http, acme))[0]
    waiting = await held(bloom, http, f"/images/{image}")
    await clock.advance(1.9)
    assert not waiting.done()
    await clock.advance(2.1)
    assert (await waiting)["status"] == "completed"
    assert 2 <= bloom.requests[-1].held <= 4
    assert bloom.held == 0


async def test_held_get_times_out_with_the_image_as_it_is(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = (await generate(http, acme))[0]
    waiting = await held(bloom, http, f"/images/{image}", timeout=1)
    await clock.advance(1)
    assert (await waiting)["status"] == "generating"


async def test_held_list_waits_for_every_image(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    ids = await generate(http, acme, variantCount=3)
    bloom.state.studio.generation_seconds = (30.0, 30.0)
    ids += await generate(http, acme, "overload")
    waiting = await held(bloom, http, "/images", ids=",".join(ids))
    await clock.advance(29)
    assert not waiting.done()
    await clock.advance(1)
    statuses = {image["id"]: image["status"] for image in (await waiting)["images"]}
    assert [statuses[i] for i in ids] == ["completed", "completed", "completed", "failed"]


@pytest.mark.parametrize("wait", ["0", "false"])
async def test_nobody_is_held_who_did_not_ask(http: httpx.AsyncClient, acme: str, wait: str) -> None:
    image = (await generate(http, acme))[0]
    assert (await data(http, f"/images/{image}", wait=wait))["status"] == "pending"
    assert len((await data(http, "/images", wait="true", source="generated"))["images"]) == 1


@pytest.mark.parametrize(
    "query", [{"timeout": "0"}, {"timeout": "296"}, {"timeout": "soon"}, {"wait": "yes"}, {"wait": "True"}]
)
async def test_wait_outside_the_documented_bounds(http: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert code_of(await http.get(f"/images/{NOBODY}", params=query)) == (400, "BAD_REQUEST")


async def test_image_deleted_while_it_is_awaited(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    image = (await generate(http, acme))[0]
    request = asyncio.create_task(http.get(f"/images/{image}", params={"wait": "1"}))
    await bloom.until_held()
    await http.delete(f"/images/{image}")
    await clock.advance(4)
    assert code_of(await request) == (404, "IMAGE_NOT_FOUND")


async def test_stopping_answers_whoever_is_held(http: httpx.AsyncClient, bloom: BloomStandIn, acme: str) -> None:
    image = (await generate(http, acme))[0]
    waiting = await held(bloom, http, f"/images/{image}")
    async with asyncio.timeout(5):
        await bloom.stop()
        assert (await waiting)["status"] == "pending"


async def test_number_of_images_is_bounded_and_unfinished_ones_stay(
    http: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, acme: str
) -> None:
    bloom.state.gallery.max_images = 3
    old = await finished(http, clock, acme)
    fresh = await generate(http, acme, variantCount=5)
    assert code_of(await http.get(f"/images/{old}")) == (404, "IMAGE_NOT_FOUND")
    assert len((await data(http, "/images", ids=",".join(fresh)))["images"]) == 5
    await clock.advance(4)
    await generate(http, acme)
    assert len(bloom.state.gallery) == 3
