"""Secrets at rest: what opens a Bloom account stands in the database only sealed (Fernet)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.core.errors import ConfigError
from bot.store.key_file import read_or_make


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
        path, keys = read_or_make(database)
        return cls(keys, str(path))

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
