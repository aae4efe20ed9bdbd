"""Every setting: its default, what it accepts, and the one line that names it when it is wrong or missing."""

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from bot.config import History, LogFormat, LogLevel, Settings
from bot.core.errors import ConfigError
from bot.core.models import RateLimit

KEY, OTHER_KEY = (urlsafe_b64encode(content).decode() for content in (bytes(32), bytes(range(32))))
SECRETS = {
    "SLACK_SIGNING_SECRET": "signing-secret-1",
    "SLACK_BOT_TOKEN": "xoxb-secret-2",
    "SLACK_APP_TOKEN": "xapp-secret-3",
    "BLOOM_API_KEY": "bloom_sk_secret-4",
    "SLACK_CLIENT_SECRET": "client-secret-5",
    "ENCRYPTION_KEYS": f"{KEY}, {OTHER_KEY}",
}


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from no settings at all, in a folder without a `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    """Return the one line that a wrong setting is answered with."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        Settings.load()
    line = str(caught.value)
    assert line.startswith(f"{name} ")
    assert "\n" not in line
    return line


class TestDefaults:
    def test_nothing_is_needed_to_load(self) -> None:
        settings = Settings.load()
        assert settings.slack_api_url == "https://slack.com/api"
        assert settings.bloom_api_url == "https://www.trybloom.ai/api/v1"
        assert settings.database_path == Path("data/bloom.db").resolve()
        assert (settings.host, settings.port) == ("0.0.0.0", 3000)
        assert (settings.log_level, settings.log_format) == (LogLevel.INFO, LogFormat.CONSOLE)
        assert settings.encryption_keys == ()
        assert settings.bloom_api_key is None
        assert settings.bloom_rate_limit == RateLimit(120, 60.0)
        assert settings.bloom_image_hosts == ()
        assert settings.bloom_auth_url == "https://www.trybloom.ai/api/auth"
        assert settings.public_url is None
        assert not settings.keeps_history
        assert not settings.has_slack
        assert not settings.uses_socket_mode
        assert not settings.installs_by_oauth

    def test_hosts_are_read_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BLOOM_IMAGE_HOSTS", "cdn.example.com, IMG.example.org")
        assert Settings.load().bloom_image_hosts == ("cdn.example.com", "img.example.org")

    def test_empty_settings_count_as_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in Settings.model_fields:
            monkeypatch.setenv(name.upper(), "")
        assert Settings.load() == Settings()
        assert Settings.load().port == 3000


class TestSources:
    def test_environment_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        settings = Settings.load()
        assert settings.slack_signing_secret is not None
        assert settings.slack_signing_secret.get_secret_value() == "signing-secret-1"
        assert settings.bloom_api_key is not None
        assert settings.bloom_api_key.get_secret_value() == "bloom_sk_secret-4"
        assert [key.get_secret_value() for key in settings.encryption_keys] == [KEY, OTHER_KEY]

    def test_dotenv_file_is_read(self) -> None:
        Path(".env").write_text("# mine\nPORT=8080\nLOG_FORMAT='json'\nSOMETHING_ELSE=1\n", encoding="utf-8")
        settings = Settings.load()
        assert (settings.port, settings.log_format) == (8080, LogFormat.JSON)

    def test_environment_comes_before_the_dotenv_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Path(".env").write_text("PORT=8080\n", encoding="utf-8")
        monkeypatch.setenv("PORT", "9090")
        assert Settings.load().port == 9090

    def test_dotenv_file_of_a_windows_editor_is_read(self) -> None:
        Path(".env").write_text("PORT=8080\n", encoding="utf-8-sig")
        assert Settings.load().port == 8080

    def test_dotenv_file_that_is_no_text_is_said_in_one_line(self) -> None:
        Path(".env").write_text("PORT=8080\n", encoding="utf-16")
        with pytest.raises(ConfigError, match=r"^\.env cannot be read as UTF-8 text \(UnicodeDecodeError\)$"):
            Settings.load()

    def test_wrong_setting_of_the_dotenv_file_is_named_like_any(self) -> None:
        Path(".env").write_text("PORT=many\n", encoding="utf-8")
        with pytest.raises(ConfigError, match=r"^PORT should be"):
            Settings.load()

    def test_overrides_come_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "9090")
        assert Settings.load(port=0).port == 0

    def test_unknown_override_is_named_by_nothing(self) -> None:
        assert Settings.load(unheard_of=1) == Settings.load()


class TestWrongSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SLACK_BOT_TOKEN", "xoxp-a-persons-token"),
            ("SLACK_APP_TOKEN", "xoxb-swapped"),
            ("SLACK_API_URL", "slack.com/api"),
            ("BLOOM_API_URL", "ftp://www.trybloom.ai"),
            ("BLOOM_API_URL", "https://"),
            ("BLOOM_API_URL", "https://[bloom"),
            ("DATABASE_URL", "postgresql://localhost/bloom"),
            ("DATABASE_URL", "sqlite:///"),
            ("DATABASE_URL", "data/bloom.db"),
            ("PORT", "many"),
            ("PORT", "65536"),
            ("PORT", "-1"),
            ("LOG_LEVEL", "LOUD"),
            ("SLACK_BOT_TOKEN", "xoxb-1\nxoxb-2"),
            ("BLOOM_API_KEY", "a key of two words"),
            ("DATABASE_URL", "sqlite:///:memory:"),
            ("DATABASE_URL", "sqlite:////"),
            ("SLACK_API_URL", "https://slack.com:99999/api"),
            ("LOG_FORMAT", "xml"),
            ("BLOOM_AUTH_URL", "trybloom.ai"),
            ("SLACK_CLIENT_ID", "A0123456789"),
            ("SLACK_CLIENT_ID", "123.456.789"),
            ("SLACK_CLIENT_SECRET", "two words"),
            ("PUBLIC_URL", "bloom.example.com"),
            ("PUBLIC_URL", "http://bloom.example.com"),
            ("PUBLIC_URL", "http://10.0.0.1:3000"),
            ("PUBLIC_URL", "http://127.0.0.1.example.com"),
            ("PUBLIC_URL", "https://bloom.example.com/slack"),
            ("PUBLIC_URL", "https://bloom.example.com?a=b"),
            ("PUBLIC_URL", "https://somebody@bloom.example.com"),
            ("HISTORY_AFTER_UNINSTALL", "forget"),
            ("BLOOM_IMAGE_HOSTS", "https://cdn.example.com"),
            ("BLOOM_IMAGE_HOSTS", "cdn.example.com,,"),
            ("BLOOM_IMAGE_HOSTS", "localhost"),
            ("BLOOM_RATE_LIMIT", "120"),
            ("BLOOM_RATE_LIMIT", "120/"),
            ("BLOOM_RATE_LIMIT", "0/60"),
            ("BLOOM_RATE_LIMIT", "120/0"),
            ("BLOOM_RATE_LIMIT", "120/0.0"),
            ("BLOOM_RATE_LIMIT", "-1/60"),
            ("BLOOM_RATE_LIMIT", "many/minute"),
            ("BLOOM_RATE_LIMIT", "1e3/60"),
            ("BLOOM_RATE_LIMIT", "120/99999"),
        ],
    )
    def test_wrong_value_is_one_line_that_names_the_setting(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        assert refusal(monkeypatch, name, value)

    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("SLACK_BOT_TOKEN", "secret-value", "should start with xoxb-"),
            ("SLACK_APP_TOKEN", "secret-value", "should start with xapp-"),
            ("DATABASE_URL", "mysql://root:secret-value@db", "should look like sqlite:///data/bloom.db"),
            ("SLACK_API_URL", "secret-value", "should be an http or https address"),
            ("SLACK_CLIENT_ID", "secret-value", "should be two numbers with a dot between"),
            ("PUBLIC_URL", "http://secret-value.com", "should be an https address"),
            ("PUBLIC_URL", "https://example.com/secret-value", "should be an address without a path"),
            ("BLOOM_RATE_LIMIT", "secret-value", "should be requests/seconds, such as 120/60"),
        ],
    )
    def test_line_says_what_would_be_right_and_not_what_was_given(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
    ) -> None:
        line = refusal(monkeypatch, name, value)
        assert says in line
        assert "secret-value" not in line

    def test_error_carries_no_details_that_a_traceback_would_show(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLACK_BOT_TOKEN", "secret-value")
        with pytest.raises(ConfigError) as caught:
            Settings.load()
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


class TestValues:
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ("sqlite:///bloom.db", "bloom.db"),
            ("sqlite:////var/lib/bloom/bloom.db", "/var/lib/bloom/bloom.db"),
        ],
    )
    def test_database_path_is_relative_or_absolute(self, given: str, path: str) -> None:
        assert Settings.load(database_url=given).database_path == Path(path).resolve()

    def test_addresses_lose_the_slash_at_their_end(self) -> None:
        assert Settings.load(bloom_api_url="http://127.0.0.1:8000/api/").bloom_api_url == "http://127.0.0.1:8000/api"

    @pytest.mark.parametrize(
        ("given", "address"),
        [
            ("https://bloom.example.com/", "https://bloom.example.com"),
            ("https://bloom.example.com:8443", "https://bloom.example.com:8443"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://localhost", "http://localhost"),
        ],
    )
    def test_public_address_is_https_or_this_machine(self, given: str, address: str) -> None:
        assert Settings.load(public_url=given).public_url == address

    def test_history_is_kept_where_that_is_wished(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HISTORY_AFTER_UNINSTALL", "Keep")
        assert Settings.load().history_after_uninstall is History.KEEP
        assert Settings.load().keeps_history

    def test_log_level_is_understood_in_any_case(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOG_LEVEL", "debug")
        assert Settings.load().log_level is LogLevel.DEBUG
        assert Settings.load(log_level=LogLevel.ERROR).log_level is LogLevel.ERROR

    def test_spare_commas_between_keys_mean_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENCRYPTION_KEYS", f" {KEY} ,, {OTHER_KEY},")
        assert len(Settings.load().encryption_keys) == 2

    @pytest.mark.parametrize(
        ("given", "limit"),
        [
            ("120/60", RateLimit(120, 60.0)),
            (" 600 / 60 ", RateLimit(600, 60.0)),
            ("120/12.5", RateLimit(120, 12.5)),
            ("1000000/1", RateLimit(1_000_000, 1.0)),
        ],
    )
    def test_rate_limit_is_requests_and_seconds(
        self, monkeypatch: pytest.MonkeyPatch, given: str, limit: RateLimit
    ) -> None:
        monkeypatch.setenv("BLOOM_RATE_LIMIT", given)
        assert Settings.load().bloom_rate_limit == limit
        assert Settings.load(bloom_rate_limit=limit).bloom_rate_limit == limit

    def test_settings_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            Settings.load().__setattr__("port", 1)

    def test_secrets_show_in_no_repr(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        settings = Settings.load()
        one = Settings.load(slack_client_secret=None)
        many = Settings.load(
            slack_client_id="1.2", public_url="https://b.example", slack_bot_token=None, bloom_api_key=None
        )
        shown = f"{settings!r} {settings} {settings.model_dump()} {one.for_slack()!r} {many.for_slack()!r}"
        for secret in (*SECRETS.values(), KEY, OTHER_KEY):
            assert secret not in shown


class TestSlack:
    def test_http_takes_a_bot_token_and_a_signing_secret(self) -> None:
        settings = Settings.load(slack_bot_token="xoxb-1", slack_signing_secret="s")
        slack = settings.for_slack()
        assert (slack.bot_token, slack.signing_secret, slack.app_token) == ("xoxb-1", "s", None)
        assert slack.api_url == "https://slack.com/api/"
        assert settings.has_slack
        assert not settings.uses_socket_mode

    def test_socket_mode_takes_a_bot_token_and_an_app_token(self) -> None:
        settings = Settings.load(slack_bot_token="xoxb-1", slack_app_token="xapp-2")
        slack = settings.for_slack()
        assert (slack.bot_token, slack.signing_secret, slack.app_token) == ("xoxb-1", "", "xapp-2")
        assert settings.uses_socket_mode

    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            ({}, "SLACK_BOT_TOKEN"),
            ({"slack_signing_secret": "s"}, "SLACK_BOT_TOKEN"),
            ({"slack_app_token": "xapp-2"}, "SLACK_BOT_TOKEN"),
            ({"slack_bot_token": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ],
    )
    def test_what_is_missing_is_named_in_one_line(self, given: dict[str, str], missing: str) -> None:
        with pytest.raises(ConfigError, match=f"^{missing} is missing; .+$"):
            Settings.load(**given).for_slack()

    @pytest.mark.parametrize(
        "name",
        ["slack_bot_token", "slack_app_token", "slack_signing_secret", "slack_client_id", "slack_client_secret"],
    )
    def test_any_of_slacks_settings_means_a_real_slack(self, name: str) -> None:
        value = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-2", "slack_client_id": "1.2"}.get(name, "s")
        assert Settings.load(**{name: value}).has_slack


MANY = {
    "slack_client_id": "1.2",
    "slack_client_secret": "c",
    "slack_signing_secret": "s",
    "public_url": "https://bloom.example.com",
}


class TestManyWorkspaces:
    def test_oauth_client_takes_the_place_of_the_bot_token(self) -> None:
        settings = Settings.load(**MANY)
        slack = settings.for_slack()
        assert (slack.bot_token, slack.client_id, slack.client_secret) == (None, "1.2", "c")
        assert settings.installs_by_oauth

    def test_one_workspace_has_no_oauth_client(self) -> None:
        slack = Settings.load(slack_bot_token="xoxb-1", slack_signing_secret="s").for_slack()
        assert (slack.client_id, slack.client_secret) == (None, None)

    def test_socket_mode_needs_no_signing_secret_here_either(self) -> None:
        settings = Settings.load(**{**MANY, "slack_signing_secret": None, "slack_app_token": "xapp-2"})
        assert settings.for_slack().app_token == "xapp-2"

    @pytest.mark.parametrize(
        ("changed", "line"),
        [
            ({"slack_client_id": None}, "^SLACK_CLIENT_ID is missing; .* go together$"),
            ({"slack_client_secret": None}, "^SLACK_CLIENT_SECRET is missing; .* go together$"),
            (
                {"slack_bot_token": "xoxb-1"},
                "^SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET",
            ),
            (
                {"bloom_api_key": "bloom_sk_1"},
                "^BLOOM_API_KEY is for one workspace, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET",
            ),
            ({"public_url": None}, "^PUBLIC_URL is missing; "),
            ({"slack_signing_secret": None}, "^SLACK_SIGNING_SECRET is missing; "),
        ],
    )
    def test_what_is_missing_or_does_not_go_together_is_one_line(
        self, changed: dict[str, str | None], line: str
    ) -> None:
        with pytest.raises(ConfigError, match=line) as refused:
            Settings.load(**{**MANY, **changed}).for_slack()
        assert "\n" not in str(refused.value)
        assert not any(secret in str(refused.value) for secret in ("xoxb-1", "bloom_sk_1"))
