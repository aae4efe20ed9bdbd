"""The settings, and which of them go together."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.config.addresses import Address, PublicAddress
from bot.core.errors import ConfigError
from bot.core.models import RateLimit

SQLITE_SCHEME = "sqlite:///"
HOST = r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+"


class LogFormat(StrEnum):
    """How log lines look: for people or for machines."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class History(StrEnum):
    """What becomes of a workspace's history when the bot is uninstalled there; its secrets never stay."""

    KEEP = "keep"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """What meeting Slack takes: one workspace's token, or (``client_id``, ``client_secret``) what installs anywhere."""

    bot_token: str | None = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str | None = field(repr=False)
    api_url: str
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


class Settings(BaseSettings):
    """The configuration. Field names are the environment variables in lower case; secrets never show in a repr."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    slack_signing_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: Address = "https://slack.com/api"
    bloom_api_url: Address = "https://www.trybloom.ai/api/v1"
    bloom_auth_url: Address = "https://www.trybloom.ai/api/auth"
    bloom_api_key: SecretStr | None = None
    bloom_rate_limit: Annotated[RateLimit, NoDecode] = RateLimit(120, 60.0)
    bloom_image_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    batch_row_limit: int = Field(default=200, ge=1, le=1000)
    database_url: str = f"{SQLITE_SCHEME}data/bloom.db"
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    history_after_uninstall: History = History.ERASE
    public_url: PublicAddress | None = None
    host: str = "0.0.0.0"  # noqa: S104 - a server answers its network unless told otherwise
    port: int = Field(default=3000, ge=0, le=65535)
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("bloom_image_hosts", mode="before")
    @classmethod
    def _read_hosts(cls, value: object) -> object:
        hosts = [part.strip().lower() for part in value.split(",")] if isinstance(value, str) else value
        if isinstance(hosts, list) and any(not re.fullmatch(HOST, host) for host in hosts):
            raise ValueError("should be hosts such as cdn.example.com, with commas between")
        return hosts

    @field_validator(
        "slack_signing_secret", "slack_bot_token", "slack_app_token", "slack_client_secret", "bloom_api_key"
    )
    @classmethod
    def _is_one_word(cls, secret: SecretStr | None) -> SecretStr | None:
        word = secret.get_secret_value().strip() if secret else None
        if word is not None and not re.fullmatch("[!-~]+", word):
            raise ValueError("should be one word without spaces or line breaks")
        return SecretStr(word) if word else None

    @field_validator("slack_client_id")
    @classmethod
    def _is_client_id(cls, client_id: str | None) -> str | None:
        if client_id and not re.fullmatch(r"\d+\.\d+", client_id.strip()):
            raise ValueError("should be two numbers with a dot between, as under Basic Information")
        return client_id.strip() if client_id else None

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _has_prefix(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if token is not None and not token.get_secret_value().startswith(prefix):
            raise ValueError(f"should start with {prefix}")
        return token

    @field_validator("bloom_rate_limit", mode="before")
    @classmethod
    def _read_rate_limit(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        written = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,4}(?:\.\d{1,3})?)\s*", value)
        requests, seconds = (int(written[1]), float(written[2])) if written else (0, 0.0)
        if not requests or not seconds:
            raise ValueError("should be requests/seconds, such as 120/60")
        return RateLimit(requests, seconds)

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("history_after_uninstall", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _is_sqlite(cls, url: str) -> str:
        name = Path(url.removeprefix(SQLITE_SCHEME)).name
        if not url.startswith(SQLITE_SCHEME) or not name or name.startswith(":"):
            raise ValueError(f"should look like {SQLITE_SCHEME}data/bloom.db; other databases are not supported yet")
        return url

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the settings. Raises ConfigError naming the first that is wrong."""
        try:
            return cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as exc:
            fault = exc.errors(include_input=False, include_url=False)[0]
            name = str(fault["loc"][0]).upper() if fault["loc"] else "the settings"
            raise ConfigError(f"{name} {re.sub('^(Value error,|Input) ', '', fault['msg'])}") from None
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f".env cannot be read as UTF-8 text ({type(exc).__name__})") from None

    @property
    def database_path(self) -> Path:
        """Return the SQLite file itself, whatever link leads to it: key and lock lie beside it."""
        return Path(self.database_url.removeprefix(SQLITE_SCHEME)).resolve()

    @property
    def uses_socket_mode(self) -> bool:
        """Whether Slack is met over a WebSocket instead of HTTP requests."""
        return self.slack_app_token is not None

    @property
    def installs_by_oauth(self) -> bool:
        """Whether any workspace may install the bot, instead of the one that SLACK_BOT_TOKEN is of."""
        return self.slack_client_id is not None or self.slack_client_secret is not None

    @property
    def keeps_history(self) -> bool:
        """Whether a workspace's history outlives an uninstallation."""
        return self.history_after_uninstall is History.KEEP

    @property
    def has_slack(self) -> bool:
        """Whether anything says that a real Slack is meant."""
        return self.installs_by_oauth or any((self.slack_bot_token, self.slack_app_token, self.slack_signing_secret))

    def for_slack(self) -> SlackSettings:
        """Return what meeting Slack takes. Raises ConfigError naming what is missing, or does not go together."""
        if self.installs_by_oauth:
            self._check_installs()
        elif self.slack_bot_token is None:
            raise ConfigError("SLACK_BOT_TOKEN is missing; the README says where to find it")
        if self.slack_signing_secret is None and not self.uses_socket_mode:
            raise ConfigError("SLACK_SIGNING_SECRET is missing; HTTP needs it (or set SLACK_APP_TOKEN for Socket Mode)")
        return SlackSettings(
            bot_token=_plain(self.slack_bot_token),
            signing_secret=_plain(self.slack_signing_secret) or "",
            app_token=_plain(self.slack_app_token),
            api_url=f"{self.slack_api_url}/",
            client_id=self.slack_client_id,
            client_secret=_plain(self.slack_client_secret),
        )

    def _check_installs(self) -> None:
        """Refuse what would leave open which workspaces are meant, or whose Bloom account pays."""
        both = "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
        if self.slack_bot_token is not None:
            raise ConfigError(f"SLACK_BOT_TOKEN is for one workspace, {both} are for many: leave one of them out")
        if self.slack_client_id is None or self.slack_client_secret is None:
            missing = "SLACK_CLIENT_ID" if self.slack_client_id is None else "SLACK_CLIENT_SECRET"
            raise ConfigError(f"{missing} is missing; {both} go together")
        if self.public_url is None:
            raise ConfigError(f"PUBLIC_URL is missing; with {both} Slack sends people back to it")
        if self.bloom_api_key is not None:
            raise ConfigError(f"BLOOM_API_KEY is for one workspace, {both} are for many: each connects its own account")


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
