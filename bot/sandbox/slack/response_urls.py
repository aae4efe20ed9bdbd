"""Response URLs: five answers within thirty minutes, to wherever the person acted, member or not."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from bot.core.clock import Clock
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.settings import Addresses
from bot.sandbox.slack.workspace import Workspace

USES: Final = 5
SECONDS: Final = 30 * 60
REMEMBERED: Final = 2000


@dataclass
class Reply:
    """Where one response URL leads."""

    user_id: str
    channel_id: str
    source: Message | None
    issued: float
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and does what is posted to them."""

    def __init__(self, clock: Clock, workspace: Workspace, judge: Judge, addresses: Addresses) -> None:
        self._clock = clock
        self._workspace = workspace
        self._judge = judge
        self._addresses = addresses
        self._issued: OrderedDict[str, Reply] = OrderedDict()

    def issue(self, user_id: str, channel_id: str, source: Message | None = None) -> str:
        token = f"{self._workspace.team.id}/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self._issued[token] = Reply(user_id, channel_id, source, self._clock.monotonic())
        if len(self._issued) > REMEMBERED:
            self._issued.popitem(last=False)
        return self._addresses.response(token)

    async def use(self, token: str, body: object) -> None:
        """Do what was posted to a response URL, or raise what Slack says of a used, old or wrong one."""
        reply = self._issued.get(token)
        if reply is None or self._clock.monotonic() - reply.issued > SECONDS:
            raise SlackRefusal("expired_url")
        if reply.uses >= USES:
            raise SlackRefusal("used_url")
        if not isinstance(body, dict):
            raise SlackRefusal("invalid_payload")
        reply.uses += 1
        await self.show(reply, body)

    async def show(self, reply: Reply, body: Json) -> Message | None:
        """Post, replace or delete as the body asks; a new message is ephemeral unless it says otherwise."""
        if body.get("delete_original"):
            if reply.source is not None and not reply.source.deleted:
                self._workspace.delete(reply.source)
            return None
        text, blocks = await self._judge.message(body)
        if body.get("replace_original") and reply.source is not None and not reply.source.deleted:
            reply.source.revise(text, blocks)
            self._workspace.edited(reply.source)
            return reply.source
        return self._workspace.post(self._message(reply, body, text, blocks))

    def _message(self, reply: Reply, body: Json, text: str, blocks: list[Json]) -> Message:
        kind = body.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            raise SlackRefusal("invalid_payload")
        message = self._workspace.bot_message(reply.channel_id, text, blocks)
        message.thread_ts = body.get("thread_ts")
        message.ephemeral_for = reply.user_id if kind == "ephemeral" else None
        return message
