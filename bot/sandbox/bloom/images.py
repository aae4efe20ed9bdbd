"""Images and the gallery that keeps them: newest first, seen by their owner only, and never too many."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.sandbox.bloom.accounts import Account
from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.errors import Refused

AspectRatio = Literal["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"]
ImageSize = Literal["2K", "4K"]
Source = Literal["generated", "uploaded", "scraped"]
ImageStatus = Literal["pending", "generating", "completed", "failed"]
FailureReason = Literal["content_safety", "rate_limited"]
ActionType = Literal["generation", "edit", "resize", "variant", "recreate", "remove-background", "vectorize"]
FileFormat = Literal["PNG", "JPEG", "WEBP", "AVIF", "SVG"]

ASPECT_RATIOS: tuple[AspectRatio, ...] = (
    "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9",
)  # fmt: skip
LONG_SIDE: dict[ImageSize, int] = {"2K": 1024, "4K": 2048}
CONTENT_TYPES: dict[FileFormat, str] = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "SVG": "image/svg+xml",
}
EXTENSIONS: dict[FileFormat, str] = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "AVIF": "avif", "SVG": "svg"}


@dataclass(eq=False)
class Image:
    """One picture, made or to be made. ``status`` is None for what was uploaded or scraped.

    ``subject`` names what the picture is drawn from: an edit or a resize shares it with its origin, so that
    they look alike. ``parent_id`` is the image this one was made from; Bloom's answers do not tell it.
    """

    id: str
    sequence: int
    source: Source
    brand: Brand
    created_at: datetime
    subject: str
    width: int
    height: int
    file_format: FileFormat = "PNG"
    prompt: str | None = None
    description: str | None = None
    aspect_ratio: AspectRatio | None = None
    action: ActionType | None = None
    variant_group_id: str | None = None
    parent_id: str | None = None
    status: ImageStatus | None = None
    failure_reason: FailureReason | None = None
    settles_at: float = 0.0
    cost: int = 0
    transparent: bool = False
    content: bytes | None = None

    @property
    def terminal(self) -> bool:
        return self.status not in ("pending", "generating")

    @property
    def has_file(self) -> bool:
        return self.status in (None, "completed")

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.file_format]


def dimensions(ratio: AspectRatio, long_side: int) -> tuple[int, int]:
    """Return width and height in pixels of a ratio's picture."""
    across, down = (int(part) for part in ratio.split(":"))
    scale = long_side / max(across, down)
    return round(across * scale), round(down * scale)


def nearest_ratio(width: int, height: int) -> AspectRatio | None:
    """Return the ratio a picture has, or None where it is none of Bloom's (2 % off is still the same)."""

    def distance(ratio: AspectRatio) -> float:
        across, down = (int(part) for part in ratio.split(":"))
        return abs(width * down / (height * across) - 1)

    best = min(ASPECT_RATIOS, key=distance)
    return best if distance(best) <= 0.02 else None


class Gallery:
    """Every image, bounded by number and by the bytes of uploads; the oldest settled ones go first."""

    def __init__(self, max_images: int = 2000, max_bytes: int = 128 * 1024 * 1024) -> None:
        self._images: dict[str, Image] = {}
        self._bytes = 0
        self.max_images = max_images
        self.max_bytes = max_bytes

    def __len__(self) -> int:
        return len(self._images)

    def add(self, image: Image) -> Image:
        """Keep an image, making room where needed."""
        self._images[image.id] = image
        self._bytes += len(image.content or b"")
        self._make_room()
        return image

    def find(self, image_id: str) -> Image | None:
        """Return an image whoever asks, as the public addresses of pictures do."""
        return self._images.get(image_id)

    def get(self, account: Account, image_id: str, otherwise: str = "IMAGE_NOT_FOUND") -> Image:
        """Return an account's image, or refuse with the code the operation has for that."""
        image = self._images.get(image_id)
        if image is None or image.brand.workspace not in account.workspaces:
            raise Refused(otherwise)
        return image

    def of(self, account: Account, ids: Collection[str] | None = None) -> Iterable[Image]:
        """Return what an account can see, newest first; only what is named, where ids are given."""
        images: Iterable[Image] = reversed(self._images.values())
        if ids is not None:
            named = filter(None, map(self._images.get, frozenset(ids)))
            images = sorted(named, key=lambda image: image.sequence, reverse=True)
        return (image for image in images if image.brand.workspace in account.workspaces)

    def of_brand(self, brand: Brand) -> list[Image]:
        """Return a brand's images, newest first."""
        return [image for image in reversed(self._images.values()) if image.brand is brand]

    def remove(self, image: Image) -> None:
        """Forget an image."""
        del self._images[image.id]
        self._bytes -= len(image.content or b"")

    def remove_brand(self, brand: Brand) -> None:
        """Forget a brand's images."""
        for image in self.of_brand(brand):
            self.remove(image)

    def _make_room(self) -> None:
        while len(self._images) > self.max_images or self._bytes > self.max_bytes:
            oldest = next((i for i in self._images.values() if i.terminal), None)
            if oldest is None:
                return
            self.remove(oldest)
