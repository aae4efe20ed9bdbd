"""State and controls of one stand-in, apart from its HTTP routes: what a control panel holds in its hands."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.core.clock import Clock
from bot.sandbox.bloom.faults import Asked, Faults, When
from bot.sandbox.bloom.images import EXTENSIONS, Image
from bot.sandbox.bloom.journal import Journal
from bot.sandbox.bloom.limits import RateLimit, SlidingWindow
from bot.sandbox.bloom.oauth import AuthorizationServer
from bot.sandbox.bloom.pictures import Pictures
from bot.sandbox.bloom.spelling import Spelling
from bot.sandbox.bloom.state import BloomState
from bot.sandbox.bloom.waits import Waits

Watch = Callable[[Asked, Any, When], Awaitable[None]]
"""Told a request and its JSON before and after it is carried out; may hold it up, or raise a ConnectionCut."""


class Backend:
    """Everything the routes work with."""

    def __init__(self, clock: Clock, rate_limit: RateLimit | None, seed: int, spelling: Spelling) -> None:
        self.clock = clock
        self.state = BloomState(clock, seed)
        self.oauth = AuthorizationServer(clock, self.state.accounts)
        self.faults = Faults(self.state.studio.next_failures)
        self.waits = Waits(clock, self.faults)
        self.limits = SlidingWindow(clock, rate_limit)
        self.journal = Journal()
        self.pictures = Pictures()
        self.spelling = spelling
        self.site_url = ""
        self.watch: Watch | None = None

    def image_url(self, image: Image) -> str:
        """Return the short redirect to a picture, as Bloom gives it: relative unless told otherwise."""
        return f"{self.site_url if self.spelling.absolute_urls else ''}/img/{image.id}"

    def signed_url(self, image: Image) -> str:
        """Return the address of the file itself."""
        return f"{self.site_url}/cdn/{image.id}.{EXTENSIONS[image.file_format]}"

    def logo_url(self, brand_id: str) -> str:
        """Return the address of a brand's logo."""
        return f"{self.site_url}/cdn/logos/{brand_id}.png"
