"""All checks: made at the same time, told in the order in which they build on each other."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial

import aiohttp

from bot.bloom import BloomApi
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.errors import ConfigError
from bot.doctor import bloom, slack
from bot.doctor.address import ADDRESS, check_address
from bot.doctor.clocks import CLOCK, check_clock
from bot.doctor.database import Records, read_records
from bot.doctor.findings import Check, Finding, Mark, at_once, bad, good, several, unknown
from bot.manifest import read_manifest
from bot.pages import INSTALLED_PATH
from bot.slack.client import SlackApi
from bot.slack.installation.oauth import OAuth, OAuthApp
from bot.store.inspection import Tenants

PATIENCE = 5.0
"""Seconds that each answer from outside may take."""
SETTINGS, SLACK, BLOOM, WORKSPACES = "Settings", "Slack", "Bloom", "Workspaces"


async def diagnose(clock: Clock, report: Callable[[Finding], None]) -> bool:
    """Read the settings and examine what they lead to; return whether nothing is wrong."""
    try:
        settings = Settings.load()
    except ConfigError as error:
        report(bad(SETTINGS, str(error), "Mend it first: everything else depends on it."))
        return False
    return await examine(settings, clock, report)


async def examine(
    settings: Settings, clock: Clock, report: Callable[[Finding], None], *, patience: float = PATIENCE
) -> bool:
    """Report every finding in its turn, and return whether nothing is wrong."""
    marks = set[Mark]()
    async with AsyncExitStack() as parts:
        session = await parts.enter_async_context(aiohttp.ClientSession())
        # The few requests are not on the books of the bot's rate limit: to write there is for the bot alone.
        api = BloomApi(settings.bloom_api_url, clock=clock, rate_limit=settings.bloom_rate_limit, attempts=1)
        parts.push_async_callback(api.aclose)
        checks = Checks(settings, clock, await read_records(settings), session, api)
        tasks = await parts.enter_async_context(asyncio.TaskGroup())
        for group in [tasks.create_task(several(patience, list(group))) for group in checks.groups()]:
            for finding in await group:
                report(finding)
                marks.add(finding.mark)
    return Mark.BAD not in marks


def check_settings(settings: Settings) -> Finding:
    """Tell what the settings make of the bot, or what keeps it from starting."""
    try:
        settings.for_slack()
    except ConfigError as error:
        return bad(SETTINGS, str(error), "The README's Settings section says what each is for.")
    tenants = "any workspace that installs it" if settings.installs_by_oauth else "one workspace"
    way = "Socket Mode" if settings.uses_socket_mode else "HTTP"
    return good(SETTINGS, f"for {tenants}, over {way}{', with Sign in with Bloom' if settings.public_url else ''}")


class Checks:
    """The checks that these settings and this database call for."""

    def __init__(
        self, settings: Settings, clock: Clock, records: Records, session: aiohttp.ClientSession, api: BloomApi
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._records = records
        self._tenants = records.tenants or Tenants()
        self._session = session
        self._slack = SlackApi(f"{settings.slack_api_url}/", session, clock)
        self._api = api
        self._manifest = read_manifest()

    def groups(self) -> list[Iterator[Check]]:
        """Return what is told one after the other; within a group, some is asked at a time."""
        return [self._basics(), self._app(), self._tokens(), self._surroundings(), self._bloom(), self._left_out()]

    def _basics(self) -> Iterator[Check]:
        for finding in (check_settings(self._settings), *self._records.findings):
            yield at_once(finding)
        yield at_once(slack.check_signing_secret(self._settings))

    def _app(self) -> Iterator[Check]:
        settings = self._settings
        if token := settings.slack_app_token:
            yield slack.APP_TOKEN, partial(slack.check_app_token, self._slack.client(), token.get_secret_value())
        if settings.slack_client_id and (secret := settings.slack_client_secret) and settings.public_url:
            callback = f"{settings.public_url}{INSTALLED_PATH}"
            app = OAuthApp(settings.slack_client_id, secret.get_secret_value(), self._manifest.scopes)
            yield slack.OAUTH, partial(slack.check_client, OAuth(app, self._slack, self._clock), callback)
            yield at_once(slack.check_redirect(callback, self._manifest))

    def _tokens(self) -> Iterator[Check]:
        if token := self._settings.slack_bot_token:
            yield SLACK, partial(self._check_token, SLACK, token.get_secret_value())
        for installation in self._tenants.installations if self._settings.installs_by_oauth else ():
            what = f"{SLACK}, {installation.name or installation.id}"
            if installation.expires_at and installation.expires_at <= self._clock.now():
                yield at_once(unknown(what, "the bot renews its token at its next use"))
            else:
                yield what, partial(self._check_token, what, installation.bot_token)

    async def _check_token(self, what: str, token: str) -> Finding:
        return await slack.check_token(self._slack.client(token), what, self._manifest)

    def _surroundings(self) -> Iterator[Check]:
        theirs = {SLACK: f"{self._slack.url}api.test", BLOOM: self._settings.bloom_api_url}
        yield CLOCK, partial(check_clock, self._session, self._clock, theirs)
        yield ADDRESS, partial(check_address, self._session, self._settings)

    def _bloom(self) -> Iterator[Check]:
        connections = self._tenants.connections
        names = {one.workspace_id: one.name for one in self._tenants.installations}
        key = self._settings.bloom_api_key.get_secret_value() if self._settings.bloom_api_key else None
        if key and key not in {one.credential for one in connections}:
            yield "BLOOM_API_KEY", partial(bloom.check_key, self._api, "BLOOM_API_KEY", key)
        elif not connections:
            yield BLOOM, partial(bloom.check_reach, self._api, BLOOM)
        for one in connections:
            what = f"{BLOOM} for {names.get(one.workspace_id) or one.workspace_id}"
            yield what, partial(bloom.check_connection, self._api, what, one, self._clock.now())

    def _left_out(self) -> Iterator[Check]:
        if self._records.tenants is None:
            yield at_once(unknown(WORKSPACES, "not looked at: the database cannot be read as it is"))
        elif left_out := self._tenants.left_out:
            yield at_once(unknown(WORKSPACES, f"{left_out} more were not asked about"))
