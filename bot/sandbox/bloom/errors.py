"""Refusals: every code of Bloom's document, with the status and the message it has at each operation.

The rules raise ``Refused`` with a code alone; what that code looks like on the wire depends on the
operation (``BRAND_NOT_FOUND`` is 404 at one and 422 at another) and is looked up here, in one place.
"""

from dataclasses import dataclass
from typing import Any, Literal

ErrorStyle = Literal["openapi", "guide"]
Documented = dict[str, tuple[int, str]]

ACTION_URL = "https://www.trybloom.ai/#pricing"

_EVERYWHERE: Documented = {
    "UNAUTHORIZED": (401, "Invalid or missing API credentials"),
    "ACCOUNT_BANNED": (403, "This account has been suspended."),
    "FORBIDDEN": (403, "Plan upgrade required"),
    "TOO_MANY_REQUESTS": (429, "Rate limit exceeded"),
}
_PAUSED = (402, "Subscription paused — complete payment to resume")
_BRAND: Documented = {"BRAND_NOT_FOUND": (404, "Brand not found")}
_LOGO: Documented = {**_BRAND, "INVALID_LOGO": (400, "Logo could not be downloaded or validated")}
_IMAGE: Documented = {"IMAGE_NOT_FOUND": (404, "Image not found")}
_SESSION: Documented = {"BRAND_NOT_FOUND": (422, "Brand session not found")}
_SOURCE: Documented = {
    "PAYMENT_REQUIRED": _PAUSED,
    "IMAGE_NOT_FOUND": (404, "Source image not found"),
}
_MAKING: Documented = {
    **_SESSION,
    "PAYMENT_REQUIRED": _PAUSED,
    "SESSION_MISSING_BRAND_IMAGE": (400, "Brand session is not fully onboarded"),
    "REFERENCE_LIMIT_EXCEEDED": (400, "Too many reference images"),
    "FEATURE_NOT_ENTITLED": (403, "4K generation isn't included with your current plan"),
    "REFERENCE_IMAGE_NOT_FOUND": (404, "Reference image not found"),
    "BRAND_NOT_READY": (409, "Brand is not ready for image generation"),
}
_FILE: Documented = {
    "UNSUPPORTED_FORMAT": (400, "Unsupported image format"),
    "FILE_TOO_LARGE": (400, "Image exceeds maximum file size"),
}

