"""Keys and what they seal."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.core.errors import ConfigError
from bot.store import Vault

KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bloom.db"


def test_sealed_secret_opens_again() -> None:
    vault = Vault.from_keys([KEY])
    sealed = vault.seal("bloom_sk_ü")
    assert "bloom_sk" not in sealed
    assert vault.open(sealed) == "bloom_sk_ü"


def test_first_key_seals_and_every_key_opens() -> None:
    old = Vault.from_keys([KEY]).seal("secret")
    vault = Vault.from_keys([f" {OTHER_KEY}\n", KEY])
    assert vault.open(old) == "secret"
    assert not vault.is_current(old)
    assert vault.is_current(vault.reseal(old))
    assert Vault.from_keys([OTHER_KEY]).open(vault.reseal(old)) == "secret"


def test_wrong_key_says_so_in_one_line() -> None:
    sealed = Vault.from_keys([KEY]).seal("secret")
    with pytest.raises(ConfigError) as refused:
        Vault.from_keys([OTHER_KEY]).open(sealed)
    assert str(refused.value) == "ENCRYPTION_KEYS does not fit the secrets in the database"


@pytest.mark.parametrize("key", ["", "short", KEY[:-2], "ü" * 44], ids=["none", "short", "cut", "not ascii"])
def test_what_is_not_a_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigError, match="not a Fernet key") as refused:
        Vault.from_keys([OTHER_KEY, key])
    assert not key or key not in str(refused.value)


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="holds no key"):
        Vault.from_keys([])


def test_repr_shows_no_key() -> None:
    assert repr(Vault.from_keys([KEY, OTHER_KEY])) == "<Vault: 2 key(s) of ENCRYPTION_KEYS>"


def test_key_file_is_made_once_for_its_owner_alone(database: Path) -> None:
    sealed = Vault.beside(database).seal("secret")
    key_file = database.with_suffix(".key")
    assert [file.name for file in database.parent.iterdir()] == ["bloom.key"]
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert Vault.beside(database).open(sealed) == "secret"
    assert key_file.read_text().strip() not in repr(Vault.beside(database))


def test_key_file_may_hold_several_keys(database: Path) -> None:
    sealed = Vault.beside(database).seal("secret")
    key_file = database.with_suffix(".key")
    key_file.write_text(f"{OTHER_KEY}\n{key_file.read_text()}")
    assert Vault.beside(database).open(sealed) == "secret"
    assert Vault.beside(database).is_current(Vault.from_keys([OTHER_KEY]).seal("secret"))


def test_two_that_start_at_once_agree_on_one_key(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, sealed = os.link, []

    def beaten(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        sealed.append(Vault.beside(database).seal("secret"))
        link(source, target)

    monkeypatch.setattr(os, "link", beaten)
    assert Vault.beside(database).open(sealed[0]) == "secret"


def test_database_without_its_key_file_never_gets_a_fresh_key(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"SQLite format 3\0")
    with pytest.raises(ConfigError, match="has no key file"):
        Vault.beside(database)
    assert not database.with_suffix(".key").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_key_file_open_to_others_is_refused(database: Path, mode: int) -> None:
    Vault.beside(database)
    database.with_suffix(".key").chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        Vault.beside(database)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "holds no key"), (b"nonsense", "not a Fernet key"), (b"\xff\xfe", "not a text file")],
)
def test_malformed_key_file_is_refused(database: Path, content: bytes, complaint: str) -> None:
    Vault.beside(database)
    database.with_suffix(".key").write_bytes(content)
    with pytest.raises(ConfigError, match=complaint) as refused:
        Vault.beside(database)
    assert str(database.with_suffix(".key")) in str(refused.value)


def test_unreadable_key_file_is_refused(database: Path) -> None:
    database.with_suffix(".key").mkdir(parents=True, mode=0o700)
    with pytest.raises(ConfigError, match=r"cannot be used: Is a directory"):
        Vault.beside(database)
