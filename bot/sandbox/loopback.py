"""Who may speak to a server on this machine: programs, and never a page of another site in the visitor's browser.

Such a page can send requests here, and by a name of its own that leads to 127.0.0.1 even read the answers. What gives
it away is the Origin that a browser sends along, or the name in Host.
"""

import socket
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

HOST: Final = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_own_host(request: web.Request) -> bool:
    """Tell whether a request names this very server; browsers leave port 80 out."""
    if request.transport is None:
        return False
    host, port = request.transport.get_extra_info("sockname")[:2]
    names = ("localhost", f"[{host}]" if ":" in host else host)
    return request.host in {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())


@web.middleware
async def programs_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whatever a page of another site sends; the images that our own page shows come without an Origin."""
    if "Origin" in request.headers or not is_own_host(request):
        return web.Response(status=403, text="This stand-in answers programs on its own machine only.")
    return await handler(request)


def free_port() -> int:
    """Return a port that nobody listens at just now, for who must know their address before they listen."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
