"""A home of pages that tests write, between a core on a real database and a Slack that says what a test writes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse
from slack_sdk.models.blocks import Block

from bot.slack.client import SlackApi
from bot.slack.connect import Connect
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.home import Home
from bot.slack.home.pages import Page, Refresher, Viewer
from bot.slack.home.screens import Screen
from bot.slack.installation.clients import Clients
from bot.slack.sights import PageName, Sight
from bot.slack.views.message import section
from tests.core.world import BOSS, TEAM, World
from tests.fakes.eventually import eventually, settle
from tests.slack.loopback import Json, WrittenSlack, slack_api, written_slack
from tests.slack.places import ACME, KnownInstallations


class WrittenPage:
    """A page that says what a test writes, and remembers who looked."""

    def __init__(self, says: str) -> None:
        self.says: str | Exception = says
        self.blocks: Sequence[Block] = ()
        """What stands below the words."""
        self.refreshers: Mapping[str, Refresher] = {}
        self.looks: list[tuple[Viewer, Sight, Mapping[str, str]]] = []
        self.gate: asyncio.Event | None = None

    async def look(self, viewer: Viewer, sight: Sight, troubles: Mapping[str, str]) -> Sequence[Block]:
        self.looks.append((viewer, sight, troubles))
        if self.gate:
            await self.gate.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return [section(" ".join([self.says, *troubles.values()])), *self.blocks]


class Stage:
    """Where a home is shown."""

    def __init__(self, world: World, slack: WrittenSlack, api: SlackApi) -> None:
        self.world = world
        self.slack = slack
        self.installations = KnownInstallations()
        self.clients = Clients(self.installations, api)
        self.client = api.client("xoxb-1")
        self.reinstall("xoxb-1")
        self.overview, self.brands = WrittenPage("the overview"), WrittenPage("the brands")
        pages: dict[PageName, Page] = {PageName.OVERVIEW: self.overview, PageName.BRANDS: self.brands}
        self.home = Home(world.core, pages, world.clock, self.clients)
        self.refusals = Refusals(world.core, world.clock)
        self.form = Form(world.core, Connect(world.core, self.home, world.clock), self.refusals)
        for method in ("views.publish", "views.update", "views.open", "views.push"):
            slack.answer(method, *({"view": {"id": "V1", "hash": f"h{number}"}} for number in range(1, 50)))

    def args(self, user_id: str = BOSS, **body: Any) -> AsyncArgs:
        """Return what Bolt hands to a listener."""
        context = AsyncBoltContext(
            client=self.client,
            user_id=user_id,
            team_id=TEAM,
            authorize_result=AuthorizeResult(enterprise_id=None, team_id=TEAM),
        )
        request = AsyncBoltRequest(body="", mode="socket_mode", context=context)
        return AsyncArgs(
            logger=logging.getLogger(__name__),
            client=self.client,
            req=request,
            resp=BoltResponse(status=200),
            context=context,
            body={"trigger_id": "t1", **body},
            payload={},
            event=body.get("event"),
            ack=context.ack,
            say=context.say,
            respond=context.respond or AsyncRespond(response_url=None),
            complete=context.complete,
            fail=context.fail,
            next=settle,
        )

    def reinstall(self, token: str) -> None:
        """Let the bot have another token from now on."""
        self.installations.know(replace(ACME, bot_token=token))

    def searching(self, query: str) -> AsyncArgs:
        """Return what Bolt hands to a listener when somebody presses Search in the modal."""
        values = {"b": {"search": {"type": "plain_text_input", "value": query}}}
        return self.args(view=modal("V1", state={"values": values}), type="view_submission")

    async def open(self, user_id: str = BOSS) -> None:
        """Let somebody look at their Home tab."""
        await self.home.open(self.args(user_id, event={"type": "app_home_opened", "tab": "home"}))

    async def turn(self, page: str, view: Json | None = None) -> None:
        """Press the button of a page, on the Home tab or in a modal."""
        shown = view or {"type": "home", "id": "V0", "callback_id": "", "private_metadata": "{}"}
        await self.home.turn(self.args(view=shown, actions=[{"value": page}]))

    async def change(self) -> None:
        """Tell of a change, and wait until it has been followed."""
        self.world.changes.tell(TEAM)
        await self.quiet()

    async def quiet(self) -> None:
        """Let time pass until nobody does anything any more."""
        await self.world.passing(self.world.idle())

    def shown(self, method: str = "views.publish") -> list[str]:
        """Return the words below the buttons of every view that Slack was handed."""
        return [" / ".join(_words(asked.form["view"])) for asked in self.slack.named(method)]

    def hashes(self, method: str = "views.publish") -> list[str | None]:
        """Return what Slack was told of the view that was there before."""
        return [asked.form.get("hash") for asked in self.slack.named(method)]

    async def reached(self, method: str, times: int = 1) -> None:
        """Wait until Slack has been asked so often."""
        await eventually(lambda: len(self.slack.named(method)) >= times)


def modal(view_id: str = "V1", page: PageName = PageName.BRANDS, **more: Any) -> Json:
    """Return a page in a modal as a payload shows it."""
    metadata = Sight(page=page).model_dump_json()
    return {"type": "modal", "id": view_id, "callback_id": "page", "private_metadata": metadata, **more}


def screen(user_id: str = BOSS, workspace_id: str = TEAM) -> Screen:
    """Return somebody's Home tab."""
    return Screen(workspace_id, user_id, None, Sight())


def _words(view: Json) -> list[str]:
    return [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]


@asynccontextmanager
async def open_stage(folder: Path) -> AsyncIterator[Stage]:
    """Open one; `BOSS` is an admin, everybody else is not."""
    world = World(folder / "bloom.db")
    await world.start()
    await world.connect()
    async with written_slack() as slack, slack_api(slack.api_url, world.clock) as api:
        yield Stage(world, slack, api)
        await world.stop()
