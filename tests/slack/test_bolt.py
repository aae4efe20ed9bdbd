"""Whatever Slack sends is answered as the bot of the workspace it comes from, without asking Slack who that is."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.core.errors import SlackUnavailable
from bot.slack.bolt import make_bolt
from bot.slack.client import SlackApi
from bot.slack.payloads import workspace_of
from tests.fakes.eventually import settle
from tests.slack.loopback import Json, WrittenSlack
from tests.slack.places import ACME, BETA, GLOBEX, KnownInstallations


class Served:
    """A Bolt app that notes whom it serves."""

    def __init__(self, installations: KnownInstallations, api: SlackApi) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.app: AsyncApp = make_bolt(
            installations, api, signing_secret="", is_over_http=False, install_url="https://bloom.test/slack/install"
        )
        self.app.command("/bloom")(self._note)
        self.app.action("press")(self._note)
        for name in ("app_home_opened", "app_uninstalled", "tokens_revoked"):
            self.app.event(name)(self._note)

    async def _note(self, args: AsyncArgs) -> None:
        await args.ack()
        self.seen.append((workspace_of(args), args.client.token))

    async def send(self, body: Json) -> BoltResponse:
        answer = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await settle(2)  # an event is acknowledged before anybody hears of it
        return answer


def command(team_id: str, **more: Any) -> Json:
    return {"command": "/bloom", "team_id": team_id, "user_id": "U1", "channel_id": "C1", "text": "", **more}


def press(**more: Any) -> Json:
    return {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "press"}], **more}


def event(kind: str, **more: Any) -> Json:
    return {"type": "event_callback", "event": {"type": kind, "user": "U1"}, **more}


ORG_WIDE: Json = {"enterprise": {"id": "E1"}, "is_enterprise_install": True, "team": None}


async def test_two_workspaces_are_served_side_by_side_and_slack_is_asked_nothing(
    written: WrittenSlack, api: SlackApi
) -> None:
    served = Served(KnownInstallations(ACME, BETA), api)
    for team_id in ("T1", "T2", "T1"):
        assert (await served.send(command(team_id))).status == 200
    assert served.seen == [("T1", "xoxb-acme"), ("T2", "xoxb-beta"), ("T1", "xoxb-acme")]
    assert written.asked == []


async def test_workspace_without_installation_is_told_where_to_install(written: WrittenSlack, api: SlackApi) -> None:
    served = Served(KnownInstallations(ACME), api)
    answer = await served.send(command("T9"))
    assert answer.status == 200
    assert answer.body.startswith("Bloom isn't installed in this workspace any more.")
    assert "https://bloom.test/slack/install" in answer.body
    assert (await served.send(command("T9", response_url=f"{written.root}/api/response"))).body == ""
    (told,) = written.named("response")
    assert "https://bloom.test/slack/install" in told.form["text"]
    assert served.seen == []


async def test_request_is_left_for_slack_to_repeat_when_there_is_no_token_just_now(api: SlackApi) -> None:
    served = Served(KnownInstallations(ACME, trouble=SlackUnavailable("unreachable")), api)
    assert (await served.send(event("app_home_opened", team_id="T1"))).status == 500


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_end_of_an_installation_is_heard_without_one(api: SlackApi, kind: str) -> None:
    served = Served(KnownInstallations(), api)
    assert (await served.send(event(kind, team_id="T1"))).status == 200
    assert served.seen == [("T1", None)]


@pytest.mark.parametrize(
    "body",
    [
        command("T7", enterprise_id="E1", is_enterprise_install="true"),
        event("app_home_opened", team_id="T7", authorizations=[{"enterprise_id": "E1", "team_id": None}]),
        event("app_home_opened", context_team_id="T7", team_id="T9", authorizations=[{"enterprise_id": "E1"}]),
        press(**ORG_WIDE | {"user": {"id": "U1", "team_id": "T7"}}),
        press(**ORG_WIDE, view={"type": "modal", "team_id": "T7", "app_installed_team_id": "E1"}),
    ],
)
async def test_workspace_is_found_whatever_way_an_organisation_names_it(api: SlackApi, body: Json) -> None:
    served = Served(KnownInstallations(GLOBEX), api)
    assert (await served.send(body)).status == 200
    assert served.seen == [("T7", "xoxb-globex")]


async def test_button_on_a_home_tab_belongs_to_the_workspace_where_it_was_pressed(api: SlackApi) -> None:
    served = Served(KnownInstallations(ACME, BETA), api)
    await served.send(press(team={"id": "T2"}, view={"type": "home", "team_id": "T2", "app_installed_team_id": "T1"}))
    await served.send(press(team={"id": "T2"}, view={"type": "modal", "app_installed_team_id": "T1"}))
    assert served.seen == [("T2", "xoxb-beta"), ("T1", "xoxb-acme")]


async def test_request_of_an_organisation_for_no_workspace_is_not_served(api: SlackApi) -> None:
    served = Served(KnownInstallations(GLOBEX), api)
    assert (await served.send(press(**ORG_WIDE))).status == 200
    assert served.seen == []


async def test_what_oauth_needs_in_the_environment_does_not_wake_bolts_own(
    written: WrittenSlack, api: SlackApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, "xoxb-of-somebody-else")
    served = Served(KnownInstallations(ACME), api)
    assert (await served.send(command("T1"))).status == 200
    assert (await served.send(command("T9"))).body.startswith("Bloom isn't installed")
    assert served.seen == [("T1", "xoxb-acme")]
    assert written.asked == []
