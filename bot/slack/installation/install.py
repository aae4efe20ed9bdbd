"""Installing the bot by OAuth: to Slack and back, in one browser, once, within ten minutes.

Whoever comes back with a state that this browser did not set out with is sent away before the state is used up, so
that nobody installs, or spoils, what somebody else began. Neither a code nor a token stands in any log or page.
"""

import hmac
import secrets
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urljoin

import structlog
from slack_sdk.oauth import AuthorizeUrlGenerator

from bot import pages
from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable, StoreError
from bot.core.models import Installation, Notice, NoticeKind
from bot.core.ports import InstallationStore
from bot.core.retrying import PAUSES, after_pauses, slack_is_away
from bot.core.tasks import Tasks
from bot.pages import Page
from bot.slack.client import SlackApi, slack_errors
from bot.slack.installation.oauth import OAuth
from bot.slack.views.notices import notice_message

log = structlog.get_logger(__name__)

HOLDS_FOR = timedelta(minutes=10)
AUTHORIZE_PATH = "../oauth/v2/authorize"
"""Where people agree, from Slack's API on."""


@dataclass(frozen=True, slots=True)
class SettingOut:
    """Where to send somebody who wants to install, and what their browser has to bring back."""

    url: str
    cookie: str = field(repr=False)


class Installer:
    """Sends people to Slack, and takes in what they come back with."""

    def __init__(
        self,
        oauth: OAuth,
        store: InstallationStore,
        api: SlackApi,
        *,
        clock: Clock,
        tasks: Tasks,
        public_url: str,
    ) -> None:
        self._oauth = oauth
        self._store = store
        self._api = api
        self._clock = clock
        self._tasks = tasks
        self._redirect_uri = f"{public_url}{pages.INSTALLED_PATH}"
        self._addresses = AuthorizeUrlGenerator(
            client_id=quote(oauth.app.client_id, safe=""),
            redirect_uri=quote(self._redirect_uri, safe=""),
            scopes=oauth.app.scopes,
            authorization_url=urljoin(api.url, AUTHORIZE_PATH),
        )

    async def begin(self) -> SettingOut:
        """Remember that somebody sets out. Raises StoreError."""
        state, now = secrets.token_urlsafe(32), self._clock.now()
        await self._store.add_slack_state(state, now + HOLDS_FOR, now)
        return SettingOut(self._addresses.generate(state), state)

    async def finish(self, query: Mapping[str, str], cookie: str | None) -> Page:
        """Install what somebody comes back with, and return what to show them."""
        try:
            return await self._finish(query, cookie)
        except SlackUnavailable as exc:
            log.warning("the bot could not be installed", reason=str(exc))
            return pages.INSTALL_FAILED
        except SlackRefused as refusal:
            log.warning("Slack did not confirm an installation", error=refusal.error)
            return pages.INSTALL_FAILED if refusal.error == "unreadable" else pages.INSTALL_REFUSED
        except StoreError as exc:
            log.error("an installation could not be saved", reason=repr(exc))
            return pages.BROKEN

    async def _finish(self, query: Mapping[str, str], cookie: str | None) -> Page:
        state = query.get("state", "")
        is_same_browser = hmac.compare_digest(*(said.encode(errors="replace") for said in (state, cookie or "")))
        if not state or not is_same_browser or not await self._store.take_slack_state(state, self._clock.now()):
            return pages.INSTALL_EXPIRED
        if error := query.get("error"):
            log.info("Slack sent somebody back without an installation", error=error[:100])
            return pages.INSTALL_DENIED if error == pages.DENIED else pages.INSTALL_REFUSED
        if not (code := query.get("code")):
            return pages.INSTALL_REFUSED
        return await self._install(await self._oauth.exchange(code, self._redirect_uri))

    async def _install(self, installation: Installation) -> Page:
        await self._store.save_installation(installation)
        log.info("installed", installation=installation.id, by=installation.installed_by)
        if installation.installed_by:
            again = after_pauses(self._clock, PAUSES, when=slack_is_away)
            welcome: Coroutine[Any, Any, None] = again(self._welcome, installation, installation.installed_by)
            self._tasks.start(welcome, name="welcome who installed the bot", is_vital=True)
        return pages.installed(installation.name, installation.workspace_id, installation.app_id)

    async def _welcome(self, installation: Installation, user_id: str) -> None:
        """Write who installed it the first steps; who installed it for an organisation is in no one workspace."""
        message = notice_message(Notice(NoticeKind.WELCOME))
        with slack_errors():
            await self._api.client(installation.bot_token).chat_postMessage(
                channel=user_id, text=message.text, blocks=message.blocks
            )
