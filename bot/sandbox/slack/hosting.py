"""The one server behind all workspaces of a Slack, on loopback."""

import ipaddress

from aiohttp import web

from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.routes import application
from bot.sandbox.slack.web_api import WebApi


class Host:
    """Listens, and gives the platform its address."""

    def __init__(self, platform: Platform, host: str = "127.0.0.1", port: int = 0) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("the stand-in listens on loopback only")
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self.platform = platform
        self.api = WebApi(platform)

    async def start(self) -> None:
        """Begin to listen; from now on the addresses lead here."""
        await self.platform.start()
        self._runner = web.AppRunner(application(self.platform, self.api), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.platform.addresses.root = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def stop(self) -> None:
        """Hang up and close everything."""
        await self.platform.sockets.disconnect("link_disabled")
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.platform.stop()
