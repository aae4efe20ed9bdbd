"""The addresses of the stand-in: the Web API, the page that asks for consent, response URLs, files, the WebSocket."""

import json
import time
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.files import LARGEST
from bot.sandbox.slack.oauth.page import ConsentPage, programs_and_own_page
from bot.sandbox.slack.platform import Platform
from bot.sandbox.slack.web_api import Call, WebApi
from bot.sandbox.slack.web_api.arguments import Arguments

READ: Final = "files:read"


def application(platform: Platform, api: WebApi) -> web.Application:
    """Return the web application that serves all of them."""
    routes = Routes(platform, api)
    served = web.Application(middlewares=[programs_and_own_page], client_max_size=2 * LARGEST)
    served.router.add_route("*", "/api/{method}", api.answer)
    served.router.add_post("/commands/{token:.+}", routes.response_url)
    served.router.add_post("/upload/{file_id}", routes.upload)
    served.router.add_get("/files-pri/{file_id}/{name}", routes.download)
    served.router.add_get("/", routes.sign_in)
    served.router.add_get("/link/", platform.sockets.connect)
    ConsentPage(platform).add_to(served)
    return served


class Routes:
    """What is not the Web API."""

    def __init__(self, platform: Platform, api: WebApi) -> None:
        self._platform = platform
        self._api = api

    async def response_url(self, request: web.Request) -> web.Response:
        started, text = time.perf_counter(), await request.text()
        token = request.match_info["token"]
        backend = self._platform.find(token.partition("/")[0])
        error = "expired_url" if backend is None else await self._respond(backend, token, text)
        at, seconds = self._platform.clock.now(), time.perf_counter() - started
        team_id = None if backend is None else backend.workspace.team.id
        call = Call("response_url", {"body": text}, error is None, error, at, None, seconds, team_id)
        self._api.listeners.tell(call)
        if error is None:
            return web.Response(text="ok")
        return web.Response(status=404 if error in ("expired_url", "used_url") else 400, text=error)

    async def _respond(self, backend: Backend, token: str, text: str) -> str | None:
        """Do what was posted to a response URL; return what is wrong with it, if anything is."""
        try:
            await backend.response_urls.use(token, json.loads(text))
        except ValueError:
            return "invalid_payload"
        except SlackRefusal as refusal:
            return refusal.error
        return None

    async def upload(self, request: web.Request) -> web.Response:
        """Take the content of an announced file, as the body itself or as a form's first field."""
        file_id = request.match_info["file_id"]
        sizes = (backend.files.announced(file_id) for backend in self._platform.backends)
        size = next((size for size in sizes if size is not None), 0)
        if request.content_type == "multipart/form-data":
            field = next(iter((await request.post()).values()), "")
            data = field.file.read() if isinstance(field, web.FileField) else str(field).encode()
        else:
            data = await _body(request, size)
        if not any(backend.files.receive(file_id, data) for backend in self._platform.backends):
            return web.Response(status=400, text="upload refused")
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.Response:
        """Serve a private file to its workspace's bot with the scope for it; others are sent to where one signs in."""
        file_id = request.match_info["file_id"]
        holders = [one for one in self._platform.backends if one.files.find(file_id) is not None]
        if not holders:
            raise web.HTTPNotFound
        if not any(one in holders for one in self._read_by(request.headers.get("Authorization", ""))):
            raise web.HTTPFound(f"/?{urlencode({'redir': request.path})}")
        file = holders[0].files.find(file_id)
        if file is None or file.data is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.mimetype)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Show Slack's page for people who are not signed in: HTML with status 200, where an app expected a file."""
        return web.Response(text="<!DOCTYPE html><title>Sign in | Slack</title>", content_type="text/html")

    def _read_by(self, authorization: str) -> list[Backend]:
        """Return the workspaces whose files may be read with a token."""
        try:
            installation = self._platform.installations.authenticate(Arguments({}, authorization).token)
        except SlackRefusal:
            return []
        may_read = installation.scopes is None or READ in installation.scopes
        return self._platform.served_by(installation) if may_read else []


async def _body(request: web.Request, size: int) -> bytes:
    """Return the body of a request, in parts as it comes; of one that is longer than announced, a little too much."""
    data = bytearray()
    async for part in request.content.iter_any():
        data += part
        if len(data) > size:
            break
    return bytes(data)
