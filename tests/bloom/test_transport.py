"""The way over HTTP: what is repeated, what never is, and that a credential is seen by nobody but Bloom."""

import asyncio
import logging
import socket
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from bot.bloom import BloomApi
from bot.bloom.client import BloomClient
from bot.bloom.network import TIMEOUTS
from bot.bloom.transport import allowed
from bot.core.credentials import ApiKey
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
)
from bot.core.models import Account, Parameters, RateLimit
from tests.bloom.conftest import API_KEY
from tests.bloom.loopback import ACCOUNT, Loopback, Step, cut, error, hang_up, raw, stay_silent, success, trickle
from tests.fakes.clock import SwiftClock
from tests.fakes.eventually import eventually

PARAMETERS = Parameters(prompt="a cup", brand_id="b1")
IMPATIENT = httpx.Timeout(connect=1.0, read=0.02, write=1.0, pool=1.0)
RATE_LIMIT = error(429, "TOO_MANY_REQUESTS")


async def generate(bloom: BloomClient) -> object:
    async with bloom.turn("U1/C1") as turn:
        return await turn.generate(PARAMETERS)


WRITES: list[Callable[[BloomClient], Awaitable[object]]] = [
    generate,
    lambda bloom: bloom.set_logo("b1", "https://acme.example/logo.svg"),
    lambda bloom: bloom.delete_images(["i1"]),
]


@pytest.fixture
def impatient(loopback: Loopback, connect: Callable[..., BloomApi]) -> BloomClient:
    """Bloom, with 20 ms to answer."""
    return connect(loopback.url, timeouts=IMPATIENT).with_credential(ApiKey(API_KEY))


