"""apps.*: asking for a Socket Mode connection."""

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.parts import Parts
from bot.sandbox.slack.web_api.arguments import Arguments


async def open_connection(parts: Parts, arguments: Arguments) -> Json:
    return {"url": parts.addresses.socket(parts.sockets.ticket())}
