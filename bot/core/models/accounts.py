"""Whose account it is, which of Bloom's workspaces pays, and what is left."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Account:
    """Whose credential it is."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class BloomWorkspace:
    """A workspace at Bloom, which owns brands and credits; the personal one has no id."""

    id: str | None
    name: str
    is_personal: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """Which of Bloom's workspaces spends its credits; without an id the personal one."""

    bloom_workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Credits:
    """What is left to spend in one of Bloom's workspaces."""

    balance: float
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """A Slack workspace's access to Bloom. The credential never shows in a repr."""

    workspace_id: str
    credential: str = field(repr=False)
    account: Account
    connected_by: str | None
    connected_at: datetime
