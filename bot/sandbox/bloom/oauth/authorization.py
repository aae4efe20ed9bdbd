"""What a browser brings to the authorization endpoint, and where it is sent back to.

Until client and redirect address are known to belong together nobody is sent anywhere (RFC 6749, 4.1.2.1): that is
``AuthorizationRequest.of``. Whatever else is wrong is told to the client: that is ``terms``.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bot.sandbox.bloom.oauth.errors import OAuthRefused
from bot.sandbox.bloom.oauth.parameters import Given, required, scopes_in, single
from bot.sandbox.bloom.oauth.registration import Client, Clients

_S256 = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Terms:
    """What a code will be good for."""

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    code_challenge: str


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request of a client that is who it says, so that it may be answered where it wants."""

    client: Client
    redirect_uri: str
    given: Given

    @classmethod
    def of(cls, given: Given, clients: Clients) -> "AuthorizationRequest":
        """Recognise client and redirect address, or refuse to send the browser anywhere."""
        client = clients.get(_only(given, "client_id"))
        redirect_uri = _only(given, "redirect_uri")
        if redirect_uri not in client.metadata.redirect_uris:
            raise OAuthRefused("invalid_request", "redirect_uri is none of those that the client registered")
        return cls(client, redirect_uri, given)

    def terms(self) -> Terms:
        """Return what is asked for, or refuse it."""
        parameters = single(self.given)
        if required(parameters, "response_type") != "code":
            raise OAuthRefused("unsupported_response_type", "response_type must be code")
        challenge = parameters.get("code_challenge")
        if challenge is None:
            raise OAuthRefused("invalid_request", "code challenge required")
        if parameters.get("code_challenge_method") != "S256" or not _S256.fullmatch(challenge):
            raise OAuthRefused("invalid_request", "transform algorithm not supported: the challenge must be S256")
        scope = scopes_in(parameters.get("scope"), self.client.metadata.scope.split(" "))
        return Terms(self.client.id, self.redirect_uri, scope, challenge)

    def answered(self, **parameters: str) -> str:
        """Return where the browser goes with an answer; the state goes with it as it came."""
        state = next((value for name, value in self.given if name == "state"), None)
        told = urlencode({**parameters, "state": state} if state else parameters)
        return f"{self.redirect_uri}{'&' if urlsplit(self.redirect_uri).query else '?'}{told}"


def _only(given: Given, name: str) -> str | None:
    values = [value for found, value in given if found == name]
    return values[0] if len(values) == 1 else None
