"""The workspace installs the app as its manifest says."""

from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ConfigError
from bot.sandbox.slack import SlackStandIn
from bot.sandbox.slack.manifest import UNWRITTEN, Manifest
from tests.sandbox.slack.refusals import refused


def test_the_project_has_one() -> None:
    manifest = Manifest.read()
    assert manifest.name == "Bloom"
    assert manifest.description
    assert [one.command for one in manifest.commands] == ["/bloom"]
    assert manifest.commands[0].usage_hint
    assert {one.type for one in manifest.shortcuts} == {"global", "message"}
    assert manifest.scopes is not None
    assert "chat:write" in manifest.scopes
    assert manifest.events >= {"app_home_opened", "app_uninstalled"}
    assert (manifest.has_home, manifest.has_messages) == (True, True)


@pytest.mark.parametrize("content", [None, "a: [", "features: {slash_commands: [{}]}", "just words", ""])
def test_none_or_a_wrong_one_is_one_clear_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "manifest.yml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"manifest\.yml") as refusal:
        Manifest.read(path)
    assert len(str(refusal.value).splitlines()) == 1


async def test_app_has_the_name_scopes_and_events_of_its_manifest() -> None:
    manifest = Manifest.model_validate(
        {
            "features": {"bot_user": {"display_name": "Bloom"}},
            "oauth_config": {"scopes": {"bot": ["chat:write"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        }
    )
    async with SlackStandIn(manifest=manifest, bot_token="xoxb-test") as slack:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url)
        assert (await client.auth_test())["user"] == "bloom"
        assert slack.workspace.app.name == "Bloom"
        assert (await refused(client.users_list()))["error"] == "missing_scope"
        sent = len(slack.deliveries)
        await slack.person("Mia").say("general", "nobody is called upon")
        assert len(slack.deliveries) == sent
        await slack.person("Mia").say("general", "@bloom hello")
        assert len(slack.deliveries) == sent + 1
        assert slack.manifest is manifest


async def test_what_a_test_grants_goes_before_the_manifest() -> None:
    manifest = Manifest.read()
    async with SlackStandIn(manifest=manifest, bot_token="xoxb-test", granted_scopes={"users:read"}) as slack:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url)
        assert (await client.users_list())["ok"]
        assert (await refused(client.chat_postMessage(channel="general", text="x")))["error"] == "missing_scope"


def test_app_without_a_manifest_may_do_everything() -> None:
    assert UNWRITTEN.scopes is None
    assert UNWRITTEN.has_command("/bloom")
    assert not UNWRITTEN.has_shortcut("global", "anything")
    assert SlackStandIn().manifest is UNWRITTEN
