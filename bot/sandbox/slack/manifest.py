"""The app as its manifest describes it to Slack: what it is called, what it may do, what people find in their menus.

The workspace installs the app from the same file that a person pastes into Slack's own site, so that the sandbox has
no second opinion about it.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import AliasPath, BaseModel, ConfigDict, Field, ValidationError

from bot.core.errors import ConfigError

PATH: Final = Path(__file__).parents[3] / "manifest.yml"


def _at(*path: str) -> Any:
    """Say where in the file a property stands."""
    return Field(validation_alias=AliasPath(*path))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(_Part):
    """A slash command."""

    command: str
    description: str = ""
    usage_hint: str = ""


class Shortcut(_Part):
    """Something to choose from the menu of the workspace, or of a message."""

    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str = ""


class Manifest(_Part):
    """One app's manifest; ``scopes`` None stands for every scope."""

    name: Annotated[str, _at("features", "bot_user", "display_name")] = "bloom"
    description: Annotated[str, _at("display_information", "description")] = ""
    commands: Annotated[tuple[Command, ...], _at("features", "slash_commands")] = ()
    shortcuts: Annotated[tuple[Shortcut, ...], _at("features", "shortcuts")] = ()
    scopes: Annotated[frozenset[str] | None, _at("oauth_config", "scopes", "bot")] = None
    redirect_urls: Annotated[tuple[str, ...], _at("oauth_config", "redirect_urls")] = ()
    events: Annotated[frozenset[str], _at("settings", "event_subscriptions", "bot_events")] = frozenset()
    has_home: Annotated[bool, _at("features", "app_home", "home_tab_enabled")] = True
    has_messages: Annotated[bool, _at("features", "app_home", "messages_tab_enabled")] = True
    messages_are_read_only: Annotated[bool, _at("features", "app_home", "messages_tab_read_only_enabled")] = False
    is_org_ready: Annotated[bool, _at("settings", "org_deploy_enabled")] = False
    rotates_tokens: Annotated[bool, _at("settings", "token_rotation_enabled")] = False

    @classmethod
    def read(cls, path: Path = PATH) -> Self:
        """Read the project's manifest.yml. Raises ConfigError when it is not there, or no manifest."""
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise ConfigError(f"the sandbox cannot read the app's manifest at {path} ({error.strerror})") from error
        except (yaml.YAMLError, ValidationError) as error:
            problem = " ".join(str(error).split())
            raise ConfigError(f"the app's manifest at {path} is not one: {problem}") from error

    def has_command(self, command: str) -> bool:
        return any(one.command == command for one in self.commands)

    def has_shortcut(self, kind: Literal["global", "message"], callback_id: str) -> bool:
        return any((one.type, one.callback_id) == (kind, callback_id) for one in self.shortcuts)


_EVENTS: Final = ["app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked", "user_change"]
UNWRITTEN: Final = Manifest.model_validate(
    {
        "features": {"slash_commands": [{"command": "/bloom"}]},
        "settings": {"event_subscriptions": {"bot_events": _EVENTS}, "org_deploy_enabled": True},
    }
)
"""How an app is installed that brings no manifest, as tests do: it may do everything."""
