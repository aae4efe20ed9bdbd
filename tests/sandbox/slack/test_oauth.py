"""Slack's OAuth: a code for a person's yes, a token for the code, and tokens that rotate."""

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import PersonCannot, SlackRefusal, SlackSite, SlackStandIn
from bot.sandbox.slack.manifest import Manifest
from tests.fakes.clock import ManualClock
from tests.sandbox.slack.installing import BACK, CLIENT, answer, ask, bot, exchange, install, refresh
from tests.sandbox.slack.refusals import error_of, refused


@pytest.fixture
def acme(site: SlackSite) -> SlackStandIn:
    return site.add_workspace("Acme")


def rotating(clock: ManualClock) -> SlackSite:
    return SlackSite(clock=clock, fetch_images=False, rotate_tokens=True, **CLIENT)


async def test_yes_becomes_a_code_and_the_code_a_token(site: SlackSite, acme: SlackStandIn) -> None:
    back = answer(acme.allow(ask(site, state="a b&c"), by="Sam"))
    assert back.keys() == {"code", "state"}
    assert back["state"] == "a b&c"
    given = await exchange(site, back["code"])
    token = given.data.pop("access_token")
    assert token.startswith("xoxb-")
    assert given.data == {
        "ok": True,
        "app_id": acme.workspace.app.id,
        "authed_user": {"id": acme.person("Sam").id},
        "scope": "chat:write,commands,users:read",
        "token_type": "bot",
        "bot_user_id": acme.workspace.app.bot_user_id,
        "team": {"id": acme.team_id, "name": "Acme"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    who = await bot(site, token).auth_test()
    assert (who["team_id"], who.headers["x-oauth-scopes"]) == (acme.team_id, given["scope"])
    assert acme.bot_token == token
    assert acme.workspace.members[given["bot_user_id"]].deleted is False
    assert await error_of(bot(site, token).conversations_list()) == "missing_scope"


def test_no_is_told_with_the_state(site: SlackSite, acme: SlackStandIn) -> None:
    assert answer(acme.deny(ask(site))) == {"error": "access_denied", "state": "s1"}


async def test_code_is_good_for_once(site: SlackSite, acme: SlackStandIn) -> None:
    code = answer(acme.allow(ask(site)))["code"]
    assert (await exchange(site, code))["ok"]
    assert await error_of(exchange(site, code)) == "code_already_used"
    assert await error_of(exchange(site, "1.2.x")) == "invalid_code"


async def test_code_lasts_ten_minutes(site: SlackSite, acme: SlackStandIn, clock: ManualClock) -> None:
    early, late = (answer(acme.allow(ask(site)))["code"] for _ in range(2))
    await clock.advance(600)
    assert (await exchange(site, early))["ok"]
    await clock.advance(1)
    assert await error_of(exchange(site, late)) == "invalid_code"


async def test_exchange_must_be_the_apps_own_and_name_the_same_address(site: SlackSite, acme: SlackStandIn) -> None:
    code = answer(acme.allow(ask(site)))["code"]
    assert await error_of(exchange(site, code, client_id="9.9")) == "invalid_client_id"
    assert await error_of(exchange(site, code, client_secret="guessed")) == "bad_client_secret"
    assert await error_of(exchange(site, code, redirect_uri=f"{BACK}/x")) == "bad_redirect_uri"
    assert await error_of(exchange(site, code, redirect_uri=None)) == "bad_redirect_uri"
    assert await error_of(exchange(site, code, grant_type="password")) == "invalid_grant_type"
    assert await error_of(refresh(site, "xoxe-1-x")) == "invalid_grant_type"
    assert (await exchange(site, code))["ok"]


@pytest.mark.parametrize(
    ("secret", "error"), [("hush-hush", None), ("guessed", "bad_client_secret"), (None, "invalid_client_id")]
)
async def test_app_may_show_who_it_is_by_http_basic(
    site: SlackSite, acme: SlackStandIn, secret: str | None, error: str | None
) -> None:
    form = {"code": answer(acme.allow(ask(site)))["code"], "redirect_uri": BACK}
    basic = "Basic %" if secret is None else aiohttp.encode_basic_auth(CLIENT["client_id"], secret)
    headers = {"Authorization": basic}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{site.api_url}oauth.v2.access", data=form) as answered,
    ):
        assert (await answered.json()).get("error") == error


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"scope": " "}, "no_scopes"),
        ({"scope": "chat:write,admin"}, "invalid_scope: admin"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": "https://bloom.example.community/"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript://127.0.0.1/"}, "bad_redirect_uri"),
    ],
)
async def test_what_the_app_may_not_ask_is_asked_of_nobody(query: dict[str, str], error: str) -> None:
    written = {"oauth_config": {"scopes": {"bot": ["chat:write"]}, "redirect_urls": ["https://bloom.example.com"]}}
    site = SlackSite(manifest=Manifest.model_validate(written), **CLIENT)
    acme = site.add_workspace("Acme")
    with pytest.raises(SlackRefusal, match=f"^{error}$"):
        acme.allow(ask(site, **{"scope": "chat:write", **query}))


