"""What the core needs from outside, as protocols: Bloom, the store, the people at Slack. The clock is next door.

Adapters implement these without importing each other; `bot.app` joins them.
"""

from bot.core.clock import Clock
from bot.core.ports.batches import BatchMessenger, BatchStore, Packing
from bot.core.ports.bloom import Bloom, Blooms, Credential, OnQueue, RequestLog, SignInServer, Turn
from bot.core.ports.people import Directory, Messenger, Names
from bot.core.ports.records import AuditStore, BrandJobStore, HistoryStore, PreferenceStore
from bot.core.ports.results import Attachments, ImageFiles, ResultStore
from bot.core.ports.store import ConnectionStore, GenerationStore, InstallationStore, Store

__all__ = [
    "Attachments",
    "AuditStore",
    "BatchMessenger",
    "BatchStore",
    "Bloom",
    "Blooms",
    "BrandJobStore",
    "Clock",
    "ConnectionStore",
    "Credential",
    "Directory",
    "GenerationStore",
    "HistoryStore",
    "ImageFiles",
    "InstallationStore",
    "Messenger",
    "Names",
    "OnQueue",
    "Packing",
    "PreferenceStore",
    "RequestLog",
    "ResultStore",
    "SignInServer",
    "Store",
    "Turn",
]
