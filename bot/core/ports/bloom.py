"""Bloom as the core needs it: what is shown to it, its API, and signing in there."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.core.models import (
    Account,
    BloomWorkspace,
    Brand,
    BrandDetail,
    Credits,
    Image,
    LibraryMatch,
    Page,
    Parameters,
    Queue,
    TokenSet,
    UploadedImage,
)

OnQueue = Callable[[Queue], Awaitable[None]]
"""Told how somebody stands in line; what it raises is logged and changes nothing."""


class Turn(Protocol):
    """The right to send one generation to Bloom now. Use it once, before the turn is left."""

    async def generate(self, parameters: Parameters) -> tuple[str, ...]:
        """Start one order, whatever its operation, and return the ids of its images.

        Charged when accepted; no idempotency key. Its attachments are not looked at: they are references by now.
        """
        ...


class Bloom(Protocol):
    """As much of Bloom's API as the core needs, with one credential. Raises BloomError and nothing else of its own."""

    async def account(self) -> Account: ...
    async def credits(self, bloom_workspace_id: str | None = None) -> Credits: ...
    async def workspaces(self) -> tuple[BloomWorkspace, ...]: ...
    async def brands(self, *, cursor: str | None = None, bloom_workspace_id: str | None = None) -> Page[Brand]: ...

    async def brand(self, brand_id: str, *, wait: float | None = None) -> BrandDetail:
        """Return a brand in full; with ``wait`` once its analysis is over, or as it is after so many seconds."""
        ...

    async def create_brand(
        self,
        url: str,
        *,
        logo_url: str | None = None,
        collect_images: bool = True,
        bloom_workspace_id: str | None = None,
    ) -> str:
        """Let Bloom analyze a website or an Instagram profile; return the id of the brand. No idempotency key."""
        ...

    async def delete_brand(self, brand_id: str) -> None: ...
    async def set_logo(self, brand_id: str, logo_url: str) -> None:
        """Let Bloom fetch a logo, and analyze the brand anew."""
        ...

    async def upload_logo(self, brand_id: str, name: str, content: bytes, mime_type: str) -> None:
        """Give a logo as a file, and let Bloom analyze the brand anew."""
        ...

    def turn(self, asker: str, *, on_queue: OnQueue | None = None) -> AbstractAsyncContextManager[Turn]:
        """Stand in line for one new generation, for as long as it takes.

        ``asker`` is "<user id>/<channel id>": users take turns, then the channels of a user, then first come, first
        served. ``on_queue`` is awaited when the wait is more than a moment, and again when half the line has gone.
        Leaving without having generated gives the turn back.
        """
        ...

    async def forecast(self, orders: int) -> float:
        """Return in how many seconds so many new generations would be done at the present rate, other people's and
        what is under way considered; a guess."""
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

    async def delete_image(self, image_id: str) -> None:
        """Delete an image. One that is gone is refused as IMAGE_NOT_FOUND."""
        ...

    async def upload_image_file(self, brand_id: str, name: str, content: bytes, mime_type: str) -> UploadedImage:
        """Put a picture into a brand's library; the very same one again is the same image."""
        ...

    async def search_library(self, brand_id: str, query: str, *, limit: int = 10) -> Page[LibraryMatch]:
        """Return what resembles a query most in a brand's library, the closest first; no image that was generated."""
        ...


class Credential(Protocol):
    """What is shown to Bloom: an API key, or an access token that is renewed before it ends."""

    @property
    def id(self) -> str:
        """Whose request limit it uses: the same after a renewal. It tells nothing of the secret."""
        ...

    async def secret(self) -> str:
        """Return what to show now. Raises BloomError when it cannot be renewed, StoreError, NotConnected."""
        ...

    async def renewed(self, refused: str) -> bool:
        """Whether there is another secret than the one that Bloom refused just now, renewed for this if need be."""
        ...


Blooms = Callable[[Credential], Bloom]
"""Bloom's API for a credential."""


class SignInServer(Protocol):
    """Bloom's authorization server, for a public client with PKCE. Raises BloomError.

    What it refuses is BloomRefused with the protocol's own word as its code, such as `invalid_client`; a code or a
    refresh token that does not hold (`invalid_grant`) is BloomUnauthorized.
    """

    async def register(self, redirect_uri: str) -> str:
        """Register this deployment for one callback address and return its client id."""
        ...

    def authorization_url(self, client_id: str, redirect_uri: str, *, state: str, verifier: str) -> str:
        """Return the page at Bloom where a person agrees; only the verifier's challenge stands in it."""
        ...

    async def exchange(self, client_id: str, redirect_uri: str, *, code: str, verifier: str) -> TokenSet:
        """Return the tokens for a code, which holds once."""
        ...

    async def refresh(self, client_id: str, refresh_token: str) -> TokenSet:
        """Return new tokens; the refresh token may be used up by this."""
        ...

    async def revoke(self, client_id: str, token: str) -> None:
        """Let a token hold no more."""
        ...


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
