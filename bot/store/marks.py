"""Marks of images that somebody deleted: they stay, whoever writes a generation that was read before."""

from dataclasses import replace

from sqlite_utils import Database

from bot.core.models import Generation, Image
from bot.store import rows

MARKED = """
SELECT images FROM generations WHERE id = ? AND instr(images, '"deleted_by":"') AND json_valid(images)
"""


def with_marks(database: Database, generation: Generation) -> Generation:
    """Return a generation with what was deleted since it was read; Bloom may know nothing of that any more."""
    row = next(database.query(MARKED, [generation.id]), None)
    if row is None:
        return generation
    deleted = {image.id: image for image in rows.images(row["images"]) if image.deleted_by}
    images = tuple(_marked(image, deleted.pop(image.id, None)) for image in generation.images)
    left = [image for image in deleted.values() if image.id in generation.image_ids]
    return generation.but(images=_in_order(images, left, generation.image_ids) if left else images)


def _marked(image: Image, deleted: Image | None) -> Image:
    return replace(image, deleted_by=deleted.deleted_by) if deleted else image


def _in_order(images: tuple[Image, ...], left: list[Image], ids: tuple[str, ...]) -> tuple[Image, ...]:
    return tuple(sorted((*images, *left), key=lambda one: ids.index(one.id) if one.id in ids else len(ids)))
