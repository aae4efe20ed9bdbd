"""The addresses of the stand-in: the Web API, response URLs, files and the WebSocket."""

import json
import time

from aiohttp import web

from bot.sandbox.loopback import programs_only
from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import SlackRefusal
from bot.sandbox.slack.files import LARGEST
from bot.sandbox.slack.web_api import Call, WebApi


def application(backend: Backend, api: WebApi) -> web.Application:
    """Return the web application that serves all of them."""
    routes = Routes(backend, api)
    served = web.Application(middlewares=[programs_only], client_max_size=2 * LARGEST)
    served.router.add_route("*", "/api/{method}", api.answer)
    served.router.add_post("/commands/{token:.+}", routes.response_url)
    served.router.add_post("/upload/{file_id}", routes.upload)
    served.router.add_get("/files-pri/{file_id}/{name}", routes.download)
    served.router.add_get("/link/", backend.sockets.connect)
    return served


class Routes:
    """What is not the Web API."""

    def __init__(self, backend: Backend, api: WebApi) -> None:
        self._backend = backend
        self._api = api

    async def response_url(self, request: web.Request) -> web.Response:
        started, text = time.perf_counter(), await request.text()
        error = await self._respond(request.match_info["token"], text)
        seconds = time.perf_counter() - started
        call = Call("response_url", {"body": text}, error is None, error, self._backend.clock.now(), None, seconds)
        self._api.listeners.tell(call)
        if error is None:
            return web.Response(text="ok")
        return web.Response(status=404 if error in ("expired_url", "used_url") else 400, text=error)

    async def _respond(self, token: str, text: str) -> str | None:
        """Do what was posted to a response URL; return what is wrong with it, if anything is."""
        try:
            await self._backend.response_urls.use(token, json.loads(text))
        except ValueError:
            return "invalid_payload"
        except SlackRefusal as refusal:
            return refusal.error
        return None

    async def upload(self, request: web.Request) -> web.Response:
        """Take the content of an announced file, as the body itself or as a form's first field."""
        if request.content_type == "multipart/form-data":
            field = next(iter((await request.post()).values()), "")
            data = field.file.read() if isinstance(field, web.FileField) else str(field).encode()
        else:
            data = await request.read()
        if not self._backend.files.receive(request.match_info["file_id"], data):
            return web.Response(status=400, text="upload refused")
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.Response:
        """Serve a private file to the bot's token; anyone else gets Slack's sign-in page, with status 200."""
        file = self._backend.files.find(request.match_info["file_id"])
        if request.headers.get("Authorization") != f"Bearer {self._backend.settings.bot_token}":
            return web.Response(text="<!DOCTYPE html><title>Sign in | Slack</title>", content_type="text/html")
        if file is None or file.data is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.mimetype)
