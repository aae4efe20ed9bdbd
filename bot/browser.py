"""What people do in a browser: installing the bot in Slack, and signing in at Bloom.

What is begun in one browser ends in it: a cookie says so. A link into the middle of it, sent to somebody else, does
nothing there.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import structlog
from aiohttp import web

from bot import pages
from bot.cookies import Cookie
from bot.core.errors import BloomError, BloomRefused, BotError, NotAllowed, SignInExpired
from bot.core.models import Connection, Installation, PendingSignIn
from bot.pages import Link, Page

log = structlog.get_logger(__name__)

INSTALL_SECONDS, SIGN_IN_SECONDS = 600, 900
ASKED, AGREED = "asked", "agreed"


class SettingOut(Protocol):
    """Where a browser is sent, and what it has to bring back."""

    @property
    def url(self) -> str: ...
    @property
    def cookie(self) -> str: ...


class Installer(Protocol):
    """Installs the bot in Slack. Beginning raises StoreError."""

    async def begin(self) -> SettingOut: ...
    async def finish(self, query: Mapping[str, str], cookie: str | None) -> Page: ...


class SignIn(Protocol):
    """Connects a workspace to a Bloom account by signing in there. Raises BotError."""

    async def page(self, state: str) -> PendingSignIn | None:
        """Return what was begun under this state, without using it up."""
        ...

    async def authorization_url(self, pending: PendingSignIn) -> str:
        """Return the page at Bloom where the person agrees."""
        ...

    async def finish(self, state: str, code: str) -> Connection:
        """Connect, using up the state."""
        ...

    async def deny(self, state: str) -> object:
        """Use up the state for nothing."""
        ...


FindInstallation = Callable[[str], Awaitable[Installation | None]]
"""What serves a workspace, if anything does."""


class InstallPages:
    """`/slack/install` and where Slack sends people back to."""

    def __init__(self, installer: Installer, *, public_url: str) -> None:
        self._installer = installer
        self._cookie = Cookie("bloom_install", "/slack", INSTALL_SECONDS, public_url.startswith("https://"))

    def add_to(self, face: web.Application) -> None:
        """Serve them."""
        face.router.add_get(pages.INSTALL_PATH, self._begin, allow_head=False)
        face.router.add_get(pages.INSTALLED_PATH, self._finish, allow_head=False)

    async def _begin(self, _: web.Request) -> web.Response:
        try:
            setting_out = await self._installer.begin()
        except BotError as error:
            return show(_explained(error))
        response = redirect(302, setting_out.url)
        self._cookie.give(response, setting_out.cookie, setting_out.cookie)
        return response

    async def _finish(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        response = show(await self._installer.finish(request.query, self._cookie.read(request, state)))
        self._cookie.take(response, state)
        return response


class SignInPages:
    """`/bloom/connect`, where people agree to go to Bloom, and where Bloom sends them back to.

    Only who has seen the first page may send its form, and only who has sent it may come back: no other site can do
    either for them.
    """

    def __init__(self, sign_in: SignIn, find_installation: FindInstallation, *, public_url: str) -> None:
        self._sign_in = sign_in
        self._find_installation = find_installation
        self._cookie = Cookie("bloom_sign_in", "/bloom", SIGN_IN_SECONDS, public_url.startswith("https://"))

    def add_to(self, face: web.Application) -> None:
        """Serve them."""
        face.router.add_get(pages.SIGN_IN_PATH, self._ask, allow_head=False)
        face.router.add_post(pages.SIGN_IN_PATH, self._agree)
        face.router.add_get(pages.SIGNED_IN_PATH, self._finish, allow_head=False)

    async def _ask(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        try:
            pending = await self._sign_in.page(state)
            if pending is None:
                return show(pages.SIGN_IN_EXPIRED)
            installation = await self._find_installation(pending.workspace_id)
        except BotError as error:
            return show(_explained(error))
        response = show(pages.sign_in(installation.name if installation else ""))
        if self._cookie.read(request, state) != AGREED:  # who goes back from Bloom may go on there after all
            self._cookie.give(response, state, ASKED)
        return response

    async def _agree(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        if self._cookie.read(request, state) is None:
            return await self._ask(request)
        try:
            pending = await self._sign_in.page(state)
            if pending is None:
                return show(pages.SIGN_IN_EXPIRED)
            response = redirect(303, await self._sign_in.authorization_url(pending))
        except BotError as error:
            return show(_explained(error))
        self._cookie.give(response, state, AGREED)
        return response

    async def _finish(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        try:
            pending = await self._sign_in.page(state)
            if pending is None:
                return show(pages.SIGN_IN_EXPIRED)
            if self._cookie.read(request, state) != AGREED:
                return show(pages.SIGN_IN_ELSEWHERE)
            installation = await self._find_installation(pending.workspace_id)
        except BotError as error:
            return show(_explained(error))
        response = show(await self._answered(request.query, pending, installation))
        self._cookie.take(response, state)
        return response

    async def _answered(
        self, query: Mapping[str, str], pending: PendingSignIn, installation: Installation | None
    ) -> Page:
        """Take in Bloom's answer to what this browser began."""
        links = pages.open_in_slack(pending.workspace_id, installation.app_id if installation else None)
        try:
            if not (code := query.get("code")):
                await self._sign_in.deny(pending.state)
                is_denied = query.get("error") == pages.DENIED
                return pages.sign_in_denied(links) if is_denied else pages.sign_in_refused(links)
            connection = await self._sign_in.finish(pending.state, code)
        except BotError as error:
            return _explained(error, links)
        return pages.signed_in(connection.account.email, installation.name if installation else "", links)


def _explained(error: BotError, links: tuple[Link, ...] = ()) -> Page:
    log.warning("a page could not do what it is for", reason=repr(error))
    if isinstance(error, SignInExpired):
        return pages.SIGN_IN_EXPIRED
    if isinstance(error, NotAllowed):
        return pages.SIGN_IN_NOT_ALLOWED
    if isinstance(error, BloomRefused):
        return pages.sign_in_refused(links)
    return pages.sign_in_failed(links) if isinstance(error, BloomError) else pages.BROKEN


def show(page: Page) -> web.Response:
    """Return a page as an answer."""
    text = pages.render(page)
    return web.Response(text=text, status=page.status, content_type="text/html", headers=pages.HEADERS)


def redirect(status: int, url: str) -> web.Response:
    """Return an answer that leads elsewhere, and tells nobody there from where."""
    return web.Response(status=status, headers={**pages.HEADERS, "Location": url})
