"""Images to be made: every one of these is charged now and done later."""

from aiohttp import web

from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.images import Image
from bot.sandbox.bloom.request_schemas import Edit, ForBrand, Generation, Resize


async def generate(call: Call) -> web.Response:
    """``POST /images/generations``."""
    order = call.json(Generation)
    brand = call.state.brands.get(call.account, order.brand_session_id)
    images = call.state.studio.generate(
        call.account,
        brand,
        order.prompt,
        ratio=order.aspect_ratio,
        size=order.image_size,
        model=order.model,
        count=order.variant_count,
        references=order.reference_image_ids,
    )
    ids = "imageIds" if call.backend.spelling.ids_style == "guide" else "ids"
    group = images[0].variant_group_id
    return call.answer({ids: [image.id for image in images], "variantGroupId": group, "status": "pending"}, 202)


async def edit(call: Call) -> web.Response:
    """``POST /images/{id}/edit``."""
    image_id, order = call.id, call.json(Edit)
    brand = call.state.brands.get(call.account, order.brand_session_id)
    image = call.state.studio.edit(
        call.account,
        brand,
        image_id,
        order.prompt,
        size=order.image_size,
        model=order.model,
        references=order.reference_image_ids,
    )
    return _begun(call, image)


async def resize(call: Call) -> web.Response:
    """``POST /images/{id}/resize``."""
    image_id, order = call.id, call.json(Resize)
    brand = _session(call, order.brand_session_id)
    return _begun(call, call.state.studio.resize(call.account, brand, image_id, order.target_aspect_ratio))


async def remove_background(call: Call) -> web.Response:
    """``POST /images/{id}/remove-background``."""
    image_id, brand = call.id, _session(call, call.json(ForBrand).brand_session_id)
    return _begun(call, call.state.studio.remove_background(call.account, brand, image_id))


async def vectorize(call: Call) -> web.Response:
    """``POST /images/{id}/vectorize``."""
    image_id, brand = call.id, _session(call, call.json(ForBrand).brand_session_id)
    return _begun(call, call.state.studio.vectorize(call.account, brand, image_id))


def _session(call: Call, brand_id: str) -> Brand:
    """Return the brand, or refuse with the code these three operations have for that."""
    try:
        return call.state.brands.get(call.account, brand_id)
    except Refused as reason:
        raise Refused("SESSION_NOT_FOUND") from reason


def _begun(call: Call, image: Image) -> web.Response:
    return call.answer({"id": image.id, "status": "pending"}, 202)
