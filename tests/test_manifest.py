"""The manifest describes the app that the code is: nothing registered is missing, no scope is idle."""

import ast
import dataclasses
import inspect
import json
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack
from bot.core.services import Core
from bot.core.tasks import Tasks
from bot.manifest import EXAMPLE, read_manifest
from bot.pages import INSTALLED_PATH
from bot.slack.commands.text import WORDS
from bot.slack.views.buttons import MAKE_A_BATCH_FROM_THIS, MAKE_AN_IMAGE, MAKE_AN_IMAGE_FROM_THIS
from tests.fakes.clock import ManualClock

ROOT = Path(__file__).parents[1]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
SCHEMA = ROOT.parent / "shared" / "slack" / "manifest.schema.2.json"

HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
SCOPES_OF_CALLS = {
    "api_call": set[str](),  # oauth.v2.access
    "apps_connections_open": set[str](),
    "auth_test": set[str](),
    "chat_getPermalink": set[str](),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write", "chat:write.public"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_info": {"channels:read"},  # of a private channel it is not asked for: then it has no name
    "conversations_history": HISTORY,
    "conversations_list": {"channels:read"},  # of public channels, and no others are asked about with it
    "conversations_join": {"channels:join"},
    "conversations_open": {"im:write"},
    "conversations_replies": HISTORY,
    "files_completeUploadExternal": {"files:write"},
    "files_getUploadURLExternal": {"files:write"},
    "files_delete": {"files:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_push": set[str](),
    "views_update": set[str](),
}
"""What Slack's documentation asks for each method the bot may call."""
SCOPES_OF_ELEMENTS = {"file_input": {"files:read"}}
"""And for each element of its forms."""
SCOPES_OF_EVENTS = {
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set[str](),
    "team_access_revoked": set[str](),
    "message.im": {"im:history"},
    "tokens_revoked": set[str](),
    "user_change": {"users:read"},
}
"""And for each event it hears of."""
KINDS_OF_MESSAGES = {"message": "message.im"}
"""Slack calls every message just that; which ones the bot hears of is said when it subscribes to them."""


class Recorder:
    """Takes the place of a Bolt app and remembers what is registered with it."""

    def __init__(self) -> None:
        self.registered: dict[str, set[str]] = {}

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Any], Any]]:
        def register(name: Any, **_: Any) -> Callable[[Any], Any]:
            self.registered.setdefault(kind, set()).add(getattr(name, "pattern", str(name)))
            return lambda listener: listener

        return register


def registered() -> dict[str, set[str]]:
    recorder: Any = Recorder()
    nothing: dict[str, Any] = {field.name: Recorder() for field in dataclasses.fields(Core)}
    lifecycle: Any = Recorder()
    clients: Any = Recorder()
    core = Core(**nothing | {"tasks": Tasks()})
    slack.register(recorder, core, ManualClock(), lifecycle, clients, batch_row_limit=200)
    found: dict[str, set[str]] = recorder.registered
    return found


def heard() -> set[str]:
    """Return the events that are listened to, as they are subscribed to."""
    return {KINDS_OF_MESSAGES.get(event, event) for event in registered()["event"]}


def called() -> set[str]:
    """Return the Web API methods that the source calls on a client."""
    methods = {name for name, _ in inspect.getmembers(AsyncWebClient, inspect.iscoroutinefunction)}
    calls = {
        node.func.attr
        for node in source()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and "client" in ast.unparse(node.func.value)
    }
    return calls & methods


def shown() -> set[str]:
    """Return the elements with a scope of their own that the source puts into its forms."""
    constants = {node.value for node in source() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return constants & set(SCOPES_OF_ELEMENTS)


def source() -> Iterator[ast.AST]:
    """Yield every node of the bot's own source."""
    for path in (ROOT / "bot").rglob("*.py"):
        if "sandbox" not in path.relative_to(ROOT).parts:
            yield from ast.walk(ast.parse(path.read_text()))


def test_manifest_is_what_slack_accepts() -> None:
    if not SCHEMA.exists():
        pytest.skip("manifest.schema.2.json is not beside the checkout")
    judge = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in judge.iter_errors(MANIFEST)] == []


def test_commands_are_those_registered() -> None:
    assert {command["command"] for command in MANIFEST["features"]["slash_commands"]} == registered()["command"]


def test_shortcuts_are_those_registered() -> None:
    assert {shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]} == registered()["shortcut"]


def test_shortcuts_are_called_what_the_help_calls_them() -> None:
    names = {shortcut["callback_id"]: shortcut["name"] for shortcut in MANIFEST["features"]["shortcuts"]}
    assert names == {
        slack.IMAGE_SHORTCUT: MAKE_AN_IMAGE,
        slack.MESSAGE_SHORTCUT: MAKE_AN_IMAGE_FROM_THIS,
        slack.BATCH_SHORTCUT: MAKE_A_BATCH_FROM_THIS,
    }


def test_events_are_those_registered() -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == heard()


def test_people_can_write_to_the_bot() -> None:
    home = MANIFEST["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]


def test_plain_messages_in_channels_are_not_heard() -> None:
    kinds = {event for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"] if "message" in event}
    assert kinds == {"message.im"}


def test_options_have_an_address_to_be_loaded_from() -> None:
    interactivity = MANIFEST["settings"]["interactivity"]
    assert registered()["options"]
    assert interactivity["is_enabled"]
    assert interactivity["message_menu_options_url"] == interactivity["request_url"]


def test_every_address_is_the_one_route_of_the_bot() -> None:
    urls = [
        line.split()[-1]
        for line in (ROOT / "manifest.yml").read_text().splitlines()
        if "_url:" in line or " url:" in line
    ]
    assert len(urls) == 4
    assert all(url == f"https://{EXAMPLE}/slack/events" for url in urls)


def test_people_come_back_from_slack_to_where_the_bot_awaits_them() -> None:
    assert MANIFEST["oauth_config"]["redirect_urls"] == [f"https://{EXAMPLE}{INSTALLED_PATH}"]


def test_what_only_some_want_is_off() -> None:
    settings = MANIFEST["settings"]
    assert not any(settings[name] for name in ("org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"))


def test_scopes_are_those_of_the_calls_and_no_more() -> None:
    assert called() <= set(SCOPES_OF_CALLS)
    assert heard() == set(SCOPES_OF_EVENTS)
    needed = {"commands"}.union(
        *(SCOPES_OF_CALLS[method] for method in called()),
        *(SCOPES_OF_ELEMENTS[element] for element in shown()),
        *SCOPES_OF_EVENTS.values(),
    )
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_people_are_told_what_they_can_type() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    assert command["usage_hint"].split(" | ")[1:] == list(WORDS)


def test_installed_bot_has_the_same_manifest() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["bot"]
    assert packaged == ["manifest.yml"]
    assert yaml.safe_load(files("bot").joinpath("manifest.yml").read_text(encoding="utf-8")) == MANIFEST
    assert list(read_manifest().scopes) == MANIFEST["oauth_config"]["scopes"]["bot"]
    assert list(read_manifest().redirect_urls) == MANIFEST["oauth_config"]["redirect_urls"]
