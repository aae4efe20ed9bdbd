"""Pictures people bring along."""

import asyncio
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.bloom.addresses import public_url
from bot.sandbox.bloom.answers import image_uploaded
from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.library import inspect_picture
from bot.sandbox.bloom.multipart import read_form
from bot.sandbox.bloom.request_schemas import ForBrand, UploadByUrl


async def upload_by_url(call: Call) -> web.Response:
    """``POST /images/uploads``: from the stand-in's own pictures only, because a sandbox fetches nothing."""
    order = call.json(UploadByUrl)
    brand = call.state.brands.get(call.account, order.brand_session_id)
    return await _keep(call, brand, await _download(call, order.image_url), order.image_url)


async def upload_file(call: Call) -> web.Response:
    """``POST /images/uploads/file``."""
    form = await read_form(call.request)
    if form.file is None:
        raise Refused("BAD_REQUEST")
    call.body = dict(form.fields)
    brand = call.state.brands.get(call.account, call.json(ForBrand).brand_session_id)
    return await _keep(call, brand, form.file, form.filename)


async def _keep(call: Call, brand: Brand, content: bytes, filename: str | None) -> web.Response:
    picture = await asyncio.to_thread(inspect_picture, content)
    image, existing = call.state.library.upload(brand, picture, filename)
    return call.answer(image_uploaded(image, call.backend, existing=existing))


async def _download(call: Call, url: str) -> bytes:
    if not url.startswith(f"{call.backend.site_url}/"):
        public_url(url)
        raise Refused("DOWNLOAD_FAILED")
    image_id = urlsplit(url).path.rpartition("/")[2].partition(".")[0]
    image = call.state.gallery.find(image_id)
    if image is None or not image.has_file:
        raise Refused("DOWNLOAD_FAILED")
    return await call.backend.pictures.of(image)
