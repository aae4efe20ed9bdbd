"""Dynamic client registration (RFC 7591), as far as Bloom takes it: public clients, exact redirect addresses."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.core.clock import Clock
from bot.sandbox.bloom.oauth.errors import OAuthRefused
from bot.sandbox.bloom.oauth.parameters import SCOPES, scopes_in

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
GrantType = Literal["authorization_code", "refresh_token"]


def _redirect_uri(uri: str) -> str:
    parts = urlsplit(uri)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or parts.username is not None or set("#*\\ ") & set(uri) or not uri.isascii():
        raise ValueError("an absolute https address, or http on loopback, without fragment or wildcard")
    return uri


def _with_code(grant_types: list[GrantType]) -> list[GrantType]:
    if "authorization_code" not in grant_types:
        raise ValueError("the response type code needs the grant type authorization_code")
    return grant_types


def _scope(scope: str) -> str:
    try:
        return " ".join(scopes_in(scope))
    except OAuthRefused as refused:
        raise ValueError(refused.description) from refused


class Metadata(BaseModel):
    """What a client says of itself; what is not named here is ignored, as the standard asks."""

    model_config = ConfigDict(strict=True, frozen=True)

    redirect_uris: Annotated[list[Annotated[str, AfterValidator(_redirect_uri)]], Field(min_length=1, max_length=10)]
    token_endpoint_auth_method: Literal["none"]
    type: Literal["user-agent-based"]
    grant_types: Annotated[list[GrantType], AfterValidator(_with_code)] = ["authorization_code"]
    response_types: Annotated[list[Literal["code"]], Field(min_length=1)] = ["code"]
    scope: Annotated[str, AfterValidator(_scope)] = " ".join(SCOPES)
    client_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    client_uri: Annotated[str, Field(max_length=500)] | None = None


@dataclass(frozen=True)
class Client:
    """A registered app."""

    id: str
    issued_at: int
    metadata: Metadata

    @property
    def name(self) -> str:
        return self.metadata.client_name or "An app without a name"

    def information(self) -> dict[str, Any]:
        """Return the client information response."""
        said = self.metadata.model_dump(exclude_none=True)
        return {"client_id": self.id, "client_id_issued_at": self.issued_at, **said}


class Clients:
    """Every registration that is remembered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._clients: dict[str, Client] = {}

    def __len__(self) -> int:
        return len(self._clients)

    def __contains__(self, client_id: str) -> bool:
        return client_id in self._clients

    def register(self, body: Any) -> Client:
        """Take a client in, or refuse what it says of itself."""
        try:
            metadata = Metadata.model_validate(body)
        except ValidationError as error:
            raise _refusal(error) from error
        client = Client(secrets.token_urlsafe(24), int(self._clock.now().timestamp()), metadata)
        self._clients[client.id] = client
        return client

    def get(self, client_id: str | None) -> Client:
        """Return a client, or refuse it."""
        if client_id not in self._clients:
            raise OAuthRefused("invalid_client", "the client is unknown")
        return self._clients[client_id]

    def forget(self, client_id: str | None = None) -> None:
        """Forget one registration, or all of them."""
        for known in [client_id] if client_id is not None else list(self._clients):
            del self._clients[known]


def _refusal(error: ValidationError) -> OAuthRefused:
    where = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    field = str(where[0]) if where else "the body"
    code = "invalid_redirect_uri" if field == "redirect_uris" else "invalid_client_metadata"
    return OAuthRefused(code, f"{field} is missing or not allowed")
