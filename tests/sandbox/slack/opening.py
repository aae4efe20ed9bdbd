"""Opening the demo's form as an app would: a person does something, and its trigger is used."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person
from tests.sandbox.slack.demo_app import form
from tests.sandbox.slack.listener import Listener


async def trigger(app: Listener, person: Person) -> str:
    await person.shortcut("start")
    return str(app.last["trigger_id"])


async def open_form(app: Listener, client: AsyncWebClient, person: Person, **more: Any) -> Any:
    return (await client.views_open(trigger_id=await trigger(app, person), view=form(**more)))["view"]
