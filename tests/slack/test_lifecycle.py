"""The bot leaves where it was removed, everything with it, and nowhere else; and it hears who people are now."""

from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.core.models import Installation, Member, UserGroup
from bot.core.tasks import Tasks
from bot.slack.bolt import make_bolt
from bot.slack.client import SlackApi
from bot.slack.installation.installations import Installations, InstallationSource
from bot.slack.installation.oauth import OAuth
from bot.slack.installation.single_installation import SingleInstallation
from bot.slack.lifecycle import Lifecycle
from bot.store import SqliteStore
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, settle
from tests.slack.installation.test_installations import APP, NEW_TOKENS, RENEWAL
from tests.slack.loopback import Json, WrittenSlack
from tests.slack.places import ACME, BETA, GLOBEX, rotating

Place = tuple[str, str]


class Phonebook:
    """A `Directory` that notes whom it is to forget."""

    def __init__(self) -> None:
        self.forgotten: list[Place] = []

    async def member(self, workspace_id: str, user_id: str) -> Member:
        raise NotImplementedError

    async def admins(self, workspace_id: str) -> tuple[str, ...]:
        raise NotImplementedError

    async def groups(self, workspace_id: str) -> tuple[UserGroup, ...]:
        raise NotImplementedError

    async def group_members(self, workspace_id: str, group_id: str) -> frozenset[str]:
        raise NotImplementedError

    def forget(self, workspace_id: str, user_id: str) -> None:
        self.forgotten.append((workspace_id, user_id))


class World:
    """The listeners behind a Bolt app, and what they did."""

    def __init__(
        self, store: SqliteStore, written: WrittenSlack, api: SlackApi, clock: ManualClock, tasks: Tasks
    ) -> None:
        self.store, self.slack, self.api, self.clock, self.tasks = store, written, api, clock, tasks
        self.left: list[str] = []
        self.known_still: list[bool] = []
        """Whether the installation was on record still when a workspace was left: a departure can be taken up again."""
        self.connectors_gone: list[Place] = []
        self.people = Phonebook()
        oauth = OAuth(APP, api, clock)
        self.serve(Installations(store, oauth, api, clock=clock, tasks=tasks, on_gone=self._gone))

    def serve(self, installations: InstallationSource) -> None:
        """Build the rest around a source of installations."""
        self.lifecycle = Lifecycle(
            self.store,
            installations,
            self.api,
            self.people,
            clock=self.clock,
            tasks=self.tasks,
            leave=self._leave,
            connector_left=self._connector_left,
        )
        self.app: AsyncApp = make_bolt(installations, self.api, signing_secret="", is_over_http=False)
        self.app.event("app_uninstalled")(self.lifecycle.uninstalled)
        self.app.event("tokens_revoked")(self.lifecycle.tokens_revoked)
        self.app.event("team_access_revoked")(self.lifecycle.access_revoked)
        self.app.event("user_change")(self.lifecycle.user_changed)

    async def _gone(self, installation: Installation) -> None:
        await self.lifecycle.gone(installation)

    async def _leave(self, workspace_id: str) -> None:
        self.left.append(workspace_id)
        self.known_still.append(await self.store.installation(workspace_id) is not None)

    async def _connector_left(self, workspace_id: str, user_id: str) -> None:
        self.connectors_gone.append((workspace_id, user_id))

    async def install(self, *installations: Installation) -> None:
        for installation in installations:
            await self.store.save_installation(installation)

    async def hear(self, event: Json, **envelope: Any) -> None:
        """Send an event, and wait until nothing more comes of it."""
        body = {"type": "event_callback", "event": event, **envelope}
        answer = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert answer.status == 200
        await settle(2)
        await eventually(lambda: len(self.tasks) <= self.clock.sleepers)

    async def hear_uninstalled(self, **envelope: Any) -> None:
        await self.hear({"type": "app_uninstalled"}, **envelope)


@pytest.fixture
def world(store: SqliteStore, written: WrittenSlack, api: SlackApi, manual_clock: ManualClock, tasks: Tasks) -> World:
    return World(store, written, api, manual_clock, tasks)


async def test_uninstalled_workspace_is_left_and_forgotten_and_no_other(world: World) -> None:
    await world.install(ACME, BETA)
    world.slack.answer("auth.test", "account_inactive")
    await world.hear_uninstalled(team_id="T1")
    assert world.left == ["T1"]
    assert await world.store.installation("T1") is None
    assert await world.store.installation("T2") == BETA


async def test_late_event_does_not_hurt_a_fresh_installation(world: World) -> None:
    await world.install(ACME)
    await world.hear_uninstalled(team_id="T1")
    assert world.left == []
    assert await world.store.installation("T1") == ACME


async def test_event_that_comes_again_ends_what_the_first_may_have_left(world: World) -> None:
    await world.install(ACME)
    world.slack.answer("auth.test", "account_inactive")
    await world.hear({"type": "tokens_revoked", "tokens": {"bot": ["UBOT1"], "oauth": []}}, team_id="T1")
    assert (world.left, world.known_still) == (["T1"], [True])
    await world.hear_uninstalled(team_id="T1")
    assert (world.left, world.known_still) == (["T1", "T1"], [True, False])


