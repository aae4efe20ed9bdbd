"""Signing in with Bloom: its authorization server, for a public client with PKCE.

Authlib spells the protocol. Its client for httpx is left alone: it wants httpx's successor (and takes it, wherever that
is installed), keeps one person's tokens in itself, and drops tokens whose lifetime it cannot read. So the requests go
the same way as those to Bloom's API. A code and a refresh token hold once: what shows one is not repeated.
"""

from collections.abc import Callable
from typing import Any

import httpx
from authlib.oauth2 import ClientAuth, OAuth2Client  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]
from authlib.oauth2.rfc7009 import prepare_revoke_token_request  # type: ignore[import-untyped]
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from bot.bloom.network import TIMEOUTS, Network, Seats
from bot.bloom.wire import tokens
from bot.bloom.wire.problems import redacted, seconds_until
from bot.core.clock import Clock
from bot.core.errors import BloomRefused, BloomUnavailable
from bot.core.models import TokenSet

CLIENT_NAME = "Bloom for Slack"
SCOPES = "openid offline_access"
"""The second gives a refresh token."""
AT_ONCE = 16
"""Requests under way at the same time."""
REVOCATIONS = 3
"""Times at most that it is tried to reach Bloom to revoke a token."""
BACKOFF = wait_exponential_jitter(multiplier=0.5, max=2.0, jitter=0.5)
FORM = "application/x-www-form-urlencoded"


class BloomSignIn:
    """Bloom's authorization server at one address, as the core's `SignInServer`."""

    def __init__(self, auth_url: str, *, clock: Clock, timeouts: httpx.Timeout = TIMEOUTS) -> None:
        self._url = auth_url.rstrip("/")
        self._clock = clock
        self._timeouts = timeouts
        self._network = Network(auth_url)
        self._seats = Seats(AT_ONCE)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._network.aclose()

    async def register(self, redirect_uri: str) -> str:
        """Register this deployment for one callback address and return its client id."""
        client = {
            "client_name": CLIENT_NAME,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "type": "user-agent-based",
            "scope": SCOPES,
        }
        return tokens.client_id(await self._send("/oauth2/register", json=client))

    def authorization_url(self, client_id: str, redirect_uri: str, *, state: str, verifier: str) -> str:
        """Return the page at Bloom where a person agrees; only the verifier's challenge stands in it."""
        client = OAuth2Client(None, client_id, redirect_uri=redirect_uri, scope=SCOPES, code_challenge_method="S256")
        url, _ = client.create_authorization_url(f"{self._url}/oauth2/authorize", state, verifier)
        return str(url)

    async def exchange(self, client_id: str, redirect_uri: str, *, code: str, verifier: str) -> TokenSet:
        """Return the tokens for a code, which holds once."""
        asked_at = self._clock.now()
        body = await self._post(
            "/oauth2/token",
            client_id,
            lambda: prepare_token_request(
                "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier
            ),
            secrets=(code, verifier),
        )
        return tokens.tokens(body, asked_at)

    async def refresh(self, client_id: str, refresh_token: str) -> TokenSet:
        """Return new tokens; the refresh token may be used up by this."""
        asked_at = self._clock.now()
        body = await self._post(
            "/oauth2/token",
            client_id,
            lambda: prepare_token_request("refresh_token", refresh_token=refresh_token),
            secrets=(refresh_token,),
        )
        return tokens.tokens(body, asked_at, shown=refresh_token)

    async def revoke(self, client_id: str, token: str) -> None:
        """Let a token hold no more. Only what certainly did not reach Bloom is said again.

        Better Auth, whose addresses Bloom's look like, takes a refresh token that was revoked before for a stolen one,
        and ends all that its owner ever allowed this client: in the other Slack workspaces too.
        """
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(lambda error: isinstance(error, BloomUnavailable) and not error.sent),
            wait=BACKOFF,
            stop=stop_after_attempt(REVOCATIONS),
            reraise=True,
        )
        await retrying(
            self._post,
            "/oauth2/revoke",
            client_id,
            lambda: prepare_revoke_token_request(token)[0],
            secrets=(token,),
        )

    async def _post(self, path: str, client_id: str, prepare: Callable[[], str], *, secrets: tuple[str, ...]) -> bytes:
        """Send a form as this client and return what was answered."""
        try:
            auth = ClientAuth(client_id, None, "none")
            _, headers, form = auth.prepare("POST", path, {"content-type": FORM}, prepare())
        except ValueError:  # it quotes what cannot be written down
            raise BloomRefused("invalid_request", 400, "the request cannot be written down") from None
        return await self._send(path, secrets, content=form, headers=headers)

    async def _send(self, path: str, secrets: tuple[str, ...] = (), **parts: Any) -> bytes:
        request = self._network.request("POST", path, timeout=self._timeouts, **parts)
        with await self._seats.seat(self._timeouts.pool):
            response = await self._network.send(request)
        if response.is_success:
            return response.content
        raise tokens.refusal(
            response.status_code,
            redacted(response.content, *secrets),
            site=self._url,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )
