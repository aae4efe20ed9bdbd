"""What the bot has outside itself, opened: the database, Bloom, and Slack."""

from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

from bot.bloom import BloomApi, BloomFiles, BloomSignIn
from bot.config import Settings, SlackSettings
from bot.core.clock import Clock
from bot.core.tasks import Tasks
from bot.keys import vault_of
from bot.manifest import read_manifest
from bot.pictures.converter import Converter
from bot.pictures.packer import Packer
from bot.slack.attachments import SlackAttachments
from bot.slack.client import SlackApi, make_session
from bot.slack.directory.people import SlackDirectory
from bot.slack.installation.clients import Clients
from bot.slack.installation.installations import Installations, InstallationSource, OnGone
from bot.slack.installation.oauth import OAuth, OAuthApp
from bot.slack.installation.single_installation import SingleInstallation
from bot.slack.posting.batch_messenger import SlackBatchMessenger
from bot.slack.posting.messenger import SlackMessenger
from bot.slack.posting.seats import Seats
from bot.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Adapters:
    """One of each.

    ``workspace_id`` is the only one there is, or None where any may install the bot: then ``oauth`` is how.
    """

    store: SqliteStore
    bloom: BloomApi
    sign_in_server: BloomSignIn
    slack: SlackApi
    clients: Clients
    oauth: OAuth | None
    installations: InstallationSource
    messenger: SlackMessenger
    batch_messenger: SlackBatchMessenger
    attachments: SlackAttachments
    directory: SlackDirectory
    packing: Packer
    workspace_id: str | None


async def open_adapters(
    settings: Settings, clock: Clock, tasks: Tasks, parts: AsyncExitStack, *, on_gone: OnGone
) -> Adapters:
    """Open them; ``parts`` stops the tasks first and closes the store last. Raises ConfigError."""
    slack_settings = settings.for_slack()
    store = await SqliteStore.open(settings.database_path, vault_of(settings))
    parts.push_async_callback(store.close)
    limit = settings.bloom_rate_limit
    bloom = BloomApi(settings.bloom_api_url, clock=clock, rate_limit=limit, requests=store, tasks=tasks)
    await parts.enter_async_context(aclosing(bloom))
    sign_in_server = await parts.enter_async_context(aclosing(BloomSignIn(settings.bloom_auth_url, clock=clock)))
    slack = SlackApi(slack_settings.api_url, await parts.enter_async_context(make_session()), clock)
    oauth = workspace_id = None
    installations: InstallationSource
    if slack_settings.bot_token:
        installations = await SingleInstallation.open(slack_settings.bot_token, slack, clock)
        workspace_id = installations.installation.workspace_id
    else:
        oauth = OAuth(_oauth_app(slack_settings), slack, clock)
        installations = Installations(store, oauth, slack, clock=clock, tasks=tasks, on_gone=on_gone)
    clients = Clients(installations, slack)
    files = BloomFiles(settings.bloom_api_url, settings.bloom_image_hosts)
    await parts.enter_async_context(aclosing(files))
    seats = await parts.enter_async_context(aclosing(Seats(clients, clock, files)))
    parts.push_async_callback(tasks.stop)
    directory = SlackDirectory(clients, clock)
    return Adapters(
        store,
        bloom,
        sign_in_server,
        slack,
        clients,
        oauth,
        installations,
        SlackMessenger(seats),
        SlackBatchMessenger(seats),
        SlackAttachments(clients),
        directory,
        Packer(files, Converter(), clock),
        workspace_id=workspace_id,
    )


def _oauth_app(settings: SlackSettings) -> OAuthApp:
    return OAuthApp(settings.client_id or "", settings.client_secret or "", read_manifest().scopes)
