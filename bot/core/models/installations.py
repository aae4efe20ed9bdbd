"""The bot in Slack workspaces: where it is installed, who looks after it, and what they are told."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.models.accounts import Connection
from bot.core.models.brands import BrandDetail


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot in one Slack workspace, or (no ``workspace_id``) in all workspaces of an organisation.

    ``refresh_token`` and ``expires_at`` are there when the app rotates its tokens. ``installed_by`` is None for the one
    that the settings made.
    """

    workspace_id: str | None
    enterprise_id: str | None
    bot_token: str = field(repr=False)
    bot_id: str
    bot_user_id: str
    app_id: str | None = None
    scopes: tuple[str, ...] = ()
    name: str = ""
    installed_by: str | None = None
    installed_at: datetime | None = None
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    @property
    def id(self) -> str:
        """Return what tells it from other installations: Slack's id of the workspace or of the organisation."""
        return self.workspace_id or self.enterprise_id or ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a Slack workspace; ``is_admin`` includes owners."""

    id: str
    is_admin: bool
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group of a Slack workspace; ``handle`` is what it is mentioned by, without the @."""

    id: str
    name: str
    handle: str


class NoticeKind(StrEnum):
    """Why somebody is written to without having asked for anything just now."""

    WELCOME = "welcome"
    """To who installed the bot: the first steps."""
    CONNECTION_BROKEN = "connection_broken"
    """To managers: Bloom refuses the connection; somebody has to connect anew."""
    CONNECTOR_LEFT = "connector_left"
    """To managers: the person whose Bloom account is used has left Slack; somebody may take over."""
    ASKED_TO_CONNECT = "asked_to_connect"
    """To managers: somebody (``asked_by``) asks them to connect Bloom."""
    CONNECTED = "connected"
    """To who signed in at Bloom: it worked, and what to do next."""
    NAMED_MANAGER = "named_manager"
    """To somebody whom ``asked_by`` named as a manager."""
    BRAND_SETTLED = "brand_settled"
    """To who added a brand, or gave it a logo: what came of its analysis stands in ``brand``."""
    BRAND_REFUSED = "brand_refused"
    """To who added a brand that Bloom did not take on after all: ``reason``, and its ``address``."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A direct message to one person."""

    kind: NoticeKind
    connection: Connection | None = None
    asked_by: str | None = None
    brand: BrandDetail | None = None
    address: str = ""
    """The website of a brand that was wanted, as it was typed."""
    reason: str = ""
    """A code: Bloom's own or a FailureCode."""
    is_elsewhere: bool = False
    """Whether the ``brand`` is in another account, or Bloom workspace, than those that are used by now."""
