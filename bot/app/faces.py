"""Where the bot is met: Slack's requests by way of Bolt, and pages in a browser."""

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.app.adapters import Adapters
from bot.browser import InstallPages, SignInPages
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.services import Core
from bot.pages import INSTALL_PATH
from bot.slack import register
from bot.slack.bolt import make_bolt
from bot.slack.installation.install import Installer
from bot.slack.lifecycle import Lifecycle
from bot.web import make_web


def listen(settings: Settings, outside: Adapters, core: Core, clock: Clock) -> tuple[AsyncApp, Lifecycle]:
    """Return Bolt with every listener, and who takes care of coming and going."""
    lifecycle = Lifecycle(
        outside.store,
        outside.installations,
        outside.slack,
        outside.directory,
        clock=clock,
        tasks=core.tasks,
        leave=core.departures.leave,
        connector_left=core.connections.connector_left,
    )
    bolt = make_bolt(
        outside.installations,
        outside.slack,
        signing_secret=settings.for_slack().signing_secret,
        is_over_http=not settings.uses_socket_mode,
        install_url=f"{settings.public_url}{INSTALL_PATH}" if outside.oauth else None,
    )
    register(bolt, core, clock, lifecycle, outside.clients, batch_row_limit=settings.batch_row_limit)
    return bolt, lifecycle


def web_face(settings: Settings, outside: Adapters, core: Core, bolt: AsyncApp, clock: Clock) -> web.Application:
    """Return what is served: over Socket Mode nothing that Slack sends."""
    return make_web(
        None if settings.uses_socket_mode else bolt,
        outside.store.ready,
        installs=_install_pages(settings, outside, core, clock),
        sign_ins=_sign_in_pages(settings, outside, core),
    )


def _install_pages(settings: Settings, outside: Adapters, core: Core, clock: Clock) -> InstallPages | None:
    if outside.oauth is None or settings.public_url is None:
        return None
    installer = Installer(
        outside.oauth,
        outside.store,
        outside.slack,
        clock=clock,
        tasks=core.tasks,
        public_url=settings.public_url,
    )
    return InstallPages(installer, public_url=settings.public_url)


def _sign_in_pages(settings: Settings, outside: Adapters, core: Core) -> SignInPages | None:
    if core.sign_in is None or settings.public_url is None:
        return None
    return SignInPages(core.sign_in, outside.installations.on_record, public_url=settings.public_url)
