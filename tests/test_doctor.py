"""The doctor, at the stand-ins and at real database files: what it finds, what it advises, and what it leaves alone."""

import asyncio
import socket
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlite_utils import Database

from bot.config import Settings
from bot.core.clock import Clock, SystemClock
from bot.core.models import Account, BloomWorkspace, Connection, Grant, Installation
from bot.doctor import Finding, Mark, diagnose, examine
from bot.doctor.findings import several
from bot.doctor.slack import check_redirect
from bot.keys import vault_of
from bot.manifest import Manifest
from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.manifest import Manifest as AppManifest
from bot.sandbox.slack.settings import APP_TOKEN, BOT_TOKEN, CLIENT_ID, CLIENT_SECRET
from bot.store import SqliteStore
from bot.store.migrations import STEPS, migrate
from tests.command_line import run_bot
from tests.fakes.clock import ManualClock
from tests.fakes.scaled_clock import ScaledClock

KEY, OTHER_KEY = (urlsafe_b64encode(bytes([number] * 32)).decode() for number in range(2))
SIGNING_SECRET = "0123456789abcdef" * 2
MANIFEST = AppManifest.read()
NOW = datetime.now(UTC)
CONNECTION = Connection("c1", "T0SANDBOX", SANDBOX_API_KEY, Account("you@sandbox.example"), "U1", NOW)
INSTALLATION = Installation("T0SANDBOX", None, BOT_TOKEN, "B1", "U1", name="Sandbox")
SECRETS = (KEY, OTHER_KEY, SIGNING_SECRET, BOT_TOKEN, APP_TOKEN, CLIENT_SECRET, SANDBOX_API_KEY)

Findings = dict[str, Finding]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(signing_secret=SIGNING_SECRET, manifest=MANIFEST) as slack:
        yield slack


@pytest.fixture
async def bloom() -> AsyncIterator[BloomStandIn]:
    async with BloomStandIn() as bloom:
        yield bloom


@dataclass
class Practice:
    """The doctor's surroundings: a folder, a Slack and a Bloom."""

    folder: Path
    slack: SlackStandIn
    bloom: BloomStandIn

    def settings(self, **overrides: Any) -> Settings:
        usual = {
            "slack_bot_token": BOT_TOKEN,
            "slack_signing_secret": SIGNING_SECRET,
            "slack_api_url": self.slack.api_url,
            "bloom_api_url": self.bloom.api_url,
            "database_url": f"sqlite:///{self.folder / 'bloom.db'}",
            "encryption_keys": (KEY,),
            "port": 1,  # nothing listens there
        }
        return Settings.load(_env_file=None, **{**usual, **overrides})

    def installable(self, **overrides: Any) -> Settings:
        """Return settings for many workspaces."""
        oauth = {
            "slack_bot_token": None,
            "slack_client_id": CLIENT_ID,
            "slack_client_secret": CLIENT_SECRET,
            "public_url": "http://127.0.0.1:1",
        }
        return self.settings(**{**oauth, **overrides})

    async def keep(self, *kept: Connection | Installation) -> None:
        """Write these into the database."""
        settings = self.settings()
        store = await SqliteStore.open(settings.database_path, vault_of(settings))
        for one in kept:
            await (store.save_connection(one) if isinstance(one, Connection) else store.save_installation(one))
        await store.close()

    async def examined(
        self, settings: Settings | None = None, clock: Clock | None = None, *, patience: float = 5.0
    ) -> Findings:
        """Return what the doctor finds, by what it is about, and check that it shows no secret."""
        told: list[Finding] = []
        is_well = await examine(settings or self.settings(), clock or SystemClock(), told.append, patience=patience)
        assert is_well is all(finding.mark is not Mark.BAD for finding in told)
        assert not any(secret in str(finding) for secret in SECRETS for finding in told)
        assert len({finding.what for finding in told}) == len(told)
        return {finding.what: finding for finding in told}

    async def finding(self, what: str, settings: Settings | None = None, **how: Any) -> Finding:
        return (await self.examined(settings, **how))[what]


