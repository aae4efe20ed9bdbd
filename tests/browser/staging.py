"""Puts things on the screen by hand: messages past the judge, and views as an app with no other purpose opens them."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image
from playwright.async_api import Locator, Page, Route
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Message, SlackStandIn
from bot.sandbox.slack.block_kit.check import with_ids
from bot.sandbox.slack.settings import BOT_TOKEN
from tests.sandbox.slack.demo_app import plain
from tests.sandbox.slack.listener import Listener

Json = dict[str, Any]


class App(Listener):
    """An app that opens what a test wants to see and remembers what people did."""

    def __init__(self, slack: SlackStandIn) -> None:
        super().__init__(slack)
        self.client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)
        self.slack = slack

    async def open_view(self, *blocks: Json, **more: Any) -> Json:
        """Open a modal for Mia and return it."""
        heard = len(self.received)
        await self.slack.person("Mia").shortcut("start")
        opened = await self.client.views_open(
            trigger_id=self.received[heard]["trigger_id"], view=modal(*blocks, **more)
        )
        view: Json = opened["view"]
        return view

    def heard(self, kind: str) -> list[Any]:
        """Return the payloads of one type, oldest first."""
        return [payload for payload in self.received if payload.get("type") == kind]

    @property
    def actions(self) -> list[Json]:
        """Return what people did to elements, oldest first."""
        return [action for payload in self.heard("block_actions") for action in payload["actions"]]

    async def acted(self, count: int = 1) -> Json:
        """Wait for so many acts and return the last of them."""
        return await self.slack.wait_until(lambda: self.actions[count - 1])

    async def submitted(self, count: int = 1) -> Json:
        """Wait for so many submissions and return the values of the last: block_id → what its element holds."""
        payload = await self.slack.wait_until(lambda: self.heard("view_submission")[count - 1])
        values: Json = payload["view"]["state"]["values"]
        return {block_id: entry for block_id, entries in values.items() for entry in entries.values()}


@asynccontextmanager
async def listening(slack: SlackStandIn) -> AsyncIterator[App]:
    """Put an app behind a workspace."""
    app = App(slack)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


def post(slack: SlackStandIn, *blocks: Json) -> Message:
    """Post blocks to #general, whatever Slack would say of them."""
    channel = slack.workspace.channel("general").id
    return slack.workspace.post(slack.workspace.bot_message(channel, "blocks", with_ids(list(blocks))))


def picture(stage: SlackStandIn) -> Json:
    """Return an image block that shows a file of the workspace."""
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(drawn, "PNG")
    file = stage.person("Mia").upload("boat.png", drawn.getvalue())
    return {"type": "image", "slack_file": {"id": file.id}, "alt_text": "A boat", "title": plain("Our boat")}


def edit(slack: SlackStandIn, message: Message, *blocks: Json) -> None:
    """Change a message as the app would."""
    message.revise("blocks", with_ids(list(blocks)))
    slack.workspace.edited(message)


def modal(*blocks: Json, title: str = "Form", submit: str | None = "Send", **more: Any) -> Json:
    sending = {"submit": plain(submit)} if submit else {}
    return {"type": "modal", "callback_id": "form", "title": plain(title), "blocks": list(blocks), **sending, **more}


async def type_at_once(field: Locator, *texts: str) -> None:
    """Type faster than anyone can, however slow this machine is."""
    typing = """(field, texts) => texts.forEach((text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    })"""
    await field.evaluate(typing, texts)


async def hold_uploads(page: Page) -> asyncio.Event:
    """Hold back what is uploaded from this page until the event is set."""
    arrive = asyncio.Event()

    async def wait(route: Route) -> None:
        await arrive.wait()
        await route.continue_()

    await page.route("**/files", wait)
    return arrive
