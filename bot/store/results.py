"""Which messages show which image, and which images somebody deleted."""

from collections.abc import Collection
from dataclasses import asdict, replace

from sqlite_utils import Database

from bot.core.models import Generation, Showing
from bot.store import rows
from bot.store.generations import BY_ID, GENERATIONS, readable
from bot.store.room import Room

ADD = """
INSERT OR REPLACE INTO showings (
    generation_id, image_id, channel_id, message_id, thread_id, file_id, vector_id, is_link, shared_by, note
) VALUES (
    :generation_id, :image_id, :channel_id, :message_id, :thread_id, :file_id, :vector_id, :is_link, :shared_by, :note
)
"""
OF_GENERATION = """
SELECT showings.* FROM showings JOIN generation_images USING (generation_id, image_id)
WHERE generation_id = ? ORDER BY shared_by IS NOT NULL, message_id, position
"""
OF_IMAGE = f"{GENERATIONS} WHERE id = (SELECT generation_id FROM generation_images WHERE image_id = ?)"  # noqa: S608 -- ours
IN_THREAD = """
SELECT generation_id, image_id FROM showings JOIN generation_images USING (generation_id, image_id)
WHERE channel_id = ? AND thread_id = ? ORDER BY message_id DESC, position DESC
"""
SAVE_IMAGES = "UPDATE generations SET images = :images WHERE id = :id"


class ResultTables(Room):
    """Images after they were made."""

    async def add_showings(self, generation_id: str, showings: Collection[Showing]) -> None:
        """Write down messages that show images of a generation, in place of what was known of the same ones."""
        values = [{**asdict(showing), "generation_id": generation_id} for showing in showings]

        def write(database: Database) -> int:
            return sum(database.execute(ADD, one).rowcount for one in values)

        await self._writer.run(write)

    async def showings(self, generation_id: str) -> tuple[Showing, ...]:
        """Return the messages that show images of a generation: its reply first, then in the order of posting."""
        return await self._writer.run(
            lambda database: tuple(_showing(row) for row in database.query(OF_GENERATION, [generation_id]))
        )

    async def generation_of_image(self, image_id: str) -> Generation | None:
        """Return the generation that made an image."""

        def read(database: Database) -> Generation | None:
            row = next(database.query(OF_IMAGE, [image_id]), None)
            return readable(row) if row else None

        return await self._writer.run(read)

    async def latest_in_thread(self, channel_id: str, thread_id: str) -> tuple[Generation, str] | None:
        """Return the image that a thread shows last, its root included, with its generation."""

        def read(database: Database) -> tuple[Generation, str] | None:
            for generation_id, image_id in database.execute(IN_THREAD, [channel_id, thread_id]).fetchall():
                row = next(database.query(BY_ID, [generation_id]), None)
                generation = readable(row) if row else None
                if generation and any(image.id == image_id for image in generation.present):
                    return generation, image_id
            return None

        return await self._writer.run(read)

    async def mark_deleted(self, generation_id: str, image_id: str, by: str) -> Generation | None:
        """Write down that an image is not at Bloom any more, and return its generation; the first ``by`` stays."""

        def write(database: Database) -> Generation | None:
            row = next(database.query(BY_ID, [generation_id]), None)
            generation = readable(row) if row else None
            if generation is None:
                return None
            images = tuple(
                replace(image, deleted_by=image.deleted_by or by) if image.id == image_id else image
                for image in generation.images
            )
            database.execute(SAVE_IMAGES, {"id": generation_id, "images": rows.images_text(images)})
            return generation.but(images=images)

        return await self._writer.run(write)


def _showing(row: rows.Row) -> Showing:
    fields = {name: row[name] for name in Showing.__dataclass_fields__}
    return Showing(**{**fields, "is_link": bool(row["is_link"])})