@pytest.fixture
def practice(tmp_path: Path, slack: SlackStandIn, bloom: BloomStandIn) -> Practice:
    return Practice(tmp_path, slack, bloom)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


class TestEverything:
    async def test_findings_stand_in_the_order_in_which_they_build_on_each_other(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        found = await practice.examined()
        assert {what: finding.mark for what, finding in found.items()} == {
            "Settings": Mark.GOOD,
            "Database": Mark.GOOD,
            "Encryption keys": Mark.GOOD,
            "Signing secret": Mark.GOOD,
            "Slack": Mark.GOOD,
            "Clock": Mark.GOOD,
            "Public address": Mark.OPEN,
            "Bloom for T0SANDBOX": Mark.GOOD,
        }
        assert list(found)[:3] == ["Settings", "Database", "Encryption keys"]
        assert list(found)[-1] == "Bloom for T0SANDBOX"

    async def test_running_bot_and_its_files_are_left_alone(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        settings = practice.settings()
        running = await SqliteStore.open(settings.database_path, vault_of(settings))
        await running.save_connection(replace(CONNECTION, account=Account("new@sandbox.example")))
        before = content(practice.folder)
        found = await practice.examined()
        after = content(practice.folder)
        assert found["Database"].mark is Mark.GOOD
        assert found["Bloom for T0SANDBOX"].mark is Mark.GOOD
        del before["bloom.db-shm"], after["bloom.db-shm"]  # where SQLite's readers sign in
        assert after == before
        await running.save_connection(CONNECTION)
        await running.close()

    async def test_wrong_settings_do_not_keep_the_rest_from_being_looked_at(self, practice: Practice) -> None:
        found = await practice.examined(practice.settings(slack_signing_secret=None))
        assert found["Settings"].mark is Mark.BAD
        assert "SLACK_SIGNING_SECRET is missing" in found["Settings"].detail
        assert found["Slack"].mark is Mark.GOOD

    async def test_who_does_not_answer_costs_no_more_than_the_patience(self, practice: Practice) -> None:
        end = asyncio.Event()

        async def hang(*_: Any) -> None:
            await end.wait()

        practice.bloom.watch(hang)
        found = await practice.examined(patience=0.2)
        end.set()
        assert found["Bloom"].detail == "no answer within 0.2 s"
        assert found["Slack"].mark is Mark.GOOD

    async def test_check_that_breaks_is_a_finding_and_not_the_end(self) -> None:
        async def broken() -> Finding:
            raise KeyError("bloom_sk_secret")

        async def fine() -> Finding:
            return Finding(Mark.GOOD, "B", "fine")

        first, second = await several(1.0, [("A", broken), ("B", fine)])
        assert (first.mark, first.what, second.mark) == (Mark.BAD, "A", Mark.GOOD)
        assert "KeyError" in str(first)
        assert "bloom_sk_secret" not in str(first)


class TestDatabase:
    async def test_where_there_is_none_none_is_made(self, practice: Practice) -> None:
        found = await practice.examined(practice.settings(encryption_keys=()))
        assert found["Database"].mark is Mark.GOOD
        assert "the first start makes it" in found["Database"].detail
        assert found["Encryption keys"].mark is Mark.OPEN
        assert not content(practice.folder)

    async def test_folder_that_nobody_can_write_to(self, practice: Practice) -> None:
        found = await practice.finding("Database", practice.settings(database_url="sqlite:////proc/bloom/bloom.db"))
        assert found.mark is Mark.BAD
        assert "cannot be made" in found.detail
        assert "DATABASE_URL" in found.advice

    async def test_version_and_size_are_told(self, practice: Practice) -> None:
        await practice.keep()
        assert STEPS[-1].__name__ in (await practice.finding("Database")).detail

    async def test_older_version_is_told_and_its_rows_are_not_looked_at(self, practice: Practice) -> None:
        with closing(sqlite3.connect(practice.folder / "bloom.db", isolation_level=None)) as connection:
            migrate(Database(connection, execute_plugins=False), STEPS[:2])
        found = await practice.examined()
        assert found["Database"].mark is Mark.GOOD
        assert "m002_leases; the next start brings it up to date" in found["Database"].detail
        assert found["Workspaces"].mark is Mark.OPEN

    async def test_newer_version_is_wrong(self, practice: Practice) -> None:
        await practice.keep()
        with closing(sqlite3.connect(practice.folder / "bloom.db")) as connection, connection:
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bloom', 'm999_later', 'now')"
            )
        found = await practice.finding("Database")
        assert found.mark is Mark.BAD
        assert "m999_later" in found.detail

    async def test_file_that_is_no_database_is_wrong(self, practice: Practice) -> None:
        (practice.folder / "bloom.db").write_text("not a database" * 100)
        found = await practice.examined()
        assert found["Database"].mark is Mark.BAD
        assert found["Workspaces"].mark is Mark.OPEN

    async def test_files_that_belong_to_somebody_else_are_named(
        self, practice: Practice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await practice.keep()
        monkeypatch.setattr("bot.doctor.database.os.access", lambda file, _: Path(file).suffix != ".lock")  # as root's
        found = await practice.finding("Database")
        assert found.mark is Mark.BAD
        assert "no access to bloom.db.lock" in found.detail

    async def test_full_disk_is_wrong(self, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
        await practice.keep()
        monkeypatch.setattr("bot.doctor.database.LEAST_FREE", 1e30)
        assert (await practice.finding("Database")).advice == "Make room on that disk."


class TestKeys:
    async def test_wrong_keys(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        found = await practice.examined(practice.settings(encryption_keys=(OTHER_KEY,)))
        assert found["Encryption keys"].mark is Mark.BAD
        assert "does not fit the secrets" in found["Encryption keys"].detail
        assert "Put back the keys" in found["Encryption keys"].advice
        assert found["Workspaces"].mark is Mark.OPEN

    async def test_missing_key_file_is_wrong_and_not_made(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        found = await practice.finding("Encryption keys", practice.settings(encryption_keys=()))
        assert found.mark is Mark.BAD
        assert "has no key file" in found.detail
        assert not (practice.folder / "bloom.key").exists()

    async def test_row_that_cannot_be_read_is_a_finding_and_not_the_end(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        with closing(sqlite3.connect(practice.folder / "bloom.db")) as database, database:
            assert database.execute("UPDATE connections SET connected_at = 'some day'").rowcount
        findings = await practice.examined()
        assert findings["Database"].mark is Mark.BAD
        assert findings["Encryption keys"].mark is Mark.GOOD

    async def test_older_keys_that_are_still_needed(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        found = await practice.finding("Encryption keys", practice.settings(encryption_keys=(OTHER_KEY, KEY)))
        assert found.mark is Mark.GOOD
        assert "rotate-keys" in found.advice

    async def test_no_key_at_all_before_there_is_a_database(self, practice: Practice) -> None:
        found = await practice.finding("Encryption keys", practice.settings(encryption_keys=("secret",)))
        assert found.mark is Mark.BAD
        assert "not a Fernet key" in found.detail


class TestSlack:
    async def test_who_the_bot_is_and_that_its_scopes_suffice(self, practice: Practice) -> None:
        found = await practice.finding("Slack")
        assert MANIFEST.scopes
        assert f"with the {len(MANIFEST.scopes)} scopes of manifest.yml" in found.detail
        assert practice.slack.workspace.team.id in found.detail

    async def test_scopes_that_are_missing_are_named(self, practice: Practice) -> None:
        assert MANIFEST.scopes
        fewer = MANIFEST.scopes - {"users:read", "im:write"}
        async with SlackStandIn(manifest=MANIFEST, granted_scopes=fewer) as slack:
            found = await practice.finding("Slack", practice.settings(slack_api_url=slack.api_url))
        assert found.mark is Mark.BAD
        assert "lacks the scopes im:write, users:read" in found.detail
        assert "install the app again" in found.advice

    async def test_scopes_that_slack_does_not_tell_are_unknown(self, practice: Practice) -> None:
        async with SlackStandIn() as slack:
            found = await practice.finding("Slack", practice.settings(slack_api_url=slack.api_url))
        assert found.mark is Mark.OPEN

    async def test_token_that_slack_refuses(self, practice: Practice) -> None:
        found = await practice.finding("Slack", practice.settings(slack_bot_token="xoxb-wrong"))
        assert found.mark is Mark.BAD
        assert "invalid_auth" in found.detail

    async def test_slack_that_is_away(self, practice: Practice) -> None:
        await practice.slack.stop()
        found = await practice.examined(practice.settings(slack_app_token=APP_TOKEN), ScaledClock())
        assert {found[what].mark for what in ("Slack", "Socket Mode")} == {Mark.BAD}
        assert found["Bloom"].mark is Mark.GOOD

    async def test_signing_secret_that_is_something_else(self, practice: Practice) -> None:
        found = await practice.finding("Signing secret", practice.settings(slack_signing_secret="A1b2" * 6))
        assert found.mark is Mark.BAD
        assert "Verification Token" in found.advice

    async def test_socket_mode_needs_no_signing_secret_and_a_token_that_slack_accepts(self, practice: Practice) -> None:
        good = await practice.examined(practice.settings(slack_app_token=APP_TOKEN, slack_signing_secret=None))
        assert good["Signing secret"].mark is Mark.OPEN
        assert good["Socket Mode"].mark is Mark.GOOD
        assert practice.slack.connections == 0
        bad = await practice.finding("Socket Mode", practice.settings(slack_app_token="xapp-wrong"))
        assert bad.mark is Mark.BAD
        assert "connections:write" in bad.advice


class TestInstalls:
    async def test_client_that_slack_knows(self, practice: Practice) -> None:
        found = await practice.examined(practice.installable())
        assert found["Settings"].detail == "for any workspace that installs it, over HTTP, with Sign in with Bloom"
        assert found["OAuth client"].mark is Mark.GOOD

    @pytest.mark.parametrize(
        ("wrong", "name"),
        [({"slack_client_id": "1.2"}, "SLACK_CLIENT_ID"), ({"slack_client_secret": "no"}, "SLACK_CLIENT_SECRET")],
    )
    async def test_client_that_slack_does_not_know(self, practice: Practice, wrong: dict[str, str], name: str) -> None:
        found = await practice.finding("OAuth client", practice.installable(**wrong))
        assert found.mark is Mark.BAD
        assert f"Slack refuses {name}" in found.detail

    async def test_callback_address_is_the_manifests(self, practice: Practice) -> None:
        example = await practice.finding(
            "Redirect URL", practice.installable(public_url="https://bloom.example.com"), patience=0.2
        )
        assert example.mark is Mark.GOOD
        own = await practice.finding("Redirect URL", practice.installable())
        assert own.mark is Mark.OPEN
        assert "http://127.0.0.1:1/slack/oauth_redirect" in own.advice

    def test_other_callback_address_in_the_manifest_is_wrong(self) -> None:
        found = check_redirect("https://b.example/back", Manifest((), ("https://a.example/back",)))
        assert found.mark is Mark.BAD
        assert "https://b.example/back" in found.advice

    async def test_each_installation_is_asked_with_its_own_token(self, practice: Practice) -> None:
        revoked = replace(INSTALLATION, workspace_id="T2", bot_token="xoxb-revoked", name="Globex")
        await practice.keep(INSTALLATION, revoked)
        found = await practice.examined(practice.installable())
        assert found["Slack, Sandbox"].mark is Mark.GOOD
        assert found["Slack, Globex"].mark is Mark.BAD
        assert "Slack" not in found

    async def test_token_that_has_ended_is_left_for_the_bot_to_renew(self, practice: Practice) -> None:
        await practice.keep(replace(INSTALLATION, refresh_token="xoxe-1", expires_at=NOW - timedelta(hours=1)))
        found = await practice.finding("Slack, Sandbox", practice.installable())
        assert found.mark is Mark.OPEN
        assert not any(call.method == "auth.test" for call in practice.slack.calls)

    async def test_organisation_is_asked_once_for_all_its_workspaces(self, practice: Practice) -> None:
        await practice.keep(replace(INSTALLATION, workspace_id=None, enterprise_id="E1", name="Acme Corp"))
        assert (await practice.finding("Slack, Acme Corp", practice.installable())).mark is Mark.GOOD

    async def test_many_workspaces_are_not_all_asked(self, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.doctor.database.WORKSPACES_ASKED", 2)
        await practice.keep(*(replace(INSTALLATION, workspace_id=f"T{n}", name=f"Team {n}") for n in range(5)))
        found = await practice.examined(practice.installable())
        assert sum(what.startswith("Slack, Team") for what in found) == 2
        assert found["Workspaces"].detail == "3 more were not asked about"


class TestClock:
    @pytest.mark.parametrize(("seconds", "said"), [(300, "ahead of"), (-300, "behind")])
    async def test_clock_that_is_wrong(self, practice: Practice, seconds: int, said: str) -> None:
        clock = ManualClock(datetime.now(UTC) + timedelta(seconds=seconds))
        found = await practice.finding("Clock", clock=clock)
        assert found.mark is Mark.BAD
        assert f"{said} Slack's" in found.detail
        assert f"{said} Bloom's" in found.detail
        assert "five minutes" in found.advice

    async def test_clock_that_is_a_little_off_does(self, practice: Practice) -> None:
        found = await practice.finding("Clock", clock=ManualClock(datetime.now(UTC) + timedelta(seconds=50)))
        assert found.mark is Mark.GOOD

    async def test_without_an_answer_nothing_is_known(self, practice: Practice) -> None:
        await practice.slack.stop()
        await practice.bloom.stop()
        assert (await practice.finding("Clock", clock=ScaledClock())).mark is Mark.OPEN


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def well(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def parked(_: web.Request) -> web.Response:
    return web.Response(text="This domain is for sale")


async def served(handler: Handler) -> tuple[web.AppRunner, int]:
    face = web.Application()
    face.router.add_get("/healthz", handler)
    runner = web.AppRunner(face, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]


class TestAddress:
    async def test_address_that_leads_to_the_bot(self, practice: Practice) -> None:
        runner, port = await served(well)
        found = await practice.finding("Public address", practice.settings(public_url=f"http://localhost:{port}"))
        await runner.cleanup()
        assert found.mark is Mark.GOOD

    async def test_address_that_leads_elsewhere_while_the_bot_runs(self, practice: Practice) -> None:
        elsewhere, wrong = await served(parked)
        runner, port = await served(well)
        settings = practice.settings(public_url=f"http://127.0.0.1:{wrong}", port=port)
        found = await practice.finding("Public address", settings)
        await elsewhere.cleanup()
        await runner.cleanup()
        assert found.mark is Mark.BAD
        assert f"http://127.0.0.1:{port}" in found.advice

    async def test_while_the_bot_does_not_run_nothing_is_known(self, practice: Practice) -> None:
        settings = practice.settings(public_url=f"http://127.0.0.1:{free_port()}", port=free_port())
        found = await practice.finding("Public address", settings)
        assert found.mark is Mark.OPEN
        assert "Start the bot" in found.advice

    async def test_without_tls_an_https_address_is_no_address(self, practice: Practice) -> None:
        runner, port = await served(well)
        settings = practice.settings(public_url=f"https://127.0.0.1:{port}", port=port)
        found = await practice.finding("Public address", settings)
        await runner.cleanup()
        assert found.mark is Mark.BAD
        assert "no valid certificate" in found.detail


class TestBloom:
    async def test_account_and_credits_of_each_connection(self, practice: Practice) -> None:
        await practice.keep(CONNECTION, INSTALLATION)
        found = await practice.finding("Bloom for Sandbox", practice.installable())
        assert found.mark is Mark.GOOD
        assert "you@sandbox.example; Personal: 250 credits" in found.detail

    async def test_bloom_workspace_that_was_chosen_is_who_pays(self, practice: Practice) -> None:
        practice.bloom.state.accounts.add_team("w9", "Marketing", [SANDBOX_API_KEY], 7)
        await practice.keep(replace(CONNECTION, bloom_workspace=BloomWorkspace("w9", "Marketing", is_personal=False)))
        found = await practice.finding("Bloom for T0SANDBOX")
        assert "Marketing: 7 credits" in found.detail
        assert "250 credits" not in found.detail
        assert found.detail.endswith(", and 1 other workspace")

    async def test_no_credits_left(self, practice: Practice) -> None:
        practice.bloom.state.accounts[SANDBOX_API_KEY].personal.credits = 0
        await practice.keep(CONNECTION)
        found = await practice.finding("Bloom for T0SANDBOX")
        assert found.mark is Mark.BAD
        assert "Top up" in found.advice

    async def test_key_of_the_settings_is_asked_about(self, practice: Practice) -> None:
        good = await practice.finding("BLOOM_API_KEY", practice.settings(bloom_api_key=SANDBOX_API_KEY))
        assert good.mark is Mark.GOOD
        bad = await practice.finding("BLOOM_API_KEY", practice.settings(bloom_api_key="bloom_sk_wrong"))
        assert bad.mark is Mark.BAD
        assert "UNAUTHORIZED" in bad.detail
        assert "settings#api-keys" in bad.advice

    async def test_what_bloom_says_no_to_and_what_the_network_loses_are_told_apart(self, practice: Practice) -> None:
        settings = practice.settings(bloom_api_key=SANDBOX_API_KEY)
        practice.bloom.faults.next("ACCOUNT_BANNED", path="GET /account")
        assert "Bloom answers ACCOUNT_BANNED" in (await practice.finding("BLOOM_API_KEY", settings)).detail
        practice.bloom.faults.down = True
        assert "BLOOM_API_URL" in (await practice.finding("BLOOM_API_KEY", settings)).advice

    async def test_key_that_is_connected_is_asked_about_once(self, practice: Practice) -> None:
        await practice.keep(CONNECTION)
        assert "BLOOM_API_KEY" not in await practice.examined(practice.settings(bloom_api_key=SANDBOX_API_KEY))

    async def test_without_any_credential_it_is_known_whether_bloom_answers(self, practice: Practice) -> None:
        assert (await practice.finding("Bloom")).mark is Mark.GOOD
        practice.bloom.faults.down = True
        assert (await practice.finding("Bloom")).mark is Mark.BAD

    async def test_broken_connection_and_ended_sign_in_are_not_asked_about(self, practice: Practice) -> None:
        ended = Grant("client", "refresh", NOW - timedelta(hours=1))
        await practice.keep(
            replace(CONNECTION, is_broken=True), replace(CONNECTION, id="c2", workspace_id="T2", grant=ended)
        )
        found = await practice.examined()
        assert found["Bloom for T0SANDBOX"].mark is Mark.BAD
        assert "/bloom connect" in found["Bloom for T0SANDBOX"].advice
        assert found["Bloom for T2"].mark is Mark.OPEN
        assert practice.bloom.count("GET", "/account") == 0


async def test_command_tells_all_and_ends_with_status_1_when_something_is_wrong(practice: Practice) -> None:
    await practice.keep(CONNECTION)
    given = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": practice.slack.api_url,
        "BLOOM_API_URL": practice.bloom.api_url,
        "DATABASE_URL": f"sqlite:///{practice.folder / 'bloom.db'}",
        "ENCRYPTION_KEYS": KEY,
    }
    status, output, errors = await run_bot("doctor", folder=practice.folder, **given)
    assert (status, errors) == (0, ""), output
    assert output.splitlines()[0] == "✔ Settings: for one workspace, over HTTP"
    wrong = given | {"SLACK_BOT_TOKEN": "xoxb-old", "PYTHONIOENCODING": "latin-1"}  # a terminal that knows no ✔
    status, output, errors = await run_bot("doctor", folder=practice.folder, **wrong)
    assert (status, errors) == (1, "")
    assert "? Slack: Slack refuses the bot's token (invalid_auth)\n    ? Install the app again" in output
    assert "? Bloom for T0SANDBOX: " in output
    assert "xoxb-old" not in output


async def test_setting_that_cannot_be_read_is_the_only_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "secret-value")
    told: list[Finding] = []
    assert not await diagnose(SystemClock(), told.append)
    assert [str(finding).splitlines()[0] for finding in told] == ["✘ Settings: SLACK_BOT_TOKEN should start with xoxb-"]
