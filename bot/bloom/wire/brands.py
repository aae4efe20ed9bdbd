"""Brands: listing, analysis, logos.

A brand status that is not known yet reads as failed: analyzing would be waited for without end, and only a ready
brand generates anyway. The next refresh looks anew.
"""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from bot.bloom.wire.answer import Answer, Done, Id, Items, Lenient, Link, Listing, Moment, Started
from bot.bloom.wire.call import Call, Upload, check_range, check_upload, get, given, segment
from bot.core.models import PICTURE_TYPES, Brand, BrandDetail, BrandState, Page

LOGO_TYPES = PICTURE_TYPES | {"image/svg+xml"}


class _BrandFields(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    id: Id
    name: Lenient[str] = None
    url: Lenient[str] = None
    status: Lenient[BrandState] = None
    image_count: Lenient[int] = None
    workspace_id: Lenient[str] = None
    workspace_name: Lenient[str] = None
    created_at: Lenient[Moment] = None

    def brand(self) -> Brand:
        return Brand(
            id=self.id,
            name=self.name or self.url or self.id,
            url=self.url or "",
            state=self.status or BrandState.FAILED,
            image_count=self.image_count or 0,
            bloom_workspace_id=self.workspace_id,
            bloom_workspace_name=self.workspace_name or "",
            created_at=self.created_at,
        )


class _Brand(_BrandFields, Answer[Brand]):
    def core(self) -> Brand:
        return self.brand()


class _Brands(Listing[Brand]):
    brands: Items[_Brand]

    def core(self) -> Page[Brand]:
        return self.page(tuple(brand.core() for brand in self.brands))


class _Failure(BaseModel):
    code: Lenient[str] = None
    message: Lenient[str] = None


class _BrandDetail(_BrandFields, Answer[BrandDetail]):
    failure: Lenient[_Failure] = None
    logo_url: Lenient[Link] = None
    logo_error: Lenient[str] = None
    colors: Lenient[tuple[str, ...]] = None
    fonts: Lenient[tuple[str, ...]] = None
    aesthetic: Lenient[str] = None
    summary: Lenient[str] = None

    def core(self) -> BrandDetail:
        failure = self.failure or _Failure()
        return BrandDetail(
            brand=self.brand(),
            failure_code=failure.code,
            failure_message=failure.message,
            logo_url=self.logo_url,
            logo_error=self.logo_error,
            colors=self.colors or (),
            fonts=self.fonts or (),
            aesthetic=self.aesthetic,
            summary=self.summary,
        )


def brands(cursor: str | None, limit: int, bloom_workspace_id: str | None) -> Call[Page[Brand]]:
    """Ask for one page of brands, of all workspaces unless one is named."""
    check_range("limit", limit, 1, 100)
    return get("/brands", _Brands, cursor=cursor, limit=limit, workspaceId=bloom_workspace_id)


def brand(brand_id: str, wait: float | None) -> Call[BrandDetail]:
    """Ask for one brand, held until its analysis is over if ``wait`` seconds are given."""
    return get(f"/brands/{segment(brand_id)}", _BrandDetail, wait)


def create_brand(url: str, *, logo_url: str | None, collect_images: bool, bloom_workspace_id: str | None) -> Call[str]:
    """Ask Bloom to analyze a website or an Instagram profile."""
    body = given(url=url, logoUrl=logo_url, collectImages=collect_images, workspaceId=bloom_workspace_id)
    return Call("POST", "/brands", Started, json=body)


def delete_brand(brand_id: str) -> Call[None]:
    """Ask to delete a brand; a second time is refused as not found."""
    return Call("DELETE", f"/brands/{segment(brand_id)}", Done)


def set_logo(brand_id: str, logo_url: str) -> Call[None]:
    """Ask Bloom to fetch a logo and to analyze the brand anew."""
    return Call("PUT", f"/brands/{segment(brand_id)}/logo", Done, json={"logoUrl": logo_url})


def upload_logo(brand_id: str, name: str, content: bytes, mime_type: str) -> Call[None]:
    """Put a logo file, which makes Bloom analyze the brand anew."""
    upload = Upload(name, content, mime_type)
    check_upload(upload, LOGO_TYPES)
    return Call("PUT", f"/brands/{segment(brand_id)}/logo/file", Done, upload=upload)
