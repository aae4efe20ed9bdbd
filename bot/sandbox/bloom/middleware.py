"""The front door every request passes: trouble, credentials, the request limit, refusals, the record."""

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.oauth import OAuthRefused
from bot.sandbox.bloom.waits import ConnectionCut
from bot.sandbox.loopback import is_own_host, programs_only

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CALL = web.RequestKey("call", Call)
CONSENT = "oauth2.consent"

_HTML = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1><hr>proxy</body></html>"
_FRAMEWORK_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_SUPPORTED"}


@web.middleware
async def programs_and_consent(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let programs in, and the form of our consent page, which a browser sends with our own Origin."""
    own_form = request.match_info.route.name == CONSENT and request.headers.get("Origin") == f"http://{request.host}"
    return await (handler if own_form and is_own_host(request) else partial(programs_only, handler=handler))(request)


@web.middleware
async def front_door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request in, and record how it went."""
    call = request[CALL] = Call.of(request)
    try:
        response = await _serve(call, handler)
    except ConnectionCut:
        call.record(None)
        return _cut(request)
    call.record(response.status)
    return response


async def _serve(call: Call, handler: Handler) -> web.StreamResponse:
    faults, watch = call.backend.faults, call.backend.watch
    if faults.down and faults.down_style == "html":
        return _page(503)
    if faults.down or faults.drops(call.asked, "before"):
        raise ConnectionCut
    await call.read_body()
    if watch:
        await watch(call.asked, call.body, "before")
    await call.backend.waits.pause(faults.delay_of(call.asked))
    if hold := faults.hold_of(call.asked):
        await call.backend.waits.until(hold.released)
    garbled = faults.garbled_status(call.asked)
    if garbled:
        return _page(garbled)
    call.catch_up()
    response = await (_api if call.is_api else _oauth if call.asked.is_oauth else _site)(call, handler)
    if watch:
        await watch(call.asked, call.body, "after")
    if faults.drops(call.asked, "after"):
        raise ConnectionCut
    return response


async def _api(call: Call, handler: Handler) -> web.StreamResponse:
    try:
        _admit(call)
        return await handler(call.request)
    except Refused as reason:
        return call.refuse(reason)
    except web.HTTPClientError as error:
        return call.refuse(Refused(_FRAMEWORK_CODES.get(error.status, "BAD_REQUEST")))


async def _oauth(call: Call, handler: Handler) -> web.StreamResponse:
    try:
        return await _site(call, handler)
    except OAuthRefused as refused:
        call.code = refused.code
        headers = {"Cache-Control": "no-store"} | ({"WWW-Authenticate": "Basic"} if refused.status == 401 else {})
        return web.json_response(refused.fields, status=refused.status, headers=headers)


async def _site(call: Call, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(call.request)
    except web.HTTPClientError as error:
        return web.Response(status=error.status, text=error.reason)


def _admit(call: Call) -> None:
    call.authenticate()
    if not call.backend.limits.admits(call.limited_as):
        raise Refused("TOO_MANY_REQUESTS")
    forced = call.backend.faults.forced_answer(call.asked)
    if forced:
        raise Refused(*forced)


def _page(status: int) -> web.Response:
    title = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Time-out"}
    return web.Response(status=status, text=_HTML.format(title.get(status, "Just a moment…")), content_type="text/html")


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
