"""The bot is removed from a workspace: what it does there ends, what it knows is erased, and it may come back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.tasks import VITAL_PATIENCE
from bot.sandbox.bloom import SANDBOX_API_KEY, SANDBOX_EMAIL
from bot.sandbox.slack.delivery.answers import Delivery
from tests.scenarios.site import ZETA_KEY, Halt, Site, add_organisation, errors, eventually, open_site

OF_A_WORKSPACE = ("installations", "connections", "sign_ins", "managers", "brand_looks")
GENERATE = ("POST", "/images/generations")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """Open a site where the bot is in Acme, by a sign-in, and in Zeta, by a key."""
    async with open_site(tmp_path) as opened:
        await furnish(opened)
        yield opened


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Site]:
    """Open the same where history outlives an uninstallation."""
    async with open_site(tmp_path, history_after_uninstall="keep") as opened:
        await furnish(opened)
        yield opened


async def furnish(site: Site) -> None:
    for name in ("Acme", "Zeta"):
        await site.install(name)
    assert await site.sign_in("Acme", SANDBOX_EMAIL) == 200
    await site.connect("Zeta", ZETA_KEY)
    acme = site.workspace("Acme")
    await site.bot.core.managers.name(acme.team_id, acme.person("Mia").id, (acme.person("Sam").id,))
    await site.quiet()


def rows_of(site: Site, name: str, table: str) -> list[dict[str, Any]]:
    workspace_id = site.workspace(name).team_id
    return [row for row in site.rows(table) if row["workspace_id"] == workspace_id]


def sealed(site: Site, name: str) -> list[bytes]:
    """Return the secrets of a workspace as they stand in the file."""
    secrets = ("bot_token", "refresh_token", "credential", "verifier")
    found = [row.get(secret) for table in OF_A_WORKSPACE for row in rows_of(site, name, table) for secret in secrets]
    return [secret.encode() for secret in found if secret]


async def left(site: Site, name: str) -> None:
    """Wait until nothing of a workspace is on record that leaving it erases."""

    async def is_left() -> bool:
        return not any(rows_of(site, name, table) for table in OF_A_WORKSPACE)

    await eventually(is_left)
    await site.quiet()


async def nothing_is_asked(site: Site) -> bool:
    """Whether no request to Bloom is under way, not even one that waits for an image."""
    return site.bloom.held == 0


async def begin_image(site: Site, name: str = "Acme", brand: str = "acme", *, seconds: float = 60.0) -> None:
    """Ask for an image that takes so long, and wait until Bloom is at work on it."""
    before = site.bloom.count(*GENERATE)
    site.bloom.state.studio.generation_seconds = (seconds, seconds)
    await site.make(name, f"a cat --brand {brand}")

    async def has_begun() -> bool:
        rows = rows_of(site, name, "generations")
        return site.bloom.count(*GENERATE) > before and any(row["state"] == "waiting" for row in rows)

    await eventually(has_begun)


async def still_works(site: Site, name: str, brand: str) -> None:
    """Make one more image."""
    site.bloom.state.studio.generation_seconds = (1.0, 1.0)
    shown = sum(message.is_reply for message in site.workspace(name).messages("general"))
    await site.make(name, f"one more --brand {brand}")
    replies = await site.replies(name, shown + 1)
    assert replies[-1].images


async def remove(site: Site, how: str) -> None:
    """Remove the bot from Acme; Slack tells it by both events, or only that its token holds no more."""
    acme = site.workspace("Acme")
    if how == "app_uninstalled":
        assert all(answer.ok for answer in await acme.uninstall())
        return
    acme.revoke_token()
    bot_user_id = acme.workspace.app.bot_user_id
    assert (await acme.send_event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user_id]}})).ok


def farewell(site: Site) -> Delivery:
    """Return what Slack sent when the bot was removed from Acme."""
    told = [one for one in site.workspace("Acme").deliveries if one.payload.get("event", {}).get("type")]
    return [one for one in told if one.payload["event"]["type"] == "app_uninstalled"][-1]


@pytest.mark.parametrize("how", ["app_uninstalled", "tokens_revoked"])
async def test_removal_ends_the_generation_and_erases_everything(
    site: Site, how: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    await begin_image(site)
    secrets = sealed(site, "Acme")
    assert len(secrets) == 3
    assert all(secret in site.contents() for secret in secrets)
    posted = len(site.workspace("Acme").messages("general"))
    await remove(site, how)
    await left(site, "Acme")
    assert rows_of(site, "Acme", "generations") == []
    assert [grant.is_revoked for grant in site.bloom.oauth.grants(SANDBOX_EMAIL)] == [True]
    await eventually(lambda: nothing_is_asked(site))
    asked = len(site.bloom.requests)
    await site.clock.sleep(5)
    assert len(site.bloom.requests) == asked
    assert len(site.workspace("Acme").messages("general")) == posted
    assert errors(site, but="auth.test") == []
    said = caplog.text + "".join(capfd.readouterr())
    assert "[error" not in said
    assert "Traceback" not in said
    await site.stop()
    assert not [secret for secret in secrets if secret in site.contents()]


async def test_other_workspaces_go_on(site: Site) -> None:
    await begin_image(site, "Zeta", "zephyr", seconds=20)
    await remove(site, "app_uninstalled")
    await left(site, "Acme")
    (reply,) = await site.replies("Zeta")
    assert reply.images
    await still_works(site, "Zeta", "zephyr")
    assert errors(site, but="auth.test") == []


async def test_history_is_kept_where_the_setting_says_so(keeping: Site) -> None:
    await still_works(keeping, "Acme", "acme")
    await begin_image(keeping)
    secrets = sealed(keeping, "Acme")
    await remove(keeping, "app_uninstalled")

    async def is_left() -> bool:
        return not any(rows_of(keeping, "Acme", table) for table in ("installations", "connections", "managers"))

    await eventually(is_left)
    await keeping.quiet()
    kept = sorted((row["state"], row["failure_code"]) for row in rows_of(keeping, "Acme", "generations"))
    assert kept == [("delivered", None), ("failed", "uninstalled")]
    await keeping.stop()
    assert not [secret for secret in secrets if secret in keeping.contents()]


async def test_what_waits_in_line_is_not_sent_to_bloom_any_more(site: Site) -> None:
    site.bloom.faults.down = True
    await site.make("Acme", "a cat --brand acme")
    await remove(site, "app_uninstalled")
    await left(site, "Acme")
    site.bloom.faults.clear()
    site.bloom.requests.clear()
    await site.clock.sleep(70)
    assert site.bloom.count(*GENERATE) == 0


async def test_bloom_that_is_away_keeps_no_secret_alive(site: Site) -> None:
    site.bloom.faults.down = True
    await remove(site, "app_uninstalled")
    await left(site, "Acme")


@pytest.mark.parametrize("bot_tokens", [[], None])
async def test_token_of_a_person_is_none_of_the_bots(site: Site, bot_tokens: list[str] | None) -> None:
    acme = site.workspace("Acme")
    tokens = {"oauth": ["U1"], **({} if bot_tokens is None else {"bot": bot_tokens})}
    assert (await acme.send_event({"type": "tokens_revoked", "tokens": tokens})).ok
    await site.quiet()
    await still_works(site, "Acme", "acme")


async def test_invented_removal_does_no_harm(site: Site) -> None:
    assert (await site.workspace("Acme").send_event({"type": "app_uninstalled"})).ok
    await site.quiet()
    await still_works(site, "Acme", "acme")


async def test_bot_can_come_back(site: Site) -> None:
    await begin_image(site)
    await remove(site, "app_uninstalled")
    await left(site, "Acme")
    assert (await site.install("Acme")).status == 200
    mia = site.workspace("Acme").person("Mia")
    answer = await mia.command("general", "/bloom", "a cat --brand acme")
    assert "Connect Bloom" in str(answer.body), answer
    await site.connect("Acme", SANDBOX_API_KEY)
    await still_works(site, "Acme", "acme")
    assert errors(site, but="auth.test") == []


async def test_history_that_was_kept_is_there_when_the_bot_comes_back(keeping: Site) -> None:
    await begin_image(keeping)
    await remove(keeping, "app_uninstalled")
    await eventually(lambda: gone(keeping))
    await keeping.quiet()
    assert (await keeping.install("Acme")).status == 200
    await keeping.connect("Acme", SANDBOX_API_KEY)
    await still_works(keeping, "Acme", "acme")

    async def both_are_there() -> bool:
        states = sorted(row["state"] for row in rows_of(keeping, "Acme", "generations"))
        return states == ["delivered", "failed"]

    await eventually(both_are_there)


async def gone(site: Site) -> bool:
    return not rows_of(site, "Acme", "installations")


@pytest.mark.parametrize("rotates", [False, True])
async def test_removal_that_is_told_again_late_does_no_harm_to_a_fresh_installation(
    tmp_path: Path, rotates: bool
) -> None:
    async with open_site(tmp_path, rotate_tokens=rotates) as site:
        await furnish(site)
        acme = site.workspace("Acme")
        await remove(site, "app_uninstalled")
        await left(site, "Acme")
        await site.install("Acme")
        await site.connect("Acme", SANDBOX_API_KEY)
        await begin_image(site, seconds=5)
        for _ in range(2):
            assert (await acme.redeliver(farewell(site))).ok
            await site.quiet()
        assert (await site.replies("Acme"))[0].images
        assert len(rows_of(site, "Acme", "connections")) == 1


async def test_removal_that_is_told_only_after_the_bot_is_back_leaves_the_connection(site: Site) -> None:
    acme = site.workspace("Acme")
    site.slack.connect_http("http://127.0.0.1:9/nobody-is-there")
    await acme.uninstall()
    site.slack.connect_http(f"{site.address}/slack/events")
    assert (await site.install("Acme")).status == 200
    assert (await acme.redeliver(farewell(site))).ok
    await site.quiet()
    await still_works(site, "Acme", "acme")


async def remove_unheard(site: Site, name: str = "Acme") -> None:
    """Remove the bot while it cannot be reached; from then on Slack sends it nothing from there."""
    site.slack.connect_http("http://127.0.0.1:9/nobody-is-there")
    await site.workspace(name).uninstall()
    site.slack.connect_http(f"{site.address}/slack/events")


async def test_removal_that_was_told_in_vain_is_found_out_by_the_bot_itself(site: Site) -> None:
    await remove_unheard(site)
    await site.restart()
    await left(site, "Acme")
    await still_works(site, "Zeta", "zephyr")


async def test_removal_is_found_out_though_slack_fails_at_another_workspace(site: Site) -> None:
    await remove_unheard(site, "Zeta")
    await site.stop()
    site.workspace("Acme").fail_next("auth.test", status=503, times=2)
    await site.start()
    await left(site, "Zeta")


async def test_removal_is_found_out_though_the_token_has_ended_as_well(tmp_path: Path) -> None:
    async with open_site(tmp_path, rotate_tokens=True) as site:
        await furnish(site)
        site.clock.skip(13 * 3600)
        site.workspace("Acme").expire_tokens()
        await remove_unheard(site)
        await site.restart()
        await left(site, "Acme")


async def test_removal_is_heard_of_also_while_slack_is_out_of_order(site: Site) -> None:
    site.slack.fail_next("auth.test", status=503, times=3)
    await remove(site, "app_uninstalled")
    await left(site, "Acme")


async def test_organisation_that_removes_the_bot_loses_all_its_workspaces_at_once(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        add_organisation(site)
        await site.install("North", org_wide=True)
        for name, key in (("North", SANDBOX_API_KEY), ("South", ZETA_KEY)):
            await site.workspace(name).person("Mia").command("general", "/bloom", "help")
            await site.connect(name, key)
        await begin_image(site, "South", "zephyr")
        await site.workspace("North").uninstall()
        for name in ("North", "South"):
            await left(site, name)
        assert site.rows("installations") == []
        assert site.rows("generations") == []
        assert errors(site, but="auth.test") == []


async def test_bot_that_comes_back_while_slack_is_asked_about_its_removal_stays(site: Site) -> None:
    await begin_image(site, seconds=600)
    halt = Halt(site)
    await remove(site, "app_uninstalled")
    await halt.reached.wait()
    halt.hold_new(False)
    assert (await site.install("Acme")).status == 200
    await site.connect("Acme", SANDBOX_API_KEY)
    halt.release()
    await site.quiet()
    assert len(rows_of(site, "Acme", "connections")) == 2  # the former one serves the image that is under way
    site.clock.skip(600)
    assert (await site.replies("Acme"))[0].images
    await still_works(site, "Acme", "acme")


async def test_leaving_is_taken_to_its_end_by_a_bot_that_is_told_to_stop(site: Site) -> None:
    await begin_image(site)
    halt = Halt(site)
    await remove(site, "app_uninstalled")
    await halt.reached.wait()
    stopping = asyncio.create_task(site.stop())
    await asyncio.sleep(0.02)
    assert not stopping.done()
    halt.release()
    await stopping
    assert not any(rows_of(site, "Acme", table) for table in (*OF_A_WORKSPACE, "generations"))
    assert VITAL_PATIENCE > 1


@pytest.mark.parametrize("is_at_work", [True, False])
async def test_restart_in_the_middle_of_leaving_ends_it(
    site: Site, monkeypatch: pytest.MonkeyPatch, is_at_work: bool
) -> None:
    monkeypatch.setattr("bot.core.tasks.VITAL_PATIENCE", 0.02)
    if is_at_work:
        await begin_image(site)
    halt = Halt(site)
    await remove(site, "app_uninstalled")
    await halt.reached.wait()
    await site.stop()
    assert rows_of(site, "Acme", "connections")
    halt.release()
    await site.start()
    await left(site, "Acme")
    assert rows_of(site, "Acme", "generations") == []
    assert not [message for message in site.workspace("Acme").messages("general") if message.is_reply]


async def test_workspace_that_an_organisation_takes_the_bot_from_is_left(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        add_organisation(site)
        await site.install("North", org_wide=True)
        for name, key in (("North", SANDBOX_API_KEY), ("South", ZETA_KEY)):
            await site.workspace(name).person("Mia").command("general", "/bloom", "help")
            await site.connect(name, key)
        south = site.workspace("South")
        revoked = {"type": "team_access_revoked", "team_ids": [south.team_id]}
        assert "team_access_revoked" in south.manifest.events
        assert (await south.send_event(revoked)).ok
        await left(site, "South")
        await still_works(site, "North", "acme")
