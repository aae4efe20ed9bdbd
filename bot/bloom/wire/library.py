"""A brand's own pictures: uploads, and what in the library resembles a text."""

from pydantic import FiniteFloat

from bot.bloom.wire.answer import Answer, Id, Items, Lenient, Link, Listing
from bot.bloom.wire.call import Call, Upload, check_range, check_upload, given
from bot.core.models import PICTURE_TYPES, AspectRatio, LibraryMatch, Page, UploadedImage

QUERY_LIMIT = 500


class _Upload(Answer[UploadedImage]):
    id: Id
    image_url: Link
    width: Lenient[int] = None
    height: Lenient[int] = None
    mime_type: Lenient[str] = None
    existing: Lenient[bool] = None

    def core(self) -> UploadedImage:
        return UploadedImage(
            id=self.id,
            url=self.image_url,
            width=self.width or 0,
            height=self.height or 0,
            mime_type=self.mime_type or "",
            existing=bool(self.existing),
        )


class _Match(Answer[LibraryMatch]):
    id: Id
    url: Lenient[Link] = None
    description: Lenient[str] = None
    distance: FiniteFloat
    width: Lenient[int] = None
    height: Lenient[int] = None
    aspect_ratio: Lenient[AspectRatio] = None

    def core(self) -> LibraryMatch:
        return LibraryMatch(
            id=self.id,
            url=self.url or "",
            description=self.description or "",
            distance=self.distance,
            width=self.width,
            height=self.height,
            aspect_ratio=self.aspect_ratio,
        )


class _Matches(Listing[LibraryMatch]):
    """Matches without a link cannot be shown to pick from, so they are left out."""

    candidates: Items[_Match]

    def core(self) -> Page[LibraryMatch]:
        return self.page(tuple(match.core() for match in self.candidates if match.url))


def upload_image(brand_id: str, image_url: str) -> Call[UploadedImage]:
    """Ask Bloom to fetch an image into a brand's library."""
    body = {"brandSessionId": brand_id, "imageUrl": image_url}
    return Call("POST", "/images/uploads", _Upload, json=body)


def upload_image_file(brand_id: str, name: str, content: bytes, mime_type: str) -> Call[UploadedImage]:
    """Put an image file into a brand's library."""
    upload = Upload(name, content, mime_type, {"brandSessionId": brand_id})
    check_upload(upload, PICTURE_TYPES)
    return Call("POST", "/images/uploads/file", _Upload, upload=upload)


def search_library(
    brand_id: str, query: str, *, limit: int, cursor: str | None, max_distance: float
) -> Call[Page[LibraryMatch]]:
    """Ask what resembles a text: a POST that changes nothing, so it may be repeated like a GET."""
    check_range("query", len(query), 1, QUERY_LIMIT)
    check_range("limit", limit, 1, 50)
    check_range("max_distance", max_distance, 0, 2)
    body = given(brandSessionId=brand_id, query=query, limit=limit, cursor=cursor, maxDistance=max_distance)
    return Call("POST", "/images/search", _Matches, json=body, is_read=True)
