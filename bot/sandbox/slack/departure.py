"""How the app leaves: its tokens die, its bot is deactivated, and it is told so in the words of Slack's events."""

from typing import Final

from bot.sandbox.slack.delivery.answers import Answer, Delivery
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.events import farewell
from bot.sandbox.slack.installations import Installation
from bot.sandbox.slack.platform import Platform

UNINSTALLED: Final = "account_inactive"
"""What Slack says of a bot token after the app was uninstalled."""


def uninstall(platform: Platform, installation: Installation) -> None:
    platform.installations.remove(installation, UNINSTALLED)
    deactivate_bot(platform, installation)


def deactivate_bot(platform: Platform, installation: Installation) -> None:
    for backend in platform.served_by(installation):
        backend.workspace.deactivate(installation.app.bot_user_id)


async def tell_uninstalled(platform: Platform, installation: Installation) -> list[Answer]:
    """Tell the app that it was uninstalled; return what it answered to each event it had asked for."""
    told = await tell_revoked(platform, installation)
    return told + await _tell(platform, installation, {"type": "app_uninstalled"})


async def tell_revoked(platform: Platform, installation: Installation) -> list[Answer]:
    """Tell the app that its bot's tokens are gone; the event names the bot, and not the tokens."""
    tokens: Json = {"oauth": [], "bot": [installation.app.bot_user_id]}
    return await _tell(platform, installation, {"type": "tokens_revoked", "tokens": tokens})


async def _tell(platform: Platform, installation: Installation, inner: Json) -> list[Answer]:
    if inner["type"] not in platform.settings.subscribed_events:
        return []
    backend = platform.served_by(installation)[0]
    inner = {**inner, "event_ts": backend.workspace.new_ts()}
    return [await backend.courier.deliver(Delivery("events_api", farewell(backend, installation, inner)))]
