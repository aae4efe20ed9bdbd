"""What may be sent again."""

import asyncio

import pytest

from bot.bloom.wire.accounts import account
from bot.bloom.wire.brands import brand, delete_brand
from bot.bloom.wire.retries import LONGEST_PAUSE, may_retry
from bot.core.errors import (
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BrandNotReady,
)


def rate_limited(retry_after: float | None) -> BloomRateLimited:
    error = BloomRateLimited("TOO_MANY_REQUESTS", 429)
    error.retry_after = retry_after
    return error


@pytest.mark.parametrize(
    ("error", "for_a_read", "for_a_write"),
    [
        (BloomUnavailable("500"), True, False),
        (BloomUnavailable("no route", sent=False), True, True),
        (BloomTimeout("slow"), True, False),
        (BloomTimeout("no connection", sent=False), True, True),
        (rate_limited(None), True, True),
        (rate_limited(0.0), True, True),
        (rate_limited(LONGEST_PAUSE), True, True),
        (rate_limited(LONGEST_PAUSE + 1), False, False),
        (BloomRefused("INVALID_URL", 400), False, False),
        (BloomUnauthorized("UNAUTHORIZED", 401), False, False),
        (BrandNotReady("BRAND_NOT_READY", 409), False, False),
        (BloomUnreadable("?"), False, False),
        (ValueError(), False, False),
        (asyncio.CancelledError(), False, False),
    ],
)
def test_only_what_cannot_be_paid_twice_is_repeated(error: BaseException, for_a_read: bool, for_a_write: bool) -> None:
    assert may_retry(error, account()) is for_a_read
    assert may_retry(error, delete_brand("b1")) is for_a_write


def test_held_read_that_was_cut_is_not_repeated_blindly() -> None:
    held = brand("b1", 60)
    assert not may_retry(BloomUnavailable("cut"), held)
    assert not may_retry(BloomTimeout("silent"), held)
    assert may_retry(BloomUnavailable("no route", sent=False), held)
    assert may_retry(rate_limited(None), held)
