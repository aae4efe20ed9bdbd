"""The panel turns the knobs of Bloom's stand-in, says what it did, and refuses what makes no sense."""

import json
from collections.abc import AsyncIterator
from typing import Any, get_args

import aiohttp
import httpx
import pytest

from bot.sandbox.bloom import MAYA_EMAIL, SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.bloom.errors import documented_codes, is_known
from bot.sandbox.bloom.images import FailureReason
from bot.sandbox.bloom.prompts import failure_of, format_of
from bot.sandbox.page.bloom_changes import SPEEDS
from bot.sandbox.page.bloom_panel import IMAGE_FAILURES, KEY_EXPIRED, BloomPanel
from bot.sandbox.slack import PersonCannot
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom import asking, signing_in
from tests.sandbox.page.visitor import Visitor


def change(panel: BloomPanel, knobs: object) -> None:
    panel.change(json.dumps(knobs).encode())


@pytest.fixture
def panel(bloom: BloomStandIn) -> BloomPanel:
    return BloomPanel(bloom)


@pytest.fixture
async def asked(bloom: BloomStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with asking.client(bloom, {"x-api-key": SANDBOX_API_KEY}) as client:
        yield client


@pytest.fixture
def acme(bloom: BloomStandIn) -> str:
    return next(b.id for b in bloom.state.brands.of(bloom.state.account) if b.name == "Acme")


def test_a_fresh_bloom_is_well(panel: BloomPanel) -> None:
    state = panel.state()
    expected = {
        "down": False,
        "speed": "usual",
        "seconds": [2.0, 4.0],
        "credits": 250,
        "plan_4k": False,
        "requests": {"left": 120, "limit": 120, "seconds": 60.0},
        "credential": {"key": SANDBOX_API_KEY, "expired": False},
        "held": 0,
        "cut_after": None,
        "trouble": [],
    }
    assert {name: state[name] for name in expected} == expected


def test_refusals_are_those_that_bloom_documents(panel: BloomPanel) -> None:
    failures = {failure["code"]: failure for failure in panel.state()["failures"]}
    assert set(documented_codes("images.generate")) < set(failures)
    assert {"EDIT_SUBJECT_NOT_FOUND", "IMAGE_NOT_VECTORIZABLE", "UNSUPPORTED_FORMAT"} < set(failures)
    assert all(is_known(code) and failure["what"] and failure["status"] >= 400 for code, failure in failures.items())
    assert failures["INSUFFICIENT_CREDITS"] == {
        "code": "INSUFFICIENT_CREDITS",
        "status": 402,
        "what": "Not enough credits to generate",
    }


def test_every_way_for_an_image_to_fail_has_its_words(panel: BloomPanel) -> None:
    assert set(IMAGE_FAILURES) == set(get_args(FailureReason))
    assert [failure["reason"] for failure in panel.state()["image_failures"]] == list(get_args(FailureReason))


@pytest.mark.parametrize("speed", list(SPEEDS))
def test_speed_is_how_long_an_image_takes(panel: BloomPanel, bloom: BloomStandIn, speed: Any) -> None:
    change(panel, {"speed": speed})
    assert panel.state()["speed"] == speed
    assert bloom.state.studio.generation_seconds == SPEEDS[speed]


def test_speed_that_is_none_of_the_three_is_told_in_seconds(panel: BloomPanel, bloom: BloomStandIn) -> None:
    bloom.state.studio.generation_seconds = (60.0, 60.0)
    assert (panel.state()["speed"], panel.state()["seconds"]) == (None, [60.0, 60.0])


async def test_credits_and_plan_are_the_accounts(panel: BloomPanel, asked: httpx.AsyncClient, acme: str) -> None:
    change(panel, {"credits": 3, "plan_4k": True})
    assert await asking.balance(asked) == 3
    await asking.generate(asked, acme, imageSize="4K")
    assert panel.state()["credits"] == 1


async def test_bloom_goes_down_and_comes_back(panel: BloomPanel, asked: httpx.AsyncClient) -> None:
    change(panel, {"down": True})
    assert panel.state()["trouble"] == ["Bloom is down: every request is cut"]
    with pytest.raises(httpx.RemoteProtocolError):
        await asked.get("/account")
    change(panel, {"down": False})
    assert (await asked.get("/account")).status_code == 200


async def test_refusal_about_images_waits_for_a_request_that_makes_one(
    panel: BloomPanel, asked: httpx.AsyncClient, acme: str
) -> None:
    change(panel, {"fail_next": {"code": "INSUFFICIENT_CREDITS", "times": 2}})
    assert panel.state()["trouble"] == ["The next 2 requests for an image fail with INSUFFICIENT_CREDITS"]
    assert (await asked.get("/brands")).status_code == 200
    search = {"query": "coffee", "brandSessionId": acme}
    assert (await asked.post("/images/search", json=search)).status_code == 200
    order = {"prompt": "A", "brandSessionId": acme}
    assert asking.code_of(await asked.post("/images/generations", json=order)) == (402, "INSUFFICIENT_CREDITS")
    assert panel.state()["trouble"] == ["The next request for an image fails with INSUFFICIENT_CREDITS"]


async def test_refusal_of_what_is_made_of_images_waits_for_just_that(
    panel: BloomPanel, bloom: BloomStandIn, asked: httpx.AsyncClient, acme: str
) -> None:
    bloom.state.studio.generation_seconds = (0.0, 0.0)
    for code in ("IMAGE_TOO_SMALL", "FILE_TOO_LARGE", "IMAGE_NOT_FOUND"):
        change(panel, {"fail_next": {"code": code}})
    assert panel.state()["trouble"] == [
        "The next request to images.vectorize fails with IMAGE_TOO_SMALL",
        "The next request to images.uploadFile fails with FILE_TOO_LARGE",
        "The next request for an image fails with IMAGE_NOT_FOUND",
    ]
    order = {"prompt": "A", "brandSessionId": acme}
    assert asking.code_of(await asked.post("/images/generations", json=order)) == (404, "IMAGE_NOT_FOUND")
    (image,) = await asking.generate(asked, acme)
    vectorize = asked.post(f"/images/{image}/vectorize", json={"brandSessionId": acme})
    assert asking.code_of(await vectorize) == (400, "IMAGE_TOO_SMALL")


async def test_refusal_of_anything_meets_the_very_next_request(panel: BloomPanel, asked: httpx.AsyncClient) -> None:
    change(panel, {"fail_next": {"code": "TOO_MANY_REQUESTS"}})
    assert asking.code_of(await asked.get("/brands")) == (429, "TOO_MANY_REQUESTS")
    assert panel.state()["trouble"] == []


async def test_files_are_of_the_chosen_kind(panel: BloomPanel, bloom: BloomStandIn) -> None:
    assert panel.state()["file_formats"] == ["PNG", "JPEG", "WEBP", "AVIF", "SVG"]
    change(panel, {"file_format": "AVIF"})
    assert (panel.state()["file_format"], bloom.state.studio.file_format) == ("AVIF", "AVIF")


async def test_latest_image_and_then_its_brand_are_taken_away(
    panel: BloomPanel, bloom: BloomStandIn, asked: httpx.AsyncClient, acme: str
) -> None:
    bloom.state.studio.generation_seconds = (0.0, 0.0)
    with pytest.raises(PersonCannot, match="Nobody has made an image yet"):
        change(panel, {"take_away": "image"})
    await asking.generate(asked, acme, "a first fox")
    (second,) = await asking.generate(asked, acme, "another fox")
    assert panel.state()["latest"] == ["another fox", "Acme"]
    change(panel, {"take_away": "image"})
    assert asking.code_of(await asked.get(f"/images/{second}")) == (404, "IMAGE_NOT_FOUND")
    assert panel.state()["latest"] == ["a first fox", "Acme"]
    change(panel, {"take_away": "brand"})
    assert (await asked.get(f"/brands/{acme}")).status_code == 404
    assert panel.state()["latest"] is None


async def test_everything_to_try_by_words_is_true(
    panel: BloomPanel, bloom: BloomStandIn, asked: httpx.AsyncClient, acme: str
) -> None:
    found = {}
    for search in panel.state()["searches"]:
        order = {"brandSessionId": acme, "query": search["address"]}
        found[search["address"]] = (await asked.post("/images/search", json=order)).json()["data"]["candidates"]
    assert [bool(candidates) for candidates in found.values()] == [True, True, False]
    assert [format_of(one["address"]) for one in panel.state()["kinds"]] == ["WEBP", "AVIF", "SVG"]
    safety, busy = get_args(FailureReason)
    ends = [[failure_of(one["address"], "pro", place) for place in (0, 1)] for one in panel.state()["failing"]]
    assert ends == [[safety, safety], [busy, busy], [None, busy]]


def test_images_that_will_fail_are_counted(panel: BloomPanel, bloom: BloomStandIn) -> None:
    change(panel, {"fail_next_image": {"reason": "content_safety", "times": 2}})
    change(panel, {"fail_next_image": {"reason": "rate_limited", "times": 1}})
    assert list(bloom.state.studio.next_failures) == ["content_safety", "content_safety", "rate_limited"]
    assert panel.state()["trouble"] == [
        "The next 2 images fail with content_safety",
        "The next image fails with rate_limited",
    ]


async def test_expired_key_is_refused_until_it_holds_again(panel: BloomPanel, asked: httpx.AsyncClient) -> None:
    change(panel, {"expired": True})
    assert panel.state()["credential"]["expired"]
    assert panel.state()["trouble"] == [KEY_EXPIRED]
    assert asking.code_of(await asked.get("/account")) == (401, "UNAUTHORIZED")
    change(panel, {"expired": False})
    assert (await asked.get("/account")).status_code == 200


async def test_new_key_ends_the_old_one_and_has_a_budget_of_its_own(
    panel: BloomPanel, bloom: BloomStandIn, asked: httpx.AsyncClient
) -> None:
    await asked.get("/account")
    assert panel.state()["requests"]["left"] == 119
    change(panel, {"new_key": True})
    state = panel.state()
    key = state["credential"]["key"]
    assert (key[:9], key == SANDBOX_API_KEY, state["credential"]["expired"]) == ("bloom_sk_", False, False)
    assert state["requests"]["left"] == 120
    assert asking.code_of(await asked.get("/account")) == (401, "UNAUTHORIZED")
    async with asking.client(bloom, {"x-api-key": key}) as renewed:
        assert await asking.balance(renewed) == 250


async def test_sign_ins_are_listed_expire_and_are_taken_back(panel: BloomPanel, bloom: BloomStandIn) -> None:
    async with httpx.AsyncClient(base_url=bloom.auth_url) as auth:
        client_id = await signing_in.register(auth)
        tokens = await signing_in.sign_in(auth, bloom, client_id, MAYA_EMAIL)
        assert panel.state()["sign_ins"] == [MAYA_EMAIL]
        change(panel, {"expire_tokens": True})
        assert await signing_in.status(bloom, tokens["access_token"]) == 401
        renewed = (await signing_in.refresh(auth, client_id, tokens["refresh_token"])).json()
        assert await signing_in.status(bloom, renewed["access_token"]) == 200
        change(panel, {"end_sign_ins": True})
        assert panel.state()["sign_ins"] == []
        assert await signing_in.status(bloom, renewed["access_token"]) == 401
        refused = await signing_in.refresh(auth, client_id, renewed["refresh_token"])
        assert signing_in.refusal(refused) == (400, "invalid_grant")


async def test_looking_at_the_budget_does_not_use_it_and_it_grows_back() -> None:
    clock = ManualClock()
    async with BloomStandIn(clock=clock, rate_limit=(2, 60.0)) as bloom:
        panel = BloomPanel(bloom)
        async with asking.client(bloom, {"x-api-key": SANDBOX_API_KEY}) as http:
            assert [(await http.get("/account")).status_code for _ in range(3)] == [200, 200, 429]
        assert [panel.state()["requests"]["left"] for _ in range(2)] == [0, 0]
        await clock.advance(60.0)
        assert panel.state()["requests"]["left"] == 2


def test_no_limit_is_no_number(panel: BloomPanel, bloom: BloomStandIn) -> None:
    bloom.rate_limit = None
    assert panel.state()["requests"] == {"left": None, "limit": None, "seconds": None}


def test_trouble_of_every_kind_is_told_and_ended(panel: BloomPanel, bloom: BloomStandIn) -> None:
    bloom.faults.down, bloom.faults.down_style = True, "html"
    bloom.faults.next("BAD_GATEWAY", times=None)
    bloom.faults.delay("/brands", 2.5, times=2)
    bloom.faults.drop(None, "before")
    bloom.faults.drop(None, "after", times=2)
    bloom.faults.garble("/images", times=1)
    bloom.faults.hide_from_slack()
    change(panel, {"hide_pictures": {"whom": "slack", "times": 3}})
    change(panel, {"hide_pictures": {"whom": "all", "times": 2}})
    change(panel, {"cut_after": 30, "expired": True})
    assert panel.state()["cut_after"] == 30
    assert panel.state()["trouble"] == [
        "Bloom is down: every request gets a proxy's page with 503",
        "Every request fails with BAD_GATEWAY",
        "The next 2 requests to /brands wait 2.5 s",
        "The next request is cut before the work is done",
        "The next 2 requests are cut after the work is done",
        "The next request to /images gets a proxy's page with 502",
        "The next 2 requests to /cdn get a proxy's page with 503",
        "Slack cannot fetch the next picture it asks for",
        "Slack cannot fetch the next 3 pictures it asks for",
        "Held requests are cut after 30 s",
        KEY_EXPIRED,
    ]
    change(panel, {"cut_after": None})
    assert bloom.faults.held_cut is None
    change(panel, {"clear": True})
    assert panel.state()["trouble"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"credits": -1}, "Credits are a whole number from 0 to 100,000."),
        ({"credits": "3"}, "Credits are a whole number"),
        ({"credits": True}, "Credits are a whole number"),
        ({"fail_next": {"code": "NO_SUCH_CODE"}}, "does not know this code"),
        ({"fail_next": {"code": "BAD_GATEWAY", "times": 21}}, "from 1 to 20"),
        ({"fail_next_image": {"reason": "boredom"}}, "do not fail for this reason"),
        ({"file_format": "BMP"}, "images are PNG, JPEG, WEBP, AVIF, SVG"),
        ({"hide_pictures": {"whom": "slack", "times": 0}}, "from 1 to 20"),
        ({"hide_pictures": {"whom": "Sam"}}, "hidden from Slack, or from all"),
        ({"take_away": "credits"}, "Only the latest image, or its brand"),
        ({"cut_after": 0.5}, "after 1 to 120 seconds"),
        ({"cut_after": float("nan")}, "after 1 to 120 seconds"),
        ({"speed": "warp"}, "fast, usual, slow"),
        ({"down": "yes"}, "cannot change this: down"),
        ({"colour": "red"}, "cannot change this: colour"),
        ([], "nothing was named"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(panel: BloomPanel, body: Any, words: str) -> None:
    before = panel.state()
    with pytest.raises(PersonCannot, match=words):
        change(panel, {**body, "plan_4k": True} if isinstance(body, dict) else body)
    assert panel.state() == before


async def test_page_says_what_is_wrong_and_tells_every_visitor_what_changed(
    http: aiohttp.ClientSession, page: str, mia: Visitor
) -> None:
    async with http.post(f"{page}/bloom", json={"credits": -1}) as response:
        assert response.status == 422
        assert (await response.json())["problem"] == "Credits are a whole number from 0 to 100,000."
    async with mia.look() as live:
        async with http.post(f"{page}/bloom", json={"credits": 7}) as response:
            assert (await response.json())["bloom"]["credits"] == 7
        assert (await live.until("bloom"))["bloom"]["credits"] == 7
