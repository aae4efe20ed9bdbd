"""What the core needs from outside, as protocols: Bloom, the store, the messenger. The clock is next door.

Adapters implement these without importing each other; `app.py` joins them.
"""

from collections.abc import Callable, Collection, Sequence
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
)

__all__ = ["Bloom", "Blooms", "Clock", "Messenger", "Store"]


class Bloom(Protocol):
    """As much of Bloom's API as the core needs, with one credential. Raises BloomError and nothing else of its own."""

    async def account(self) -> Account: ...
    async def credits(self, bloom_workspace_id: str | None = None) -> Credits: ...
    async def brands(self, *, cursor: str | None = None) -> Page[Brand]: ...

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        """Start a generation and return the ids of its images. Charged when accepted; no idempotency key."""
        ...

    async def images(
        self,
        *,
        ids: Sequence[str] = (),
        wait: float | None = None,
        brand_id: str | None = None,
        source: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Image]:
        """List images, newest first. With ``ids`` (at most 50) and ``wait`` seconds, hold until all are settled.

        An image that is gone is left out. When the time is over the images come as they are: look at the state.
        """
        ...


Blooms = Callable[[str], Bloom]
"""Bloom's API for a credential (an API key or an access token)."""


class Store(Protocol):
    """What must outlive the process. Every method commits before it returns and raises StoreError when it cannot."""

    async def save_connection(self, connection: Connection) -> None: ...
    async def connection(self, workspace_id: str) -> Connection | None: ...
    async def delete_connection(self, workspace_id: str) -> None: ...

    async def replace_brands(self, workspace_id: str, brands: Sequence[Brand], at: datetime) -> None: ...
    async def brands(self, workspace_id: str) -> tuple[tuple[Brand, ...], datetime | None]:
        """Return the brands as last seen at Bloom, and when that was; None when they never were."""
        ...

    async def add_generation(self, generation_id: str, request: GenerationRequest, at: datetime) -> Generation:
        """Write a queued generation, or return the one that already has the request's key."""
        ...

    async def generation(self, generation_id: str) -> Generation | None: ...
    async def unfinished_generations(self) -> tuple[Generation, ...]:
        """Return all generations that are not final, oldest first."""
        ...

    async def save_generation(self, generation: Generation, *, was: GenerationState) -> bool:
        """Write the generation's new state and fields; False, and nothing written, when it is not ``was`` any more."""
        ...

    async def owned_image_ids(self, image_ids: Collection[str]) -> frozenset[str]:
        """Return those of the ids that already belong to some generation."""
        ...


class Messenger(Protocol):
    """What people are told about a generation. Raises SlackRefused; `SlackUnavailable` may be tried again."""

    async def announce(self, generation: Generation) -> Place:
        """Post the request message, in a direct message where the channel will not have it."""
        ...

    async def update(self, generation: Generation) -> None:
        """Bring the request message up to the generation's state."""
        ...

    async def deliver(self, generation: Generation) -> str:
        """Post the one reply with the images, or with the failure, in the thread; return its id."""
        ...

    async def find_reply(self, generation: Generation) -> str | None:
        """Return the id of the reply that `deliver` already posted, if there is one."""
        ...