def test_address_to_go_back_to_is_one_of_the_manifests() -> None:
    written = {"oauth_config": {"redirect_urls": ["https://bloom.example.com/slack"]}}
    site = SlackSite(manifest=Manifest.model_validate(written), **CLIENT)
    acme = site.add_workspace("Acme")
    for asked, back in (("", "slack"), ("https://bloom.example.com/slack/back?a=1", "slack/back?a=1")):
        went = acme.allow(ask(site, redirect_uri=asked))
        assert went.startswith(f"https://bloom.example.com/{back}{'&' if asked else '?'}code=")
    with pytest.raises(SlackRefusal, match="bad_redirect_uri"):
        SlackSite(**CLIENT).add_workspace("Acme").deny(ask(site, redirect_uri=""))


def test_who_has_left_cannot_install(site: SlackSite, acme: SlackStandIn) -> None:
    acme.workspace.deactivate("Sam")
    for who, org_wide in (("Sam", False), ("bloom", False), ("Mia", True)):
        with pytest.raises(PersonCannot, match="cannot install"):
            acme.allow(ask(site), by=who, org_wide=org_wide)


async def test_installing_again_gives_the_same_token_and_more_scopes(site: SlackSite, acme: SlackStandIn) -> None:
    first = await install(site, acme, scope="chat:write")
    second = await install(site, acme, scope="commands")
    assert second["access_token"] == first["access_token"]
    assert second["scope"] == "chat:write,commands"
    acme.revoke_token()
    assert await error_of(bot(site, first["access_token"]).auth_test()) == "token_revoked"
    await install(site, acme)
    assert (await bot(site, first["access_token"]).auth_test())["ok"]


async def test_exchange_can_fail_and_its_answer_be_lost(site: SlackSite, acme: SlackStandIn) -> None:
    code = answer(acme.allow(ask(site)))["code"]
    site.fail_next("oauth.v2.access", status=503)
    site.fail_next("oauth.v2.access", "fatal_error")
    acme.fail_next("oauth.v2.access", lose_answer=True)
    assert (await refused(exchange(site, code))).status_code == 503
    assert await error_of(exchange(site, code)) == "fatal_error"
    assert acme.installation is None
    with pytest.raises(aiohttp.ClientError):
        await exchange(site, code)
    assert acme.installation is not None
    assert await error_of(exchange(site, code)) == "code_already_used"


async def test_no_secret_stands_in_the_record(site: SlackSite, acme: SlackStandIn) -> None:
    given = await install(site, acme)
    recorded = repr([(call.args, call.answer) for call in site.calls])
    assert "bot_user_id" in recorded
    assert not [secret for secret in site.credentials if secret in recorded]
    assert given["access_token"] in site.credentials
    assert len(site.credentials) == 5
    assert given["access_token"] not in repr(acme.installation)


