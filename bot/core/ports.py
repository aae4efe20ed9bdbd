"""What the core needs from outside, as protocols: Bloom, the store, the messenger. The clock is next door.

Adapters implement these without importing each other; `app.py` joins them.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.core.clock import Clock
from bot.core.models import (
    Account,
    Brand,
    Connection,
    Credits,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    Page,
    Parameters,
    Place,
    Queue,
)

__all__ = ["Bloom", "Blooms", "Clock", "Messenger", "OnQueue", "RequestLog", "Store", "Turn"]

OnQueue = Callable[[Queue], Awaitable[None]]
"""Told how somebody stands in line; what it raises is logged and changes nothing."""


class Turn(Protocol):
    """The right to send one generation to Bloom now. Use it once, before the turn is left."""

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        """Start a generation and return the ids of its images. Charged when accepted; no idempotency key."""
        ...


class Bloom(Protocol):
    """As much of Bloom's API as the core needs, with one credential. Raises BloomError and nothing else of its own."""

    async def account(self) -> Account: ...
    async def credits(self, bloom_workspace_id: str | None = None) -> Credits: ...
    async def brands(self, *, cursor: str | None = None) -> Page[Brand]: ...

    def turn(self, asker: str, *, on_queue: OnQueue | None = None) -> AbstractAsyncContextManager[Turn]:
        """Stand in line for one new generation, for as long as it takes.

        ``asker`` is "<user id>/<channel id>": users take turns, then the channels of a user, then first come, first
        served. ``on_queue`` is awaited when the wait is more than a moment, and again when half the line has gone.
        Leaving without having generated gives the turn back.
        """
        ...

    async def watch(self, ids: Sequence[str], seconds: float) -> tuple[Image, ...]:
        """Return these images as they are once all are settled, or after so many seconds.

        An image that is gone is left out. Raises BloomUnavailable when Bloom is away, not when a connection was cut.
        """
        ...

    async def images(
        self,
        *,
        ids: Sequence[str] = (),
        brand_id: str | None = None,
        source: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Image]:
        """List images, newest first, or the images with these ``ids`` (at most 50); one that is gone is left out."""
        ...


Blooms = Callable[[str], Bloom]
"""Bloom's API for a credential (an API key or an access token)."""


class RequestLog(Protocol):
    """When Bloom was asked, so that a restart does not overrun the rate limit. Raises StoreError.

    ``credential_id`` is a fingerprint of the credential, made by the adapter; the credential itself stands nowhere.
    """

    async def record_request(self, credential_id: str, at: datetime, *, forget_before: datetime) -> None:
        """Write down, committed, that a request is about to be sent; drop the credential's older entries."""
        ...

    async def requests_since(self, credential_id: str, since: datetime) -> tuple[datetime, ...]:
        """Return the moments of the requests since then, oldest first."""
        ...


class Store(Protocol):
    """What must outlive the process. Every method commits before it returns and raises StoreError when it cannot."""

    async def save_connection(self, connection: Connection) -> None: ...
    async def connection(self, workspace_id: str) -> Connection | None: ...
    async def delete_connection(self, workspace_id: str) -> None: ...

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None: ...
    async def brands(self, workspace_id: str) -> tuple[tuple[Brand, ...], datetime | None]:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""
        ...

    async def add_generation(
        self, generation_id: str, request: GenerationRequest, at: datetime, *, worker_id: str | None = None
    ) -> Generation:
        """Write a queued generation, claimed for a worker, or return the one that already has the request's key."""
        ...

    async def generation(self, generation_id: str) -> Generation | None: ...
    async def save_generation(self, generation: Generation, *, was: GenerationState, worker_id: str | None) -> bool:
        """Write the generation's new state and fields, and keep it for the worker until its state is final.

        False, and nothing written, when it is not ``was`` any more or not the worker's; a final one is nobody's, so
        anyone may take it up again. False also when somebody wished to cancel it and now it could be: then it is
        written and cancelled.
        """
        ...

    async def cancel_generation(self, generation_id: str, at: datetime, *, by: str) -> Generation | None:
        """Write down who wishes to cancel an unfinished generation, and cancel it now if it is in line or at Bloom.

        What is just being announced or sent to Bloom is cancelled by the write that follows. Return it as it is then.
        """
        ...

    async def stale_ends(self, since: datetime, *, faults: int, limit: int) -> tuple[Generation, ...]:
        """Return generations that ended since then with a request message that may not say so, the oldest first.

        Those that so many ``faults`` are counted against are left out.
        """
        ...

    async def mark_end(self, ended: Generation) -> None:
        """Write down whether the request message says the end, and what faults telling it met; of this end alone."""
        ...

    async def worker_id(self) -> str:
        """Return who works here: where only one process can, the same one after a restart."""
        ...

    async def renew_lease(self, worker_id: str, *, until: datetime) -> None:
        """Let the worker count as alive until then."""
        ...

    async def claim_generations(
        self, worker_id: str, *, now: datetime, limit: int, most_faults: int | None = None
    ) -> tuple[Generation, ...]:
        """Claim unfinished generations that nobody has, or a worker whose lease has ended; oldest first.

        A fault is counted for one that a worker left by dying; those with more than ``most_faults`` are left to others.
        A row that cannot be read is claimed, logged and left.
        """
        ...

    async def owned_ids(self, worker_id: str) -> frozenset[str]:
        """Return the ids of the worker's unfinished generations."""
        ...

    async def hand_back(self, worker_id: str, *, crashed: bool = False) -> None:
        """End the worker's lease and leave its generations to whoever comes next; a fault each if it ``crashed``."""
        ...

    async def count_fault(self, worker_id: str, generation_id: str) -> None:
        """Write down that this generation of the worker's went wrong for no known reason."""
        ...

    async def forgive(self, worker_id: str, generation_ids: Collection[str]) -> None:
        """Clear the faults of these generations as far as they are the worker's."""
        ...

    async def owned_image_ids(self, image_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that already belong to some generation."""
        ...


class Messenger(Protocol):
    """What people are told about a generation.

    Raises SlackRefused; `SlackUnavailable` may be tried again, not before its `retry_after` where it has one.
    """

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        ...

    async def update(self, generation: Generation, queue: Queue | None = None) -> None:
        """Bring the request message up to the generation's state, with its place in line while it stands in one.

        A place in line is news for a moment: it is left out when it would have to wait. Any other call that waits
        gives way to a later one about the same message and ends with it. Leaving takes nothing back that is on its
        way, and nothing overtakes it.
        """
        ...

    async def deliver(self, generation: Generation) -> str:
        """Post the one reply with the images, or with the failure, in the thread; return its id.

        One that was never announced has no thread: the person is told directly.
        """
        ...

    async def find_reply(self, generation: Generation) -> str | None:
        """Return the id of the reply that `deliver` already posted, if there is one."""
        ...
