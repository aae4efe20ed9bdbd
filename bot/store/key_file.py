"""The key file beside the database: made once, read, and given a new key.

Nothing of it may be lost on the way: without its keys the secrets in the database are noise.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.fernet import Fernet

from bot.core.errors import ConfigError

READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_or_make(database: Path) -> tuple[Path, list[str]]:
    """Return the key file (`bloom.db`: `bloom.key`) and its keys; where there is no database yet it is made.

    Raises ConfigError when it is missing all the same, unreadable, or open to other users.
    """
    path = database.with_suffix(".key")
    try:
        if not path.exists():
            _make(path, database)
        return path, _read_private(path).split()
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or "not a text file"
        raise ConfigError(f"The key file {path} cannot be used: {reason}") from exc


def add_key(database: Path) -> Path:
    """Put a new key in front of those in the key file, which keeps its owner, and return the file.

    Whatever happens, the file is the old one or the new one. Raises ConfigError when it cannot be written.
    """
    path = database.with_suffix(".key").resolve()
    try:
        _replace(path, [_new_key(), *path.read_text("ascii").split()])
    except OSError as exc:
        raise ConfigError(f"The key file {path} cannot be written: {exc.strerror}") from exc
    return path


def older_keys(database: Path) -> tuple[Path, int]:
    """Return the key file, and how many keys it holds beside the first one. Raises ConfigError."""
    path = database.with_suffix(".key").resolve()
    try:
        return path, len(set(path.read_text("ascii").split())) - 1
    except OSError as exc:
        raise ConfigError(f"The key file {path} cannot be read: {exc.strerror}") from exc


def _make(path: Path, database: Path) -> None:
    if database.exists() and database.stat().st_size:
        raise ConfigError(f"{database} has no key file {path}; put it back, or set ENCRYPTION_KEYS")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _draft(path, [_new_key()]) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    _sync(path.parent)


def _replace(path: Path, keys: list[str]) -> None:
    owner = path.stat()
    with _draft(path, keys) as draft:
        if (draft.stat().st_uid, draft.stat().st_gid) != (owner.st_uid, owner.st_gid):
            os.chown(draft, owner.st_uid, owner.st_gid)  # root may run this, and somebody else the bot
        draft.replace(path)
    _sync(path.parent)


@contextmanager
def _draft(path: Path, keys: list[str]) -> Iterator[Path]:
    """Write the keys, durably and for one user alone, to a file beside the one that they are for."""
    with TemporaryDirectory(dir=path.parent, prefix=".key-") as folder:
        draft = Path(folder) / path.name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        yield draft


def _new_key() -> str:
    return Fernet.generate_key().decode()


def _read_private(path: Path) -> str:
    if path.stat().st_mode & READABLE_BY_OTHERS:
        raise ConfigError(f"The key file {path} is open to other users; run: chmod 600 {path}")
    return path.read_text("ascii")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
