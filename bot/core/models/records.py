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


class AuditAction(StrEnum):
    """What managers change."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    PAYER_CHOSEN = "payer_chosen"
    MANAGERS_CHANGED = "managers_changed"
    DEFAULTS_CHANGED = "defaults_changed"
    LIMITS_CHANGED = "limits_changed"
    BRAND_ADDED = "brand_added"
    LOGO_GIVEN = "logo_given"
    BRAND_DELETED = "brand_deleted"


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
