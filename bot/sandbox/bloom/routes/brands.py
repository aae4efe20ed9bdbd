"""Brands: made from a website, waited for, given a logo, deleted."""

import asyncio

from aiohttp import web

from bot.sandbox.bloom.answers import brand_in_full, brand_in_list, brand_removed
from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.library import check_logo
from bot.sandbox.bloom.multipart import read_form
from bot.sandbox.bloom.paging import newest_first
from bot.sandbox.bloom.request_schemas import NewBrand, NewLogo, Page, Wait


async def list_brands(call: Call) -> web.Response:
    """``GET /brands``."""
    wanted = call.query(Page)
    seen = call.state.brands.of(call.account, wanted.workspace_id)
    page = newest_first(seen, wanted.limit, wanted.cursor)
    shown = [brand_in_list(brand, call.state.gallery) for brand in page.items]
    return call.answer({"brands": shown, "nextCursor": page.next_cursor, "hasMore": page.has_more})


async def create_brand(call: Call) -> web.Response:
    """``POST /brands``."""
    wanted = call.json(NewBrand)
    workspace = call.account.workspace(wanted.workspace_id or None)
    brand = call.state.brands.create(
        wanted.url, workspace, logo_url=wanted.logo_url, collect_images=wanted.collect_images
    )
    return call.answer({"id": brand.id, "status": brand.status}, 202)


async def get_brand(call: Call) -> web.Response:
    """``GET /brands/{id}``, held if asked until the analysis ends."""
    brand_id, wait, account = call.id, call.query(Wait), call.account
    brand = call.state.brands.get(account, brand_id)

    def due() -> float | None:
        call.catch_up()
        return brand.settles_at if brand.status == "analyzing" else None

    await call.hold(wait, due)
    return call.answer(brand_in_full(call.state.brands.get(account, brand_id), call.backend))


async def delete_brand(call: Call) -> web.Response:
    """``DELETE /brands/{id}``."""
    brand = call.state.brands.get(call.account, call.id)
    call.state.brands.remove(brand)
    return call.answer(brand_removed(brand))


async def update_logo(call: Call) -> web.Response:
    """``PUT /brands/{id}/logo``."""
    brand_id, wanted = call.id, call.json(NewLogo)
    brand = call.state.brands.get(call.account, brand_id)
    call.state.brands.give_logo_address(brand, wanted.logo_url)
    return call.answer({"id": brand.id, "status": brand.status}, 202)


async def upload_logo_file(call: Call) -> web.Response:
    """``PUT /brands/{id}/logo/file``."""
    brand = call.state.brands.get(call.account, call.id)
    form = await read_form(call.request)
    if form.file is None:
        raise Refused("BAD_REQUEST")
    await asyncio.to_thread(check_logo, form.file)
    call.state.brands.give_logo(brand)
    return call.answer({"id": brand.id, "status": brand.status}, 202)
