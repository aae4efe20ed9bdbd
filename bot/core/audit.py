"""Who changed what in a workspace, and who generated what: on record, and as a table for managers."""

from uuid import uuid4

from bot.core.clock import Clock
from bot.core.models import AuditAction, AuditEvent
from bot.core.ports import Store


class Audit:
    """Keeps the record."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def record(
        self, workspace_id: str, user_id: str | None, action: AuditAction, subject: str = "", detail: str = ""
    ) -> None:
        """Write down what somebody has changed; ``user_id`` is None for what the settings or Slack did."""
        event = AuditEvent(uuid4().hex, workspace_id, self._clock.now(), user_id, action, subject, detail)
        await self._store.record_event(event)
