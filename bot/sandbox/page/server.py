"""The page's server: who is let in, what is served, and where acts and panels are reached.

It listens on 127.0.0.1 and is meant for the browser of whoever started the sandbox: pages of other sites, which that
browser may have open as well, can neither read it nor act in it.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web
from pydantic import ValidationError

from bot.sandbox.bloom import BloomStandIn
from bot.sandbox.loopback import Handler, is_own_host
from bot.sandbox.page.acts import ACTS, Acts, words
from bot.sandbox.page.bloom_panel import BloomPanel
from bot.sandbox.page.inspector import Inspector
from bot.sandbox.page.live import Live
from bot.sandbox.slack import PersonCannot, SlackStandIn
from bot.sandbox.slack.errors import NoLongerThere
from bot.sandbox.slack.files import LARGEST, TOO_LARGE
from bot.sandbox.slack.identity import Member

HOST: Final = "127.0.0.1"
SHUTDOWN_SECONDS: Final = 0.2
STATIC: Final = Path(__file__).parent / "static"
IMAGES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob: http://127.0.0.1:*; connect-src 'self' ws:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@asynccontextmanager
async def serving_page(slack: SlackStandIn, bloom: BloomStandIn, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the page of these two stand-ins; yield its address. Raises OSError when the port is taken."""
    page = Page(slack, bloom)
    runner = web.AppRunner(page.application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        with page.live.listening():
            yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Page:
    """The addresses of the page."""

    def __init__(self, slack: SlackStandIn, bloom: BloomStandIn) -> None:
        self._slack = slack
        self._panel = BloomPanel(bloom)
        self.live = Live(slack, Inspector(slack, bloom), self._panel)

    def application(self) -> web.Application:
        """Return the web application that serves all of it."""
        app = web.Application(middlewares=[self._front_door], client_max_size=LARGEST + 1024 * 1024)
        app.on_response_prepare.append(_add_headers)
        app.on_shutdown.append(self._say_goodbye)
        app.router.add_get("/", self._index)
        app.router.add_static("/static", STATIC)
        app.router.add_get("/live", self._live)
        app.router.add_post("/people/{person}/files", self._upload)
        app.router.add_post("/people/{person}/{what}", self._act)
        app.router.add_get("/files/{file_id}", self._download)
        app.router.add_post("/bloom", self._change_bloom)
        return app

    @web.middleware
    async def _front_door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_own_host(request):
            return _problem(403, "This sandbox answers at its own address only, the one that it told at its start.")
        origin = request.headers.get("Origin")
        reading = request.method in ("GET", "HEAD") and request.path != "/live"
        if not reading and origin not in (None, f"http://{request.host}"):
            return _problem(403, "Another site cannot act in this sandbox.")
        try:
            return await handler(request)
        except ValidationError as error:
            return _problem(422, words(error))
        except PersonCannot as error:
            return _problem(409 if isinstance(error, NoLongerThere) else 422, str(error), error.fields)
        except web.HTTPError as error:
            return _problem(error.status, error.text or error.reason)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("as", ""))
        return await self.live.show(request, person)

    async def _act(self, request: web.Request) -> web.Response:
        acts = Acts(self._slack, self._person(request.match_info["person"]))
        if (what := request.match_info["what"]) not in ACTS:
            raise web.HTTPNotFound(text=f"There is nothing called {what} to do.")
        return web.json_response(await acts.perform(what, await _json(request)))

    async def _upload(self, request: web.Request) -> web.Response:
        acts = Acts(self._slack, self._person(request.match_info["person"]))
        field = (await _form(request)).get("file")
        if not isinstance(field, web.FileField):
            raise PersonCannot("There is no file in this.")
        return web.json_response(acts.upload(field.filename, field.file.read()))

    async def _download(self, request: web.Request) -> web.Response:
        """Serve an uploaded file: an image to be looked at, anything else to be saved."""
        found = self._slack.file(request.match_info["file_id"])
        if found is None or found.data is None or not found.completed:
            raise web.HTTPNotFound(text="That file is no longer there.")
        kind = found.mimetype
        disposition = {} if kind in IMAGES else _to_be_saved(found.name)
        return web.Response(body=found.data, content_type=kind, headers=disposition)

    async def _change_bloom(self, request: web.Request) -> web.Response:
        self._panel.change(await _json(request))
        self.live.bloom_changed()
        return web.json_response({"ok": True, "bloom": self._panel.state()})

    async def _say_goodbye(self, _: web.Application) -> None:
        await self.live.close()

    def _person(self, reference: str) -> Member:
        person = self._slack.workspace.find_person(reference)
        if person is None or person.is_bot or person.deleted:
            raise web.HTTPNotFound(text="There is nobody like that in this workspace.")
        return person


def _to_be_saved(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


async def _json(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, as application/json.")
    return await request.read()


async def _form(request: web.Request) -> Mapping[str, object]:
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="Send a file, as multipart/form-data.")
    try:
        return await request.post()
    except ValueError as error:
        raise web.HTTPUnsupportedMediaType(text="This is no multipart/form-data.") from error
    except web.HTTPRequestEntityTooLarge as error:
        error.text = TOO_LARGE
        raise


def _problem(status: int, words: str, fields: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"problem": words, "fields": fields or {}}, status=status)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
