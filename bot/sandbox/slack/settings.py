"""What a stand-in is told at the start, and the addresses it has once it runs."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from bot.sandbox.slack.manifest import UNWRITTEN, Manifest

SIGNING_SECRET: Final = "sandbox-signing-secret"
BOT_TOKEN: Final = "xoxb-sandbox"
APP_TOKEN: Final = "xapp-sandbox"
CLIENT_ID: Final = "1111111111.2222222222"
CLIENT_SECRET: Final = "sandbox-client-secret"


@dataclass(frozen=True)
class Settings:
    """What holds for the app in every workspace; secrets are kept out of the repr, as everywhere."""

    signing_secret: str = field(default=SIGNING_SECRET, repr=False)
    app_token: str = field(default=APP_TOKEN, repr=False)
    client_id: str = CLIENT_ID
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    subscribed_events: Set[str] = UNWRITTEN.events
    ack_seconds: float = 3.0
    enforce_rate: bool = False
    manifest: Manifest = UNWRITTEN
    rotates_tokens: bool = False


@dataclass
class Addresses:
    """Where the stand-in listens; the port is known once it does."""

    root: str = ""

    @property
    def api(self) -> str:
        return f"{self.root}/api/"

    @property
    def authorize(self) -> str:
        return f"{self.root}/oauth/v2/authorize"

    def response(self, token: str) -> str:
        return f"{self.root}/commands/{token}"

    def upload(self, file_id: str) -> str:
        return f"{self.root}/upload/{file_id}"

    def download(self, file_id: str, name: str) -> str:
        return f"{self.root}/files-pri/{file_id}/{quote(name, safe='')}"

    def socket(self, ticket: str) -> str:
        return f"{self.root.replace('http', 'ws', 1)}/link/?ticket={ticket}"
