"""Which keys the secrets in the database are sealed with, and how a new one takes over from an old one.

Old keys are never thrown away here: backups from before need them, so that is for people to do.
"""

from dataclasses import dataclass

from bot.config import Settings
from bot.core.errors import ConfigError
from bot.store import SqliteStore, Vault
from bot.store.key_file import add_key, older_keys

NO_OLDER = "holds no older key, so there is nothing to rotate"


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many ``secrets`` were sealed anew, and which keys, all ``but_first``, nothing in the database needs now."""

    secrets: int
    but_first: str


def vault_of(settings: Settings) -> Vault:
    """Return the vault of the settings' keys, or of the key file beside the database. Raises ConfigError."""
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    return Vault.from_keys(keys) if keys else Vault.beside(settings.database_path)


async def rotate(settings: Settings, *, with_new_key: bool = False) -> Rotation:
    """Seal every secret with the first key, after putting a new one there if that is wished.

    May be interrupted and repeated: until the end all keys are needed. Raises ConfigError when there is nothing to
    rotate, the keys do not fit, or a bot runs on the database; StoreError.
    """
    path = settings.database_path
    if not path.exists() or not path.stat().st_size:
        raise ConfigError(f"There is no database {path} yet, so there is nothing to rotate")
    if with_new_key:
        await _add_key(settings)
    vault, but_first = vault_of(settings), _but_first(settings)
    store = await SqliteStore.open(path, vault)
    try:
        return Rotation(await store.reseal(), but_first)
    finally:
        await store.close()


async def _add_key(settings: Settings) -> None:
    """Add it only where the present keys fit and no bot runs: the file is not touched for nothing."""
    if settings.encryption_keys:
        raise ConfigError(
            "ENCRYPTION_KEYS is set, and --new is for the key file: put a new key in front of it yourself"
        )
    store = await SqliteStore.open(settings.database_path, vault_of(settings))
    await store.close()
    add_key(settings.database_path)


def _but_first(settings: Settings) -> str:
    """Say where older keys stand. Raises ConfigError when there is none."""
    if settings.encryption_keys:
        if len({key.get_secret_value().strip() for key in settings.encryption_keys}) < 2:
            raise ConfigError(f"ENCRYPTION_KEYS {NO_OLDER}: put a new one in front of it, with a comma between")
        return "the keys after the first in ENCRYPTION_KEYS"
    path, count = older_keys(settings.database_path)
    if not count:
        raise ConfigError(f"The key file {path} {NO_OLDER}: --new puts a new one in front of it")
    return f"the lines after the first in {path}"
