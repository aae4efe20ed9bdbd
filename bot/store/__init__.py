"""What outlives the process: the only room with SQL.

`SqliteStore` implements the core's `Store` and `RequestLog` ports on one file, and `Vault` seals the
secrets that lie in it.
"""

from bot.store.sqlite import SqliteStore
from bot.store.vault import Vault

__all__ = ["SqliteStore", "Vault"]
