"""apps.*: asking for a Socket Mode connection, and leaving a workspace."""

from bot.sandbox.slack.departure import tell_uninstalled
from bot.sandbox.slack.departure import uninstall as leave
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.oauth import require_client


async def open_connection(platform: Platform, arguments: Arguments) -> Json:
    return {"url": platform.addresses.socket(platform.sockets.ticket())}


async def uninstall(platform: Platform, arguments: Arguments) -> Json:
    """Let the app go, as the app itself asks; it is told afterwards, as when a person does it."""
    require_client(platform, arguments)
    installation = platform.installations.authenticate(arguments.token)
    leave(platform, installation)
    platform.errands.run(tell_uninstalled(platform, installation))
    return {}
