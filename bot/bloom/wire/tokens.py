"""The answers of Bloom's authorization server: RFC 6749 (tokens and refusals) and RFC 7591 (registration).

They are read here and not by Authlib's client, which stumbles over an odd lifetime: then the new refresh token would be
lost, and the old one is used up.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from bot.bloom.wire.answer import Id, Lenient, validated
from bot.bloom.wire.problems import MESSAGE_LIMIT, problem
from bot.core.errors import BloomError, BloomRefused, BloomUnauthorized, BloomUnreadable
from bot.core.models import TokenSet

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""A code of the protocol."""
Token = Annotated[str, Field(pattern=r"^[!-~]+$")]
"""What can stand in a header."""


class _Model(BaseModel):
    """What was sent stays out of validation errors, which end up in logs."""

    model_config = ConfigDict(hide_input_in_errors=True)


class _Client(_Model):
    client_id: Id


class _Tokens(_Model):
    access_token: Token
    refresh_token: Lenient[Token] = None
    expires_in: Lenient[FiniteFloat] = None


class _Refusal(_Model):
    """The protocol's two fields, and those of a server that puts its own beside or in place of them."""

    error: Lenient[Word] = None
    error_description: Lenient[str] = None
    code: Lenient[Word] = None
    message: Lenient[str] = None


def client_id(body: bytes) -> str:
    """Read the answer to a registration. Raises BloomUnreadable."""
    try:
        return validated(_Client, body, "").client_id
    except ValueError as error:
        raise BloomUnreadable("Bloom's answer to the registration names no client") from error


def tokens(body: bytes, asked_at: datetime, *, shown: str | None = None) -> TokenSet:
    """Read tokens; the refresh token that was ``shown`` holds on when there is no new one. Raises BloomUnreadable."""
    try:
        found = validated(_Tokens, body, "")
    except ValueError as error:
        raise BloomUnreadable("Bloom's answer has no access token") from error
    return TokenSet(found.access_token, found.refresh_token or shown, _end(asked_at, found.expires_in))


def refusal(status: int, body: bytes, *, site: str, retry_after: float | None) -> BloomError:
    """Return the exception for an answer that is no success.

    A 401 can be about the client (``invalid_client``): only ``invalid_grant`` says that what was shown does not hold.
    What stands in front of the server answers in HTML: that is no word of the server's.
    """
    if not 400 <= status < 500 or status in {408, 429}:
        return problem(status, body, site=site, retry_after=retry_after)
    try:
        found = validated(_Refusal, body, site)
    except ValueError:
        return BloomUnreadable(f"Bloom answered {status}, but not as an authorization server does")
    code = found.error or found.code or f"HTTP_{status}"
    message = (found.error_description or found.message or "")[:MESSAGE_LIMIT]
    return (BloomUnauthorized if code == "invalid_grant" else BloomRefused)(code, status, message)


def _end(start: datetime, lifetime: float | None) -> datetime | None:
    """Return when a token ends; None where its lifetime is none, for then the first refusal says it."""
    if lifetime is None or lifetime <= 0:
        return None
    try:
        return start + timedelta(seconds=lifetime)
    except OverflowError:
        return None