async def test_rotating_token_ends_after_twelve_hours(clock: ManualClock) -> None:
    async with rotating(clock) as site:
        acme = site.add_workspace("Acme")
        given = await install(site, acme)
        assert (given["expires_in"], given["refresh_token"][:7]) == (43200, "xoxe-1-")
        assert given["access_token"].startswith("xoxe.xoxb-1-")
        await clock.advance(43199)
        assert (await bot(site, given["access_token"]).auth_test())["ok"]
        await clock.advance(1)
        assert await error_of(bot(site, given["access_token"]).auth_test()) == "token_expired"


async def test_refresh_token_is_good_for_once_and_the_old_token_holds(clock: ManualClock) -> None:
    async with rotating(clock) as site:
        acme = site.add_workspace("Acme")
        first = await install(site, acme)
        await clock.advance(40000)
        second = await refresh(site, first["refresh_token"])
        assert (second["team"]["id"], second["scope"]) == (acme.team_id, first["scope"])
        assert "authed_user" not in second
        assert {one["access_token"] for one in (first, second)} <= site.credentials
        for token in (first["access_token"], second["access_token"]):
            assert (await bot(site, token).auth_test())["ok"]
        for old in (first["refresh_token"], "", "xoxe-1-unknown"):
            assert await error_of(refresh(site, old)) == "invalid_refresh_token"
        acme.expire_tokens()
        assert await error_of(bot(site, acme.bot_token).auth_test()) == "token_expired"
        third = await refresh(site, second["refresh_token"])
        assert (await bot(site, third["access_token"]).auth_test())["ok"]
        assert await error_of(bot(site, first["access_token"]).auth_test()) == "token_expired"


async def test_reinstalling_rotates_too_and_leaves_other_workspaces_alone(clock: ManualClock) -> None:
    async with rotating(clock) as site:
        acme, zeta = site.add_workspace("Acme"), site.add_workspace("Zeta")
        first, theirs = await install(site, acme), await install(site, zeta)
        second = await install(site, acme)
        assert second["access_token"] != first["access_token"]
        assert await error_of(refresh(site, first["refresh_token"])) == "invalid_refresh_token"
        acme.expire_tokens()
        assert (await bot(site, theirs["access_token"]).auth_test())["team_id"] == zeta.team_id
        assert (await refresh(site, theirs["refresh_token"]))["team"]["id"] == zeta.team_id


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_slacks_own_rotator_understands_the_answer(clock: ManualClock) -> None:
    async with rotating(clock) as site:
        given = await install(site, site.add_workspace("Acme"))
        record = Bot(
            bot_token=given["access_token"],
            bot_id="B1",
            bot_user_id=given["bot_user_id"],
            installed_at=0.0,
            bot_refresh_token=given["refresh_token"],
            bot_token_expires_in=1,
        )
        client = AsyncWebClient(base_url=site.api_url)
        renewed = await AsyncTokenRotator(**CLIENT, client=client).perform_bot_token_rotation(bot=record)
        assert renewed is not None
        assert (await bot(site, str(renewed.bot_token)).auth_test())["ok"]


async def test_oldest_codes_and_tokens_are_forgotten(clock: ManualClock) -> None:
    site = rotating(clock)
    acme = site.add_workspace("Acme")
    codes = [answer(acme.allow(ask(site)))["code"] for _ in range(1001)]
    assert codes[0] not in site.credentials
    assert codes[1] in site.credentials
    installations = acme._backend.installations
    installation = installations.install(acme.workspace.team, acme.workspace.app, None)
    tokens = [installations.hand_out(installation) for _ in range(1001)]
    assert tokens[0].access not in site.credentials
    assert {tokens[1].access, tokens[1].refresh, tokens[-1].access} <= site.credentials
