"""Bloom's error answers, turned into the core's exceptions.

Bloom documents ``{"error": {"code", "status", "message", "data"}}``; its OpenAPI document shows the same fields at
the top level; what stands in front of Bloom answers in HTML. All three are read. The HTTP status rules, and where
Bloom gives no code it becomes one (``HTTP_404``).
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote_plus

from pydantic import BaseModel, ConfigDict

from bot.bloom.wire.answer import Lenient, Link, validated
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
    BrandNotReady,
)

MESSAGE_LIMIT = 300


class _Data(BaseModel):
    action_url: Lenient[Link] = None


class _Problem(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    code: Lenient[str] = None
    message: Lenient[str] = None
    data: Lenient[_Data] = None


class _Envelope(_Problem):
    error: Lenient[_Problem] = None


def problem(status: int, body: bytes, *, site: str, retry_after: float | None = None) -> BloomError:
    """Return the exception for an answer that is no success."""
    found = _read(body, site)
    code = found.code or f"HTTP_{status}"
    message = (found.message or "")[:MESSAGE_LIMIT]
    if status >= 500 or status == 408:
        return BloomUnavailable(f"{code} ({status}) {message}".strip())
    if status < 400:
        return BloomUnreadable(f"Bloom answered {status}, neither a success nor an error")
    if status == 429:
        limited = BloomRateLimited(code, status, message)
        limited.retry_after = retry_after
        return limited
    data = found.data or _Data()
    return _kind(code, status)(code, status, message, action_url=data.action_url)


def redacted(body: bytes, *secrets: str) -> bytes:
    """Return an error's body without what was shown to Bloom, should it quote that, as it is or as a form has it."""
    for secret in filter(None, secrets):
        for spelling in (secret, quote_plus(secret)):
            body = body.replace(spelling.encode(), b"[secret]")
    return body


def seconds_until(retry_after: str | None, now: datetime) -> float | None:
    """Read a Retry-After header (seconds or a date) as seconds from now; None when it says nothing."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _seconds_until_date(retry_after, now)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until_date(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return math.nan


def _kind(code: str, status: int) -> type[BloomRefused]:
    if status == 401 and code == "UNAUTHORIZED":  # not what something in front of Bloom says: a connection ends by it
        return BloomUnauthorized
    return BrandNotReady if code == "BRAND_NOT_READY" else BloomRefused


def _read(body: bytes, site: str) -> _Problem:
    try:
        envelope = validated(_Envelope, body, site)
    except ValueError:
        return _Problem()
    return envelope.error or envelope
