"""The key file beside the database, when a new key is put into it.

Nothing of it may be lost on the way: without its keys the secrets in the database are noise.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.fernet import Fernet

from bot.core.errors import ConfigError


def add_key(database: Path) -> Path:
    """Put a new key in front of those in the key file, which keeps its owner, and return the file.

    Whatever happens, the file is the old one or the new one. Raises ConfigError when it cannot be written.
    """
    path = database.with_suffix(".key").resolve()
    try:
        keys = [Fernet.generate_key().decode(), *path.read_text("ascii").split()]
        _replace(path, "".join(f"{key}\n" for key in keys))
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


def _replace(path: Path, content: str) -> None:
    owner = path.stat()
    with TemporaryDirectory(dir=path.parent, prefix=".key-") as folder:
        draft = Path(folder) / path.name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if (draft.stat().st_uid, draft.stat().st_gid) != (owner.st_uid, owner.st_gid):
            os.chown(draft, owner.st_uid, owner.st_gid)  # root may run this, and somebody else the bot
        draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
