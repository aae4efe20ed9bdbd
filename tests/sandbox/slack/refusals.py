"""Calling the Web API and reading its refusals."""

from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import SlackStandIn

CARD = {"event_type": "generation", "event_payload": {"id": "g1"}}


async def refused(call: Awaitable[Any]) -> Any:
    """Return Slack's answer to a call that must fail."""
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response


async def error_of(call: Awaitable[Any]) -> str:
    return str((await refused(call))["error"])


async def raw(slack: SlackStandIn, method: str, **request: Any) -> Any:
    """Call a method without slack_sdk, which would not send everything."""
    headers = {"Authorization": "Bearer xoxb-test"} | request.pop("headers", {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, headers=headers, **request) as response,
    ):
        return await response.json()
