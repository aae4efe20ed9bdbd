"""apps.*: asking for a Socket Mode connection."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.web_api.arguments import Arguments


async def open_connection(backend: Backend, arguments: Arguments) -> Json:
    return {"url": backend.addresses.socket(backend.sockets.ticket())}
