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
from bot.core.models.brands import OWNER_NEEDED, Brand, BrandDetail, BrandJob, BrandLogo, BrandState, NewBrand
from bot.core.models.budget import Queue, RateLimit
from bot.core.models.generations import Failure, FailureCode, Generation, GenerationRequest, GenerationState, Place
from bot.core.models.images import (
    FILE_LIMIT,
    PICTURE_TYPES,
    AspectRatio,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    LibraryMatch,
    UploadedImage,
)
from bot.core.models.installations import Installation, Member, Notice, NoticeKind, UserGroup
from bot.core.models.pages import Page
from bot.core.models.parameters import (
    EDIT_REFERENCE_LIMIT,
    PROMPT_LIMIT,
    REFERENCE_LIMIT,
    SET_LIMIT,
    VARIANT_LIMIT,
    Operation,
    Parameters,
)
from bot.core.models.preferences import ANY_RATIO, Defaults, Limit, Limits, Preferences, Shape, SpendingCaps
from bot.core.models.records import AuditAction, AuditEvent, AuditTable, HistoryFilter, Spending, Spent, Standing
from bot.core.models.results import Attachment, Derivation, PictureFile, Reply, Showing, Source

__all__ = [
    "ANY_RATIO",
    "EDIT_REFERENCE_LIMIT",
    "FILE_LIMIT",
    "OWNER_NEEDED",
    "PICTURE_TYPES",
    "PROMPT_LIMIT",
    "REFERENCE_LIMIT",
    "SET_LIMIT",
    "VARIANT_LIMIT",
    "Account",
    "AspectRatio",
    "Attachment",
    "AuditAction",
    "AuditEvent",
    "AuditTable",
    "BloomWorkspace",
    "Brand",
    "BrandDetail",
    "BrandJob",
    "BrandLogo",
    "BrandState",
    "Connection",
    "Credits",
    "Defaults",
    "Derivation",
    "Failure",
    "FailureCode",
    "Generation",
    "GenerationRequest",
    "GenerationState",
    "Grant",
    "HistoryFilter",
    "Image",
    "ImageModel",
    "ImageSize",
    "ImageState",
    "Installation",
    "LibraryMatch",
    "Limit",
    "Limits",
    "Member",
    "NewBrand",
    "Notice",
    "NoticeKind",
    "Operation",
    "Page",
    "Parameters",
    "Payer",
    "PendingSignIn",
    "PictureFile",
    "Place",
    "Preferences",
    "Queue",
    "RateLimit",
    "Reply",
    "Shape",
    "Showing",
    "Source",
    "Spending",
    "SpendingCaps",
    "Spent",
    "Standing",
    "TokenSet",
    "UploadedImage",
    "UserGroup",
]
