"""The composition root: builds the parts, joins them, starts them, and stops them in the opposite order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.bloom import BloomApi
from bot.config import Settings, SlackSettings
from bot.core.brands import Brands
from bot.core.clock import Clock, SystemClock
from bot.core.connections import Connections
from bot.core.engine import Engine, Faults, Lease, Rounds, Supervisor, Terms, Worker
from bot.core.errors import ConfigError, SlackRefused, SlackUnavailable
from bot.core.first_connection import connect_at_start
from bot.core.generations import Generations
from bot.core.journey import Endings, Journey
from bot.core.ports import Messenger, Store
from bot.core.retrying import after_pauses
from bot.core.services import Core
from bot.core.tasks import Tasks
from bot.core.usage import Usage
from bot.slack import register
from bot.slack.client import make_client, make_session, slack_errors
from bot.slack.messenger import SlackMessenger
from bot.slack.socket_mode import SocketMode
from bot.store import SqliteStore, Vault
from bot.web import make_web, serve

log = structlog.get_logger(__name__)

START_PAUSES = (1.0, 3.0, 10.0, 30.0)
"""Seconds before a start asks an unreachable Slack once more."""


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot while it runs."""

    core: Core
    workspace_id: str
    port: int


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, terms: Terms | None = None) -> AsyncIterator[Bot]:
    """Run the bot. Raises ConfigError when a setting keeps it from starting.

    On leaving, new work is refused first, then work under way is handed back to its rows, then Slack, Bloom and the
    store are closed.
    """
    clock = clock or SystemClock()
    slack_settings = settings.for_slack()
    async with AsyncExitStack() as parts:
        store = await _store(settings)
        parts.push_async_callback(store.close)
        tasks = Tasks()
        bloom = BloomApi(
            settings.bloom_api_url, clock=clock, rate_limit=settings.bloom_rate_limit, requests=store, tasks=tasks
        )
        parts.push_async_callback(bloom.aclose)
        session = await parts.enter_async_context(make_session())
        client = make_client(slack_settings.bot_token, slack_settings.api_url, session, clock)
        messenger = SlackMessenger(client, clock)
        parts.push_async_callback(messenger.aclose)
        parts.push_async_callback(tasks.stop)
        identity = await _identify(client, slack_settings, clock)

        lease = Lease(store, clock, await store.worker_id(), terms or Terms())
        core, worker = _core(store, bloom, messenger, lease, clock=clock, tasks=tasks)
        if settings.bloom_api_key:
            await connect_at_start(core, str(identity.team_id), settings.bloom_api_key.get_secret_value(), clock)

        app = _bolt(make_client(None, slack_settings.api_url, session, clock), slack_settings, identity)
        register(app, core, clock)
        parts.push_async_callback(worker.stop)  # should the rest of the start fail
        await worker.start()  # before anybody is served: it hands back what is not its own yet
        worker.keep()
        if slack_settings.app_token:
            socket = SocketMode(app, slack_settings.app_token, client, clock, tasks)
            parts.push_async_callback(socket.stop)
            await socket.start()
        face = make_web(None if slack_settings.app_token else app, store.ready)
        runner, port = await serve(face, settings.host, settings.port)
        parts.push_async_callback(runner.cleanup)
        parts.push_async_callback(worker.stop)
        log.info("ready", workspace=identity.team_id, port=port, socket_mode=settings.uses_socket_mode)
        yield Bot(core, str(identity.team_id), port)
        log.info("stopping")


def _core(
    store: Store, bloom: BloomApi, messenger: Messenger, lease: Lease, *, clock: Clock, tasks: Tasks
) -> tuple[Core, Worker]:
    connections = Connections(store, bloom.with_credential, clock)
    usage = Usage(connections, clock, tasks)
    endings = Endings(store, messenger, clock, tasks)
    journey = Journey(store, connections, messenger, usage, endings, clock=clock)
    faults = Faults(store, lease.worker_id, clock)
    engine = Engine(Supervisor(store, journey, endings, faults, clock), lease, tasks)
    rounds = Rounds(store, engine, faults, lease.worker_id, clock=clock, tasks=tasks)
    generations = Generations(store, engine, endings, connections, clock)
    core = Core(connections, Brands(store, connections, clock, tasks), usage, generations, tasks)
    return core, Worker(lease, engine, rounds, endings, clock=clock, tasks=tasks)


async def _store(settings: Settings) -> SqliteStore:
    path = settings.database_path
    keys = [key.get_secret_value() for key in settings.encryption_keys]
    return await SqliteStore.open(path, Vault.from_keys(keys) if keys else Vault.beside(path))


async def _identify(client: AsyncWebClient, settings: SlackSettings, clock: Clock) -> AuthorizeResult:
    """Ask Slack once who the bot is, so that no later request has to. Raises ConfigError."""

    async def ask() -> AsyncSlackResponse:
        with slack_errors():
            return await client.auth_test()

    try:
        answer: AsyncSlackResponse = await after_pauses(clock, START_PAUSES, when=_is_away)(ask)
    except SlackUnavailable as exc:
        raise ConfigError(f"Slack cannot be reached at SLACK_API_URL ({exc.detail or exc.error})") from exc
    except SlackRefused as refusal:
        raise ConfigError(f"SLACK_BOT_TOKEN is refused by Slack ({refusal.error})") from refusal
    return AuthorizeResult.from_auth_test_response(auth_test_response=answer, bot_token=settings.bot_token)


def _is_away(error: BaseException) -> bool:
    if away := isinstance(error, SlackUnavailable):
        log.warning("Slack is not reachable yet", reason=str(error))
    return away


def _bolt(client: AsyncWebClient, settings: SlackSettings, identity: AuthorizeResult) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return identity

    return AsyncApp(
        client=client,
        signing_secret=settings.signing_secret,
        authorize=authorize,
        request_verification_enabled=settings.app_token is None,
    )
