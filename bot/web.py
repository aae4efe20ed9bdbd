"""The HTTP face: what Slack sends, whether the bot is well, and (in `browser`) pages for people."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.browser import InstallPages, SignInPages
from bot.core.errors import ConfigError

BODY_LIMIT = 1024 * 1024
"""Bytes; the largest payloads Slack sends, full modals, stay under a quarter of this."""
SHUTDOWN_TIMEOUT = 2.0
"""Seconds that requests under way get when the bot stops."""

Check = Callable[[], Awaitable[bool]]


def make_web(
    app: AsyncApp | None,
    ready: Check,
    *,
    installs: InstallPages | None = None,
    sign_ins: SignInPages | None = None,
) -> web.Application:
    """Return the routes: the health checks, and what there is; over Socket Mode there is no ``app``."""
    face = web.Application(client_max_size=BODY_LIMIT)
    face.router.add_get("/healthz", _healthz)
    face.router.add_get("/readyz", _readyz(ready))
    if app is not None:
        face.router.add_post("/slack/events", _slack_events(app))
    if installs is not None:
        installs.add_to(face)
    if sign_ins is not None:
        sign_ins.add_to(face)
    return face


async def serve(face: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen, and return the runner to clean up and the port that was really taken. Raises ConfigError."""
    runner = web.AppRunner(face, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_TIMEOUT)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, UnicodeError) as exc:
        await runner.cleanup()
        raise ConfigError(f"HOST and PORT: cannot listen on {host}:{port} ({exc})") from exc
    return runner, runner.addresses[0][1]


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _readyz(ready: Check) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def readyz(_: web.Request) -> web.Response:
        well = await ready()
        return web.json_response({"status": "ready" if well else "not ready"}, status=200 if well else 503)

    return readyz


def _slack_events(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def slack_events(request: web.Request) -> web.Response:
        try:
            bolt_request = await to_bolt_request(request)
        except (UnicodeDecodeError, LookupError):
            return web.json_response({"error": "the body is not text"}, status=400)
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return slack_events
