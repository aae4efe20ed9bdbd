"""Who changed what."""

from datetime import datetime

import structlog
from sqlite_utils import Database

from bot.core.models import AuditAction, AuditEvent
from bot.store import rows
from bot.store.room import Room

log = structlog.get_logger(__name__)

ADD = """
INSERT INTO audit_log (id, workspace_id, at, user_id, action, subject, detail)
VALUES (:id, :workspace_id, :at, :user_id, :action, :subject, :detail)
"""
EVENTS = """
SELECT * FROM audit_log WHERE workspace_id = :workspace_id AND at >= :since AND at < :until
AND (:after IS NULL OR (at, id) > (SELECT at, id FROM audit_log WHERE id = :after))
ORDER BY at, id LIMIT :limit
"""


class AuditTable(Room):
    """The audit log, but for generations, which are their own record."""

    async def record_event(self, event: AuditEvent) -> None:
        """Write down that somebody changed something."""
        row = {
            "id": event.id,
            "workspace_id": event.workspace_id,
            "at": rows.text(event.at),
            "user_id": event.user_id,
            "action": event.action.value,
            "subject": event.subject,
            "detail": event.detail,
        }
        await self._writer.run(lambda database: database.execute(ADD, row).rowcount)

    async def events(
        self, workspace_id: str, since: datetime, until: datetime, *, after: str | None = None, limit: int = 500
    ) -> tuple[AuditEvent, ...]:
        """Return what happened from ``since`` until before ``until``, oldest first, ``after`` the event of that id.

        One that cannot be read is logged and left out.
        """
        asked = {
            "workspace_id": workspace_id,
            "since": rows.text(since),
            "until": rows.text(until),
            "after": after,
            "limit": limit,
        }

        def read(database: Database) -> tuple[AuditEvent, ...]:
            return tuple(event for row in database.query(EVENTS, asked) if (event := _readable(row)))

        return await self._writer.run(read)


def _readable(row: rows.Row) -> AuditEvent | None:
    try:
        return _event(row)
    except Exception as exc:  # noqa: BLE001 -- it hides no others
        log.error("audit event cannot be read", id=row["id"], reason=type(exc).__name__)
        return None


def _event(row: rows.Row) -> AuditEvent:
    return AuditEvent(
        id=row["id"],
        workspace_id=row["workspace_id"],
        at=datetime.fromisoformat(row["at"]),
        user_id=row["user_id"],
        action=AuditAction(row["action"]),
        subject=row["subject"],
        detail=row["detail"],
    )
