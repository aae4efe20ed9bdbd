"""The composition root: builds the parts, joins them, starts them, and stops them in the opposite order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.app.adapters import open_adapters
from bot.app.faces import listen, web_face
from bot.app.services import build
from bot.config import Settings
from bot.core.clock import Clock, SystemClock
from bot.core.engine import Lease, Terms
from bot.core.first_connection import connect_at_start
from bot.core.models import Installation
from bot.core.services import Core
from bot.core.tasks import Tasks
from bot.slack.installation.installations import Installations
from bot.slack.socket_mode import SocketMode
from bot.web import serve

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot while it runs; ``workspace_id`` is None where any workspace may install it."""

    core: Core
    workspace_id: str | None
    port: int


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, terms: Terms | None = None) -> AsyncIterator[Bot]:
    """Run the bot. Raises ConfigError when a setting keeps it from starting.

    On leaving, new work is refused first, then work under way is handed back to its rows, then Slack, Bloom and the
    store are closed.
    """
    clock, tasks = clock or SystemClock(), Tasks()

    async def on_gone(installation: Installation) -> None:
        await lifecycle.gone(installation)

    async with AsyncExitStack() as parts:
        outside = await open_adapters(settings, clock, tasks, parts, on_gone=on_gone)
        lease = Lease(outside.store, clock, await outside.store.worker_id(), terms or Terms())
        core, worker = build(settings, outside, lease, clock=clock, tasks=tasks)
        if outside.workspace_id and settings.bloom_api_key:
            await connect_at_start(core, outside.workspace_id, settings.bloom_api_key.get_secret_value(), clock)
        tasks.start(core.connections.keep_retiring(), name="retire connections")
        await core.onboarding.resume()  # before anybody is served: what they begin is followed already

        bolt, lifecycle = listen(settings, outside, core, clock)
        if isinstance(outside.installations, Installations):
            tasks.start(outside.installations.keep_looking(), name="look after installations")
        parts.push_async_callback(worker.stop)  # should the rest of the start fail
        await worker.start()  # before anybody is served: it hands back what is not its own yet
        worker.keep()
        await core.batches.go_on()
        if app_token := settings.for_slack().app_token:
            socket = SocketMode(bolt, app_token, outside.slack.client(), clock, tasks)
            parts.push_async_callback(socket.stop)
            await socket.start()
        face = web_face(settings, outside, core, bolt, clock)
        runner, port = await serve(face, settings.host, settings.port)
        parts.push_async_callback(runner.cleanup)
        parts.push_async_callback(worker.stop)
        log.info("ready", workspace=outside.workspace_id, port=port, socket_mode=settings.uses_socket_mode)
        yield Bot(core, outside.workspace_id, port)
        log.info("stopping")
