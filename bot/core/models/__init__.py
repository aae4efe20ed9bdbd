"""The nouns of the product. All frozen; nothing here does I/O.

Two kinds of workspace meet in this bot. ``workspace_id`` is always the Slack workspace that the people are in;
Bloom's own workspaces, which own brands and credits, are ``bloom_workspace_id``.
"""

from bot.core.models.accounts import (
    Account,
    BloomWorkspace,
    Connection,
    Credits,
    Grant,
    Payer,
    PendingSignIn,
    TokenSet,
)
from bot.core.models.brands import Brand, BrandDetail, BrandState
from bot.core.models.budget import Queue, RateLimit
from bot.core.models.generations import (
    PROMPT_LIMIT,
    REFERENCE_LIMIT,
    VARIANT_LIMIT,
    Failure,
    FailureCode,
    Generation,
    GenerationRequest,
    GenerationState,
    Parameters,
    Place,
)
from bot.core.models.images import AspectRatio, Image, ImageModel, ImageSize, ImageState, LibraryMatch, UploadedImage
from bot.core.models.installations import Installation, Member, Notice, NoticeKind
from bot.core.models.pages import Page

__all__ = [
    "PROMPT_LIMIT",
    "REFERENCE_LIMIT",
    "VARIANT_LIMIT",
    "Account",
    "AspectRatio",
    "BloomWorkspace",
    "Brand",
    "BrandDetail",
    "BrandState",
    "Connection",
    "Credits",
    "Failure",
    "FailureCode",
    "Generation",
    "GenerationRequest",
    "GenerationState",
    "Grant",
    "Image",
    "ImageModel",
    "ImageSize",
    "ImageState",
    "Installation",
    "LibraryMatch",
    "Member",
    "Notice",
    "NoticeKind",
    "Page",
    "Parameters",
    "Payer",
    "PendingSignIn",
    "Place",
    "Queue",
    "RateLimit",
    "TokenSet",
    "UploadedImage",
]
