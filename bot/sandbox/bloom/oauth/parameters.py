"""Parameters as RFC 6749 reads them: each at most once, and one without a value is as good as none."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.sandbox.bloom.journal import fingerprint
from bot.sandbox.bloom.oauth.errors import OAuthRefused

Given = Sequence[tuple[str, str]]
"""A query or a form as it came: a name can stand there more than once."""
SCOPES: Final = ("openid", "offline_access")
_SECRETS: Final = {"code", "code_verifier", "code_challenge", "state", "token", "refresh_token", "access_token"}


def single(given: Given) -> dict[str, str]:
    """Return the parameters, or refuse what is there twice."""
    if len(dict(given)) < len(given):
        raise OAuthRefused("invalid_request", "a parameter is included more than once")
    return {name: value for name, value in given if value}


def required(parameters: dict[str, str], name: str) -> str:
    """Return a parameter that must be there."""
    if name not in parameters:
        raise OAuthRefused("invalid_request", f"{name} is missing")
    return parameters[name]


def scopes_in(text: str | None, allowed: Iterable[str] = SCOPES) -> tuple[str, ...]:
    """Return the scopes, or refuse those that are not allowed; there is no default for somebody who names none."""
    scopes = tuple(dict.fromkeys((text or "").split(" ")))
    if not set(scopes) <= set(allowed):
        raise OAuthRefused("invalid_scope", "the scope is missing, unknown, or exceeds what is allowed")
    return scopes


def without_secrets(given: Given) -> dict[str, str]:
    """Return what may stand in a record: a secret is only what tells it apart from another."""
    return {name: f"…{fingerprint(value)}" if value and _is_secret(name) else value for name, value in given}


def _is_secret(name: str) -> bool:
    return name in _SECRETS or name.startswith("client_secret") or name.startswith("client_assertion")
