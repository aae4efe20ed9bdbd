"""People who open the page: each in a browser context of their own, and every error of the page is a failure."""

import asyncio
from contextlib import AsyncExitStack
from typing import Literal

from playwright.async_api import Browser, ConsoleMessage, Page, expect

SECONDS = 8
WIDE = (1280, 800)
expect.set_options(timeout=SECONDS * 1000)


class Visits:
    """The open pages of one test."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self._browser = browser
        self._contexts = AsyncExitStack()
        self.complaints: list[str] = []

    async def __call__(
        self,
        person: str = "mia",
        place: str = "general",
        *,
        size: tuple[int, int] = WIDE,
        theme: Literal["light", "dark"] = "light",
    ) -> Page:
        """Open a place as a person, ``visit("mia", "app/home")``, and wait until it is live."""
        width, height = size
        context = await self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce", locale="en-GB"
        )
        self._contexts.push_async_callback(context.close)
        context.set_default_timeout(SECONDS * 1000)
        page = await context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.address}/#/{person}/{place}")
        await expect(page.get_by_role("button", name="You are")).to_be_attached()
        return page

    async def close(self) -> None:
        """Close every page, and let connections that the browser just opened arrive before the servers end."""
        await self._contexts.aclose()
        await asyncio.sleep(0.05)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)
