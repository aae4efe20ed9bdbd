"""What an image that can be chosen is called in a menu, where there is room for one short line and no picture."""

from dataclasses import dataclass

from bot.core.derivations import Made
from bot.core.models import Image, LibraryMatch

LABEL_LIMIT = 75
NAME_LIMIT = 24
"""Characters of a brand's name."""
UNTOLD = "A picture"
UPLOADED, COLLECTED, EARLIER = "An uploaded picture", "A picture from the website", "An earlier image"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image at Bloom, what it shows, and what tells it from others like it."""

    id: str
    about: str
    details: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return one line of plain text, of which what it shows gives way first."""
        ending = "".join(f" · {detail}" for detail in self.details if detail)
        return _short(self.about if self.about.strip() else UNTOLD, LABEL_LIMIT - len(ending)) + ending


def result(made: Made, *, is_told: bool = True) -> Candidate:
    """Return an image that was made here; what was asked for is left out unless it ``is_told``."""
    request, pictures = made.generation.request, made.generation.pictures
    number = next((place for place, image in enumerate(pictures, 1) if image.id == made.image.id), 0)
    position = f"{number} of {len(pictures)}" if len(pictures) > 1 else ""
    about = made.order.prompt if is_told else EARLIER
    return Candidate(made.image.id, about, (_short(request.brand_name, NAME_LIMIT), made.ratio or "", position))


def library_match(match: LibraryMatch) -> Candidate:
    """Return a picture of a library that was looked for."""
    return Candidate(match.id, match.description or COLLECTED, (match.aspect_ratio or _size(match),))


def library_image(image: Image) -> Candidate:
    """Return one of the latest pictures of a library."""
    about = image.description or image.prompt or (UPLOADED if image.source == "uploaded" else COLLECTED)
    return Candidate(image.id, about, (image.aspect_ratio or _size(image),))


def _size(picture: Image | LibraryMatch) -> str:
    return f"{picture.width} × {picture.height}" if picture.width and picture.height else ""


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
