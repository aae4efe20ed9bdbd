"""What people allowed, and the codes and tokens that carry it.

A grant is what one person allowed one client by one click. Its tokens change, it stays: it is what the request limit
counts, what a replayed code or a used refresh token ends, and what the person takes back.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account
from bot.sandbox.bloom.agenda import ROUNDING
from bot.sandbox.bloom.oauth.authorization import Terms
from bot.sandbox.bloom.oauth.errors import OAuthRefused
from bot.sandbox.bloom.oauth.parameters import scopes_in
from bot.sandbox.bloom.oauth.registration import Client


@dataclass
class Policy:
    """What the standards leave to the server. Change it at any time; seconds are for what is given from then on.

    ``reuse_ends`` is what ends when a used refresh token comes again: “grant” is the family of that token (RFC 9700,
    4.14.2); “account” is every grant of the account to that client, and a token that was revoked comes again like one
    that was used, be it only to be revoked once more: so does Better Auth, whose addresses Bloom's look like.
    ``refresh_ends_access`` ends the access tokens before a refresh at once; else each holds to its own end.
    """

    code_seconds: float = 600.0
    access_token_seconds: float = 3600.0
    refresh_token_seconds: float = 30 * 86400.0
    reuse_ends: Literal["grant", "account"] = "grant"
    refresh_ends_access: bool = False


@dataclass(eq=False)
class Grant:
    """What an account allowed a client."""

    client_id: str
    account: Account
    scope: tuple[str, ...]
    granted_at: datetime
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    is_revoked: bool = False
    refreshes: int = 0


@dataclass(eq=False)
class _Code:
    terms: Terms
    account: Account
    ends: float
    grant: Grant | None = None


@dataclass(eq=False)
class _Token:
    grant: Grant
    scope: tuple[str, ...]
    ends: float
    used: bool = False


class Grants:
    """Gives codes and tokens, takes them back, and knows each again. What has ended is remembered, to be refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._grants: list[Grant] = []
        self.policy = Policy()

    def __iter__(self) -> Iterator[Grant]:
        return iter(self._grants)

    @property
    def secrets(self) -> frozenset[str]:
        """Return every code and token that was ever given."""
        return frozenset((*self._codes, *self._access, *self._refresh))

    def code(self, terms: Terms, account: Account) -> str:
        """Return a code for what an account allows."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(terms, account, self._in(self.policy.code_seconds))
        return code

    def redeem(self, client: Client, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Return the tokens for a code. A code that comes again ends what it gave (RFC 6749, 4.1.2)."""
        found = self._codes.get(code)
        if found is None or found.terms.client_id != client.id or found.terms.redirect_uri != redirect_uri:
            raise OAuthRefused("invalid_grant", "the code is unknown, or was given to another client or address")
        if found.grant is not None:
            found.grant.is_revoked = True
            raise OAuthRefused("invalid_grant", "the code was used before")
        if self._has_ended(found.ends) or challenge_of(verifier) != found.terms.code_challenge:
            raise OAuthRefused("invalid_grant", "the code has expired, or the code_verifier is not the one it is for")
        found.grant = Grant(client.id, found.account, found.terms.scope, self._clock.now())
        self._grants.append(found.grant)
        return self._tokens(client, found.grant, found.grant.scope)

    def refresh(self, client: Client, refresh_token: str, scope: str | None) -> dict[str, Any]:
        """Return new tokens for a refresh token, which is used up by this; one that comes again ends the grant."""
        found = self._refresh.get(refresh_token)
        if found is None or found.grant.client_id != client.id:
            raise OAuthRefused("invalid_grant", "the refresh token is unknown, or was given to another client")
        if found.used or found.grant.is_revoked:
            self._reused(found.grant)
            raise OAuthRefused("invalid_grant", "the refresh token was used before, or was revoked")
        if self._has_ended(found.ends):
            raise OAuthRefused("invalid_grant", "the refresh token has expired")
        narrowed = scopes_in(scope, found.scope) if scope else found.scope
        found.used = True
        found.grant.refreshes += 1
        if self.policy.refresh_ends_access:
            self.end_access(found.grant)
        return self._tokens(client, found.grant, narrowed, found.scope)

    def revoke(self, client: Client, token: str) -> None:
        """End a token: a refresh token with its grant, an access token alone. An unknown one has ended (RFC 7009)."""
        found = self._refresh.get(token) or self._access.get(token)
        if found is None:
            return
        if found.grant.client_id != client.id:
            raise OAuthRefused("invalid_grant", "the token was given to another client")
        if token in self._access:
            found.ends = self._clock.monotonic()
        elif not (found.used or found.grant.is_revoked):
            found.grant.is_revoked = True
        elif self.policy.reuse_ends == "account":
            self._reused(found.grant)

    def of_access_token(self, token: str | None) -> Grant | None:
        """Return what an access token stands for while it holds."""
        found = self._access.get(token or "")
        return None if found is None or found.grant.is_revoked or self._has_ended(found.ends) else found.grant

    def end_access(self, grant: Grant) -> None:
        """Let the access tokens of a grant expire now; its refresh token holds."""
        for token in self._access.values():
            if token.grant is grant:
                token.ends = self._clock.monotonic()

    def _tokens(
        self, client: Client, grant: Grant, scope: tuple[str, ...], kept: tuple[str, ...] | None = None
    ) -> dict[str, Any]:
        """Give tokens; a refresh token keeps the scope it had when an access token with less was asked for."""
        access_token, seconds = secrets.token_urlsafe(32), self.policy.access_token_seconds
        self._access[access_token] = _Token(grant, scope, self._in(seconds))
        told: dict[str, Any] = {"access_token": access_token, "token_type": "Bearer", "expires_in": int(seconds)}
        if "offline_access" in grant.scope and "refresh_token" in client.metadata.grant_types:
            told["refresh_token"] = secrets.token_urlsafe(32)
            self._refresh[told["refresh_token"]] = _Token(
                grant, kept or scope, self._in(self.policy.refresh_token_seconds)
            )
        return {**told, "scope": " ".join(scope)}

    def _reused(self, grant: Grant) -> None:
        for other in self._grants:
            same_pair = other.client_id == grant.client_id and other.account is grant.account
            if other is grant or (same_pair and self.policy.reuse_ends == "account"):
                other.is_revoked = True

    def _in(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds

    def _has_ended(self, moment: float) -> bool:
        return moment <= self._clock.monotonic() + ROUNDING


def challenge_of(verifier: str) -> str:
    """Return BASE64URL(SHA256(verifier)), as RFC 7636 has it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
