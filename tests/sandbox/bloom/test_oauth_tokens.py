"""Codes for tokens, tokens for newer ones, and the end of both."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from bot.sandbox.bloom import LEO_EMAIL, MAYA_EMAIL, SANDBOX_EMAIL, BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import client, code_of, data
from tests.sandbox.bloom.signing_in import (
    CALLBACK,
    VERIFIER,
    answer_in,
    authorization_url,
    code_for,
    decide,
    redeem,
    refresh,
    refusal,
    register,
    revoke,
    sign_in,
    status,
)

HOUR, DAY = 3600.0, 86400.0
Ask = Callable[[httpx.AsyncClient, str, str], Awaitable[httpx.Response]]


@pytest.mark.parametrize(
    ("email", "workspaces", "credits", "brands"),
    [
        (SANDBOX_EMAIL, ["Personal"], 250, {"Acme", "Northwind Coffee"}),
        (MAYA_EMAIL, ["Personal", "Harbor Studio"], 20, {"Maya Makes", "Harbor Lights", "Kestrel Bikes"}),
        (LEO_EMAIL, ["Personal", "Harbor Studio"], 0, {"Harbor Lights", "Kestrel Bikes"}),
    ],
)
async def test_access_token_acts_as_who_gave_it(
    auth: httpx.AsyncClient,
    bloom: BloomStandIn,
    client_id: str,
    email: str,
    workspaces: list[str],
    credits: int,
    brands: set[str],
) -> None:
    tokens = await sign_in(auth, bloom, client_id, email)
    async with client(bloom, {"Authorization": f"Bearer {tokens['access_token']}"}) as http:
        assert (await data(http, "/account"))["email"] == email
        assert (await data(http, "/credits"))["balance"] == credits
        assert [w["name"] for w in (await data(http, "/workspaces"))["workspaces"]] == workspaces
        assert {b["name"] for b in (await data(http, "/brands"))["brands"]} >= brands


async def test_tokens_come_with_their_facts(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    answer = await redeem(auth, client_id, await code_for(auth, bloom, client_id))
    tokens = answer.json()
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert tokens.pop("access_token") != tokens.pop("refresh_token")
    assert tokens == {"token_type": "Bearer", "expires_in": 3600, "scope": "openid offline_access"}


async def test_access_token_is_no_api_key(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    async with client(bloom, {"x-api-key": tokens["access_token"]}) as http:
        assert code_of(await http.get("/account")) == (401, "UNAUTHORIZED")
    assert await status(bloom, tokens["refresh_token"]) == 401


async def test_refresh_token_needs_the_scope_and_the_grant_type(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    client_id = await register(auth)
    url = authorization_url(bloom, client_id, scope="openid")
    code = answer_in(await decide(auth, url))["code"]
    assert "refresh_token" not in (await redeem(auth, client_id, code)).json()
    client_id = await register(auth, grant_types=["authorization_code"])
    assert "refresh_token" not in await sign_in(auth, bloom, client_id)
    assert refusal(await refresh(auth, client_id, "some")) == (400, "unauthorized_client")


async def test_code_that_comes_again_ends_what_it_gave(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    other = await sign_in(auth, bloom, client_id)
    code = await code_for(auth, bloom, client_id)
    tokens = (await redeem(auth, client_id, code)).json()
    assert refusal(await redeem(auth, client_id, code)) == (400, "invalid_grant")
    assert await status(bloom, tokens["access_token"]) == 401
    assert refusal(await refresh(auth, client_id, tokens["refresh_token"])) == (400, "invalid_grant")
    assert await status(bloom, other["access_token"]) == 200


async def test_code_holds_for_ten_minutes(
    auth: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, client_id: str
) -> None:
    early, late = await code_for(auth, bloom, client_id), await code_for(auth, bloom, client_id)
    await clock.advance(599)
    assert (await redeem(auth, client_id, early)).status_code == 200
    await clock.advance(1)
    assert refusal(await redeem(auth, client_id, late)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "wrong",
    [{"code": "guessed"}, {"code_verifier": VERIFIER.swapcase()}, {"redirect_uri": f"{CALLBACK}/"}],
)
async def test_code_is_for_its_verifier_and_address_only(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, wrong: dict[str, str]
) -> None:
    code = await code_for(auth, bloom, client_id)
    assert refusal(await redeem(auth, client_id, **{"code": code, **wrong})) == (400, "invalid_grant")
    assert (await redeem(auth, client_id, code)).status_code == 200


async def test_code_and_refresh_token_are_for_their_client_only(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    stranger = await register(auth)
    code = await code_for(auth, bloom, client_id)
    assert refusal(await redeem(auth, stranger, code)) == (400, "invalid_grant")
    tokens = (await redeem(auth, client_id, code)).json()
    assert refusal(await refresh(auth, stranger, tokens["refresh_token"])) == (400, "invalid_grant")
    assert refusal(await revoke(auth, stranger, tokens["refresh_token"])) == (400, "invalid_grant")
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, (400, "invalid_request")),
        ({"grant_type": "authorization_code"}, (401, "invalid_client")),
        ({"grant_type": "authorization_code", "client_id": "nobody"}, (401, "invalid_client")),
        ({"grant_type": "password", "client_id": "{}"}, (400, "unsupported_grant_type")),
        ({"grant_type": "authorization_code", "client_id": "{}"}, (400, "invalid_request")),
        ({"grant_type": "authorization_code", "client_id": "{}", "code": ""}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "client_id": "{}"}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "client_id": "{}", "client_secret": "s"}, (401, "invalid_client")),
        ({"grant_type": "refresh_token", "client_id": ["{}", "{}"]}, (400, "invalid_request")),
    ],
)
async def test_token_request_that_is_wrong_is_told_why(
    auth: httpx.AsyncClient, client_id: str, form: dict[str, str | list[str]], error: tuple[int, str]
) -> None:
    filled = {
        name: value.format(client_id) if isinstance(value, str) else [one.format(client_id) for one in value]
        for name, value in form.items()
    }
    assert refusal(await auth.post("/oauth2/token", data=filled)) == error


async def test_missing_verifier_is_told_apart_from_a_wrong_one(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    code = await code_for(auth, bloom, client_id)
    assert refusal(await redeem(auth, client_id, code, code_verifier="")) == (400, "invalid_request")


async def test_token_request_is_a_form_of_a_public_client(auth: httpx.AsyncClient, client_id: str) -> None:
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": "some"}
    assert refusal(await auth.post("/oauth2/token", json=form)) == (400, "invalid_request")
    answer = await auth.post("/oauth2/token", data=form, auth=(client_id, ""))
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"]


async def test_access_token_holds_for_as_long_as_was_said(
    auth: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, client_id: str
) -> None:
    bloom.oauth.policy.access_token_seconds = 300
    tokens = await sign_in(auth, bloom, client_id)
    assert tokens["expires_in"] == 300
    await clock.advance(299)
    assert await status(bloom, tokens["access_token"]) == 200
    await clock.advance(1)
    assert await status(bloom, tokens["access_token"]) == 401


async def test_refresh_gives_new_tokens_and_leaves_the_old_access_token_its_time(
    auth: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, client_id: str
) -> None:
    old = await sign_in(auth, bloom, client_id)
    await clock.advance(HOUR - 60)
    new = (await refresh(auth, client_id, old["refresh_token"])).json()
    assert len({old["access_token"], old["refresh_token"], new["access_token"], new["refresh_token"]}) == 4
    assert [await status(bloom, tokens["access_token"]) for tokens in (old, new)] == [200, 200]
    await clock.advance(60)
    assert [await status(bloom, tokens["access_token"]) for tokens in (old, new)] == [401, 200]
    assert [grant.refreshes for grant in bloom.oauth.grants()] == [1]


async def test_refresh_can_end_the_old_access_token_at_once(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.oauth.policy.refresh_ends_access = True
    old, other = await sign_in(auth, bloom, client_id), await sign_in(auth, bloom, client_id)
    new = (await refresh(auth, client_id, old["refresh_token"])).json()
    assert [await status(bloom, tokens["access_token"]) for tokens in (old, new, other)] == [401, 200, 200]


async def test_refresh_token_expires_unless_it_is_used(
    auth: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    for _ in range(2):
        await clock.advance(30 * DAY - 1)
        tokens = (await refresh(auth, client_id, tokens["refresh_token"])).json()
    await clock.advance(30 * DAY)
    assert refusal(await refresh(auth, client_id, tokens["refresh_token"])) == (400, "invalid_grant")


async def test_used_refresh_token_that_comes_again_ends_its_grant(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    first, other = await sign_in(auth, bloom, client_id), await sign_in(auth, bloom, client_id)
    second = (await refresh(auth, client_id, first["refresh_token"])).json()
    assert refusal(await refresh(auth, client_id, first["refresh_token"])) == (400, "invalid_grant")
    assert refusal(await refresh(auth, client_id, second["refresh_token"])) == (400, "invalid_grant")
    assert [await status(bloom, tokens["access_token"]) for tokens in (first, second, other)] == [401, 401, 200]
    assert [grant.is_revoked for grant in bloom.oauth.grants()] == [True, False]


@pytest.mark.parametrize("first_use", [refresh, revoke])
@pytest.mark.parametrize("again", [refresh, revoke])
async def test_reuse_can_end_every_grant_of_the_account_to_the_client(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, first_use: Ask, again: Ask
) -> None:
    bloom.oauth.policy.reuse_ends = "account"
    first = await sign_in(auth, bloom, client_id)
    same_pair = await sign_in(auth, bloom, client_id)
    mayas = await sign_in(auth, bloom, client_id, MAYA_EMAIL)
    elsewhere = await sign_in(auth, bloom, await register(auth))
    await first_use(auth, client_id, first["refresh_token"])
    assert await status(bloom, same_pair["access_token"]) == 200
    await again(auth, client_id, first["refresh_token"])
    left = [await status(bloom, tokens["access_token"]) for tokens in (same_pair, mayas, elsewhere)]
    assert left == [401, 200, 200]


async def test_used_refresh_token_that_is_revoked_ends_nothing(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    first = await sign_in(auth, bloom, client_id)
    second = (await refresh(auth, client_id, first["refresh_token"])).json()
    assert (await revoke(auth, client_id, first["refresh_token"])).status_code == 200
    assert await status(bloom, second["access_token"]) == 200


async def test_scope_can_be_narrowed_for_an_access_token_but_never_widened(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    token = (await sign_in(auth, bloom, client_id))["refresh_token"]
    assert refusal(await refresh(auth, client_id, token, scope="openid admin")) == (400, "invalid_scope")
    narrowed = (await refresh(auth, client_id, token, scope="openid")).json()
    assert narrowed["scope"] == "openid"
    wide_again = (await refresh(auth, client_id, narrowed["refresh_token"])).json()
    assert wide_again["scope"] == "openid offline_access"


async def test_revoked_refresh_token_takes_its_access_tokens_along(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    answer = await revoke(auth, client_id, tokens["refresh_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert await status(bloom, tokens["access_token"]) == 401
    assert refusal(await refresh(auth, client_id, tokens["refresh_token"])) == (400, "invalid_grant")


async def test_revoked_access_token_leaves_the_refresh_token(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    assert (await revoke(auth, client_id, tokens["access_token"])).status_code == 200
    assert await status(bloom, tokens["access_token"]) == 401
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200


async def test_unknown_token_is_revoked_already(auth: httpx.AsyncClient, client_id: str) -> None:
    assert (await revoke(auth, client_id, "some")).status_code == 200
    assert refusal(await revoke(auth, client_id, "")) == (400, "invalid_request")
    assert refusal(await revoke(auth, "nobody", "some")) == (401, "invalid_client")
