"""What goes wrong with sign-ins when a test or a visitor wants it to, and the record of it all."""

import asyncio

import httpx
import pytest

from bot.sandbox.bloom import MAYA_EMAIL, SANDBOX_API_KEY, SANDBOX_EMAIL, BloomStandIn
from bot.sandbox.bloom.faults import Asked, When
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import client, code_of
from tests.sandbox.bloom.signing_in import (
    STATE,
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

TOKEN = "POST /oauth2/token"


@pytest.mark.parametrize(
    ("code", "expected"), [("invalid_grant", 400), ("temporarily_unavailable", 503), ("server_error", 500)]
)
async def test_next_token_request_can_fail_without_using_anything_up(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, code: str, expected: int
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.faults.next(code, path=TOKEN, message="not now")
    answer = await refresh(auth, client_id, tokens["refresh_token"])
    assert (*refusal(answer), answer.json()["error_description"]) == (expected, code, "not now")
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200


async def test_registration_and_revocation_can_fail_too(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.faults.next("server_error", path="oauth2.register")
    bloom.faults.next("server_error", path="oauth2.revoke")
    assert (await auth.post("/oauth2/register", json={})).status_code == 500
    assert (await revoke(auth, client_id, "some")).status_code == 500


async def test_browser_brings_the_failure_of_the_page_back_to_the_app(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.faults.next("temporarily_unavailable", path="oauth2.authorize")
    answer = await auth.get(authorization_url(bloom, client_id))
    assert answer_in(answer.headers["location"]) == {"error": "temporarily_unavailable", "state": STATE}
    assert (await auth.get(authorization_url(bloom, client_id))).status_code == 200


async def test_codes_of_the_api_and_of_oauth_do_not_meet_each_other(
    auth: httpx.AsyncClient, http: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.faults.next("INTERNAL_ERROR")
    bloom.faults.next("invalid_grant")
    tokens = await sign_in_after_one_refusal(auth, bloom, client_id)
    assert code_of(await http.get("/account")) == (500, "INTERNAL_ERROR")
    assert await status(bloom, tokens["access_token"]) == 200


async def sign_in_after_one_refusal(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> dict[str, str]:
    """See the page refused once, then sign in."""
    refused = await auth.get(authorization_url(bloom, client_id))
    assert answer_in(refused.headers["location"])["error"] == "invalid_grant"
    return await sign_in(auth, bloom, client_id)


async def test_proxy_can_answer_in_place_of_the_token_endpoint(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.faults.garble(TOKEN, status=503)
    answer = await refresh(auth, client_id, tokens["refresh_token"])
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200


async def test_lost_answer_has_used_up_the_refresh_token(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.faults.drop(TOKEN, "after")
    with pytest.raises(httpx.TransportError):
        await refresh(auth, client_id, tokens["refresh_token"])
    assert [grant.refreshes for grant in bloom.oauth.grants()] == [1]
    assert refusal(await refresh(auth, client_id, tokens["refresh_token"])) == (400, "invalid_grant")
    assert await status(bloom, tokens["access_token"]) == 401


async def test_request_that_never_arrived_has_not(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.faults.drop(TOKEN)
    with pytest.raises(httpx.TransportError):
        await refresh(auth, client_id, tokens["refresh_token"])
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200


async def test_token_request_can_be_held_by_the_clock(
    auth: httpx.AsyncClient, bloom: BloomStandIn, clock: ManualClock, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.faults.delay(TOKEN, 30, times=1)
    slow = asyncio.create_task(refresh(auth, client_id, tokens["refresh_token"]))
    await bloom.until_held()
    assert [grant.refreshes for grant in bloom.oauth.grants()] == [0]
    await clock.advance(30)
    assert (await slow).status_code == 200


async def test_answer_can_be_held_once_the_tokens_are_given(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    given, go_on = asyncio.Event(), asyncio.Event()

    async def hold(asked: Asked, _: object, when: When) -> None:
        if asked.operation == "oauth2.token" and when == "after":
            given.set()
            await go_on.wait()

    bloom.watch(hold)
    slow = asyncio.create_task(refresh(auth, client_id, tokens["refresh_token"]))
    await given.wait()
    assert [grant.refreshes for grant in bloom.oauth.grants()] == [1]
    assert not slow.done()
    go_on.set()
    assert (await slow).status_code == 200


async def test_access_tokens_of_one_account_can_expire_now(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    mine, mayas = await sign_in(auth, bloom, client_id), await sign_in(auth, bloom, client_id, MAYA_EMAIL)
    bloom.oauth.expire_access_tokens(SANDBOX_EMAIL)
    assert [await status(bloom, tokens["access_token"]) for tokens in (mine, mayas)] == [401, 200]
    assert (await refresh(auth, client_id, mine["refresh_token"])).status_code == 200
    bloom.oauth.expire_access_tokens()
    assert await status(bloom, mayas["access_token"]) == 401


async def test_grants_of_one_account_can_be_taken_back(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    mine, mayas = await sign_in(auth, bloom, client_id), await sign_in(auth, bloom, client_id, MAYA_EMAIL)
    bloom.oauth.revoke_grants(MAYA_EMAIL)
    assert [await status(bloom, tokens["access_token"]) for tokens in (mine, mayas)] == [200, 401]
    assert refusal(await refresh(auth, client_id, mayas["refresh_token"])) == (400, "invalid_grant")
    assert [grant.is_revoked for grant in bloom.oauth.grants(MAYA_EMAIL)] == [True]
    bloom.oauth.revoke_grants()
    assert await status(bloom, mine["access_token"]) == 401


async def test_suspended_account_is_suspended_by_any_credential(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    bloom.state.ban(SANDBOX_API_KEY)
    assert await status(bloom, tokens["access_token"]) == 403


async def test_forgotten_client_is_unknown_everywhere(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    kept = await register(auth)
    tokens, code = await sign_in(auth, bloom, client_id), await code_for(auth, bloom, client_id)
    bloom.oauth.clients.forget(client_id)
    assert (await auth.get(authorization_url(bloom, client_id))).status_code == 400
    assert refusal(await redeem(auth, client_id, code)) == (401, "invalid_client")
    assert refusal(await refresh(auth, client_id, tokens["refresh_token"])) == (401, "invalid_client")
    assert kept in bloom.oauth.clients
    bloom.oauth.clients.forget()
    assert kept not in bloom.oauth.clients


async def test_sign_ins_are_recorded_without_their_secrets(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    location = await decide(auth, authorization_url(bloom, client_id))
    tokens = (await redeem(auth, client_id, answer_in(location)["code"])).json()
    await refresh(auth, client_id, tokens["refresh_token"])
    await refresh(auth, client_id, tokens["refresh_token"])
    await revoke(auth, client_id, tokens["refresh_token"])
    told = [(one.method, one.path, one.operation, one.status, one.code) for one in bloom.requests]
    assert told == [
        ("POST", "/oauth2/register", "oauth2.register", 201, None),
        ("GET", "/oauth2/authorize", "oauth2.authorize", 200, None),
        ("POST", "/oauth2/authorize", "oauth2.consent", 303, None),
        ("POST", "/oauth2/token", "oauth2.token", 200, None),
        ("POST", "/oauth2/token", "oauth2.token", 200, None),
        ("POST", "/oauth2/token", "oauth2.token", 400, "invalid_grant"),
        ("POST", "/oauth2/revoke", "oauth2.revoke", 200, None),
    ]
    consent, exchange, once, again, _ = list(bloom.requests)[2:]
    assert consent.body == {"account": SANDBOX_EMAIL, "decision": "allow"}
    assert (consent.query["client_id"], exchange.body["grant_type"]) == (client_id, "authorization_code")
    assert once.body["refresh_token"] == again.body["refresh_token"], "the same token can be recognised"
    written = repr(list(bloom.requests))
    assert bloom.oauth.secrets
    for secret in (*bloom.oauth.secrets, VERIFIER, STATE):
        assert secret not in written


async def test_every_secret_that_was_given_is_known(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    code = await code_for(auth, bloom, client_id)
    tokens = (await redeem(auth, client_id, code)).json()
    assert bloom.oauth.secrets == {code, tokens["access_token"], tokens["refresh_token"]}
    assert bloom.secrets == bloom.oauth.secrets | bloom.state.accounts.credentials


async def test_tokens_of_a_grant_share_one_request_limit(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.rate_limit = (3, 60.0)
    old, other = await sign_in(auth, bloom, client_id), await sign_in(auth, bloom, client_id)
    assert [await status(bloom, old["access_token"]) for _ in range(2)] == [200, 200]
    new = (await refresh(auth, client_id, old["refresh_token"])).json()
    assert [await status(bloom, new["access_token"]) for _ in range(2)] == [200, 429]
    assert await status(bloom, old["access_token"]) == 429
    assert await status(bloom, other["access_token"]) == 200


async def test_meter_shows_who_asked_last(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    assert bloom.requests_left == 120
    tokens = await sign_in(auth, bloom, client_id)
    await status(bloom, tokens["access_token"])
    assert (bloom.requests_left, bloom.requests[-1].left) == (119, 119)
    async with client(bloom, {"x-api-key": SANDBOX_API_KEY}) as http:
        await http.get("/account")
        await http.get("/account")
    assert bloom.requests_left == 118
    bloom.state.renew_key()
    assert bloom.requests_left == 120


async def test_sign_ins_outlive_a_restart_of_the_stand_in(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    tokens = await sign_in(auth, bloom, client_id)
    await bloom.stop()
    await bloom.start()
    assert await status(bloom, tokens["access_token"]) == 200
    assert (await refresh(auth, client_id, tokens["refresh_token"])).status_code == 200
