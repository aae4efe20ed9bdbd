"""Files posted beside messages. Unlike a message, a file takes a member: so the bot joins where it has to."""

from collections.abc import Awaitable, Callable

from bot.core.errors import SlackRefused, SlackUnavailable
from bot.slack.posting.own_messages import OwnMessages
from bot.slack.posting.posts import Posts


class ThreadFiles:
    """Puts files into channels of one workspace."""

    def __init__(self, posts: Posts, own: OwnMessages) -> None:
        self._posts = posts
        self._own = own

    async def put(self, channel_id: str, put: Callable[[], Awaitable[str]]) -> str:
        """Post a file in the channel's turn, from inside the channel; return its id."""
        try:
            return await self._posts.send_file(channel_id, put)
        except SlackRefused as refusal:
            if refusal.error != "not_in_channel":
                raise
            await self._join(channel_id, refusal)
        return await self._posts.send_file(channel_id, put)

    async def _join(self, channel_id: str, refusal: SlackRefused) -> None:
        """Become a member; where that is not possible, what was refused stays refused."""
        try:
            await self._own.join(channel_id)
        except SlackUnavailable:
            raise
        except SlackRefused as closed:
            raise refusal from closed
