"""What was asked and answered: the tests' witness, and what an inspector shows. Keys never stand in it."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.sandbox.listeners import Listeners


@dataclass(frozen=True)
class RequestRecord:
    """One request and its answer. ``status`` is None where the connection was cut instead of answered.

    ``path`` is below ``/api/v1`` for the API and below the site for pictures. ``held`` is in
    seconds of the stand-in's clock, ``seconds`` real ones from the request to its answer, ``left`` how many
    requests this credential had left then (None without a limit).
    """

    at: datetime
    method: str
    path: str
    operation: str | None
    query: dict[str, str]
    credential: str | None
    body: Any
    status: int | None
    code: str | None
    held: float
    seconds: float = 0.0
    left: int | None = None


class Journal:
    """The last requests, and whoever wants to hear of each."""

    def __init__(self, kept: int = 2000) -> None:
        self._records: deque[RequestRecord] = deque(maxlen=kept)
        self._listeners = Listeners[RequestRecord]()

    def __iter__(self) -> Iterator[RequestRecord]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> RequestRecord:
        return self._records[index]

    def add(self, record: RequestRecord) -> None:
        """Write a request down and tell the listeners."""
        self._records.append(record)
        self._listeners.tell(record)

    def on_request(self, callback: Callable[[RequestRecord], None]) -> Callable[[], None]:
        """Call back on every request once it is answered; return what ends that."""
        return self._listeners.add(callback)

    def clear(self) -> None:
        """Forget what was recorded."""
        self._records.clear()

    def matching(self, method: str | None = None, path: str | None = None) -> list[RequestRecord]:
        """Return the requests with this method and exactly this path; ``*`` stands for one segment."""
        return [
            record
            for record in self._records
            if method in (None, record.method) and (path is None or path_matches(path, record.path))
        ]


def fingerprint(credential: str | None) -> str | None:
    """Return what tells two credentials apart without telling what they are."""
    return hashlib.sha256(credential.encode()).hexdigest()[:8] if credential else None


def path_matches(pattern: str, path: str, *, prefix: bool = False) -> bool:
    """Compare by segments; ``*`` stands for any one, and a prefix may stop before the end."""
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(wanted) > len(given) or (len(wanted) < len(given) and not prefix):
        return False
    return all(part in ("*", found) for part, found in zip(wanted, given, strict=False))