_OPERATIONS: dict[str, Documented] = {
    "brands.create": {
        "INVALID_URL": (400, "Invalid URL"),
        "WORKSPACE_NOT_FOUND": (404, "Workspace not found or not accessible"),
        "INTERNAL_ERROR": (500, "Failed to start brand creation"),
    },
    "brands.get": _BRAND,
    "brands.delete": _BRAND,
    "brands.updateLogo": _LOGO,
    "brands.uploadLogoFile": {**_LOGO, "INVALID_LOGO": (400, "Logo could not be validated")},
    "images.list": _SESSION,
    "images.get": _IMAGE,
    "images.delete": _IMAGE,
    "images.generate": {**_MAKING, "INSUFFICIENT_CREDITS": (402, "Not enough credits to generate")},
    "images.edit": {
        **_MAKING,
        "INSUFFICIENT_CREDITS": (402, "Not enough credits to edit"),
        "EDIT_SUBJECT_NOT_FOUND": (404, "Image not found"),
        "EDIT_SUBJECT_NOT_COMPLETED": (400, "Image must be completed before editing"),
        "EDIT_SUBJECT_NO_STORAGE_PATH": (400, "Image has no stored file"),
    },
    "images.resize": {
        **_SOURCE,
        "INSUFFICIENT_CREDITS": (402, "Not enough credits to resize"),
        "IMAGE_NOT_COMPLETED": (400, "Source image must be completed before resizing"),
        "IMAGE_NOT_RESIZABLE": (400, "Vector images cannot be resized. Pick a raster image."),
        "SAME_ASPECT_RATIO": (400, "Target aspect ratio must be different from current"),
    },
    "images.removeBackground": {
        **_SOURCE,
        "INSUFFICIENT_CREDITS": (402, "Not enough credits to remove background"),
        "IMAGE_NOT_COMPLETED": (400, "Source image must be completed before removing background"),
        "IMAGE_NOT_REMOVABLE_BACKGROUND": (
            400,
            "Vector images don't have a background to remove. Pick a raster image.",
        ),
        "SESSION_NOT_FOUND": (404, "Brand session not found"),
    },
    "images.vectorize": {
        **_SOURCE,
        "INSUFFICIENT_CREDITS": (402, "Not enough credits to vectorize"),
        "IMAGE_NOT_COMPLETED": (400, "Source image must be completed before vectorizing"),
        "IMAGE_NOT_VECTORIZABLE": (400, "Source image is already a vector (SVG)"),
        "IMAGE_TOO_SMALL": (400, "Source image is below the vectorizer's minimum dimensions"),
        "SESSION_NOT_FOUND": (404, "Brand session not found"),
    },
    "images.upload": {
        **_FILE,
        "BRAND_NOT_FOUND": (404, "Brand session not found"),
        "INVALID_URL": (400, "Please provide a valid, publicly reachable URL."),
        "DOWNLOAD_FAILED": (400, "Failed to download image from URL"),
    },
    "images.uploadFile": {**_FILE, **_SESSION},
    "images.search": {**_SESSION, "INVALID_CURSOR": (400, "Invalid pagination cursor")},
    "credits.get": {
        "WORKSPACE_NOT_FOUND": (404, "Workspace not found or not accessible"),
        "INTERNAL_SERVER_ERROR": (500, "Failed to check credit balance"),
    },
}

_UNDOCUMENTED: Documented = {
    "BAD_REQUEST": (400, "Input validation failed"),
    "NOT_FOUND": (404, "Not Found"),
    "METHOD_NOT_SUPPORTED": (405, "Method Not Supported"),
    "INTERNAL_SERVER_ERROR": (500, "Internal Server Error"),
    "BAD_GATEWAY": (502, "Bad Gateway"),
    "SERVICE_UNAVAILABLE": (503, "Service Unavailable"),
    "GATEWAY_TIMEOUT": (504, "Gateway Timeout"),
}


class Refused(Exception):
    """The rules say no; ``code`` is Bloom's word for why."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Refusal:
    """A refusal as one operation words it."""

    code: str
    status: int
    message: str
    defined: bool

    def envelope(self, style: ErrorStyle) -> dict[str, Any]:
        """Return the body: fields at the top level as in the document, or under ``error`` as in the guide."""
        fields: dict[str, Any] = {"code": self.code, "status": self.status, "message": self.message}
        if self.status == 402:
            fields["data"] = {"action_url": ACTION_URL}
        return {"error": fields} if style == "guide" else {"defined": self.defined, **fields}


def documented_codes(operation: str) -> Documented:
    """Return what the document lists for an operation, by code."""
    return {**_EVERYWHERE, **_OPERATIONS.get(operation, {})}


def undocumented_codes() -> Documented:
    """Return what any operation may answer without its document saying so, by code."""
    return dict(_UNDOCUMENTED)


def is_known(code: str) -> bool:
    """Tell whether any operation, or the framework under them, answers with this code."""
    return _elsewhere(code) is not None or code in _EVERYWHERE


def refusal(code: str, operation: str | None, message: str | None = None) -> Refusal:
    """Return how an operation words a code; ``defined`` is false where its document does not list it."""
    listed = documented_codes(operation or "").get(code)
    status, default = listed or _elsewhere(code) or (500, code)
    return Refusal(code, status, message or default, defined=listed is not None)


def _elsewhere(code: str) -> tuple[int, str] | None:
    if code in _UNDOCUMENTED:
        return _UNDOCUMENTED[code]
    return next((codes[code] for codes in _OPERATIONS.values() if code in codes), None)
