"""Installations to test with, and a source of them that asks nobody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.errors import SlackRefused
from bot.core.models import Installation
from tests.fakes.clock import EPOCH

ACME = Installation(
    workspace_id="T1",
    enterprise_id=None,
    bot_token="xoxb-acme",
    bot_id="B1",
    bot_user_id="UBOT1",
    app_id="A1",
    scopes=("chat:write",),
    name="Acme",
    installed_by="U1",
    installed_at=EPOCH,
)
BETA = replace(ACME, workspace_id="T2", bot_token="xoxb-beta", bot_id="B2", bot_user_id="UBOT2", name="Beta")
GLOBEX = replace(ACME, workspace_id=None, enterprise_id="E1", bot_token="xoxb-globex", name="Globex")
ROTATING = replace(ACME, bot_token="xoxe.xoxb-1", refresh_token="xoxe-1-first", expires_at=EPOCH + timedelta(hours=12))


def rotating(minutes: float, **changes: Any) -> Installation:
    """Return an installation whose token ends in so many minutes."""
    return replace(ROTATING, expires_at=EPOCH + timedelta(minutes=minutes), **changes)


class KnownInstallations:
    """An `InstallationSource` that knows what it was given, by workspace and by organisation."""

    def __init__(self, *known: Installation, trouble: Exception | None = None) -> None:
        self._known = {installation.id: installation for installation in known}
        self.trouble = trouble

    def know(self, installation: Installation) -> None:
        self._known[installation.id] = installation

    async def of(
        self, workspace_id: str | None, enterprise_id: str | None = None, *, is_org_wide: bool = False
    ) -> Installation:
        if self.trouble:
            raise self.trouble
        if found := await self.on_record(workspace_id, enterprise_id):
            return found
        raise SlackRefused("not_installed")

    async def on_record(self, workspace_id: str | None, enterprise_id: str | None = None) -> Installation | None:
        return self._known.get(workspace_id or "") or self._known.get(enterprise_id or "")
