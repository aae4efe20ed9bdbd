"""Installing the bot in any workspace, from a browser to the first image; many workspaces at once; tokens that end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.logs import QUIETED
from bot.sandbox.bloom import SANDBOX_API_KEY, SANDBOX_EMAIL
from bot.sandbox.bloom.journal import fingerprint
from bot.sandbox.slack import Message
from tests.sandbox.slack.installing import bot
from tests.scenarios.site import (
    HALF_A_DAY,
    ZETA_KEY,
    Halt,
    Shown,
    Site,
    add_organisation,
    errors,
    eventually,
    open_site,
    query,
)
from tests.scenarios.world import words

EXCHANGE = "oauth.v2.access"
EXPIRED = "This link doesn&#x27;t work any more"
REFUSED = "Slack didn&#x27;t confirm the installation"
FAILED = "Bloom could not be installed just now"

Said = Callable[[], str]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
async def rotating(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a site whose Slack lets tokens end; the bot is in Acme, which is connected to Bloom."""
    async with open_site(tmp_path, rotate_tokens=True) as opened:
        await opened.install("Acme")
        await opened.connect("Acme")
        await opened.quiet()
        yield opened


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Said:
    """Return what tells everything that was logged or printed, with LOG_LEVEL=DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in QUIETED:
        caplog.set_level(logging.WARNING, logger=name)
    return lambda: caplog.text + "".join(capfd.readouterr())


async def half_a_day_later(site: Site) -> None:
    """Let the time of all tokens be over, for the bot and for Slack."""
    site.clock.skip(HALF_A_DAY)
    site.workspace("Acme").expire_tokens()


async def welcome(site: Site, name: str, who: str = "Mia") -> Message:
    """Wait for the message with the first steps."""
    (message,) = await site.workspace(name).wait_until(site.workspace(name).person(who).direct_messages)
    assert isinstance(message, Message)
    return message


# The way of one who installs


async def test_whoever_installs_it_reads_the_first_steps_and_makes_an_image(site: Site) -> None:
    shown = await site.install("Acme", by="Sam")
    acme = site.workspace("Acme")
    assert (shown.status, shown.title) == (200, "Bloom is installed in Acme")
    assert query(shown.links["Open in Slack"]) == {"team": acme.team_id, "id": acme.workspace.app.id, "tab": "home"}
    assert shown.links["Open in Slack"].startswith("slack://app?")
    first_steps = await welcome(site, "Acme", "Sam")
    for step in ("Connect Bloom", "brand", "/bloom"):
        assert step in words(first_steps)
    sam = acme.person("Sam")
    assert (await sam.click(first_steps, "Connect Bloom")).ok
    form = await sam.wait_for_view("connect")
    assert (await sam.submit(form, {"key": SANDBOX_API_KEY})).ok
    await acme.wait_until(lambda: f"Connected as *{SANDBOX_EMAIL}*." in words(form))
    await sam.close_view(form)
    await site.bot.core.brands.refresh(acme.team_id)
    await site.make("Acme", "a red bicycle --brand acme")
    (reply,) = await site.replies("Acme")
    assert reply.images
    assert errors(site) == []


async def test_state_cookie_is_for_the_server_and_for_this_way_alone(site: Site) -> None:
    browser = site.browser()
    shown = await browser.get(f"{site.address}/slack/install")
    cookie = shown.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/slack", "Max-Age=600"):
        assert part in cookie
    assert "Secure" not in cookie  # nor could it come back to an http address on this machine
    back = site.workspace("Acme").allow(str(shown.leads_to))
    assert (await browser.get(back)).status == 200
    assert browser.cookies == []


async def test_two_can_be_installed_side_by_side_in_one_browser(site: Site) -> None:
    browser = site.browser()
    setting_out = [await site.set_out(browser) for _ in range(2)]
    for name, url in zip(("Zeta", "Acme"), reversed(setting_out), strict=True):
        assert (await browser.get(site.workspace(name).allow(url))).status == 200


@pytest.mark.parametrize("page", ["/slack/install", "/slack/oauth_redirect"])
async def test_single_workspace_bot_has_no_such_pages(tmp_path: Path, page: str) -> None:
    bot_token = "xoxb-acme-alone"
    alone: dict[str, Any] = {"slack_client_id": None, "slack_client_secret": None, "slack_bot_token": bot_token}
    async with open_site(tmp_path, held={"Acme": bot_token}, **alone) as site:
        assert (await site.browser().get(f"{site.address}{page}")).status == 404


# What can go wrong on the way


@dataclass(frozen=True)
class Trouble:
    """What happens on the way, and what is read at its end."""

    name: str
    status: int
    title: str
    is_installed_at_slack: bool = False


async def _come_back(site: Site, trouble: Trouble) -> tuple[Shown, set[str]]:
    """Go the way with the trouble; return the page at its end and what must stand nowhere."""
    acme, browser = site.workspace("Acme"), site.browser()
    url = await site.set_out(browser)
    back = acme.allow(url)
    match trouble.name:
        case "denied":
            back = acme.deny(url)
        case "another refusal":
            back = acme.deny(url).replace("access_denied", "invalid_scope")
        case "no code":
            back = back.replace("code=", "coat=")
        case "expired":
            site.clock.skip(601)
        case "another browser":
            browser = site.browser()
        case "another browser that set out as well":
            browser = site.browser()
            await site.set_out(browser)
        case "forged":
            back = back.replace(query(back)["state"], "forged-" + "x" * 36)
        case "no state":
            back = back.replace("state=", "estate=")
        case "answer lost":
            site.slack.fail_next(EXCHANGE, lose_answer=True)
        case "Slack down":
            site.slack.fail_next(EXCHANGE, status=503)
        case "Slack answers with something else":
            site.slack.fail_next(EXCHANGE, status=200)
        case "code refused":
            site.slack.fail_next(EXCHANGE, "invalid_code")
        case "token refused":
            site.slack.fail_next("auth.test", "invalid_auth")
        case "bot not identified":
            site.slack.fail_next("auth.test", status=503, times=9)
    shown = await browser.get(back)
    return shown, {value for name, value in query(back).items() if name in ("code", "coat", "state")}


TROUBLES = [
    Trouble("denied", 403, "Bloom was not installed"),
    Trouble("another refusal", 400, REFUSED),
    Trouble("no code", 400, REFUSED),
    Trouble("expired", 400, EXPIRED),
    Trouble("another browser", 400, EXPIRED),
    Trouble("another browser that set out as well", 400, EXPIRED),
    Trouble("forged", 400, EXPIRED),
    Trouble("no state", 400, EXPIRED),
    Trouble("answer lost", 502, FAILED, is_installed_at_slack=True),
    Trouble("Slack down", 502, FAILED),
    Trouble("Slack answers with something else", 502, FAILED),
    Trouble("code refused", 400, REFUSED),
    Trouble("token refused", 400, REFUSED, is_installed_at_slack=True),
    Trouble("bot not identified", 502, FAILED, is_installed_at_slack=True),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_trouble_on_the_way_is_told_saves_nothing_and_can_be_tried_again(
    site: Site, said: Said, trouble: Trouble
) -> None:
    shown, used = await _come_back(site, trouble)
    assert (shown.status, shown.title) == (trouble.status, trouble.title)
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.links == {"Try again": "/slack/install"}
    assert site.rows("installations") == []
    assert site.workspace("Acme").person("Mia").direct_messages() == []
    assert (site.workspace("Acme").installation is not None) is trouble.is_installed_at_slack
    told, page = said(), shown.text
    for secret in used | site.slack.credentials:
        assert secret not in told
        assert secret not in page
        assert secret.encode() not in site.contents()
    if trouble.name != "bot not identified":
        assert (await site.install("Acme")).status == 200


async def test_answer_that_is_given_twice_installs_once(site: Site, said: Said) -> None:
    browser = site.browser()
    back = site.workspace("Acme").allow(await site.set_out(browser))
    assert (await browser.get(back)).status == 200
    before = site.rows("installations")
    replayed = await browser.get(back)
    assert (replayed.status, replayed.title) == (400, EXPIRED)
    assert site.rows("installations") == before
    assert site.calls(EXCHANGE) == 1
    told = said()
    assert not [secret for secret in site.slack.credentials | set(query(back).values()) if secret in told]


async def test_stolen_answer_spoils_nothing_for_who_began(site: Site) -> None:
    browser = site.browser()
    back = site.workspace("Acme").allow(await site.set_out(browser))
    assert (await site.browser().get(back)).status == 400
    assert (await browser.get(back)).status == 200


async def test_no_secret_is_logged_nor_stands_on_the_disk(site: Site, said: Said) -> None:
    await site.install("Acme")
    await site.connect("Acme")
    await site.sign_in("Acme", SANDBOX_EMAIL)
    await site.make("Acme", "a red bicycle --brand acme")
    await site.replies("Acme")
    await site.workspace("Acme").uninstall()
    await site.quiet()
    told, kept = said(), site.contents()
    for secret in site.slack.credentials | site.bloom.secrets:
        assert secret not in told
        assert secret.encode() not in kept


# Workspaces beside each other


async def test_two_workspaces_with_different_accounts_never_mix(site: Site) -> None:
    for name in ("Acme", "Zeta"):
        await site.install(name)
    await site.connect("Acme")
    assert await site.sign_in("Zeta", "zeta@bloom.example") == 200
    zeta_account = site.bloom.state.accounts[ZETA_KEY]
    cost_before = site.bloom.state.account.personal.credits, zeta_account.personal.credits
    site.bloom.requests.clear()
    prompts = [(name, brand, n) for n in range(4) for name, brand in (("Acme", "acme"), ("Zeta", "zephyr"))]
    await asyncio.gather(*(site.make(name, f"{name} {n} --brand {brand}") for name, brand, n in prompts))
    for name, account in (("Acme", site.bloom.state.account), ("Zeta", zeta_account)):
        replies = await site.replies(name, 4)
        images = [site.bloom.state.gallery.find(url.rpartition("/")[2]) for one in replies for url in one.images]
        assert sorted(image.prompt or "" for image in images if image) == [f"{name} {n}" for n in range(4)]
        assert {image.brand.workspace for image in images if image} == {account.personal}
    spent = (
        cost_before[0] - site.bloom.state.account.personal.credits,
        cost_before[1] - zeta_account.personal.credits,
    )
    assert spent[0] == spent[1] > 0
    paid = [record.credential for record in site.bloom.requests.matching("POST", "/images/generations")]
    assert paid.count(fingerprint(SANDBOX_API_KEY)) == 4
    assert len(paid) == 8
    assert len(set(paid)) == 2
    assert fingerprint(ZETA_KEY) not in paid
    assert errors(site) == []


async def test_each_workspace_sees_its_own_brands_and_credits(site: Site) -> None:
    for name, key in (("Acme", SANDBOX_API_KEY), ("Zeta", ZETA_KEY)):
        await site.install(name)
        await site.connect(name, key)
    await sees(site, "Acme", own="Acme", other="Zephyr")
    await sees(site, "Zeta", own="Zephyr", other="Acme")
    assert "77 credits" not in await home_of(site, "Acme", SANDBOX_EMAIL, "250 credits")
    assert "250 credits" not in await home_of(site, "Zeta", "zeta@bloom.example", "77 credits")
    assert errors(site) == []


async def sees(site: Site, name: str, *, own: str, other: str) -> None:
    """Look at the brands that the form offers, and the command knows."""
    slack, mia = site.workspace(name), site.workspace(name).person("Mia")
    await mia.command("general", "/bloom")
    form = await mia.wait_for_view("generate")
    await slack.wait_until(lambda: any(block.get("block_id") == "brand" for block in form.blocks))
    offered = [option["text"]["text"] for option in await mia.load_options(form, "brand")]
    assert own in offered
    assert other not in offered
    await mia.close_view(form)
    answer = await mia.command("general", "/bloom", f"a cat --brand {other}")
    assert other in str(answer.body), answer


async def home_of(site: Site, name: str, *expected: str) -> str:
    """Open the Home tab and return what it says once it says this."""
    slack, mia = site.workspace(name), site.workspace(name).person("Mia")
    await mia.open_home()

    def said_there() -> str | None:
        said = words(mia.home) if mia.home else ""
        return said if all(one in said for one in expected) else None

    return await slack.wait_until(said_there)


async def test_workspace_that_is_not_connected_uses_nobodys_account(site: Site) -> None:
    for name in ("Acme", "Zeta"):
        await site.install(name)
    await site.connect("Acme")
    site.bloom.requests.clear()
    answer = await site.workspace("Zeta").person("Mia").command("general", "/bloom", "a cat --brand acme")
    assert "isn't connected" in str(answer.body) or "Connect Bloom" in str(answer.body), answer
    assert site.bloom.count() == 0


async def test_command_costs_no_auth_test(site: Site) -> None:
    await site.install("Acme")
    greeted = 2  # once to install, and once because the bot hears of its own greeting
    await site.workspace("Acme").wait_until(lambda: site.calls("auth.test") == greeted)
    site.clock.skip(3601)
    before = site.calls("auth.test")
    held = asyncio.Event()

    async def hold(method: str, _: Any, when: Literal["before", "after"]) -> None:
        if (method, when) == ("auth.test", "before"):
            await held.wait()

    site.slack.watch(hold)
    mia = site.workspace("Acme").person("Mia")
    assert (await mia.command("general", "/bloom", "help")).body  # while Slack does not answer auth.test at all
    held.set()
    await site.workspace("Acme").wait_until(lambda: site.calls("auth.test") == before + 1)
    for _ in range(10):
        assert (await mia.command("general", "/bloom", "help")).body
        await mia.open_home()
    assert site.calls("auth.test") == before + 1
    site.clock.skip(3601)
    await mia.command("general", "/bloom", "help")
    await site.workspace("Acme").wait_until(lambda: site.calls("auth.test") == before + 2)


async def test_installation_that_is_overtaken_by_another_does_not_take_its_place(tmp_path: Path) -> None:
    async with open_site(tmp_path, rotate_tokens=True) as site:
        halt = Halt(site)
        first = asyncio.create_task(site.install("Acme"))
        await halt.reached.wait()
        halt.hold_new(False)
        assert (await site.install("Acme")).status == 200
        halt.release()
        assert (await first).status == 400
        await site.connect("Acme")
        site.clock.skip(HALF_A_DAY)
        await site.make("Acme", "a cat --brand acme")
        assert (await site.replies("Acme"))[0].images


async def test_newest_installation_wins_within_the_same_second(tmp_path: Path) -> None:
    async with open_site(tmp_path, rotate_tokens=True, speed=0.001) as site:
        acme = site.workspace("Acme")
        await site.install("Acme")
        first = acme.bot_token
        (before,) = site.rows("installations")
        await site.install("Acme")
        assert acme.bot_token != first
        (after,) = site.rows("installations")
        assert after["installed_at"][:19] == before["installed_at"][:19]
        assert after["bot_token"] != before["bot_token"]
        await bot(site.slack, first).auth_revoke()
        mia = acme.person("Mia")
        assert (await mia.open_home()).ok
        await acme.wait_until(lambda: mia.home)
        assert errors(site) == []


# An organisation


async def test_organisation_is_installed_once_and_each_workspace_has_its_own_account(site: Site) -> None:
    add_organisation(site)
    shown = await site.install("North", org_wide=True)
    assert (shown.status, shown.title) == (200, "Bloom is installed in Globex")
    for name, key in (("North", SANDBOX_API_KEY), ("South", ZETA_KEY)):
        mia = site.workspace(name).person("Mia")
        assert "Connect Bloom" in str((await mia.command("general", "/bloom", "a cat")).body)
        await site.connect(name, key)
    assert len(site.rows("installations")) == 1
    assert len(site.rows("connections")) == 2
    site.bloom.requests.clear()
    await asyncio.gather(site.make("North", "a cat --brand acme"), site.make("South", "a dog --brand zephyr"))
    for name in ("North", "South"):
        (reply,) = await site.replies(name)
        assert reply.images
    paid = {record.credential for record in site.bloom.requests.matching("POST", "/images/generations")}
    assert paid == {fingerprint(SANDBOX_API_KEY), fingerprint(ZETA_KEY)}
    assert errors(site) == []


async def test_organisations_images_come_after_a_restart_without_anybody_there(site: Site) -> None:
    add_organisation(site)
    await site.install("North", org_wide=True)
    for name, key in (("North", SANDBOX_API_KEY), ("South", ZETA_KEY)):
        await site.workspace(name).person("Mia").command("general", "/bloom", "help")
        await site.connect(name, key)
    site.bloom.state.studio.generation_seconds = (30.0, 30.0)
    await site.make("North", "a cat --brand acme")
    await site.make("South", "a dog --brand zephyr")
    await eventually(lambda: _came(site.bloom.count("POST", "/images/generations") == 2))
    await site.restart()
    for name in ("North", "South"):
        assert len(site.workspace(name).messages("general")) == 1
    for name in ("North", "South"):
        (reply,) = await site.replies(name)
        assert reply.images
    assert site.bloom.count("POST", "/images/generations") == 2
    assert errors(site) == []


async def _came(is_true: bool) -> bool:
    return is_true


# Tokens that end


async def test_three_commands_at_the_end_of_a_token_make_one_renewal(rotating: Site) -> None:
    await half_a_day_later(rotating)
    before = rotating.calls(EXCHANGE)
    await asyncio.gather(*(rotating.make("Acme", f"a cat {n} --brand acme") for n in range(3)))
    assert len(await rotating.replies("Acme", 3)) == 3
    assert rotating.calls(EXCHANGE) == before + 1
    assert errors(rotating) == []


async def test_images_come_after_the_end_of_the_token_without_anybody_there(rotating: Site) -> None:
    rotating.bloom.state.studio.generation_seconds = (20.0, 20.0)
    await rotating.make("Acme", "a cat --brand acme")
    await eventually(lambda: _came(rotating.bloom.count("POST", "/images/generations") == 1))
    await half_a_day_later(rotating)
    before = rotating.calls(EXCHANGE)
    (reply,) = await rotating.replies("Acme")
    assert reply.images
    assert rotating.calls(EXCHANGE) == before + 1
    assert errors(rotating) == []


async def test_tokens_of_a_renewal_hold_after_a_restart(rotating: Site) -> None:
    for _ in range(2):
        await half_a_day_later(rotating)
        await rotating.make("Acme", "a cat --brand acme")
        await rotating.restart()
    await rotating.replies("Acme", 2)
    assert rotating.calls(EXCHANGE) == 3
    assert errors(rotating) == []


@pytest.mark.parametrize("status", [503, 200])
async def test_renewal_that_slack_cannot_serve_is_made_up_for(rotating: Site, status: int) -> None:
    await half_a_day_later(rotating)
    rotating.slack.fail_next(EXCHANGE, status=status)
    mia = rotating.workspace("Acme").person("Mia")
    assert not (await mia.command("general", "/bloom", "a cat --brand acme")).ok
    await rotating.make("Acme", "a cat --brand acme")
    assert (await rotating.replies("Acme"))[0].images
    assert len(rotating.rows("connections")) == 1


async def test_renewal_whose_answer_is_lost_asks_people_to_install_it_again_and_that_mends_it(
    rotating: Site, said: Said
) -> None:
    await half_a_day_later(rotating)
    rotating.slack.fail_next(EXCHANGE, lose_answer=True)
    mia = rotating.workspace("Acme").person("Mia")
    assert not (await mia.command("general", "/bloom", "a cat --brand acme")).ok
    await mia.command("general", "/bloom", "a cat --brand acme")
    assert f"{rotating.address}/slack/install" in mia.ephemerals[-1].text
    assert len(rotating.rows("connections")) == 1
    assert (await rotating.install("Acme")).status == 200
    await rotating.make("Acme", "a cat --brand acme")
    assert (await rotating.replies("Acme"))[0].images
    told = said()
    assert not [secret for secret in rotating.slack.credentials if secret in told]


async def test_lost_renewal_ahead_of_the_end_disturbs_nobody_before_it(rotating: Site) -> None:
    rotating.clock.skip(HALF_A_DAY - 300)
    rotating.slack.fail_next(EXCHANGE, lose_answer=True)
    for _ in range(3):
        await rotating.make("Acme", "a cat --brand acme")
    assert len(await rotating.replies("Acme", 3)) == 3
    assert len(rotating.rows("connections")) == 1