@pytest.fixture
def nobody(connect: Callable[..., BloomApi]) -> BloomClient:
    """Bloom at a port where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return connect(f"http://127.0.0.1:{port}/api/v1").with_credential(ApiKey(API_KEY))


@pytest.mark.parametrize("step", [error(500, "INTERNAL_ERROR"), raw(502, b"<html>"), hang_up, RATE_LIMIT])
async def test_read_is_repeated_until_it_succeeds(loopback: Loopback, bloom: BloomClient, step: Step) -> None:
    loopback.script = [step, step, success(ACCOUNT)]
    assert await bloom.account() == Account("ada@example.com", "Ada")
    assert len(loopback.seen) == 3


async def test_read_is_given_up_after_the_last_attempt(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [raw(503, b"<html>Down</html>")]
    with pytest.raises(BloomUnavailable) as caught:
        await bloom.account()
    assert caught.value.sent
    assert len(loopback.seen) == 4


async def test_search_is_repeated_though_it_is_posted(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [hang_up, success({"candidates": []})]
    assert (await bloom.search_library("b1", "cup")).items == ()


@pytest.mark.parametrize("step", [error(500, "INTERNAL_ERROR"), raw(502, b"<html>Bad gateway</html>"), hang_up])
@pytest.mark.parametrize("write", WRITES, ids=["post", "put", "delete"])
async def test_write_with_a_lost_answer_is_not_repeated(
    loopback: Loopback,
    bloom: BloomClient,
    step: Step,
    write: Callable[[BloomClient], Awaitable[object]],
) -> None:
    loopback.script = [step]
    with pytest.raises(BloomUnavailable) as caught:
        await write(bloom)
    assert caught.value.sent
    assert len(loopback.seen) == 1


async def test_refused_generation_is_left_to_whoever_wrote_down_that_it_may_be_paid(
    loopback: Loopback, bloom: BloomClient
) -> None:
    loopback.script = [RATE_LIMIT, success({"ids": ["i1"]}, 202)]
    with pytest.raises(BloomRateLimited):
        await generate(bloom)
    assert await generate(bloom) == ("i1",)
    assert loopback.seen[0].body == loopback.seen[1].body


async def test_upload_is_sent_whole_again(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [RATE_LIMIT, success({"id": "b1"}, 202)]
    await bloom.upload_logo("b1", "logo.svg", b"<svg/>", "image/svg+xml")
    assert all(b"<svg/>" in seen.body for seen in loopback.seen)


async def test_refused_connection_was_certainly_not_sent(nobody: BloomClient) -> None:
    with capture_logs() as logs, pytest.raises(BloomUnavailable) as caught:
        await nobody.account()
    assert not caught.value.sent
    assert not isinstance(caught.value, BloomTimeout)
    assert [entry["event"] for entry in logs].count("trying Bloom again") == 3


async def test_generation_that_was_not_sent_is_left_to_whoever_wrote_down_that_it_may_be_paid(
    nobody: BloomClient,
) -> None:
    with capture_logs() as logs, pytest.raises(BloomUnavailable) as caught:
        await generate(nobody)
    assert not caught.value.sent
    assert "trying Bloom again" not in [entry["event"] for entry in logs]


async def test_slow_answer_is_a_timeout_that_may_have_arrived(loopback: Loopback, impatient: BloomClient) -> None:
    loopback.script = [stay_silent]
    with pytest.raises(BloomTimeout) as caught:
        await generate(impatient)
    assert caught.value.sent
    assert len(loopback.seen) == 1


async def test_slow_read_is_repeated(loopback: Loopback, impatient: BloomClient) -> None:
    loopback.script = [stay_silent, success(ACCOUNT)]
    assert (await impatient.account()).name == "Ada"


async def test_full_pool_is_a_timeout_that_was_not_sent(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.transport.READS", 1)
    short = httpx.Timeout(connect=30.0, read=5.0, write=1.0, pool=0.01)
    bloom = connect(loopback.url, attempts=1, timeouts=short).with_credential(ApiKey(API_KEY))
    loopback.script = [stay_silent]
    holding = asyncio.create_task(bloom.account())
    await loopback.asked.wait()
    with pytest.raises(BloomTimeout) as caught:
        await bloom.brands()
    assert not caught.value.sent
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding


async def test_requests_wait_for_a_connection_outside_the_pool_and_count_only_when_they_are_sent(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.transport.READS", 2)
    api = connect(loopback.url)
    bloom = api.with_credential(ApiKey(API_KEY))
    sent: list[object] = []
    monkeypatch.setattr(bloom._access.budget, "sending", _noting(bloom._access.budget.sending, sent))
    loopback.script = [stay_silent]
    asking = [asyncio.create_task(bloom.account()) for _ in range(5)]
    await eventually(lambda: len(loopback.seen) == 2)
    assert len(sent) == 2
    loopback.script = [success(ACCOUNT)]
    loopback.over.set()
    await asyncio.wait(asking)
    assert len(loopback.seen) >= 5


async def test_people_who_read_do_not_wait_behind_requests_that_make_something(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.transport.WRITES", 1)
    bloom = connect(loopback.url).with_credential(ApiKey(API_KEY))
    loopback.script = [stay_silent, success(ACCOUNT)]
    making = asyncio.create_task(generate(bloom))
    await loopback.asked.wait()
    assert (await bloom.account()).name == "Ada"
    making.cancel()
    await asyncio.wait({making})


async def test_answer_that_trickles_ends_and_frees_its_seat(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.network.WHOLE", 0.05)
    monkeypatch.setattr("bot.bloom.transport.READS", 1)
    bloom = connect(loopback.url, attempts=1).with_credential(ApiKey(API_KEY))
    loopback.script = [trickle, success(ACCOUNT)]
    with pytest.raises(BloomTimeout) as caught:
        await bloom.account()
    assert caught.value.sent
    monkeypatch.setattr("bot.bloom.network.WHOLE", 10)
    assert (await bloom.account()).name == "Ada"


async def test_held_requests_leave_the_connections_of_quick_ones_alone(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.transport.HELD", 1)
    bloom = connect(loopback.url).with_credential(ApiKey(API_KEY))
    loopback.script = [stay_silent, success(ACCOUNT)]
    holding = asyncio.create_task(bloom.image("i1", wait=60))
    await loopback.asked.wait()
    assert (await bloom.account()).name == "Ada"
    holding.cancel()
    await asyncio.wait({holding})


async def test_cancelled_and_broken_requests_leave_their_seat(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.bloom.transport.READS", 1)
    bloom = connect(loopback.url, attempts=1).with_credential(ApiKey(API_KEY))
    loopback.script = [stay_silent, hang_up, success(ACCOUNT)]
    asking = asyncio.create_task(bloom.account())
    await loopback.asked.wait()
    asking.cancel()
    await asyncio.wait({asking})
    with pytest.raises(BloomUnavailable):
        await bloom.account()
    assert (await bloom.account()).name == "Ada"


async def test_whatever_breaks_on_the_way_leaves_no_slot_without_an_end(
    bloom: BloomClient, clock: SwiftClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bloom._access._transport, "send", _break)
    with pytest.raises(ZeroDivisionError):
        await bloom.account()
    await clock.advance(64)
    assert bloom.left == 120


async def test_who_finds_no_slot_in_time_does_not_wait_again(
    loopback: Loopback, connect: Callable[..., BloomApi], clock: SwiftClock
) -> None:
    bloom = connect(loopback.url, rate_limit=RateLimit(1, 60.0)).with_credential(ApiKey(API_KEY))
    loopback.script = [success(ACCOUNT)]
    await bloom.account()
    began = clock.monotonic()
    with pytest.raises(BloomRateLimited):
        await bloom.account()
    assert clock.monotonic() - began <= 7
    assert len(loopback.seen) == 1


async def test_refusals_and_failures_are_counted_apart(loopback: Loopback, bloom: BloomClient) -> None:
    step = error(503, "INTERNAL_ERROR")
    loopback.script = [RATE_LIMIT, RATE_LIMIT, step, step, success(ACCOUNT)]
    assert (await bloom.account()).name == "Ada"


async def test_long_absence_is_waited_out_when_nobody_waits_at_a_modal(loopback: Loopback, bloom: BloomClient) -> None:
    away = error(429, "TOO_MANY_REQUESTS", headers={"retry-after": "40"})
    loopback.script = [away, success({"images": []})]
    assert (await bloom.images(brand_id="b1")).items == ()


async def test_bloom_says_how_long_to_stay_away(loopback: Loopback, bloom: BloomClient, clock: SwiftClock) -> None:
    loopback.script = [error(429, "TOO_MANY_REQUESTS", headers={"retry-after": "4"}), success(ACCOUNT)]
    await bloom.account()
    assert 4 <= sum(clock.slept) <= 4 * 1.2 + 0.5


async def test_pauses_grow_from_try_to_try(loopback: Loopback, bloom: BloomClient, clock: SwiftClock) -> None:
    loopback.script = [error(503, "INTERNAL_ERROR")] * 3 + [success(ACCOUNT)]
    await bloom.account()
    for slept, shortest in zip(clock.slept, (0.5, 1.0, 2.0), strict=True):
        assert shortest <= slept <= shortest + 1


async def test_long_absence_is_left_to_the_caller(loopback: Loopback, bloom: BloomClient) -> None:
    date = "Sun, 22 Nov 2026 09:00:55 GMT"
    loopback.script = [error(429, "TOO_MANY_REQUESTS", headers={"retry-after": date})]
    with pytest.raises(BloomRateLimited) as caught:
        await bloom.account()
    assert caught.value.retry_after == 55
    assert len(loopback.seen) == 1


async def test_refusal_is_not_repeated(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [error(404, "IMAGE_NOT_FOUND")]
    with pytest.raises(BloomRefused) as caught:
        await bloom.image("i1")
    assert caught.value.code == "IMAGE_NOT_FOUND"
    assert len(loopback.seen) == 1


@pytest.mark.parametrize(
    "step",
    [
        raw(200, b"<html>Welcome to the airport</html>"),
        raw(200, b"this is no gzip", {"content-encoding": "gzip"}),
        raw(302, b"", {"location": "/elsewhere"}),
        raw(204, b""),
    ],
)
async def test_answer_that_is_no_answer_is_unreadable(loopback: Loopback, bloom: BloomClient, step: Step) -> None:
    loopback.script = [step]
    with pytest.raises(BloomUnreadable):
        await bloom.account()
    assert len(loopback.seen) == 1


@pytest.mark.parametrize("step", [cut, hang_up])
async def test_connection_cut_under_a_request_may_have_brought_it_there(
    loopback: Loopback, bloom: BloomClient, step: Step
) -> None:
    loopback.script = [success(ACCOUNT), step]
    await bloom.account()
    with pytest.raises(BloomUnavailable) as caught:
        await generate(bloom)
    assert caught.value.sent
    assert len(loopback.seen) == 2


async def test_client_repeats_nothing_on_its_own(loopback: Loopback, connect: Callable[..., BloomApi]) -> None:
    bloom = connect(loopback.url, attempts=1).with_credential(ApiKey(API_KEY))
    loopback.script = [success(ACCOUNT), cut]
    await bloom.account()
    with pytest.raises(BloomUnavailable):
        await bloom.account()
    assert len(loopback.seen) == 2


async def test_proxy_of_the_environment_is_used_and_a_netrc_is_not(
    loopback: Loopback, connect: Callable[..., BloomApi], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine bloom.example login ada password secret\n")
    proxy = loopback.url.removesuffix("/api/v1")
    for name, value in {
        "NETRC": str(netrc),
        "NO_PROXY": "",
        "no_proxy": "",
        "HTTP_PROXY": "",
        "http_proxy": proxy,
    }.items():
        monkeypatch.setenv(name, value)
    loopback.script = [success(ACCOUNT)]
    assert (await connect("http://bloom.example/api/v1").with_credential(ApiKey(API_KEY)).account()).name == "Ada"
    headers = loopback.seen[0].headers
    assert headers["host"] == "bloom.example"
    assert "authorization" not in headers


async def test_redirect_takes_no_credential_anywhere(loopback: Loopback, bloom: BloomClient) -> None:
    elsewhere = loopback.url.replace("127.0.0.1", "localhost")
    loopback.script = [raw(307, b"", {"location": f"{elsewhere}/account"}), success(ACCOUNT)]
    with pytest.raises(BloomUnreadable):
        await bloom.account()
    assert len(loopback.seen) == 1


async def test_cookies_of_one_credential_do_not_reach_another(loopback: Loopback, api: BloomApi) -> None:
    loopback.script = [success(ACCOUNT, headers={"set-cookie": "session=ada; Path=/"})]
    await api.with_credential(ApiKey("bloom_sk_ada")).account()
    await api.with_credential(ApiKey("bloom_sk_bob")).account()
    assert "cookie" not in loopback.seen[1].headers


@pytest.mark.parametrize(
    ("credential", "name", "value"),
    [
        ("bloom_sk_1", "x-api-key", "bloom_sk_1"),
        ("eyJhbGciOiJ.token", "authorization", "Bearer eyJhbGciOiJ.token"),
        ("bloom_at_1", "authorization", "Bearer bloom_at_1"),
    ],
)
async def test_credential_stands_in_exactly_one_header(
    loopback: Loopback, api: BloomApi, credential: str, name: str, value: str
) -> None:
    loopback.script = [success(ACCOUNT)]
    await api.with_credential(ApiKey(credential)).account()
    (seen,) = loopback.seen
    assert {key: text for key, text in seen.headers.items() if credential in text} == {name: value}
    assert seen.headers["user-agent"] == "bloom-for-slack"


@pytest.mark.parametrize("pasted", ["", " ", "bloom_sk_1\n", "bloom sk", "bloom_sk_é", "bloom_\ud800", "a\r\nb: c"])
async def test_what_cannot_be_a_credential_is_not_sent(loopback: Loopback, api: BloomApi, pasted: str) -> None:
    with pytest.raises(BloomUnauthorized) as caught:
        await api.with_credential(ApiKey(pasted)).account()
    assert caught.value.__cause__ is None
    assert loopback.seen == []


async def test_credential_is_never_in_repr_log_or_error(
    loopback: Loopback, api: BloomApi, bloom: BloomClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    loopback.script = [
        error(429, "TOO_MANY_REQUESTS", f"{API_KEY} is too quick"),
        raw(500, API_KEY.encode()),
        hang_up,
        error(401, "UNAUTHORIZED", f"{API_KEY} is wrong"),
    ]
    with capture_logs() as logs, pytest.raises(BloomUnauthorized) as caught:
        await bloom.account()
    told = "".join(traceback.format_exception(caught.value))
    assert len(loopback.seen) == 4
    assert "is wrong" in str(caught.value)
    for text in (repr(bloom), repr(api), repr(caught.value), repr(logs), caplog.text, told):
        assert API_KEY not in text


async def test_attempts_are_logged_with_what_was_tried(
    loopback: Loopback, bloom: BloomClient, clock: SwiftClock
) -> None:
    loopback.script = [error(500, "INTERNAL_ERROR", "Sorry"), success(ACCOUNT)]
    with capture_logs() as logs:
        await bloom.account()
    assert logs == [
        {
            "event": "trying Bloom again",
            "log_level": "info",
            "method": "GET",
            "path": "/account",
            "reason": "INTERNAL_ERROR (500) Sorry",
            "pause": clock.slept[0],
        }
    ]


async def test_cancellation_goes_through(loopback: Loopback, bloom: BloomClient) -> None:
    loopback.script = [stay_silent]
    waiting = asyncio.create_task(bloom.image("i1", wait=120))
    await loopback.asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(loopback.seen) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda bloom: bloom.search_library("b1", "cup \ud83d"),
        lambda bloom: bloom.images(cursor="\ud83d"),
        lambda bloom: bloom.upload_image_file("b1", "\ud83d.png", b"PNG", "image/png"),
        lambda bloom: bloom.brands(cursor="c" * 70_000),
    ],
)
async def test_what_cannot_be_written_down_is_refused(
    loopback: Loopback, bloom: BloomClient, ask: Callable[[BloomClient], Awaitable[object]]
) -> None:
    with pytest.raises(BloomRefused) as caught:
        await ask(bloom)
    assert caught.value.code == "BAD_REQUEST"
    assert loopback.seen == []


def test_held_read_is_awaited_longer_than_it_is_held() -> None:
    assert allowed(TIMEOUTS, None) == TIMEOUTS
    assert allowed(TIMEOUTS, 120).as_dict() == {"connect": 5.0, "read": 135.0, "write": 20.0, "pool": 10.0}


def _noting(sending: Callable[..., Awaitable[None]], sent: list[object]) -> Callable[..., Awaitable[None]]:
    async def note(slot: object, *, held: bool) -> None:
        sent.append(slot)
        await sending(slot, held=held)

    return note


async def _break(*_: object) -> object:
    raise ZeroDivisionError


async def test_errors_are_the_only_thing_that_is_raised(nobody: BloomClient) -> None:
    for write in WRITES:
        with pytest.raises(BloomError):
            await write(nobody)
