"""The page where somebody allows an app, and where their browser is sent afterwards."""

from urllib.parse import urlencode

import httpx
import pytest

from bot.sandbox.bloom import LEO_EMAIL, MAYA_EMAIL, SANDBOX_EMAIL, BloomStandIn
from tests.sandbox.bloom.signing_in import (
    CALLBACK,
    STATE,
    ConsentPage,
    answer_in,
    authorization_url,
    decide,
    register,
)


async def test_page_says_who_asks_and_offers_the_accounts(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    bloom.state.add_account("bloom_sk_new", "new@example.com", credits=7)
    answer = await auth.get(authorization_url(bloom, client_id))
    page = ConsentPage(answer)
    assert "Bloom for Slack wants to use your Bloom account" in page.text
    assert "127.0.0.1:9" in page.text
    assert "Sandbox" in page.text
    assert page.accounts == [SANDBOX_EMAIL, MAYA_EMAIL, LEO_EMAIL, "new@example.com"]
    assert page.decisions == ["allow", "deny"]
    assert "Personal: 20 credits, Harbor Studio: 1,000 credits" in page.text
    assert "Personal: 7 credits" in page.text
    assert "Brands: Lumen Labs, Northwind Coffee, Acme" in page.text
    assert "Brands: Kestrel Bikes, Harbor Lights, Maya Makes" in page.text
    assert "No brand is ready" in page.text


async def test_page_runs_no_script_and_stands_in_no_frame(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    answer = await auth.get(authorization_url(bloom, client_id))
    policy = answer.headers["content-security-policy"]
    assert "script" not in ConsentPage(answer).tags
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action" not in policy, "it would stop the browser on its way back to the app"


async def test_name_of_an_app_is_text(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    client_id = await register(auth, client_name="<b>Bloom</b> & {co}")
    page = ConsentPage(await auth.get(authorization_url(bloom, client_id)))
    assert "<b>Bloom</b> & {co} wants" in page.text
    assert "b" not in page.tags


async def test_allowed_app_gets_a_code_and_its_state(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    address = await decide(auth, authorization_url(bloom, client_id))
    assert address.startswith(f"{CALLBACK}?")
    told = answer_in(address)
    assert told.keys() == {"code", "state"}
    assert told["state"] == STATE


async def test_app_that_is_denied_is_told_so(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    told = answer_in(await decide(auth, authorization_url(bloom, client_id), "deny"))
    assert (told["error"], told["state"]) == ("access_denied", STATE)
    assert "code" not in told
    assert bloom.requests[-1].code == "access_denied"


async def test_app_without_a_state_gets_none(auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str) -> None:
    assert answer_in(await decide(auth, authorization_url(bloom, client_id, state=None))).keys() == {"code"}


async def test_query_of_a_redirect_address_stays(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    client_id = await register(auth, redirect_uris=[f"{CALLBACK}?to=here"])
    told = answer_in(await decide(auth, authorization_url(bloom, client_id, redirect_uri=f"{CALLBACK}?to=here")))
    assert told.keys() == {"to", "code", "state"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?a=b"},
        {"redirect_uri": None},
    ],
)
async def test_browser_is_sent_nowhere_that_is_not_registered(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, changes: dict[str, str | None]
) -> None:
    url = authorization_url(bloom, client_id, **changes)
    for answer in (await auth.get(url), await auth.post(url, data={"decision": "deny"})):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "does not work" in answer.text


async def test_two_redirect_addresses_are_as_good_as_none(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    again = urlencode({"redirect_uri": CALLBACK})
    assert (await auth.get(f"{authorization_url(bloom, client_id)}&{again}")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "tooshort"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_whatever_else_is_wrong_the_app_is_told(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, changes: dict[str, str | None], error: str
) -> None:
    answer = await auth.get(authorization_url(bloom, client_id, **changes))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    told = answer_in(answer.headers["location"])
    assert (told["error"], told["state"]) == (error, STATE)


async def test_parameter_that_stands_there_twice_is_refused(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    answer = await auth.get(f"{authorization_url(bloom, client_id)}&scope=openid")
    assert answer_in(answer.headers["location"])["error"] == "invalid_request"


async def test_scope_that_a_client_did_not_register_is_refused(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    client_id = await register(auth, scope="openid")
    answer = await auth.get(authorization_url(bloom, client_id))
    assert answer_in(answer.headers["location"])["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "form", [{"decision": "allow"}, {"decision": "allow", "account": "nobody@example.com"}, {"account": SANDBOX_EMAIL}]
)
async def test_choice_that_was_not_offered_gives_nothing(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, form: dict[str, str]
) -> None:
    answer = await auth.post(authorization_url(bloom, client_id), data=form)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:3000"])
async def test_page_of_another_site_cannot_allow_anything(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str, origin: str
) -> None:
    form = {"decision": "allow", "account": SANDBOX_EMAIL}
    answer = await auth.post(authorization_url(bloom, client_id), data=form, headers={"Origin": origin})
    assert answer.status_code == 403
    assert not bloom.oauth.secrets


async def test_another_name_for_this_machine_cannot_either(
    auth: httpx.AsyncClient, bloom: BloomStandIn, client_id: str
) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    form = {"decision": "allow", "account": SANDBOX_EMAIL}
    assert (await auth.post(authorization_url(bloom, client_id), data=form, headers=headers)).status_code == 403


async def test_own_origin_opens_only_the_consent_form(auth: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    for path in ("/oauth2/token", "/oauth2/register", "/oauth2/revoke"):
        assert (await auth.post(path, headers={"Origin": bloom.site_url})).status_code == 403
