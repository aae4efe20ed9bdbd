"""A brand's library: pictures found on its website, pictures people uploaded, and the search over both."""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image as Picture

from bot.core.clock import Clock
from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.identifiers import Identifiers
from bot.sandbox.bloom.images import AspectRatio, FileFormat, Gallery, Image, Source, dimensions, nearest_ratio
from bot.sandbox.bloom.meaning import distance

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_PIXELS = 50_000_000
_SCRAPED: tuple[tuple[str, AspectRatio], ...] = (
    ("Storefront with large windows in warm morning light", "3:2"),
    ("Team working at desks in a bright studio", "16:9"),
    ("Product on a white background with a soft shadow", "1:1"),
    ("Hands holding a cup of coffee at a wooden table", "4:5"),
)
_FORMATS: dict[str, FileFormat] = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WEBP", "AVIF": "PNG"}


@dataclass(frozen=True)
class Inspected:
    """A file that is a picture: the bytes to keep and what they are."""

    content: bytes
    file_format: FileFormat
    width: int
    height: int


class Library:
    """Adds scraped and uploaded images to the gallery and finds them again by words."""

    def __init__(self, clock: Clock, identifiers: Identifiers, gallery: Gallery) -> None:
        self._clock, self._identifiers, self._gallery = clock, identifiers, gallery
        self._digests: dict[str, str] = {}

    def collect(self, brand: Brand) -> None:
        """Add what a website shows, once, unless the brand was created without."""
        if not brand.collects_images or any(i.source == "scraped" for i in self._gallery.of_brand(brand)):
            return
        for description, ratio in _SCRAPED:
            self.add(brand, "scraped", description, ratio)

    def add(self, brand: Brand, source: Source, description: str, ratio: AspectRatio) -> Image:
        """Add a picture as old as its brand, which is drawn like all others."""
        image_id, sequence = self._identifiers.next()
        size = dimensions(ratio, 1024)
        image = Image(image_id, sequence, source, brand, brand.created_at, image_id, *size, "JPEG")
        image.description, image.aspect_ratio = description, ratio
        return self._gallery.add(image)

    def upload(self, brand: Brand, picture: Inspected, filename: str | None) -> tuple[Image, bool]:
        """Keep an uploaded picture, or find the same one again; tell which of the two."""
        digest = hashlib.sha256(brand.id.encode() + picture.content).hexdigest()
        known = self._gallery.find(self._digests.get(digest, ""))
        if known:
            return known, True
        image_id, sequence = self._identifiers.next()
        image = Image(
            image_id,
            sequence,
            "uploaded",
            brand,
            self._clock.now(),
            image_id,
            picture.width,
            picture.height,
            picture.file_format,
            description=describe(filename),
            aspect_ratio=nearest_ratio(picture.width, picture.height),
            content=picture.content,
        )
        self._digests[digest] = self._gallery.add(image).id
        self._forget_lost_digests()
        return image, False

    def search(self, brand: Brand, query: str, max_distance: float) -> list[tuple[float, Image]]:
        """Return a brand's library images within a distance, nearest first."""
        ranked = [
            (distance(query, image.description or ""), image)
            for image in self._gallery.of_brand(brand)
            if image.source != "generated"
        ]
        near = [entry for entry in ranked if entry[0] <= max_distance]
        return sorted(near, key=lambda entry: (entry[0], entry[1].sequence))

    def _forget_lost_digests(self) -> None:
        if len(self._digests) > self._gallery.max_images:
            self._digests = {d: i for d, i in self._digests.items() if self._gallery.find(i)}


def inspect_picture(content: bytes) -> Inspected:
    """Open a file and see what it is, whatever it is called; AVIF is kept as PNG, as Bloom does.

    Takes as long as decoding takes: call it off the event loop.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise Refused("FILE_TOO_LARGE")
    try:
        with Picture.open(io.BytesIO(content), formats=tuple(_FORMATS)) as picture:
            return _inspect(picture, content)
    except (OSError, ValueError, SyntaxError, Picture.DecompressionBombError) as error:
        raise Refused("UNSUPPORTED_FORMAT") from error


def _inspect(picture: Picture.Image, content: bytes) -> Inspected:
    if picture.width * picture.height > MAX_UPLOAD_PIXELS:
        raise Refused("FILE_TOO_LARGE")
    picture.load()
    kept = _as_png(picture) if picture.format == "AVIF" else content
    return Inspected(kept, _FORMATS[picture.format or ""], picture.width, picture.height)


def check_logo(content: bytes) -> None:
    """Refuse what is no logo; SVG is one if it looks like SVG."""
    if len(content) <= MAX_UPLOAD_BYTES and b"<svg" in content[:1024].lower():
        return
    try:
        inspect_picture(content)
    except Refused as reason:
        raise Refused("INVALID_LOGO") from reason


def describe(filename: str | None) -> str:
    """Return a caption for an upload: the words of its file name."""
    return " ".join(re.findall(r"[^\W\d_]+", PurePath(filename or "").stem)).capitalize() or "Uploaded image"


def _as_png(picture: Picture.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
