"""People who talk to the bot: real Bolt before a core on a real database, and a Slack that says what a test writes."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.core.models import Generation
from bot.slack.bolt import make_bolt
from bot.slack.client import SlackApi
from bot.slack.mentions.mentions import Mentions
from bot.slack.views.buttons import ActionId
from tests.core.world import TEAM
from tests.slack.home.stage import Stage, open_stage
from tests.slack.loopback import Json, slack_api
from tests.slack.places import ACME, KnownInstallations

BOT = ACME.bot_user_id
HELLO = f"<@{BOT}> a red door"


class Talk:
    """One workspace; ``path`` is its database file, read by a connection of the test's own."""

    def __init__(self, stage: Stage, api: SlackApi, path: Path) -> None:
        self.stage, self.world, self.slack = stage, stage.world, stage.slack
        self._api = api
        self._path = path
        self._numbers = itertools.count(1)
        self.restart()

    def restart(self) -> None:
        """Listen as a process does that remembers nothing."""
        core, clock = self.world.core, self.world.clock
        self._app: AsyncApp = make_bolt(KnownInstallations(ACME), self._api, signing_secret="", is_over_http=False)
        mentions = Mentions(core, self.stage.form, self.stage.refusals, clock)
        for said in ("app_mention", "message"):
            self._app.event(said, middleware=[mentions.hear])(mentions.answer)
        self._app.action(ActionId.CONFIRM_MESSAGE)(mentions.confirm)
        self._app.action(ActionId.FORM_OF_MESSAGE)(mentions.open_form)

    async def say(self, text: str = HELLO, *, kind: str = "app_mention", event_id: str = "", **more: Any) -> int:
        """Let Slack tell of a message, and return the status of the answer."""
        event = self.event(text, kind=kind, **more)
        return (await self.send(event, event_id or f"Ev{next(self._numbers)}")).status

    def event(self, text: str = HELLO, *, kind: str = "app_mention", **more: Any) -> Json:
        where = {"channel": "D1", "channel_type": "im"} if kind == "message" else {"channel": "C1"}
        return {"type": kind, "user": "U1", "ts": f"{next(self._numbers)}.5", "text": text, **where, **more}

    async def send(self, event: Json, event_id: str) -> BoltResponse:
        body = {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "event": event}
        return await self._app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))

    async def press(
        self, action: ActionId, value: str, user_id: str = "U1", channel: str = "C1", *, is_quiet: bool = True
    ) -> None:
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user_id, "team_id": TEAM},
            "channel": {"id": channel},
            "trigger_id": "t1",
            "actions": [{"type": "button", "block_id": "b", "action_id": action, "value": value}],
        }
        assert (await self._app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))).status == 200
        if is_quiet:
            await self.quiet()

    def rows(self) -> list[str]:
        """Return the keys of the requests on disk, as anybody else would find them."""
        with closing(sqlite3.connect(self._path)) as database:
            return [row[0] for row in database.execute("SELECT key FROM generations ORDER BY rowid")]

    async def started(self) -> list[Generation]:
        """Return what was started, in its order."""
        with closing(sqlite3.connect(self._path)) as database:
            ids = [row[0] for row in database.execute("SELECT id FROM generations ORDER BY rowid")]
        rows = [await self.world.store.generation(each) for each in ids]
        return [row for row in rows if row]

    async def quiet(self) -> None:
        """Let listeners and the engine come to rest."""
        for _ in range(3):
            await asyncio.sleep(0.005)
            await self.stage.quiet()

    def told(self, method: str = "chat.postEphemeral") -> list[Json]:
        return [asked.form for asked in self.slack.named(method)]

    async def answer(self, method: str = "chat.postEphemeral") -> Json:
        """Wait for the one answer and return it, its blocks as text too."""
        await self.stage.reached(method)
        (told,) = self.told(method)
        return {**told, "said": json.dumps(told["blocks"], ensure_ascii=False)}

    def value_of(self, told: Json, action: ActionId) -> str:
        """Return the value of a button in an answer."""
        blocks = json.loads(told["blocks"]) if isinstance(told["blocks"], str) else told["blocks"]
        elements = [one for block in blocks for one in block.get("elements", ())]
        return next(str(one["value"]) for one in elements if one.get("action_id") == action)


@asynccontextmanager
async def open_talk(folder: Path) -> AsyncIterator[Talk]:
    """Open one whose brands are known."""
    async with open_stage(folder) as stage:
        await stage.world.brands.refresh(TEAM)
        async with slack_api(stage.slack.api_url, stage.world.clock) as api:
            yield Talk(stage, api, folder / "bloom.db")
