"""The pictures themselves, open to everyone who has the address, as on Bloom's site and its CDN."""

from typing import Final

from aiohttp import web

from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.images import EXTENSIONS, Image

SLACK: Final = "Slack-ImgProxy"
"""How Slack's proxy for images calls itself."""


async def redirect(call: Call) -> web.Response:
    """``GET /img/{id}``: the short address leads to the file."""
    image = _finished(call)
    return web.Response(status=302, headers={"Location": f"/cdn/{image.id}.{EXTENSIONS[image.file_format]}"})


async def picture(call: Call) -> web.StreamResponse:
    """``GET`` and ``HEAD /cdn/{id}.{extension}``: of what kind it is, is known before it is drawn."""
    image = _finished(call)
    if call.request.match_info["extension"] != EXTENSIONS[image.file_format]:
        raise web.HTTPNotFound
    if call.request.headers.get("User-Agent", "").startswith(SLACK) and call.backend.faults.hides(call.asked):
        raise web.HTTPForbidden
    if call.request.method == "HEAD":
        return web.StreamResponse(headers={"Content-Type": image.content_type})
    return web.Response(body=await call.backend.pictures.of(image), content_type=image.content_type)


async def logo(call: Call) -> web.Response:
    """``GET /cdn/logos/{id}.png``."""
    brand = call.state.brands.find(call.request.match_info["id"])
    if brand is None or not brand.has_logo:
        raise web.HTTPNotFound
    return web.Response(body=await call.backend.pictures.logo_of(brand), content_type="image/png")


def _finished(call: Call) -> Image:
    image = call.state.gallery.find(call.request.match_info["id"])
    if image is None or not image.has_file:
        raise web.HTTPNotFound
    return image
