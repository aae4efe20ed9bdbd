"""Modals and home tabs as Slack keeps them."""

from dataclasses import dataclass, field

from bot.sandbox.slack.block_kit import Control, controls
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.form_state import FormState
from bot.sandbox.slack.identity import App, Team


@dataclass(eq=False)
class View:
    """One view; the same object for as long as it is open, whatever the app puts into it."""

    id: str
    user_id: str
    definition: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    channel_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    under_way: bool = False
    form: FormState = field(init=False)

    def __post_init__(self) -> None:
        self.root_id = self.root_id or self.id
        self.form = FormState(self.blocks, channel_id=self.channel_id)

    def replace(self, definition: Json, new_hash: str) -> None:
        """Show other content, keeping what was typed into inputs that remain."""
        self.definition, self.hash, self.errors = definition, new_hash, {}
        self.form = FormState(self.blocks, previous=self.form)

    @property
    def type(self) -> str:
        return str(self.definition["type"])

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.definition["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        return str(self.definition.get("callback_id", ""))

    @property
    def title(self) -> str:
        return str(self.definition.get("title", {}).get("text", ""))

    @property
    def notifies_on_close(self) -> bool:
        return bool(self.definition.get("notify_on_close"))

    @property
    def controls(self) -> list[Control]:
        return list(controls(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """Return the words on the buttons."""
        return [control.label for control in self.controls if control.type == "button"]

    @property
    def values(self) -> dict[str, dict[str, Json]]:
        """Return what is typed and chosen at the moment, as ``state.values``."""
        return self.form.values()

    def payload(self, team: Team, app: App) -> Json:
        """Return the view as Slack's API and payloads show it."""
        defaults: Json = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {
            **defaults,
            **self.definition,
            "id": self.id,
            "team_id": team.id,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app.id,
            "app_installed_team_id": team.id,
            "bot_id": app.bot_id,
        }
