"""What stands behind one workspace: its parts, handed to those who need several of them."""

from collections.abc import Set
from dataclasses import dataclass

from bot.core.clock import Clock
from bot.sandbox.slack.delivery.courier import Courier
from bot.sandbox.slack.delivery.socket_mode import SocketMode
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.installations import Installation, Installations
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.settings import Addresses, Settings
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.workspace import Workspace


@dataclass(frozen=True)
class Backend:
    """Everything the Web API, the routes and the people of one workspace work with."""

    clock: Clock
    settings: Settings
    addresses: Addresses
    workspace: Workspace
    installations: Installations
    files: Files
    judge: Judge
    triggers: Triggers
    modals: Modals
    response_urls: ResponseUrls
    sockets: SocketMode
    courier: Courier

    @property
    def installation(self) -> Installation | None:
        """Return the installation that serves this workspace, its own or its organisation's."""
        return self.installations.of(self.workspace.team)

    @property
    def is_served_org_wide(self) -> bool:
        return self.installation is not None and self.installation.is_org_wide

    @property
    def granted_scopes(self) -> Set[str] | None:
        """Return what the app may do here; None stands for every scope."""
        return self.installation.scopes if self.installation is not None else frozenset()

    def grants(self, scope: str) -> bool:
        return self.granted_scopes is None or scope in self.granted_scopes

    def hears(self, event: str) -> bool:
        """Tell whether the app is there and has asked for events of this type."""
        return self.installation is not None and event in self.settings.subscribed_events
