"""Where messages of one workspace are on the web; Slack is asked once for what all these addresses begin with."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from bot.core.errors import SlackRefused
from bot.core.models import Generation, Showing
from bot.slack.client import slack_errors
from bot.slack.installation.clients import GetClient
from bot.slack.links import permalink
from bot.slack.views.message import is_direct

NAMES_KEPT = 200
PATIENCE = 5.0
"""Real seconds that a message waits for its link; without it, it is better than late."""


class Origins:
    """Knows where things come from."""

    def __init__(self, client: GetClient, workspace_id: str, addresses: dict[str, str]) -> None:
        self._client = client
        self._workspace_id = workspace_id
        self._addresses = addresses
        self._names: OrderedDict[str, str] = OrderedDict()

    async def source_url(self, generation: Generation) -> str:
        """Return the address of the message in which somebody pressed for this; nothing where others cannot open it."""
        source, place = generation.request.source, generation.place
        if source is None or (is_direct(source.channel_id) and place and place.channel_id != source.channel_id):
            return ""
        return permalink(await self._address(), source.channel_id, source.message_id, source.thread_id)

    async def reply_url(self, generation: Generation) -> str:
        """Return the address of a reply, of a batch that of its thread; nothing of one in a direct message."""
        place, message_id = generation.place, generation.reply_id
        if place is not None and generation.request.batch is not None:
            message_id = place.message_id
        if place is None or message_id is None or is_direct(place.channel_id):
            return ""
        return permalink(await self._address(), place.channel_id, message_id, place.thread_id)

    async def share_urls(self, showings: Sequence[Showing]) -> dict[Showing, str]:
        """Return the addresses of what was shared."""
        shared = [showing for showing in showings if showing.shared_by is not None]
        root = await self._address() if shared else ""
        return {one: permalink(root, one.channel_id, one.message_id, one.thread_id) for one in shared}

    async def preview_name(self, generation: Generation) -> str:
        """Return what the channel is called that a preview was asked for in; nothing where Slack does not tell."""
        channel_id = generation.request.channel_id
        if not generation.request.is_preview or is_direct(channel_id):
            return ""
        if channel_id not in self._names:
            name = await self._asked_name(channel_id)
            if not name:
                return ""
            self._names[channel_id] = name
            if len(self._names) > NAMES_KEPT:
                self._names.popitem(last=False)
        return self._names[channel_id]

    async def _asked_name(self, channel_id: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                client = await self._client()
                with slack_errors():
                    return str((await client.conversations_info(channel=channel_id))["channel"].get("name") or "")
        except (SlackRefused, TimeoutError):
            return ""

    async def _address(self) -> str:
        """Return where the workspace is; nothing where Slack does not say."""
        known = self._addresses.get(self._workspace_id, "")
        if not known:
            try:
                async with asyncio.timeout(PATIENCE):
                    client = await self._client()
                    with slack_errors():
                        known = str((await client.auth_test()).get("url") or "")
            except (SlackRefused, TimeoutError):
                return ""
            self._addresses[self._workspace_id] = known
        return known
