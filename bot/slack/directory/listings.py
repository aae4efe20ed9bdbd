"""What Slack is asked about people and channels: one by one, or as lists that are read page by page.

Who asks wraps the errors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

PAGE, PAGES = 999, 40
"""How long a page of a list may be, and how many are read: what comes later has no name, and is private."""
GUESTS = ("is_restricted", "is_ultra_restricted", "is_stranger")
"""Slack's words for those who read only some channels; a stranger is of another workspace, met in a shared channel."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace; of whom Slack does not tell, it is taken that they are a guest."""

    name: str = ""
    is_guest: bool = True


async def address(client: AsyncWebClient) -> str:
    """Return where the workspace is on the web."""
    return str((await client.auth_test())["url"])


async def person(client: AsyncWebClient, user_id: str) -> Person:
    """Return who somebody is."""
    user = (await client.users_info(user=user_id))["user"]
    return Person(_called(user), is_guest=any(user.get(sign) for sign in GUESTS))


async def everybody(client: AsyncWebClient) -> Mapping[str, str]:
    """Return the names of all people by id."""
    listed = await _listed(await client.users_list(limit=PAGE), "members")
    return {str(user["id"]): _called(user) for user in listed}


async def public_channels(client: AsyncWebClient) -> Mapping[str, str]:
    """Return the names of all public channels by id."""
    listed = await _listed(await client.conversations_list(types="public_channel", limit=PAGE), "channels")
    return {str(one["id"]): str(one.get("name") or "") for one in listed if _is_public(one)}


async def _listed(first: AsyncSlackResponse, name: str) -> Iterable[Mapping[str, Any]]:
    """Return what stands on the pages of a list, `PAGES` of them at most."""
    found: list[Mapping[str, Any]] = []
    pages = 0
    async for page in first:
        found += page.get(name) or ()
        pages += 1
        if pages == PAGES:
            break
    return found


def _called(user: Mapping[str, Any]) -> str:
    profile = user.get("profile") or {}
    name = user.get("real_name") or profile.get("real_name") or profile.get("display_name") or user.get("name")
    return str(name or "")


def _is_public(channel: Mapping[str, Any]) -> bool:
    return not (channel.get("is_private", True) or channel.get("is_im") or channel.get("is_mpim"))
