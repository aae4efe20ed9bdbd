"""Taking an image away at Bloom, where people may have connected another account since it was made."""

from dataclasses import dataclass

from bot.core.connections import Connections
from bot.core.derivations import Made
from bot.core.errors import BloomRefused, BloomUnauthorized, NotConnected, SlackRefused
from bot.core.models import Connection
from bot.core.ports import Bloom

GONE = "IMAGE_NOT_FOUND"
"""Bloom's word for an image that is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What came of deleting an image, whose mark is on record."""

    at_bloom: bool = True
    """False: the account connected now does not have it, and nobody asks the one that made it any more."""
    lag: SlackRefused | None = None
    """What kept it from going everywhere in Slack."""


async def delete_at_bloom(connections: Connections, made: Made) -> bool:
    """Delete an image in whichever account has it; False where it may be left in one that is not ours to ask.

    What is gone in the account that made it, is gone. Raises NotConnected, BloomError.
    """
    generation = made.generation
    workspace_id = generation.request.workspace_id
    present = await connections.present(workspace_id)
    if await _is_deleted(await connections.bloom_of(present.id, workspace_id), made.image.id):
        return True
    if generation.connection_id in (None, present.id):
        return True
    former = await connections.by_id(generation.connection_id, workspace_id)
    return former is not None and await _is_gone_at(connections, former, made.image.id)


async def _is_gone_at(connections: Connections, former: Connection, image_id: str) -> bool:
    """Whether the account that made it does not have it any more; one that refuses us does not say."""
    try:
        await _is_deleted(await connections.bloom_of(former.id, former.workspace_id), image_id)
    except (BloomUnauthorized, NotConnected):
        return False
    return True


async def _is_deleted(bloom: Bloom, image_id: str) -> bool:
    try:
        await bloom.delete_image(image_id)
    except BloomRefused as refusal:
        if refusal.code != GONE:
            raise
        return False
    return True
