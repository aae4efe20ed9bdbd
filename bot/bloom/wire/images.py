"""Images that exist or are on their way.

For an image status that is not known yet, what the image carries decides: with a failure reason it failed, with a
URL it is completed, else it is still generating, and the caller's own limit ends the wait.
"""

from collections.abc import Sequence
from typing import Any

from bot.bloom.wire.answer import Answer, Done, Id, Items, Lenient, Link, Listing, Moment
from bot.bloom.wire.call import ID_LIMIT, Call, check_range, get, segment
from bot.core.models import AspectRatio, Image, ImageState, Page


class _Image(Answer[Image]):
    id: Id
    status: Any = None
    failure_reason: Lenient[str] = None
    image_url: Lenient[Link] = None
    prompt: Lenient[str] = None
    description: Lenient[str] = None
    aspect_ratio: Lenient[AspectRatio] = None
    width: Lenient[int] = None
    height: Lenient[int] = None
    source: Lenient[str] = None
    action_type: Lenient[str] = None
    brand_session_id: Lenient[str] = None
    variant_group_id: Lenient[str] = None
    workspace_id: Lenient[str] = None
    created_at: Lenient[Moment] = None

    def core(self) -> Image:
        return Image(
            id=self.id,
            state=None if self.status is None else self._state(),
            failure_reason=self.failure_reason,
            url=self.image_url,
            prompt=self.prompt,
            description=self.description,
            aspect_ratio=self.aspect_ratio,
            width=self.width,
            height=self.height,
            source=self.source,
            action=self.action_type,
            brand_id=self.brand_session_id,
            variant_group_id=self.variant_group_id,
            bloom_workspace_id=self.workspace_id,
            created_at=self.created_at,
        )

    def _state(self) -> ImageState:
        try:
            return ImageState(self.status)
        except ValueError:
            if self.failure_reason:
                return ImageState.FAILED
            return ImageState.COMPLETED if self.image_url else ImageState.GENERATING


class _Images(Listing[Image]):
    images: Items[_Image]

    def core(self) -> Page[Image]:
        return self.page(tuple(image.core() for image in self.images))


class _Deleted(Answer[int]):
    deleted_count: int

    def core(self) -> int:
        return self.deleted_count


def image(image_id: str, wait: float | None) -> Call[Image]:
    """Ask for one image, held until it is settled if ``wait`` seconds are given."""
    return get(f"/images/{segment(image_id)}", _Image, wait)


def images(
    *,
    ids: Sequence[str],
    wait: float | None,
    brand_id: str | None,
    bloom_workspace_id: str | None,
    source: str | None,
    status: str | None,
    action: str | None,
    cursor: str | None,
    limit: int,
) -> Call[Page[Image]]:
    """Ask for images, newest first."""
    check_range("ids", len(ids), 0, ID_LIMIT)
    check_range("limit", limit, 1, 100)
    return get(
        "/images",
        _Images,
        wait,
        ids=",".join(ids) or None,
        brandSessionId=brand_id,
        workspaceId=bloom_workspace_id,
        source=source,
        status=status,
        actionType=action,
        cursor=cursor,
        limit=limit,
    )


def delete_image(image_id: str) -> Call[None]:
    """Ask to delete one image; a second time is refused as not found."""
    return Call("DELETE", f"/images/{segment(image_id)}", Done)


def delete_images(ids: Sequence[str]) -> Call[int]:
    """Ask to delete 1 to 50 images and say how many there were."""
    check_range("ids", len(ids), 1, ID_LIMIT)
    return Call("DELETE", "/images", _Deleted, query={"ids": ",".join(ids)})
