"""Images that were made and delivered, as a store has them whose bot has posted them."""

from dataclasses import replace
from typing import Any

from bot.core.derivations import Made
from bot.core.models import Derivation, Generation, GenerationRequest, Showing, Source
from tests.core.world import S, World, a_request


def a_source(
    image_id: str = "image-1-1",
    derivation: Derivation = Derivation.VARY,
    channel_id: str = "C1",
    thread_id: str = "9.0",
) -> Source:
    """Return where somebody pressed."""
    return Source(image_id, derivation, channel_id, "9.1", thread_id)


async def delivered(
    world: World,
    request: GenerationRequest | None = None,
    generation_id: str = "g1",
    *,
    connection_id: str | None = None,
    **differences: Any,
) -> Generation:
    """Draw what is asked for, each image with the ``differences``, and write it as delivered, with its reply."""
    request = request or a_request()
    drawn = [world.bloom.draw(order, **differences) for order in request.parameters.orders]
    ids = tuple(image_id for one in drawn for image_id in one)
    generation = await world.put(
        S.DELIVERED,
        request,
        generation_id,
        image_ids=ids,
        yields=tuple(len(one) for one in drawn),
        images=tuple(image for image in world.bloom.gallery if image.id in ids),
        reply_id=f"5.{generation_id}",
        finished_at=world.clock.now(),
        connection_id=connection_id,
    )
    await show(world, generation)
    return await world.row(generation_id)


async def show(world: World, generation: Generation, **fields: Any) -> None:
    """Write down where the images are shown: in the reply, but for the ``fields``."""
    place = generation.place
    assert place is not None
    showings = (
        Showing(image.id, place.channel_id, str(generation.reply_id), place.thread_id) for image in generation.images
    )
    await world.store.add_showings(generation.id, [replace(showing, **fields) for showing in showings])


async def made_of(world: World, image_id: str = "image-1-1") -> Made:
    """Return an image that was made."""
    made = await world.results.made(image_id)
    assert made is not None
    return made
