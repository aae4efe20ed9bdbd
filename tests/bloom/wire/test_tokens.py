"""What Bloom's authorization server answers, read tolerantly where nothing is lost by it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.bloom.wire import tokens
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
)
from bot.core.models import TokenSet

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SITE = "https://bloom.example"


def answered(**fields: object) -> bytes:
    return json.dumps({"access_token": "a1", "token_type": "Bearer", **fields}).encode()


def refused(status: int, body: object) -> BloomError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return tokens.refusal(status, content, site=SITE, retry_after=7.0)


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [(3600, 3600), ("3600", 3600), (3599.5, 3599.5), (1, 1)],
)
def test_lifetime_counts_from_when_the_tokens_were_asked_for(lifetime: object, seconds: float) -> None:
    assert tokens.tokens(answered(expires_in=lifetime), NOW).expires_at == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "lifetime", [None, "soon", "", -5, 0, "-1", [1], {}, 1e300, 10**400, float("nan"), float("inf")]
)
def test_lifetime_that_is_none_costs_no_token(lifetime: object) -> None:
    found = tokens.tokens(answered(expires_in=lifetime, refresh_token="r1"), NOW)
    assert found == TokenSet("a1", "r1", None)


def test_lifetime_may_be_missing() -> None:
    assert tokens.tokens(answered(), NOW) == TokenSet("a1", None, None)


@pytest.mark.parametrize(("given", "kept"), [("r2", "r2"), (None, "r1"), ("", "r1"), (5, "r1")])
def test_refresh_token_holds_on_unless_there_is_a_new_one(given: object, kept: str) -> None:
    assert tokens.tokens(answered(refresh_token=given), NOW, shown="r1").refresh_token == kept


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"access_token": null}',
        b'{"access_token": ""}',
        b'{"access_token": "a b"}',
    ],
)
def test_answer_without_a_token_is_unreadable(body: bytes) -> None:
    with pytest.raises(BloomUnreadable):
        tokens.tokens(body, NOW)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"client_id": ""}', b'{"client_id": 5}'])
def test_registration_without_a_client_is_unreadable(body: bytes) -> None:
    with pytest.raises(BloomUnreadable):
        tokens.client_id(body)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": "invalid_grant", "error_description": "used"}, BloomUnauthorized, "invalid_grant"),
        (401, {"error": "invalid_grant"}, BloomUnauthorized, "invalid_grant"),
        (401, {"error": "invalid_client"}, BloomRefused, "invalid_client"),
        (400, {"error": "invalid_client", "code": "X"}, BloomRefused, "invalid_client"),
        (400, {"code": "INVALID_BODY", "message": "no"}, BloomRefused, "INVALID_BODY"),
        (401, {}, BloomRefused, "HTTP_401"),
        (403, {"error": {"code": "FORBIDDEN"}}, BloomRefused, "HTTP_403"),
        (400, {"error": "<b>what a code</b>"}, BloomRefused, "HTTP_400"),
        (429, {"error": "slow_down"}, BloomRateLimited, "HTTP_429"),
    ],
)
def test_refusal_has_the_words_of_the_protocol(status: int, body: object, kind: type[BloomRefused], code: str) -> None:
    error = refused(status, body)
    assert type(error) is kind
    assert isinstance(error, BloomRefused)
    assert (error.code, error.status) == (code, status)


def test_refusal_says_what_the_server_said_in_bounds() -> None:
    error = refused(400, {"error": "invalid_request", "error_description": "no " * 999})
    assert len(str(error)) < 400
    assert "no no" in str(error)


def test_limit_says_for_how_long() -> None:
    error = refused(429, b"<html>Slow down</html>")
    assert isinstance(error, BloomRateLimited)
    assert error.retry_after == 7.0


@pytest.mark.parametrize("status", [500, 502, 503, 408])
@pytest.mark.parametrize("body", [b"<html>", {"error": "invalid_grant"}])
def test_server_that_is_down_refuses_nothing(status: int, body: object) -> None:
    error = refused(status, body)
    assert isinstance(error, BloomUnavailable)
    assert error.sent


@pytest.mark.parametrize(
    ("status", "body"), [(403, b"<html>Are you human?</html>"), (401, b""), (400, b"[]"), (302, b"")]
)
def test_what_is_no_answer_of_the_server_is_unreadable(status: int, body: bytes) -> None:
    assert type(refused(status, body)) is BloomUnreadable
