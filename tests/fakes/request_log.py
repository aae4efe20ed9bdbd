"""A request log in memory."""

from collections import defaultdict
from datetime import datetime

from tests.fakes.script import Script


class FakeRequestLog:
    """The core's `RequestLog`; ``entries`` outlive whoever wrote them, as a database's would."""

    def __init__(self) -> None:
        self.script = Script()
        self.entries: defaultdict[str, list[datetime]] = defaultdict(list)

    async def record_request(self, credential_id: str, at: datetime, *, forget_before: datetime) -> None:
        def write() -> None:
            kept = [moment for moment in self.entries[credential_id] if moment >= forget_before]
            self.entries[credential_id] = sorted([*kept, at])

        await self.script.play("record_request", write, credential_id=credential_id, at=at)

    async def requests_since(self, credential_id: str, since: datetime) -> tuple[datetime, ...]:
        def read() -> tuple[datetime, ...]:
            return tuple(moment for moment in self.entries[credential_id] if moment >= since)

        found: tuple[datetime, ...] = await self.script.play("requests_since", read, credential_id=credential_id)
        return found
