"""People of other organisations in shared channels: what their requests say of them moves nobody else."""

from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.core.models import Installation
from bot.core.tasks import Tasks
from bot.slack.bolt import make_bolt
from bot.slack.client import SlackApi
from bot.slack.installation.installations import Installations
from bot.slack.installation.oauth import OAuth
from bot.slack.payloads import workspace_of
from bot.store import SqliteStore
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import settle
from tests.slack.installation.test_installations import APP
from tests.slack.places import ACME, GLOBEX


class Served:
    def __init__(self, store: SqliteStore, api: SlackApi, clock: ManualClock, tasks: Tasks) -> None:
        async def gone(_: Installation) -> None:
            return None

        self.seen: list[tuple[str, str | None]] = []
        source = Installations(store, OAuth(APP, api, clock), api, clock=clock, tasks=tasks, on_gone=gone)
        self.app: AsyncApp = make_bolt(source, api, signing_secret="", is_over_http=False)
        self.app.view("form")(self._note)
        self.app.command("/bloom")(self._note)
        self.app.event("user_change")(self._note)

    async def _note(self, args: AsyncArgs) -> None:
        await args.ack()
        self.seen.append((workspace_of(args), args.client.token))

    async def send(self, body: dict[str, Any]) -> None:
        assert (await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))).status == 200
        await settle(2)


def sent_by_a_stranger(**more: Any) -> dict[str, Any]:
    """Somebody of the organisation E1 sends a form that was opened in a channel that T1 shares with them."""
    return {
        "type": "view_submission",
        "team": {"id": "T9", "enterprise_id": "E1"},
        "enterprise": {"id": "E1"},
        "user": {"id": "U9", "team_id": "T9"},
        "view": {"type": "modal", "callback_id": "form", "app_installed_team_id": "T1", "blocks": []},
        **more,
    }


async def test_organisation_of_a_stranger_does_not_take_a_workspace_over(
    store: SqliteStore, api: SlackApi, manual_clock: ManualClock, tasks: Tasks
) -> None:
    served = Served(store, api, manual_clock, tasks)
    await store.save_installation(ACME)
    await store.save_installation(GLOBEX)
    await served.send(sent_by_a_stranger())
    assert served.seen == [("T1", "xoxb-acme")]
    assert await store.workspaces_of(GLOBEX) == ()
    await store.delete_installation("T1", ACME.bot_token)
    assert await store.installation("T1") is None
    assert await store.workspaces_of(GLOBEX) == ()


@pytest.mark.parametrize("team", [{"id": "T9", "enterprise_id": "E1"}, None])
async def test_stranger_does_not_end_a_workspaces_own_installation(
    store: SqliteStore, api: SlackApi, manual_clock: ManualClock, tasks: Tasks, team: dict[str, str] | None
) -> None:
    served = Served(store, api, manual_clock, tasks)
    await store.save_installation(ACME)
    await store.save_installation(GLOBEX)
    await served.send(sent_by_a_stranger(is_enterprise_install=True, team=team))
    assert served.seen == [("T1", "xoxb-acme")]
    assert await store.installation("T1") == ACME


async def test_stranger_does_not_move_a_workspace_into_another_organisation(
    store: SqliteStore, api: SlackApi, manual_clock: ManualClock, tasks: Tasks
) -> None:
    served = Served(store, api, manual_clock, tasks)
    initech = replace(GLOBEX, enterprise_id="E0", bot_token="xoxb-initech")
    await store.save_installation(initech)
    await store.save_installation(GLOBEX)
    assert await store.installation("T1", "E0") == initech
    await served.send(sent_by_a_stranger())
    assert served.seen == [("T1", "xoxb-initech")]
    assert await store.installation("T1") == initech


async def test_organisation_is_never_taken_for_a_workspace(
    store: SqliteStore, api: SlackApi, manual_clock: ManualClock, tasks: Tasks
) -> None:
    served = Served(store, api, manual_clock, tasks)
    await store.save_installation(GLOBEX)
    command = {"command": "/bloom", "team_id": "E1", "enterprise_id": "E1", "user_id": "U1", "channel_id": "C1"}
    await served.send(command | {"is_enterprise_install": "true"})
    assert served.seen == []
    assert await store.workspaces_of(GLOBEX) == ()
