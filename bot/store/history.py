"""Looking back at generations: which images were made, and what they cost.

What one has cost stands in the generated column ``spent``: all its credits, until it ends without anything having been
sent to Bloom.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from unicodedata import normalize

from sqlite_utils import Database

from bot.core.models import Generation, HistoryFilter, Spending, Spent
from bot.store import rows
from bot.store.generations import GENERATIONS, readable, spent_in
from bot.store.room import Room

IS_PRESENT = "json_extract(value, '$.state') = 'completed' AND json_extract(value, '$.deleted_by') IS NULL"
MADE = f"""state = 'delivered' AND images != '[]' AND CASE
    WHEN instr(images, '"deleted_by":"') AND json_valid(images)
    THEN EXISTS (SELECT 1 FROM json_each(images) WHERE {IS_PRESENT}) ELSE 1 END
"""  # noqa: S608 -- ours
"""That a generation has images which are not all deleted. Few have a deleted one, so that few are read for it."""
HISTORY = f"""{GENERATIONS}
WHERE workspace_id = :workspace_id AND {MADE}
AND (:brand_id IS NULL OR brand_id = :brand_id)
AND (:user_id IS NULL OR user_id = :user_id)
AND (:seen_by IS NULL OR user_id = :seen_by
    OR COALESCE(place_channel_id, channel_id) IN (SELECT value FROM json_each(:channels)))
AND (:text = '' OR holds(CASE WHEN json_valid(parameters) THEN json_extract(parameters, '$.prompt') END, :text))
AND (:before IS NULL OR (created_at, id) < (SELECT created_at, id FROM generations WHERE id = :before))
ORDER BY created_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 -- ours
BETWEEN = f"""{GENERATIONS}
WHERE workspace_id = :workspace_id AND created_at >= :since AND created_at < :until
AND (:after IS NULL OR (created_at, id) > (SELECT created_at, id FROM generations WHERE id = :after))
ORDER BY created_at, id LIMIT :limit
"""  # noqa: S608 -- ours
HAS_IMAGES = f"SELECT EXISTS (SELECT 1 FROM generations WHERE workspace_id = ? AND {MADE})"  # noqa: S608 -- ours
SPENDING = """
SELECT user_id, channel_id, brand_id, SUM(spent) FROM generations
WHERE workspace_id = :workspace_id AND created_at >= :since AND created_at < :until AND spent > 0
GROUP BY user_id, channel_id, brand_id
"""
BRAND_NAMES = """
SELECT brand_id, brand_name, MAX(created_at) FROM generations
WHERE workspace_id = :workspace_id AND created_at >= :since AND created_at < :until AND spent > 0 GROUP BY brand_id
"""
UNFINISHED = """
SELECT COUNT(*) FROM generations INDEXED BY idx_generations_unfinished
WHERE state NOT IN ('delivered', 'failed', 'cancelled') AND workspace_id = ? AND brand_id = ?
"""


class HistoryTables(Room):
    """Generations, as those see them who look back."""

    async def history(
        self, workspace_id: str, wanted: HistoryFilter, *, before: str | None = None, limit: int = 10
    ) -> tuple[Generation, ...]:
        """Return generations with images, not all deleted, the newest first, older than the one with id ``before``."""
        asked = {
            "workspace_id": workspace_id,
            "brand_id": wanted.brand_id,
            "user_id": wanted.user_id,
            "text": _folded(wanted.text.strip()),
            "seen_by": wanted.seen_by,
            "channels": json.dumps(sorted(wanted.channels)),
            "before": before,
            "limit": limit,
        }
        return await self._generations(HISTORY, asked)

    async def generations_between(
        self, workspace_id: str, since: datetime, until: datetime, *, after: str | None = None, limit: int = 500
    ) -> tuple[Generation, ...]:
        """Return all begun from ``since`` until before ``until``, oldest first, ``after`` the one of that id."""
        span = {"workspace_id": workspace_id, "since": rows.text(since), "until": rows.text(until)}
        return await self._generations(BETWEEN, {**span, "after": after, "limit": limit})

    async def has_images(self, workspace_id: str) -> bool:
        """Tell whether any image was delivered here that is not deleted."""
        return await self._writer.run(lambda database: bool(database.execute(HAS_IMAGES, [workspace_id]).fetchone()[0]))

    async def spent(self, workspace_id: str, user_id: str, since: datetime) -> Spent:
        """Return the credits spent since then; what is under way counts in full, what cost nothing does not."""
        return await self._writer.run(lambda database: spent_in(database, workspace_id, user_id, since))

    async def spending(self, workspace_id: str, since: datetime, until: datetime) -> Spending:
        """Return the credits spent from ``since`` until before ``until``, by person, channel and brand."""
        asked = {"workspace_id": workspace_id, "since": rows.text(since), "until": rows.text(until)}

        def read(database: Database) -> Spending:
            groups = database.execute(SPENDING, asked).fetchall()
            names = {brand_id: name for brand_id, name, _ in database.execute(BRAND_NAMES, asked)}
            people: dict[str, int] = {}
            channels: dict[str, int] = {}
            brands: dict[str, int] = {}
            for *keys, credits in groups:
                for sums, key in zip((people, channels, brands), keys, strict=True):
                    sums[key] = sums.get(key, 0) + credits
            total = sum(group[-1] for group in groups)
            return Spending(total, _most_first(people), _most_first(channels), _most_first(brands), names)

        return await self._writer.run(read)

    async def unfinished_of_brand(self, workspace_id: str, brand_id: str) -> int:
        """Return how many generations of a brand are under way."""
        return await self._writer.run(
            lambda database: int(database.execute(UNFINISHED, [workspace_id, brand_id]).fetchone()[0])
        )

    async def _generations(self, sql: str, asked: Mapping[str, object]) -> tuple[Generation, ...]:
        """Return the generations of a query; those that cannot be read are logged and left out."""

        def read(database: Database) -> tuple[Generation, ...]:
            return tuple(one for row in database.query(sql, dict(asked)) if (one := readable(row)))

        return await self._writer.run(read)


def holds(prompt: object, wanted: str) -> bool:
    """Whether a prompt holds a text that is folded already; SQLite itself folds only ASCII.

    What is no text holds nothing: to fail would fail the whole query.
    """
    return isinstance(prompt, str) and wanted in _folded(prompt)


def _folded(text: str) -> str:
    """Return the text as all are that people read as the same: however it is capitalised, and accents are typed."""
    return text.casefold() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())


def _most_first(credits: dict[str, int]) -> dict[str, int]:
    return dict(sorted(credits.items(), key=lambda item: (-item[1], item[0])))
