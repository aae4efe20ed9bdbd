"""Who may ask, and how the answers are written."""

import httpx
import pytest

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from tests.fakes.clock import ManualClock
from tests.sandbox.bloom.asking import LONG_ENOUGH, client, code_of, data, generate


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": SANDBOX_API_KEY},
        {"Authorization": f"Bearer {SANDBOX_API_KEY}"},
        {"x-api-key": SANDBOX_API_KEY, "Authorization": "Bearer wrong"},
    ],
)
async def test_key_is_accepted_in_either_header_and_x_api_key_wins(
    bloom: BloomStandIn, headers: dict[str, str]
) -> None:
    async with client(bloom, headers) as http:
        assert await data(http, "/account") == {"email": "you@sandbox.example", "name": "Sandbox"}


@pytest.mark.parametrize(
    "headers", [{}, {"x-api-key": "wrong"}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}]
)
async def test_unknown_credential_is_unauthorized(bloom: BloomStandIn, headers: dict[str, str]) -> None:
    async with client(bloom, headers) as http:
        assert code_of(await http.get("/account")) == (401, "UNAUTHORIZED")


async def test_revoked_banned_and_restored_key(bloom: BloomStandIn, http: httpx.AsyncClient) -> None:
    bloom.state.revoke(SANDBOX_API_KEY)
    assert code_of(await http.get("/brands")) == (401, "UNAUTHORIZED")
    bloom.state.restore(SANDBOX_API_KEY)
    bloom.state.ban(SANDBOX_API_KEY)
    assert code_of(await http.get("/brands")) == (403, "ACCOUNT_BANNED")
    bloom.state.restore(SANDBOX_API_KEY)
    assert (await http.get("/brands")).status_code == 200


async def test_accounts_see_only_their_own(bloom: BloomStandIn, http: httpx.AsyncClient, acme: str) -> None:
    image = (await generate(http, acme))[0]
    bloom.state.add_account("bloom_sk_other", "other@example.com", credits=3)
    async with client(bloom, {"x-api-key": "bloom_sk_other"}) as other:
        assert (await data(other, "/account"))["name"] is None
        assert (await data(other, "/brands"))["brands"] == []
        assert (await data(other, "/images"))["images"] == []
        assert (await data(other, "/credits"))["balance"] == 3
        assert code_of(await other.get(f"/images/{image}")) == (404, "IMAGE_NOT_FOUND")
        assert code_of(await other.get(f"/brands/{acme}")) == (404, "BRAND_NOT_FOUND")


async def test_team_workspace_owns_its_brands_and_pays_for_them(bloom: BloomStandIn, http: httpx.AsyncClient) -> None:
    team = bloom.state.add_team("Marketing", credits=5)
    brand = bloom.state.add_brand("Teamed", "https://teamed.com", workspace=team)
    workspaces = (await data(http, "/workspaces"))["workspaces"]
    assert [(w["id"], w["is_personal"]) for w in workspaces] == [(None, True), (team.id, False)]
    await generate(http, brand.id, variantCount=2)
    assert (await data(http, "/credits", workspaceId=team.id))["balance"] == 3
    assert (await data(http, "/credits"))["balance"] == 250
    listed = (await data(http, "/brands", workspaceId=team.id))["brands"]
    assert [(b["name"], b["workspaceId"], b["workspaceName"]) for b in listed] == [("Teamed", team.id, "Marketing")]
    generated = await data(http, "/images", workspaceId=team.id, source="generated")
    assert len(generated["images"]) == 2


async def test_unknown_workspace(http: httpx.AsyncClient) -> None:
    assert code_of(await http.get("/credits", params={"workspaceId": "ws_no"})) == (404, "WORKSPACE_NOT_FOUND")
    order = {"url": "https://acme.com", "workspaceId": "ws_no"}
    assert code_of(await http.post("/brands", json=order)) == (404, "WORKSPACE_NOT_FOUND")
    assert (await data(http, "/brands", workspaceId="ws_no"))["brands"] == []


async def test_unlimited_workspace_is_not_charged(
    bloom: BloomStandIn, http: httpx.AsyncClient, clock: ManualClock, acme: str
) -> None:
    bloom.state.account.personal.unlimited = True
    await generate(http, acme, "forbidden fruit")
    await generate(http, acme)
    await clock.advance(LONG_ENOUGH)
    assert await data(http, "/credits") == {"balance": 250, "unlimited": True}


async def test_error_envelope_can_be_written_as_in_the_guide(bloom: BloomStandIn, http: httpx.AsyncClient) -> None:
    bloom.spelling.error_style = "guide"
    answer = (await http.get("/images/00000000-0000-4000-8000-000000000000")).json()
    assert answer == {"error": {"code": "IMAGE_NOT_FOUND", "status": 404, "message": "Image not found"}}


async def test_ids_can_be_written_as_in_the_guide(bloom: BloomStandIn, http: httpx.AsyncClient, acme: str) -> None:
    bloom.spelling.ids_style = "guide"
    order = {"prompt": "A fox", "brandSessionId": acme}
    answer = (await http.post("/images/generations", json=order)).json()["data"]
    assert len(answer["imageIds"]) == 1
    assert "ids" not in answer


async def test_unknown_address_and_method(http: httpx.AsyncClient) -> None:
    assert code_of(await http.get("/nothing")) == (404, "NOT_FOUND")
    assert code_of(await http.patch("/brands")) == (405, "METHOD_NOT_SUPPORTED")


async def test_same_seed_gives_the_same_ids() -> None:
    one, other = BloomStandIn(clock=ManualClock()), BloomStandIn(clock=ManualClock())
    different = BloomStandIn(clock=ManualClock(), seed=2)
    ids = [[b.id for b in bloom.state.brands.of(bloom.state.account)] for bloom in (one, other, different)]
    assert ids[0] == ids[1] != ids[2]


async def test_restarted_stand_in_keeps_address_and_state(
    bloom: BloomStandIn, http: httpx.AsyncClient, acme: str
) -> None:
    await generate(http, acme)
    before = bloom.api_url
    await bloom.stop()
    with pytest.raises(httpx.ConnectError):
        await http.get("/account")
    await bloom.start()
    assert bloom.api_url == before
    assert (await data(http, "/credits"))["balance"] == 249
