"""A host on loopback that keeps pictures of every kind, and has bad days."""

import asyncio
import io
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from PIL import Image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="20" height="20" fill="red"/></svg>'
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
}


def picture(kind: str, size: tuple[int, int] = (8, 4), mode: str = "RGB") -> bytes:
    """Return a picture of a kind, named by its file's extension."""
    if kind == "svg":
        return SVG
    drawn = io.BytesIO()
    Image.new(mode, size, (200, 0, 0, 0) if mode == "RGBA" else "red").save(drawn, "JPEG" if kind == "jpg" else kind)
    return drawn.getvalue()


class FileHost:
    """Serves `/{name}.{kind}`; what is special about a name, a test says."""

    def __init__(self) -> None:
        self.root = ""
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: defaultdict[str, list[int]] = defaultdict(list)
        """What a path answers first to whoever wants more than its head, one by one."""
        self.moved: dict[str, str] = {}
        self.bodies: dict[str, bytes] = {}
        self.says: dict[str, str] = {}
        """What a path says it is, whatever it is."""
        self.gives_heads = True
        self.held: dict[str, asyncio.Event] = {}
        """Paths that answer later."""

    def url(self, name: str) -> str:
        return f"{self.root}/{name}"

    def gets(self, name: str) -> int:
        """Return how often a file was fetched."""
        return self.asked.count(("GET", f"/{name}"))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append((request.method, path))
        self.headers.append(dict(request.headers))
        if path in self.held:
            await self.held[path].wait()
        if request.method == "HEAD" and not self.gives_heads:
            return web.Response(status=405)
        if request.method == "GET" and self.statuses[path]:
            return web.Response(status=self.statuses[path].pop(0))
        if path in self.moved:
            return web.Response(status=302, headers={"Location": self.moved[path]})
        kind = path.rpartition(".")[2]
        body = self.bodies[path] if path in self.bodies else picture(kind)
        return web.Response(body=body, content_type=self.says.get(path) or TYPES.get(kind, "text/html"))


@asynccontextmanager
async def file_host() -> AsyncIterator[FileHost]:
    """Open one."""
    host = FileHost()
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", host.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield host
    await runner.cleanup()
