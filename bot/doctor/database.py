"""The database and its keys: there, writable, of this version, and readable with the keys that are given."""

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.core.errors import ConfigError, StoreError
from bot.doctor.findings import Finding, Mark, bad, good, unknown
from bot.keys import vault_of
from bot.store import Vault
from bot.store.inspection import Tenants, needs_older_keys, tenants_of, version_of

DATABASE, KEYS = "Database", "Encryption keys"
WORKSPACES_ASKED = 20
"""Workspaces that are looked at one by one."""
LEAST_FREE = 50_000_000
"""Bytes; below this a busy day may fill the disk."""
LET_WRITE = "Let the user who runs the bot write there, or change DATABASE_URL."
PUT_BACK = "Put back the keys that were there before; without them Bloom has to be connected anew in every workspace."


@dataclass(frozen=True, slots=True)
class Records:
    """What was found at the database, and who uses the bot; ``tenants`` is None where that could not be read."""

    findings: tuple[Finding, ...]
    tenants: Tenants | None


async def read_records(settings: Settings) -> Records:
    """Look at the database without changing it or locking anybody out."""
    path = settings.database_path
    if not path.is_file() or not path.stat().st_size:
        return Records((_place(path), _no_secrets_yet(settings)), Tenants())
    database, is_current = await asyncio.to_thread(_database, path)
    keys = await asyncio.to_thread(_keys, settings)
    if not is_current or Mark.BAD in (database.mark, keys.mark):
        return Records((database, keys), None)
    try:
        return Records((database, keys), await tenants_of(path, vault_of(settings), WORKSPACES_ASKED))
    except ConfigError as error:
        return Records((database, bad(KEYS, str(error), PUT_BACK)), None)
    except StoreError as error:
        return Records((bad(DATABASE, str(error), "Put back a backup, or connect that workspace anew."), keys), None)


def _place(path: Path) -> Finding:
    folder = next(folder for folder in path.parents if folder.exists())
    if fault := _cannot_write_into(folder):
        return bad(DATABASE, f"{path} is not there yet, and cannot be made ({fault})", LET_WRITE)
    return good(DATABASE, f"{path} is not there yet; the first start makes it")


def _database(path: Path) -> tuple[Finding, bool]:
    """Return what is found, and whether this bot can read it as it is."""
    try:
        version, is_current = version_of(path)
    except ConfigError as error:
        return bad(DATABASE, str(error), "Start the newest version of the bot, or put back a backup."), False
    locked = [file.name for file in _files(path) if not os.access(file, os.R_OK | os.W_OK)]
    if fault := f"no access to {', '.join(locked)}" if locked else _cannot_write_into(path.parent):
        return bad(DATABASE, f"{path} cannot be written to ({fault})", LET_WRITE), is_current
    if (free := shutil.disk_usage(path.parent).free) < LEAST_FREE:
        return bad(DATABASE, f"only {free / 1e6:.0f} MB are free beside {path}", "Make room on that disk."), is_current
    later = "" if is_current else "; the next start brings it up to date"
    return good(DATABASE, f"{path} ({path.stat().st_size / 1e6:.1f} MB), version {version}{later}"), is_current


def _files(path: Path) -> list[Path]:
    """Return the database and what the bot keeps beside it; root may have made some of them."""
    return [path, *(file for suffix in ("-wal", "-shm", ".lock") if (file := Path(f"{path}{suffix}")).exists())]


def _cannot_write_into(folder: Path) -> str | None:
    """Return what keeps anybody from writing there."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return error.strerror
    return None


def _keys(settings: Settings) -> Finding:
    try:
        needs_older = needs_older_keys(settings.database_path, vault_of(settings))
    except ConfigError as error:
        return bad(KEYS, str(error), PUT_BACK)
    source = "ENCRYPTION_KEYS" if settings.encryption_keys else "the key file beside the database"
    if needs_older:
        return good(
            KEYS, f"{source}: they fit; older ones are still needed", "Stop the bot, then: python -m bot rotate-keys"
        )
    return good(KEYS, f"{source}: they fit")


def _no_secrets_yet(settings: Settings) -> Finding:
    try:
        if keys := [key.get_secret_value() for key in settings.encryption_keys]:
            Vault.from_keys(keys)
    except ConfigError as error:
        return bad(
            KEYS,
            str(error),
            "Make one: python -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())'",
        )
    return unknown(KEYS, "there are no secrets yet")
