"""The images of one message, and how Slack is shown each: by its address, as a file of ours, or as a mere link.

They are those of a generation or, where a message shows rows of a batch, of several, one after the other. A message
tells how it shows them in its metadata, so that whoever finds it knows which files of ours it shows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bot.core.derivations import Made
from bot.core.models import Generation, Image, Showing
from bot.slack.views.message import shorten
from bot.slack.views.wording import brand_text

BY_ADDRESS, BY_LINK = "url", "link"
WORDS_LIMIT = 200
SLUG_LIMIT = 40


@dataclass(slots=True)
class Way:
    """How Slack is shown an image: by its address, unless something else is said here."""

    file_id: str | None = None
    is_link: bool = False
    refusals: int = 0
    """How often Slack refused it this way."""


class Album:
    """The images of one message; ``key`` names that message as long as it has no id."""

    def __init__(self, key: str, made: Sequence[Made], told: str = "") -> None:
        self.key = key
        self.images = tuple(one.image for one in made)
        self._generations = {one.image.id: one.generation for one in made}
        ways = told.split()
        known = ways if len(ways) == len(self.images) else [BY_ADDRESS] * len(self.images)
        self.ways = {image.id: _way(way) for image, way in zip(self.images, known, strict=True)}

    @classmethod
    def of(cls, key: str, made: Sequence[Made], showings: Sequence[Showing]) -> Self:
        """Return what a reply shows."""
        album = cls(key, made)
        for showing in showings:
            if showing.shared_by is None and showing.image_id in album.ways:
                album.ways[showing.image_id] = Way(showing.file_id, is_link=showing.is_link)
        return album

    @property
    def told(self) -> str:
        """Return what the metadata of the message tells."""
        return " ".join(_word(self.ways[image.id]) for image in self.images)

    @property
    def files(self) -> list[str]:
        """Return our files at Slack."""
        return [way.file_id for way in self.ways.values() if way.file_id]

    @property
    def are_links(self) -> bool:
        """Whether there is nothing left that Slack could refuse."""
        return all(way.is_link for way in self.ways.values())

    def showings(self, channel_id: str = "", thread_id: str | None = None, message_id: str = "") -> tuple[Showing, ...]:
        """Return what the message shows; where it stands is not known before it is posted."""
        ways = ((image.id, self.ways[image.id]) for image in self.images)
        thread_id = thread_id or message_id
        return tuple(
            Showing(image_id, channel_id, message_id, thread_id, file_id=way.file_id, is_link=way.is_link)
            for image_id, way in ways
        )

    def file_name(self, image: Image, extension: str) -> str:
        """Return what a file is called, the same every time: whose it is, which one, and of what generation."""
        generation = self._generations[image.id]
        brand = re.sub("[^a-z0-9]+", "-", generation.request.brand_name.lower()).strip("-")[:SLUG_LIMIT]
        short_id = re.sub("[^a-z0-9]", "", generation.id.lower())[:8]
        return f"{brand or 'image'}-{_number(generation, image)}-{short_id}.{extension}"

    def words(self, image: Image) -> str:
        """Return what a picture is said to show, for who does not see it."""
        generation = self._generations[image.id]
        request = generation.request
        number = f" {_number(generation, image)}" if len(generation.pictures) > 1 else ""
        prompt = shorten(request.parameters.prompt, WORDS_LIMIT)
        return f"Image{number} for {brand_text(request.brand_name)}: {prompt}"


def pictures_of(*generations: Generation) -> list[Made]:
    """Return the images that were made, also those that somebody deleted since."""
    return [Made(generation, image) for generation in generations for image in generation.pictures]


def _number(generation: Generation, image: Image) -> int:
    return [one.id for one in generation.pictures].index(image.id) + 1


def _word(way: Way) -> str:
    return way.file_id or (BY_LINK if way.is_link else BY_ADDRESS)


def _way(word: str) -> Way:
    return Way(None if word in (BY_ADDRESS, BY_LINK) else word, is_link=word == BY_LINK)
