"""What an image can be made after: pictures of the brand's library, and what was made here before.

Somebody types into a menu and waits for what fits: Slack takes an answer within three seconds only, so Bloom has two.
What comes later is remembered for when they go on typing.
"""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from bot.core.answers import Answers
from bot.core.candidates import Candidate, library_image, library_match, result
from bot.core.clock import Clock, done_within, given
from bot.core.connections import Connections
from bot.core.derivations import Made
from bot.core.errors import BloomTimeout
from bot.core.models import Derivation, Generation, HistoryFilter, Image
from bot.core.ports import Bloom, Store
from bot.core.single_flight import SingleFlight
from bot.core.tasks import Tasks

log = structlog.get_logger(__name__)

LIMIT = 100
"""Images that one menu offers."""
FOUND_LIMIT = 50
"""Images, or generations, that are looked at for that."""
QUERY_LIMIT = 500
"""Characters that Bloom looks for."""
PATIENCE = 2.0
"""Seconds that somebody waits for Bloom."""
GIVEN_UP_AFTER = 10.0
"""Seconds after which nobody wants Bloom's answer any more."""
KEEP_FOR = 60.0
KEPT = 500
"""Answers of Bloom's in memory."""
LIBRARY_SOURCES = ("uploaded", "scraped")

_Key = tuple[str, str, str]
"""Whose account at Bloom, which brand, what is looked for."""


class References:
    """Finds images to choose from."""

    def __init__(self, store: Store, connections: Connections, *, clock: Clock, tasks: Tasks) -> None:
        self._store = store
        self._connections = connections
        self._clock = clock
        self._known: Answers[_Key, tuple[Candidate, ...]] = Answers(clock, KEPT, keep_for=KEEP_FOR)
        self._looks: SingleFlight[_Key, tuple[Candidate, ...]] = SingleFlight(tasks, "search the library")

    async def search_library(self, workspace_id: str, brand_id: str, query: str) -> tuple[Candidate, ...]:
        """Return what resembles the query in a brand's library, the closest first; without one the latest pictures.

        Nothing when Bloom does not say so in time, which is logged. Raises StoreError.
        """
        connection = await self._connections.current(workspace_id)
        if connection is None or not brand_id:
            return ()
        key = (connection.id, brand_id, " ".join(query.split())[:QUERY_LIMIT])
        if (known := self._known.get(key)) is not None:
            return known
        look = self._looks.begin(key, lambda: self._look(workspace_id, key))
        if not await done_within(self._clock, PATIENCE, look):
            log.info("Bloom is slow to search a library", brand_id=brand_id)
            return ()
        failed = look.cancelled() or look.exception() is not None  # which its owner has logged
        return () if failed else look.result()

    async def search_results(
        self, workspace_id: str, user_id: str, query: str, channels: Collection[str] = ()
    ) -> tuple[Candidate, ...]:
        """Return images that were made here, the latest first: somebody's own, and those of the ``channels``.

        Raises StoreError.
        """
        wanted = HistoryFilter(text=query, seen_by=user_id, channels=frozenset(channels))
        found = await self._store.history(workspace_id, wanted, limit=FOUND_LIMIT)
        return tuple(result(made) for generation in found for made in _usable(generation))[:LIMIT]

    async def labels_of(
        self, workspace_id: str, image_ids: Collection[str], *, seen_by: str, channels: Collection[str] = ()
    ) -> dict[str, str]:
        """Return what images that were made here are called, by their ids; any other id is left out.

        The words of one that was neither made by who looks nor in the ``channels`` stay untold. Raises StoreError.
        """
        labels = {}
        for image_id in dict.fromkeys(image_ids):
            made = await self._made(workspace_id, image_id)
            if made is not None:
                is_theirs = _is_seen(made.generation, seen_by, channels)
                labels[image_id] = result(made, is_told=is_theirs).label
        return labels

    async def shown_in(
        self, workspace_id: str, channel_id: str, message_id: str, image_ids: Collection[str]
    ) -> tuple[str, ...]:
        """Return those of the images that a message of ours shows, and that can be a reference. Raises StoreError."""
        shown = []
        for image_id in dict.fromkeys(image_ids):
            made = await self._made(workspace_id, image_id)
            if made is not None and made.allows(Derivation.REFERENCE):
                places = await self._store.showings(made.generation.id)
                where = {(one.image_id, one.channel_id, one.message_id) for one in places}
                shown += [image_id] if (image_id, channel_id, message_id) in where else []
        return tuple(shown)

    async def _made(self, workspace_id: str, image_id: str) -> Made | None:
        generation = await self._store.generation_of_image(image_id)
        if generation is None or generation.request.workspace_id != workspace_id:
            return None
        return next((made for made in _made(generation) if made.image.id == image_id), None)

    async def _look(self, workspace_id: str, key: _Key) -> tuple[Candidate, ...]:
        """Ask Bloom, and remember what it says. Raises BloomError, NotConnected, StoreError."""

        async def look() -> None:
            connection_id, brand_id, query = key
            bloom = await self._connections.bloom_of(connection_id, workspace_id)
            self._known.put(key, await (_similar(bloom, brand_id, query) if query else _latest(bloom, brand_id)))

        if not await given(self._clock, GIVEN_UP_AFTER, look()):
            raise BloomTimeout("no answer to a search of a library")
        return self._known.get(key) or ()


async def _similar(bloom: Bloom, brand_id: str, query: str) -> tuple[Candidate, ...]:
    page = await bloom.search_library(brand_id, query, limit=FOUND_LIMIT)
    return tuple(map(library_match, page.items))


async def _latest(bloom: Bloom, brand_id: str) -> tuple[Candidate, ...]:
    """Return the newest pictures that people uploaded, or that Bloom found on the brand's website."""
    asked = (bloom.images(brand_id=brand_id, source=source, limit=FOUND_LIMIT) for source in LIBRARY_SOURCES)
    pages = await asyncio.gather(*asked, return_exceptions=True)
    for page in pages:
        if isinstance(page, BaseException):
            raise page
    images = [image for page in pages if not isinstance(page, BaseException) for image in page.items]
    return tuple(library_image(image) for image in sorted(images, key=_age)[:LIMIT])


def _age(image: Image) -> float:
    """Return what the newer image has less of; one that tells no date is the oldest."""
    return -image.created_at.timestamp() if image.created_at else 0.0


def _made(generation: Generation) -> Sequence[Made]:
    """Return the images that are there still, and that are known to have been asked for."""
    return [Made(generation, image) for image in generation.present if image.id in generation.image_ids]


def _usable(generation: Generation) -> Sequence[Made]:
    return [made for made in _made(generation) if made.allows(Derivation.REFERENCE)]


def _is_seen(generation: Generation, user_id: str, channels: Collection[str]) -> bool:
    """Whether the page of history would show it to somebody who reads these channels."""
    place = generation.place.channel_id if generation.place else generation.request.channel_id
    return generation.request.user_id == user_id or place in channels
