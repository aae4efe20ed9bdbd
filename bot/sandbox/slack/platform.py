"""Slack itself: what all its workspaces share for one app, from the addresses to the tokens."""

import itertools
from collections.abc import Set

from bot.core.clock import Clock
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.delivery.courier import Courier
from bot.sandbox.slack.delivery.http import HttpDelivery
from bot.sandbox.slack.delivery.socket_mode import SocketMode
from bot.sandbox.slack.echoes import echo
from bot.sandbox.slack.errands import Errands
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.identity import App, Place, Team
from bot.sandbox.slack.images import ImageFetcher
from bot.sandbox.slack.installations import Installation, Installations
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.oauth.codes import Codes
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.settings import Addresses, Settings
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.workspace import Workspace


class Platform:
    """Everything that is there once, and the workspaces."""

    def __init__(self, clock: Clock, settings: Settings, *, fetch_images: bool = True) -> None:
        self.clock = clock
        self.settings = settings
        self.addresses = Addresses()
        self.images = ImageFetcher() if fetch_images else None
        self.http = HttpDelivery(settings.signing_secret, settings.ack_seconds)
        self.sockets = SocketMode(App().id, settings.ack_seconds)
        self.installations = Installations(clock, rotates=settings.rotates_tokens)
        self.codes = Codes(clock)
        self.errands = Errands()
        self.backends: list[Backend] = []
        self._numbers = itertools.count(1)
        self._files: dict[str, Files] = {}

    def add(self, team: Team, app: App) -> Backend:
        """Found a workspace."""
        workspace = Workspace(self.clock, team, app, self._numbers)
        files = self._files.setdefault((team.organisation or team).id, Files(self.addresses, self.clock))
        judge = Judge(self.images, files)
        triggers = Triggers(self.clock)
        backend = Backend(
            clock=self.clock,
            settings=self.settings,
            addresses=self.addresses,
            workspace=workspace,
            installations=self.installations,
            files=files,
            judge=judge,
            triggers=triggers,
            modals=Modals(workspace, triggers, judge),
            response_urls=ResponseUrls(self.clock, workspace, judge, self.addresses),
            sockets=self.sockets,
            courier=Courier(self.http, self.sockets),
        )
        echo(backend, self.errands)
        self.backends.append(backend)
        return backend

    def find(self, team_id: str) -> Backend | None:
        """Find a workspace by its id."""
        return next((one for one in self.backends if one.workspace.team.id == team_id), None)

    def within(self, place: Place) -> list[Backend]:
        """Return the workspace of this name, or all of the organisation's."""
        return [one for one in self.backends if place in (one.workspace.team, one.workspace.team.organisation)]

    def served_by(self, installation: Installation) -> list[Backend]:
        """Return the workspaces that an installation serves."""
        return self.within(installation.place)

    @property
    def credentials(self) -> Set[str]:
        """Return what the app and Slack know each other by, and nobody else may see."""
        settings = self.settings
        own = {settings.signing_secret, settings.app_token, settings.client_secret}
        return own | self.installations.secrets | self.codes.issued

    async def start(self) -> None:
        if self.images is not None:
            self.images.start()
        await self.http.start()

    async def stop(self) -> None:
        await self.errands.stop()
        await self.http.stop()
        if self.images is not None:
            await self.images.stop()
