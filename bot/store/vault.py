"""Secrets at rest: what opens a Bloom account stands in the database only sealed (Fernet)."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.core.errors import ConfigError

READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Vault:
    """Seals with the first key and opens with any. Neither its repr nor its errors show a key."""

    def __init__(self, keys: Sequence[str], source: str) -> None:
        fernets = [_fernet(key, source) for key in keys]
        if not fernets:
            raise ConfigError(f"{source} holds no key")
        self._source = source
        self._count = len(fernets)
        self._first = fernets[0]
        self._all = MultiFernet(fernets)

    @classmethod
    def from_keys(cls, keys: Sequence[str]) -> Self:
        """Make a vault of the keys in the setting ENCRYPTION_KEYS; ConfigError when one is not a Fernet key."""
        return cls(keys, "ENCRYPTION_KEYS")

    @classmethod
    def beside(cls, database: Path) -> Self:
        """Make a vault of the key file beside the database (`bloom.db`: `bloom.key`), one key a line.

        The file is made, for its owner alone, when there is no database yet. ConfigError when it is missing all
        the same, unreadable, malformed, or open to other users.
        """
        path = database.with_suffix(".key")
        try:
            if not path.exists():
                _create_key(path, database)
            return cls(_read_private(path).split(), str(path))
        except (OSError, UnicodeDecodeError) as exc:
            reason = getattr(exc, "strerror", None) or "not a text file"
            raise ConfigError(f"The key file {path} cannot be used: {reason}") from exc

    def seal(self, secret: str) -> str:
        """Encrypt a secret with the first key."""
        return self._first.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what was sealed with any of the keys; ConfigError when none fits."""
        return self._decrypt(self._all, sealed)

    def reseal(self, sealed: str) -> str:
        """Encrypt anew, with the first key, what was sealed with any of the keys."""
        return self.seal(self.open(sealed))

    def is_current(self, sealed: str) -> bool:
        """Tell whether the first key sealed this."""
        try:
            self._decrypt(self._first, sealed)
        except ConfigError:
            return False
        return True

    def __repr__(self) -> str:
        return f"<Vault: {self._count} key(s) of {self._source}>"

    def _decrypt(self, fernet: Fernet | MultiFernet, sealed: str) -> str:
        try:
            return fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as exc:
            raise ConfigError(f"{self._source} does not fit the secrets in the database") from exc


def _fernet(key: str, source: str) -> Fernet:
    try:
        return Fernet(key.strip())
    except ValueError as exc:
        raise ConfigError(
            f"{source} holds something that is not a Fernet key (32 bytes in URL-safe base64, 44 characters)"
        ) from exc


def _read_private(path: Path) -> str:
    if path.stat().st_mode & READABLE_BY_OTHERS:
        raise ConfigError(f"The key file {path} is open to other users; run: chmod 600 {path}")
    return path.read_text("ascii")


def _create_key(path: Path, database: Path) -> None:
    if database.exists() and database.stat().st_size:
        raise ConfigError(f"{database} has no key file {path}; put it back, or set ENCRYPTION_KEYS")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".key-") as folder:
        draft = Path(folder) / path.name
        _write_durably(draft, Fernet.generate_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    _sync(path.parent)


def _write_durably(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
