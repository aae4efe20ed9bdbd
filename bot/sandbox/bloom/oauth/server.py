"""The authorization server in one hand: its endpoints without HTTP, and the knobs of tests and panels."""

from typing import Any

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account, Accounts
from bot.sandbox.bloom.oauth.authorization import AuthorizationRequest, Terms
from bot.sandbox.bloom.oauth.errors import OAuthRefused
from bot.sandbox.bloom.oauth.grants import Grant, Grants, Policy
from bot.sandbox.bloom.oauth.parameters import SCOPES, Given, required, single
from bot.sandbox.bloom.oauth.registration import Clients

AUTH_PREFIX = "/api/auth"


class AuthorizationServer:
    """Clients, what people allowed them, and how to make trouble between the two.

    Refused, slow, lost and garbled answers are made with ``BloomStandIn.faults``, as for any other request.
    """

    def __init__(self, clock: Clock, accounts: Accounts) -> None:
        self.clients = Clients(clock)
        self._accounts = accounts
        self._grants = Grants(clock)

    @property
    def policy(self) -> Policy:
        """Return how long codes and tokens hold, and what ends with them."""
        return self._grants.policy

    @property
    def secrets(self) -> frozenset[str]:
        """Return every code and token that was ever given out: what must stand in no log and no database."""
        return self._grants.secrets

    def grants(self, email: str | None = None) -> list[Grant]:
        """Return what an account allowed, or everybody, oldest first, what was taken back included."""
        return [grant for grant in self._grants if email in (None, grant.account.email)]

    def revoke_grants(self, email: str | None = None) -> None:
        """Take back what an account allowed, or everybody: access tokens are refused, refreshing is `invalid_grant`."""
        for grant in self.grants(email):
            grant.is_revoked = True

    def expire_access_tokens(self, email: str | None = None) -> None:
        """Let the access tokens of an account, or of everybody, expire now; refreshing goes on."""
        for grant in self.grants(email):
            self._grants.end_access(grant)

    def grant_of(self, access_token: str | None) -> Grant | None:
        """Return what an access token stands for while it holds."""
        return self._grants.of_access_token(access_token)

    def metadata(self, site_url: str) -> dict[str, Any]:
        """Return the authorization server metadata (RFC 8414)."""
        issuer = f"{site_url}{AUTH_PREFIX}"
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth2/authorize",
            "token_endpoint": f"{issuer}/oauth2/token",
            "registration_endpoint": f"{issuer}/oauth2/register",
            "revocation_endpoint": f"{issuer}/oauth2/revoke",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorization_request(self, given: Given) -> AuthorizationRequest:
        """Recognise who sent a browser here, or refuse to send it back."""
        return AuthorizationRequest.of(given, self.clients)

    def allow(self, terms: Terms, account: Account) -> str:
        """Return a code for what somebody allowed."""
        return self._grants.code(terms, account)

    def token(self, given: Given) -> dict[str, Any]:
        """Answer the token endpoint."""
        form = single(given)
        grant_type = required(form, "grant_type")
        client = self.clients.get(_public_client(form))
        if grant_type == "authorization_code":
            code, redirect_uri = required(form, "code"), required(form, "redirect_uri")
            return self._grants.redeem(client, code, redirect_uri, required(form, "code_verifier"))
        if grant_type != "refresh_token":
            raise OAuthRefused("unsupported_grant_type")
        if grant_type not in client.metadata.grant_types:
            raise OAuthRefused("unauthorized_client", "the client did not register the grant type refresh_token")
        return self._grants.refresh(client, required(form, "refresh_token"), form.get("scope"))

    def revoke(self, given: Given) -> None:
        """Answer the revocation endpoint; what ``token_type_hint`` says makes no difference."""
        form = single(given)
        client = self.clients.get(_public_client(form))
        self._grants.revoke(client, required(form, "token"))

    def accounts(self) -> list[Account]:
        """Return whom somebody can sign in as."""
        return self._accounts.everyone


def _public_client(form: dict[str, str]) -> str | None:
    if form.keys() & {"client_secret", "client_assertion"}:
        raise OAuthRefused("invalid_client", "clients here are public and authenticate with none")
    return form.get("client_id")