async def test_token_of_a_person_that_is_revoked_is_none_of_the_bots(world: World) -> None:
    await world.install(ACME)
    world.slack.answer("auth.test", "token_revoked")
    await world.hear({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, team_id="T1")
    assert world.left == []


async def test_nothing_is_erased_before_slack_has_said_so(world: World) -> None:
    await world.install(ACME)
    world.slack.answer("auth.test", 503, 503, "account_inactive")
    await world.hear_uninstalled(team_id="T1")
    assert world.left == []
    while not world.left:
        await world.clock.advance(60.0)
        await settle(1)
    assert world.left == ["T1"]


async def test_token_that_ended_meanwhile_is_renewed_to_see_whether_the_event_was_late(world: World) -> None:
    await world.install(rotating(-1))
    world.slack.answer(RENEWAL, NEW_TOKENS)
    await world.hear_uninstalled(team_id="T1")
    assert world.left == []
    world.slack.answer("auth.test", "account_inactive")
    await world.hear_uninstalled(team_id="T1")
    assert world.left == ["T1"]
    assert await world.store.installation("T1") is None


async def test_token_that_ended_and_is_not_renewed_any_more_is_gone(world: World) -> None:
    await world.install(rotating(-1))
    world.slack.answer(RENEWAL, "invalid_refresh_token")
    await world.hear_uninstalled(team_id="T1")
    assert world.left == ["T1"]


@pytest.mark.parametrize(
    "envelope", [{"enterprise_id": "E1"}, {"enterprise_id": "E1", "team_id": "T7", "is_enterprise_install": True}]
)
async def test_organisation_is_left_in_all_its_workspaces_but_those_with_their_own(
    world: World, envelope: Json
) -> None:
    await world.install(GLOBEX, replace(ACME, enterprise_id="E1"))
    for workspace_id in ("T1", "T7", "T8"):
        await world.store.installation(workspace_id, "E1")
    world.slack.answer("auth.test", "account_inactive")
    await world.hear_uninstalled(**envelope)
    assert world.left == ["T7", "T8"]
    assert await world.store.installation("T7") is None
    assert await world.store.installation("T1") is not None


async def test_workspace_that_its_organisation_serves_now_only_loses_its_own_token(world: World) -> None:
    await world.install(GLOBEX, replace(ACME, enterprise_id="E1"))
    await world.store.installation("T1", "E1")
    world.slack.answer("auth.test", "token_revoked")
    await world.hear_uninstalled(team_id="T1", enterprise_id="E1")
    assert world.left == []
    assert await world.store.installation("T1") == GLOBEX


async def test_workspaces_that_an_organisation_takes_the_bot_out_of_are_left(world: World) -> None:
    await world.install(GLOBEX)
    await world.store.installation("T7", "E1")
    await world.store.installation("T6", "E1")
    await world.hear({"type": "team_access_revoked", "team_ids": ["T7", "T6"]}, team_id=None, enterprise_id="E1")
    assert sorted(world.left) == ["T6", "T7"]
    assert await world.store.installation("T8", "E1") == GLOBEX


async def test_only_workspace_of_a_bot_with_one_token_can_be_left_too(world: World) -> None:
    single = replace(ACME, enterprise_id="E1")
    world.serve(SingleInstallation(single))
    await world.install(single)
    world.slack.answer("auth.test", "account_inactive")
    await world.hear_uninstalled(team_id="T1")
    assert world.left == ["T1"]


@pytest.mark.parametrize(("deleted", "gone"), [(False, []), (True, [("T1", "U1")])])
async def test_person_who_changed_is_asked_about_anew_and_who_is_deactivated_has_left(
    world: World, deleted: bool, gone: list[Place]
) -> None:
    await world.install(ACME)
    await world.hear({"type": "user_change", "user": {"id": "U1", "deleted": deleted}}, team_id="T1")
    assert world.people.forgotten == [("T1", "U1")]
    assert world.connectors_gone == gone


async def test_person_who_is_deactivated_has_left_every_workspace_of_the_organisation(world: World) -> None:
    await world.install(GLOBEX)
    for workspace_id in ("T7", "T8"):
        await world.store.installation(workspace_id, "E1")
    user = {"id": "U1", "deleted": True}
    await world.hear({"type": "user_change", "user": user}, team_id="T7", enterprise_id="E1")
    assert sorted(world.connectors_gone) == [("T7", "U1"), ("T8", "U1")]


@pytest.mark.parametrize("user", [None, "U1"])
async def test_change_of_a_person_that_names_nobody_is_passed_over(world: World, user: object) -> None:
    await world.install(ACME)
    await world.hear({"type": "user_change", "user": user}, team_id="T1")
    assert world.people.forgotten == []
