"""Rotating keys: everything is sealed with the newest one afterwards, and nothing is lost on the way there."""

import asyncio
import os
import signal
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _run
from bot.config import Settings
from bot.core.errors import ConfigError
from bot.core.models import Account, Connection, Installation
from bot.keys import rotate, vault_of
from bot.store import SqliteStore
from tests.command_line import run_bot

OLD, NEW, THIRD = (urlsafe_b64encode(bytes([number] * 32)).decode() for number in range(3))
WHEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def settings(folder: Path, *keys: str) -> Settings:
    address = f"sqlite:///{folder / 'bloom.db'}"
    return Settings.load(_env_file=None, database_url=address, encryption_keys=keys)


def connection(workspace_id: str = "T1") -> Connection:
    account = Account("ada@acme.com")
    return Connection(f"c-{workspace_id}", workspace_id, "bloom_sk_ada", account, "U1", WHEN)


async def filled(given: Settings) -> None:
    """Make a database with two secrets in it."""
    store = await SqliteStore.open(given.database_path, vault_of(given))
    await store.save_connection(connection())
    await store.save_installation(Installation("T1", None, "xoxb-acme", "B1", "U1"))
    await store.close()


async def secrets_with(given: Settings) -> tuple[str, str]:
    """Return the secrets in the database, opened with these settings' keys."""
    store = await SqliteStore.open(given.database_path, vault_of(given))
    connected, installed = await store.connection("T1"), await store.installation("T1")
    await store.close()
    assert connected
    assert installed
    return connected.credential, installed.bot_token


SECRETS = ("bloom_sk_ada", "xoxb-acme")


def key_file(folder: Path) -> list[str]:
    return (folder / "bloom.key").read_text().split()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def refusal(given: Settings, **how: Any) -> str:
    """Return the one line that rotating is refused with."""
    with pytest.raises(ConfigError) as refused:
        await rotate(given, **how)
    line = str(refused.value)
    assert "\n" not in line
    return line


class TestKeysOfTheSettings:
    async def test_secrets_need_the_new_key_alone_afterwards(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path, OLD))
        done = await rotate(settings(tmp_path, NEW, OLD))
        assert (done.secrets, done.but_first) == (2, "the keys after the first in ENCRYPTION_KEYS")
        assert await secrets_with(settings(tmp_path, NEW)) == SECRETS
        with pytest.raises(ConfigError, match="does not fit"):
            await secrets_with(settings(tmp_path, OLD))

    async def test_to_do_it_again_seals_nothing_anew(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path, OLD))
        await rotate(settings(tmp_path, NEW, OLD))
        assert (await rotate(settings(tmp_path, NEW, OLD))).secrets == 0

    @pytest.mark.parametrize("keys", [(OLD,), (OLD, f" {OLD} ")])
    async def test_without_an_older_key_there_is_nothing_to_do(self, tmp_path: Path, keys: tuple[str, ...]) -> None:
        await filled(settings(tmp_path, OLD))
        assert "ENCRYPTION_KEYS holds no older key" in await refusal(settings(tmp_path, *keys))

    async def test_keys_that_do_not_fit_are_refused_and_nothing_is_touched(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path, OLD))
        before = (tmp_path / "bloom.db").read_bytes()
        assert "does not fit" in await refusal(settings(tmp_path, NEW, THIRD))
        assert (tmp_path / "bloom.db").read_bytes() == before

    async def test_without_the_key_there_is_no_going_on(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path, OLD))
        for with_new_key in (False, True):
            assert "has no key file" in await refusal(settings(tmp_path), with_new_key=with_new_key)
        assert not (tmp_path / "bloom.key").exists()

    async def test_new_key_for_the_file_is_refused(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path, OLD))
        assert "ENCRYPTION_KEYS is set" in await refusal(settings(tmp_path, OLD), with_new_key=True)
        assert not (tmp_path / "bloom.key").exists()


