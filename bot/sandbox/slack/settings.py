"""What a stand-in is told at the start, and the addresses it has once it runs."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from bot.sandbox.slack.manifest import UNWRITTEN, Manifest

SIGNING_SECRET: Final = "sandbox-signing-secret"
BOT_TOKEN: Final = "xoxb-sandbox"
APP_TOKEN: Final = "xapp-sandbox"


@dataclass(frozen=True)
class Settings:
    """Secrets are kept out of the repr, as everywhere."""

    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    granted_scopes: Set[str] | None = None
    subscribed_events: Set[str] = UNWRITTEN.events
    ack_seconds: float = 3.0
    enforce_rate: bool = False
    manifest: Manifest = UNWRITTEN

    def grants(self, scope: str) -> bool:
        """Return whether the app was installed with this scope; None stands for every scope."""
        return self.granted_scopes is None or scope in self.granted_scopes


@dataclass
class Addresses:
    """Where the stand-in listens; the port is known once it does."""

    root: str = ""

    @property
    def api(self) -> str:
        return f"{self.root}/api/"

    def response(self, token: str) -> str:
        return f"{self.root}/commands/{token}"

    def upload(self, file_id: str) -> str:
        return f"{self.root}/upload/{file_id}"

    def download(self, file_id: str, name: str) -> str:
        return f"{self.root}/files-pri/{file_id}/{quote(name, safe='')}"

    def socket(self, ticket: str) -> str:
        return f"{self.root.replace('http', 'ws', 1)}/link/?ticket={ticket}"
