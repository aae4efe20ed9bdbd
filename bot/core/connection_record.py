"""What the audit log says of a workspace's account at Bloom, in the words of whoever reads it later."""

from bot.core.audit import Audit
from bot.core.models import AuditAction, BloomWorkspace, Connection

EVERY_BRANDS_OWN = "each brand's own workspace"


class ConnectionRecord:
    """Writes down who connected, who disconnected, and who chose who pays."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def connected(self, connection: Connection, before: Connection | None) -> None:
        """Whoever connected it did; nobody when the settings did."""
        way = "signed in with Bloom" if connection.grant else "with an API key"
        detail = f"{way}, in place of {before.account.email}" if before else way
        await self._record(connection, connection.connected_by, AuditAction.CONNECTED, detail=detail)

    async def disconnected(self, connection: Connection, by: str | None) -> None:
        """``by`` is None when the workspace was left."""
        await self._record(connection, by, AuditAction.DISCONNECTED)

    async def payer_chosen(self, before: Connection, chosen: BloomWorkspace | None, by: str) -> None:
        """Which of Bloom's workspaces pays, and which did before."""
        detail = f"before: {_payer(before.bloom_workspace)}"
        await self._record(before, by, AuditAction.PAYER_CHOSEN, _payer(chosen), detail)

    async def _record(
        self, connection: Connection, by: str | None, action: AuditAction, subject: str = "", detail: str = ""
    ) -> None:
        await self._audit.record(connection.workspace_id, by, action, subject or connection.account.email, detail)


def _payer(chosen: BloomWorkspace | None) -> str:
    if chosen is None:
        return EVERY_BRANDS_OWN
    return chosen.name or ("Personal" if chosen.is_personal else "Unnamed")