class TestKeyFile:
    async def test_new_key_stands_before_the_old_one_and_opens_everything_alone(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path))
        (old,) = key_file(tmp_path)
        done = await rotate(settings(tmp_path), with_new_key=True)
        new, kept = key_file(tmp_path)
        assert kept == old != new
        assert (done.secrets, done.but_first) == (2, f"the lines after the first in {tmp_path / 'bloom.key'}")
        assert (tmp_path / "bloom.key").stat().st_mode & 0o777 == 0o600
        assert await secrets_with(settings(tmp_path, new)) == SECRETS

    async def test_nothing_else_is_left_in_the_folder(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path))
        before = names_in(tmp_path)
        await rotate(settings(tmp_path), with_new_key=True)
        assert names_in(tmp_path) == before

    async def test_link_to_a_key_file_stays_a_link(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "keys"
        elsewhere.mkdir()
        await filled(settings(tmp_path))
        (tmp_path / "bloom.key").rename(elsewhere / "the.key")
        (tmp_path / "bloom.key").symlink_to(elsewhere / "the.key")
        await rotate(settings(tmp_path), with_new_key=True)
        assert (tmp_path / "bloom.key").is_symlink()
        assert len((elsewhere / "the.key").read_text().split()) == 2

    async def test_file_keeps_its_owner(self, tmp_path: Path) -> None:
        if os.geteuid():
            pytest.skip("only root can give a file away")
        await filled(settings(tmp_path))
        os.chown(tmp_path / "bloom.key", 1234, 1234)
        await rotate(settings(tmp_path), with_new_key=True)
        assert ((tmp_path / "bloom.key").stat().st_uid, (tmp_path / "bloom.key").stat().st_gid) == (1234, 1234)

    async def test_one_key_alone_is_told_how_to_get_another(self, tmp_path: Path) -> None:
        await filled(settings(tmp_path))
        assert "--new puts a new one in front" in await refusal(settings(tmp_path))

    async def test_what_ended_after_the_new_key_was_written_is_gone_on_with(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def killed(_: SqliteStore) -> int:
            raise asyncio.CancelledError

        await filled(settings(tmp_path))
        with monkeypatch.context() as patched:
            patched.setattr(SqliteStore, "reseal", killed)
            with pytest.raises(asyncio.CancelledError):
                await rotate(settings(tmp_path), with_new_key=True)
        assert await secrets_with(settings(tmp_path)) == SECRETS
        assert (await rotate(settings(tmp_path))).secrets == 2
        assert await secrets_with(settings(tmp_path, key_file(tmp_path)[0])) == SECRETS


@pytest.mark.parametrize("with_new_key", [False, True])
async def test_running_bot_is_not_disturbed(tmp_path: Path, with_new_key: bool) -> None:
    await filled(settings(tmp_path))
    await rotate(settings(tmp_path), with_new_key=True)
    running = await SqliteStore.open(tmp_path / "bloom.db", vault_of(settings(tmp_path)))
    before = key_file(tmp_path)
    line = await refusal(settings(tmp_path), with_new_key=with_new_key)
    await running.close()
    assert line.startswith("Another bot is running on this database")
    assert key_file(tmp_path) == before


@pytest.mark.parametrize("with_new_key", [False, True])
async def test_where_there_is_no_database_none_is_made(tmp_path: Path, with_new_key: bool) -> None:
    assert "There is no database" in await refusal(settings(tmp_path), with_new_key=with_new_key)
    assert not names_in(tmp_path)


def test_command_that_was_asked_to_end_gives_no_result() -> None:
    async def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return "done"

    assert _run(work()) is None


async def test_command_says_how_many_and_what_may_go(tmp_path: Path) -> None:
    await filled(settings(tmp_path, OLD))
    database = f"sqlite:///{tmp_path / 'bloom.db'}"
    status, output, errors = await run_bot(
        "rotate-keys", folder=tmp_path, DATABASE_URL=database, ENCRYPTION_KEYS=f"{NEW},{OLD}"
    )
    assert (status, errors) == (0, "")
    assert "sealed anew: 2." in output
    assert "You may remove the keys after the first in ENCRYPTION_KEYS" in output
    assert not any(secret in output for secret in (OLD, NEW, *SECRETS))


@pytest.mark.parametrize("command", ["serve", "rotate-keys"])
async def test_wrong_key_is_one_line_and_touches_nothing(tmp_path: Path, command: str) -> None:
    await filled(settings(tmp_path, OLD))
    before = (tmp_path / "bloom.db").read_bytes()
    status, output, errors = await run_bot(
        command,
        folder=tmp_path,
        DATABASE_URL=f"sqlite:///{tmp_path / 'bloom.db'}",
        ENCRYPTION_KEYS=f"{NEW},{THIRD}",
        SLACK_BOT_TOKEN="xoxb-acme",
        SLACK_SIGNING_SECRET="s",
    )
    assert (status, output) == (2, "")
    assert errors.startswith("bloom-for-slack: ENCRYPTION_KEYS ")
    assert len(errors.splitlines()) == 1
    assert "xoxb-acme" not in errors
    assert (tmp_path / "bloom.db").read_bytes() == before
