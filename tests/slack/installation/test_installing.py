"""From Slack's page to a served workspace and out again, between the parts that do it and a Slack that plays along."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import Installation
from bot.core.tasks import Tasks
from bot.sandbox.slack.manifest import UNWRITTEN
from bot.sandbox.slack.settings import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET
from bot.sandbox.slack.site import SlackSite
from bot.slack.bolt import make_bolt
from bot.slack.client import SlackApi
from bot.slack.directory.people import SlackDirectory
from bot.slack.installation.clients import Clients
from bot.slack.installation.install import Installer
from bot.slack.installation.installations import Installations
from bot.slack.installation.oauth import OAuth, OAuthApp
from bot.slack.lifecycle import Lifecycle
from bot.slack.payloads import workspace_of
from bot.store import SqliteStore
from bot.web import make_web, serve
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, settle
from tests.slack.loopback import slack_api

SCOPES = ("commands", "chat:write", "im:write", "users:read")
EVENTS = UNWRITTEN.events | {"app_uninstalled", "tokens_revoked", "user_change"}


class World:
    """Everything between Slack and the core, and a core that only notes what it is told."""

    def __init__(self, site: SlackSite, api: SlackApi, store: SqliteStore, clock: ManualClock, tasks: Tasks) -> None:
        self.site, self.store, self.clock, self.tasks = site, store, clock, tasks
        oauth = OAuth(OAuthApp(CLIENT_ID, CLIENT_SECRET, SCOPES), api, clock)
        self.installations = Installations(store, oauth, api, clock=clock, tasks=tasks, on_gone=self._gone)
        self.clients = Clients(self.installations, api)
        self.directory = SlackDirectory(self.clients, clock)
        self.lifecycle = Lifecycle(
            store,
            self.installations,
            api,
            self.directory,
            clock=clock,
            tasks=tasks,
            leave=self._leave,
            connector_left=self._connector_left,
        )
        self.installer = Installer(oauth, store, api, clock=clock, tasks=tasks, public_url="http://127.0.0.1:3000")
        self.bolt = make_bolt(self.installations, api, signing_secret=SIGNING_SECRET, is_over_http=True)
        self.bolt.command("/bloom")(self._serve)
        self.bolt.event("app_uninstalled")(self.lifecycle.uninstalled)
        self.bolt.event("tokens_revoked")(self.lifecycle.tokens_revoked)
        self.bolt.event("user_change")(self.lifecycle.user_changed)
        self.served: list[str] = []
        self.left: list[str] = []
        self.gone_people: list[tuple[str, str]] = []

    async def _serve(self, args: AsyncArgs) -> None:
        await args.ack("here")
        self.served.append(workspace_of(args))
        await args.client.chat_postMessage(channel=str(args.context.user_id), text=f"for {workspace_of(args)}")

    async def _gone(self, installation: Installation) -> None:
        await self.lifecycle.gone(installation)

    async def _leave(self, workspace_id: str) -> None:
        self.left.append(workspace_id)

    async def _connector_left(self, workspace_id: str, user_id: str) -> None:
        self.gone_people.append((workspace_id, user_id))

    async def install(self, workspace: str, *, org_wide: bool = False) -> int:
        """Go the way of somebody who installs; return the status of the page at its end."""
        setting_out = await self.installer.begin()
        back = self.site.workspace(workspace).allow(setting_out.url, org_wide=org_wide)
        page = await self.installer.finish(dict(parse_qsl(urlsplit(back).query)), setting_out.cookie)
        await self.quiet()
        return page.status

    async def command(self, workspace: str) -> Any:
        """Type the command, and wait for what comes of it."""
        answer = await self.site.workspace(workspace).person("Mia").command("general", "/bloom")
        await settle(10)
        return answer.body

    async def installation(self, workspace: str) -> Installation | None:
        return await self.store.installation(self.site.workspace(workspace).team_id)

    async def quiet(self) -> None:
        await eventually(lambda: len(self.tasks) <= self.clock.sleepers)

    def errors(self) -> list[str | None]:
        return [call.error for call in self.site.calls if call.error]


@pytest.fixture
async def world(store: SqliteStore, manual_clock: ManualClock, tasks: Tasks) -> AsyncIterator[World]:
    site = SlackSite(clock=manual_clock, fetch_images=False, subscribed_events=EVENTS, rotate_tokens=True)
    async with site, slack_api(site.api_url, manual_clock) as api:
        globex = site.add_organisation("Globex")
        for name, organisation in (("Acme", None), ("Beta", None), ("Globex One", globex), ("Globex Two", globex)):
            site.add_workspace(name, organisation=organisation)
        opened = World(site, api, store, manual_clock, tasks)
        runner, port = await serve(make_web(opened.bolt, store.ready), "127.0.0.1", 0)
        site.connect_http(f"http://127.0.0.1:{port}/slack/events")
        yield opened
        await runner.cleanup()


async def test_two_workspaces_are_installed_and_served_as_themselves(world: World) -> None:
    acme, beta = (world.site.workspace(name) for name in ("Acme", "Beta"))
    assert [await world.install(name) for name in ("Acme", "Beta")] == [200, 200]
    for slack in (acme, beta):
        (welcome,) = slack.person("Mia").direct_messages()
        assert "Bloom is installed" in welcome.text
    assert [await world.command("Beta"), await world.command("Acme")] == ["here"] * 2
    assert world.served == [beta.team_id, acme.team_id]
    for slack in (acme, beta):
        assert slack.person("Mia").direct_messages()[-1].text == f"for {slack.team_id}"
        assert (await world.directory.member(slack.team_id, slack.person("Mia").id)).is_admin
    assert world.errors() == []


async def test_declined_installation_leaves_nothing_behind(world: World) -> None:
    setting_out = await world.installer.begin()
    back = world.site.workspace("Acme").deny(setting_out.url)
    page = await world.installer.finish(dict(parse_qsl(urlsplit(back).query)), setting_out.cookie)
    assert page.status == 403
    assert await world.installation("Acme") is None


async def test_commands_and_background_work_at_the_end_of_a_token_make_one_renewal(world: World) -> None:
    await world.install("Acme")
    await world.command("Acme")
    await world.clock.advance(12 * 3600)
    acme = world.site.workspace("Acme")
    clients = [world.clients.of(acme.team_id) for _ in range(2)]
    await asyncio.gather(world.command("Acme"), *clients)
    assert world.served == [acme.team_id] * 2
    assert sum(call.method == "oauth.v2.access" for call in world.site.calls) == 2
    await world.quiet()
    assert world.errors() == []


async def test_organisation_is_installed_once_and_served_in_each_workspace(world: World) -> None:
    assert await world.install("Globex One", org_wide=True) == 200
    for name in ("Globex One", "Globex Two"):
        assert await world.command(name) == "here"
        team_id = world.site.workspace(name).team_id
        assert await world.directory.admins(team_id)
    assert world.served == [world.site.workspace(name).team_id for name in ("Globex One", "Globex Two")]
    assert world.errors() == []
    await world.site.workspace("Globex Two").uninstall()
    await world.quiet()
    assert set(world.left) == set(world.served)
    assert await world.installation("Globex One") is None


async def test_organisation_takes_over_from_a_workspaces_own_installation(world: World) -> None:
    await world.install("Globex One")
    await world.command("Globex One")
    await world.install("Globex Two", org_wide=True)
    assert await world.command("Globex One") == "here"
    installation = await world.installation("Globex One")
    assert installation is not None
    assert installation.workspace_id is None
    assert world.left == []


async def test_uninstalled_workspace_is_left_and_can_be_installed_again(world: World) -> None:
    acme = world.site.workspace("Acme")
    for name in ("Acme", "Beta"):
        await world.install(name)
    assert all(answer.ok for answer in await acme.uninstall())
    await world.quiet()
    assert set(world.left) == {acme.team_id}
    assert await world.installation("Acme") is None
    assert await world.command("Beta") == "here"
    await world.install("Acme")
    world.left.clear()
    await acme.redeliver()
    await world.quiet()
    assert world.left == []
    assert await world.command("Acme") == "here"


async def test_person_who_leaves_the_company_is_heard_of(world: World) -> None:
    await world.install("Acme")
    acme = world.site.workspace("Acme")
    mia = acme.person("Mia").id
    assert (await world.directory.member(acme.team_id, mia)).is_active
    await acme.deactivate("Mia")
    await world.quiet()
    assert world.gone_people == [(acme.team_id, mia)]
    assert not (await world.directory.member(acme.team_id, mia)).is_active
