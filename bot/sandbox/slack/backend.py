"""What stands behind the stand-in's addresses: its parts, handed to those who need several of them."""

from dataclasses import dataclass

from bot.core.clock import Clock
from bot.sandbox.slack.delivery.courier import Courier
from bot.sandbox.slack.delivery.socket_mode import SocketMode
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.settings import Addresses, Settings
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.workspace import Workspace


@dataclass(frozen=True)
class Backend:
    """Everything the Web API, the routes and the people work with."""

    clock: Clock
    settings: Settings
    addresses: Addresses
    workspace: Workspace
    files: Files
    judge: Judge
    triggers: Triggers
    modals: Modals
    response_urls: ResponseUrls
    sockets: SocketMode
    courier: Courier
