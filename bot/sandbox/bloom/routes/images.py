"""Images that exist: listed, waited for, searched, deleted."""

from collections.abc import Iterable

from aiohttp import web

from bot.sandbox.bloom.answers import image_found, image_in_full, image_in_list, image_removed
from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.images import Image
from bot.sandbox.bloom.paging import by_rank, newest_first
from bot.sandbox.bloom.request_schemas import ImageIds, ImageList, Search, Wait


async def list_images(call: Call) -> web.Response:
    """``GET /images``, held if asked until every image of ``ids`` has ended."""
    wanted, account = call.query(ImageList), call.account
    if wanted.brand_session_id:
        call.state.brands.get(account, wanted.brand_session_id)
    if wanted.ids:
        awaited = list(call.state.gallery.of(account, wanted.ids))
        await call.hold(wanted, lambda: _due(call, awaited))
    matching = (image for image in call.state.gallery.of(account, wanted.ids) if _matches(image, wanted))
    page = newest_first(matching, wanted.limit, wanted.cursor)
    shown = [image_in_list(image, call.backend, signed=wanted.include_urls) for image in page.items]
    return call.answer({"images": shown, "nextCursor": page.next_cursor, "hasMore": page.has_more})


async def get_image(call: Call) -> web.Response:
    """``GET /images/{id}``, held if asked until it has ended."""
    image_id, wait, account = call.id, call.query(Wait), call.account
    image = call.state.gallery.get(account, image_id)
    await call.hold(wait, lambda: _due(call, [image]))
    return call.answer(image_in_full(call.state.gallery.get(account, image_id), call.backend))


async def delete_image(call: Call) -> web.Response:
    """``DELETE /images/{id}``."""
    image = call.state.gallery.get(call.account, call.id)
    call.state.gallery.remove(image)
    return call.answer(image_removed(image))


async def delete_images(call: Call) -> web.Response:
    """``DELETE /images``: ids that are not the caller's are skipped."""
    wanted = call.query(ImageIds)
    doomed = list(call.state.gallery.of(call.account, wanted.ids))
    for image in doomed:
        call.state.gallery.remove(image)
    return call.answer({"deletedCount": len(doomed)})


async def search(call: Call) -> web.Response:
    """``POST /images/search``."""
    wanted = call.json(Search)
    brand = call.state.brands.get(call.account, wanted.brand_session_id)
    near = call.state.library.search(brand, wanted.query, wanted.max_distance)
    page = by_rank(near, wanted.limit, wanted.cursor or None)
    found = [image_found(image, distance, call.backend) for distance, image in page.items]
    return call.answer(
        {"query": wanted.query, "candidates": found, "nextCursor": page.next_cursor, "hasMore": page.has_more}
    )


def _due(call: Call, images: Iterable[Image]) -> float | None:
    call.catch_up()
    return max((image.settles_at for image in images if not image.terminal), default=None)


def _matches(image: Image, wanted: ImageList) -> bool:
    brand = image.brand
    return (
        wanted.workspace_id in (None, brand.workspace.id)
        and wanted.brand_session_id in (None, brand.id)
        and wanted.source in (None, image.source)
        and wanted.status in (None, image.status)
        and wanted.action_type in (None, image.action)
    )
