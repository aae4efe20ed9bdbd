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
class TokenSet:
    """What Bloom's authorization server gives. ``expires_at`` is the access token's end, None when it did not say."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sign-in gave beside its access token; ``client_id`` is the registration that it was given to."""

    client_id: str
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Connection:
    """A Slack workspace's access to Bloom: by an API key, or by a sign-in (``grant``), whose access token it holds.

    ``connected_by`` is None for one that the settings made. ``bloom_workspace`` is whose brands and credits are used,
    None for all of the account's. A broken one is refused by Bloom until somebody connects anew.
    """

    id: str
    workspace_id: str
    credential: str = field(repr=False)
    account: Account
    connected_by: str | None
    connected_at: datetime
    grant: Grant | None = None
    bloom_workspace: BloomWorkspace | None = None
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in at Bloom that somebody began: for whom, from where, and what the answer is checked with.

    Whoever has the ``state`` may come back with a code, once, before ``expires_at``.
    """

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    workspace_id: str
    user_id: str
    redirect_uri: str
    expires_at: datetime
