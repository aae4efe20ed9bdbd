"""Whom Bloom's authorization server takes in as a client, and what it says of itself."""

from importlib import import_module
from typing import Any

import httpx
import pytest

from bot.sandbox.bloom import BloomStandIn
from tests.fakes.clock import EPOCH
from tests.sandbox.bloom.signing_in import REGISTRATION, authorization_url, decide, refusal, register


async def test_metadata_is_valid_and_leads_to_the_endpoints(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    answer = await auth.get(f"{bloom.site_url}/.well-known/oauth-authorization-server")
    metadata = answer.json()
    import_module("authlib.oauth2.rfc8414").AuthorizationServerMetadata(metadata).validate()
    assert metadata["issuer"] == bloom.auth_url == f"{bloom.site_url}/api/auth"
    assert metadata["authorization_endpoint"] == f"{bloom.auth_url}/oauth2/authorize"
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    for name in ("token_endpoint", "registration_endpoint", "revocation_endpoint"):
        assert (await auth.post(metadata[name])).status_code in (400, 401)


async def test_registered_client_is_told_what_it_registered(auth: httpx.AsyncClient) -> None:
    answer = await auth.post("/oauth2/register", json={**REGISTRATION, "something_new": 1})
    said = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert said.pop("client_id")
    assert said.pop("client_id_issued_at") == int(EPOCH.timestamp())
    assert said == REGISTRATION


async def test_every_registration_is_another_client(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    ids = {await register(auth), await register(auth)}
    assert len(ids) == len(bloom.oauth.clients) == 2


@pytest.mark.parametrize(
    "uri", ["https://bloom.example/callback", "http://localhost:3000/cb", "http://[::1]:3000/cb?a=b"]
)
async def test_redirect_address_is_https_or_on_loopback(auth: httpx.AsyncClient, bloom: BloomStandIn, uri: str) -> None:
    client_id = await register(auth, redirect_uris=["https://other.example/", uri])
    assert (await decide(auth, authorization_url(bloom, client_id, redirect_uri=uri))).startswith(uri)


@pytest.mark.parametrize(
    "uris",
    [
        None,
        [],
        "https://bloom.example/callback",
        ["http://bloom.example/callback"],
        ["https://*.bloom.example/callback"],
        ["https://bloom.example/callback#here"],
        ["https://bloom.example@evil.example/callback"],
        ["/bloom/oauth/callback"],
        ["bloom://callback"],
        ["https://bloom.example/callback", "javascript:alert(1)"],
    ],
)
async def test_any_other_redirect_address_is_refused(auth: httpx.AsyncClient, uris: Any) -> None:
    answer = await auth.post("/oauth2/register", json={**REGISTRATION, "redirect_uris": uris})
    assert refusal(answer) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_method", None),
        ("type", "web"),
        ("type", None),
        ("grant_types", ["refresh_token"]),
        ("grant_types", ["authorization_code", "implicit"]),
        ("response_types", ["token"]),
        ("response_types", []),
        ("scope", "openid admin"),
        ("client_name", ["Bloom"]),
    ],
)
async def test_client_that_is_not_public_or_wants_what_is_not_there_is_refused(
    auth: httpx.AsyncClient, bloom: BloomStandIn, field: str, value: Any
) -> None:
    changed = {name: known for name, known in {**REGISTRATION, field: value}.items() if known is not None}
    answer = await auth.post("/oauth2/register", json=changed)
    assert refusal(answer) == (400, "invalid_client_metadata")
    assert field in answer.json()["error_description"]
    assert len(bloom.oauth.clients) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
async def test_registration_is_an_object_in_json(auth: httpx.AsyncClient, body: bytes) -> None:
    answer = await auth.post("/oauth2/register", content=body, headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "invalid_client_metadata")
