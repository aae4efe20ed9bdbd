"""Brands and images as Bloom's answers show them."""

from datetime import datetime
from typing import Any

from bot.sandbox.bloom.backend import Backend
from bot.sandbox.bloom.brands import Brand
from bot.sandbox.bloom.images import Gallery, Image
from bot.sandbox.bloom.outcomes import FAILURES


def brand_in_list(brand: Brand, gallery: Gallery) -> dict[str, Any]:
    """Return a brand as ``GET /brands`` shows it."""
    return {
        "id": brand.id,
        "name": brand.name,
        "url": brand.url,
        "status": brand.status,
        "imageCount": len(gallery.of_brand(brand)),
        **_owner(brand),
        "createdAt": _moment(brand.created_at),
    }


def brand_in_full(brand: Brand, backend: Backend) -> dict[str, Any]:
    """Return a brand as ``GET /brands/{id}`` shows it; before it is ready there is little to show."""
    ready = brand.status == "ready"
    return {
        "id": brand.id,
        "status": brand.status,
        "failure": {"code": brand.failure, "message": FAILURES[brand.failure]} if brand.failure else None,
        "name": brand.name,
        "url": brand.url,
        "logoUrl": backend.logo_url(brand.id) if brand.has_logo else None,
        **({"logoError": brand.logo_error} if brand.logo_error else {}),
        "colors": list(brand.colors) if ready else [],
        "fonts": list(brand.fonts) if ready else [],
        "aesthetic": brand.aesthetic if ready else None,
        "summary": brand.summary if ready else None,
        **_owner(brand),
        "createdAt": _moment(brand.created_at),
    }


def brand_removed(brand: Brand) -> dict[str, Any]:
    """Return what is left of a deleted brand."""
    return {"id": brand.id, "name": brand.name, **_owner(brand)}


def image_in_full(image: Image, backend: Backend) -> dict[str, Any]:
    """Return an image as ``GET /images/{id}`` shows it."""
    return {
        "id": image.id,
        "source": image.source,
        "status": image.status,
        "failureReason": image.failure_reason,
        "prompt": image.prompt,
        "description": image.description,
        "imageUrl": backend.image_url(image) if image.has_file else None,
        "aspectRatio": image.aspect_ratio,
        "width": image.width if image.has_file else None,
        "height": image.height if image.has_file else None,
        "actionType": image.action,
        "variantGroupId": image.variant_group_id,
        **_owner(image.brand),
        "createdAt": _moment(image.created_at),
    }


def image_in_list(image: Image, backend: Backend, *, signed: bool) -> dict[str, Any]:
    """Return an image as ``GET /images`` shows it, with the file's own address on request."""
    shown = {**image_in_full(image, backend), "brandSessionId": image.brand.id}
    if signed and image.has_file:
        shown["imageUrl"] = backend.signed_url(image)
    return shown


def image_removed(image: Image) -> dict[str, Any]:
    """Return what is left of a deleted image."""
    return {"id": image.id, "source": image.source, **_owner(image.brand)}


def image_found(image: Image, distance: float, backend: Backend) -> dict[str, Any]:
    """Return an image as a search shows it."""
    return {
        "id": image.id,
        "url": backend.image_url(image),
        "description": image.description or "",
        "width": image.width,
        "height": image.height,
        "aspectRatio": image.aspect_ratio,
        "distance": distance,
    }


def image_uploaded(image: Image, backend: Backend, *, existing: bool) -> dict[str, Any]:
    """Return an upload; here, and only here, the document asks for a whole address."""
    return {
        "id": image.id,
        "imageUrl": f"{backend.site_url}/img/{image.id}",
        "width": image.width,
        "height": image.height,
        "mimeType": image.content_type,
        "existing": existing,
    }


def _owner(brand: Brand) -> dict[str, Any]:
    return {"workspaceId": brand.workspace.id, "workspaceName": brand.workspace.name}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
