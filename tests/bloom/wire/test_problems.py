"""Error answers become the exception a caller can branch on, whatever stands in the body."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bloom.wire.problems import MESSAGE_LIMIT, problem, seconds_until
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BrandNotReady,
)

SITE = "https://www.trybloom.ai/"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

REFUSALS: list[tuple[int, str, type[BloomRefused]]] = [
    (400, "INVALID_URL", BloomRefused),
    (401, "UNAUTHORIZED", BloomUnauthorized),
    (401, "INVALID_UPLOAD_TOKEN", BloomRefused),
    (402, "INSUFFICIENT_CREDITS", BloomRefused),
    (403, "ACCOUNT_BANNED", BloomRefused),
    (404, "IMAGE_NOT_FOUND", BloomRefused),
    (409, "BRAND_NOT_READY", BrandNotReady),
    (422, "BRAND_NOT_FOUND", BloomRefused),
    (429, "TOO_MANY_REQUESTS", BloomRateLimited),
]


def body_of(fields: dict[str, object], style: str) -> bytes:
    return json.dumps({"error": fields} if style == "nested" else {"defined": True, **fields}).encode()


def test_half_a_character_in_the_message_hides_neither_code_nor_link() -> None:
    data = {"action_url": "https://pay.example/"}
    body = body_of({"code": "PAYMENT_REQUIRED", "message": "Pay \ud83e", "data": data}, "nested")
    error = problem(402, body, site=SITE)
    assert isinstance(error, BloomRefused)
    assert (error.code, error.message, error.action_url) == ("PAYMENT_REQUIRED", "Pay \ufffd", "https://pay.example/")


@pytest.mark.parametrize("style", ["nested", "flat"])
@pytest.mark.parametrize(("status", "code", "kind"), REFUSALS)
def test_refusal_keeps_its_code_in_both_envelopes(status: int, code: str, kind: type[BloomRefused], style: str) -> None:
    error = problem(status, body_of({"code": code, "status": status, "message": "Why"}, style), site=SITE)
    assert type(error) is kind
    assert isinstance(error, BloomRefused)
    assert (error.code, error.status, error.message, error.action_url) == (code, status, "Why", None)


@pytest.mark.parametrize("style", ["nested", "flat"])
@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://www.trybloom.ai/pricing", "https://www.trybloom.ai/pricing"),
        ("/pricing", "https://www.trybloom.ai/pricing"),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_refusal_for_money_carries_where_to_pay(link: object, absolute: str | None, style: str) -> None:
    fields: dict[str, object] = {"code": "PAYMENT_REQUIRED", "message": "Pay", "data": {"action_url": link}}
    error = problem(402, body_of(fields, style), site=SITE)
    assert isinstance(error, BloomRefused)
    assert error.action_url == absolute


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b'{"error": "boom"}', b"[]", b'{"error": null}'])
def test_refusal_without_a_code_is_named_by_its_status(body: bytes) -> None:
    error = problem(404, body, site=SITE)
    assert isinstance(error, BloomRefused)
    assert (error.code, error.message) == ("HTTP_404", "")


def test_credential_is_refused_by_bloom_alone_not_by_a_gateway_in_front_of_it() -> None:
    error = problem(401, b"<html>Log in to the airport</html>", site=SITE)
    assert isinstance(error, BloomRefused)
    assert not isinstance(error, BloomUnauthorized)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_breakdown_may_have_acted_all_the_same(status: int) -> None:
    error = problem(status, b"<html>Bad gateway</html>", site=SITE)
    assert isinstance(error, BloomUnavailable)
    assert error.sent


def test_breakdown_names_its_code() -> None:
    error = problem(500, body_of({"code": "INTERNAL_ERROR", "message": "Sorry"}, "nested"), site=SITE)
    assert str(error) == "INTERNAL_ERROR (500) Sorry"


def test_redirect_is_unreadable() -> None:
    assert isinstance(problem(302, b"", site=SITE), BloomUnreadable)


def test_rate_limit_tells_when_to_come_back() -> None:
    error = problem(429, b"", site=SITE, retry_after=7.0)
    assert isinstance(error, BloomRateLimited)
    assert error.retry_after == 7.0


def test_long_message_is_cut() -> None:
    error = problem(400, body_of({"code": "INVALID_URL", "message": "x" * 9999}, "flat"), site=SITE)
    assert isinstance(error, BloomRefused)
    assert len(error.message) == MESSAGE_LIMIT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("12", 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 09:00:20 GMT", 20.0),
        ("Sun, 22 Nov 2026 09:00:20 -0000", 20.0),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0.0),
        ("Sun, 99 Nov 2026 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str | None, seconds: float | None) -> None:
    assert seconds_until(header, NOW) == seconds


@given(st.text(), st.datetimes(timezones=st.just(timezone(timedelta(0)))))
def test_any_retry_after_is_a_pause_or_nothing(header: str, now: datetime) -> None:
    seconds = seconds_until(header, now)
    assert seconds is None or seconds >= 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "data", "action_url", "status"]), inner, max_size=6
        )
    ),
    max_leaves=8,
)


@given(
    st.integers(100, 999).filter(lambda status: not 200 <= status < 300),
    st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_error_answer_is_a_documented_exception(status: int, body: bytes) -> None:
    error = problem(status, body, site=SITE)
    assert isinstance(error, BloomError)
    assert isinstance(error, BloomRefused) == (400 <= status < 500 and status != 408)
    assert isinstance(error, BloomUnavailable) == (status >= 500 or status == 408)


def test_request_time_out_of_a_proxy_is_no_refusal() -> None:
    """408 comes from what stands before Bloom and is tired of a held request; the image goes on being drawn."""
    assert isinstance(problem(408, b"", site="https://www.trybloom.ai"), BloomUnavailable)
