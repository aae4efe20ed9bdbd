"""Looking back: what was spent, which images were made, and who changed what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Spent:
    """Credits that were spent, or are about to be by what is under way, in a workspace and by one person of it."""

    workspace: int
    person: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has spent this month and may spend still; without a cap nothing is said of what is left."""

    spent: Spent
    workspace_cap: int | None = None
    person_cap: int | None = None

    @property
    def left(self) -> int | None:
        """Return how many credits the person may spend still, by both caps; None: any number."""
        lefts = [
            max(0, cap - spent)
            for cap, spent in ((self.workspace_cap, self.spent.workspace), (self.person_cap, self.spent.person))
            if cap is not None
        ]
        return min(lefts, default=None)


@dataclass(frozen=True, slots=True)
class Spending:
    """Credits of some time by Slack user id, channel id and brand id, the most first; ``brand_names`` as last used."""

    total: int = 0
    people: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    brands: Mapping[str, int] = field(default_factory=dict)
    brand_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which images are looked for; ``text`` is looked for in prompts, however it is capitalised."""

    brand_id: str | None = None
    user_id: str | None = None
    text: str = ""
    seen_by: str | None = None
    """Who looks: then only their own images, and what was made in the ``channels``; None: all."""
    channels: frozenset[str] = frozenset()


class AuditAction(StrEnum):
    """What managers change, and that one had this log sent: it names what was made in private channels too."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    PAYER_CHOSEN = "payer_chosen"
    MANAGERS_CHANGED = "managers_changed"
    DEFAULTS_CHANGED = "defaults_changed"
    LIMITS_CHANGED = "limits_changed"
    BRAND_ADDED = "brand_added"
    LOGO_GIVEN = "logo_given"
    BRAND_DELETED = "brand_deleted"
    LOG_SENT = "log_sent"
    IMAGE_DELETED = "image_deleted"
    IMAGE_SHARED = "image_shared"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who changed what, in plain text; ``user_id`` is None for what the settings or Slack did.

    ``subject`` is what was changed (an account, a brand, a channel id), ``detail`` how.
    """

    id: str
    workspace_id: str
    at: datetime
    user_id: str | None
    action: AuditAction
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AuditTable:
    """The audit log of some time as CSV; ``is_whole`` unless it was too long."""

    content: bytes
    entries: int
    is_whole: bool = True
