"""What every error code says to people: one sentence and, where there is one, the next step.

Bloom's codes and our own, all but the few whose sentence depends on what was asked for; those are in `problems`.
"""

from dataclasses import dataclass

from bot.core.models import OWNER_NEEDED, FailureCode, Limit
from bot.slack.views.buttons import CONNECT_BLOOM, ActionId
from bot.slack.views.wording import BLOOM_URL, NOT_CONNECTED, PAYER_GONE


@dataclass(frozen=True, slots=True)
class Step:
    """A next step as a button: an ``action`` of the bot's, or a ``url`` that leads out of Slack, with a ``name``."""

    label: str
    action: ActionId | None = None
    url: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and what helps. ``sentence`` is plain text: escape it where Slack reads markup."""

    sentence: str
    steps: tuple[Step, ...] = ()


CONNECT = Step(CONNECT_BLOOM, ActionId.CONNECT)
MAKE_2K = Step("Make it in 2K", ActionId.MAKE_2K)
TRY_STANDARD = Step("Try the standard model", ActionId.TRY_STANDARD)
TRY_AGAIN = Step("Try again", ActionId.TRY_AGAIN)
EDIT = Step("Edit and try again", ActionId.EDIT_REQUEST)
CONTACT_SUPPORT = Step("Contact Bloom", url=BLOOM_URL, name="contact_support")

NOT_ALLOWED = "not_allowed"
"""The code of NotAllowed, which no generation fails of, and neither of the next two."""
NEEDS_CONFIRMATION = "needs_confirmation"
CHANGED_MEANWHILE = "changed_meanwhile"

_BRAND_GONE = "Bloom doesn't know {brand} in this account any more; choose another brand."
_BRAND_AND_IMAGES_GONE = "Bloom doesn't know {brand} in this account any more, so nothing can be made of its images."
_SUBJECT_GONE = "The image that this starts from isn't at Bloom any more; it may have been deleted."
_BLOOM_BROKE = "Bloom had a problem on its side; try again in a few minutes."

SENTENCES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "UNAUTHORIZED": ("Bloom doesn't accept this workspace's connection any more; connect again.", (CONNECT, TRY_AGAIN)),
    "ACCOUNT_BANNED": ("Bloom has suspended this account; only Bloom's support can help.", (CONTACT_SUPPORT,)),
    "BRAND_NOT_FOUND": (_BRAND_GONE, (EDIT,)),
    "SESSION_NOT_FOUND": (_BRAND_GONE, (EDIT,)),
    "IMAGE_NOT_FOUND": ("That image isn't at Bloom any more; it may have been deleted.", (EDIT,)),
    "REFERENCE_IMAGE_NOT_FOUND": ("A reference image isn't at Bloom any more; choose another.", (EDIT,)),
    "EDIT_SUBJECT_NOT_FOUND": ("The image to edit isn't at Bloom any more; choose another.", (EDIT,)),
    "WORKSPACE_NOT_FOUND": (PAYER_GONE, (CONNECT,)),
    "BRAND_NOT_READY": (
        "Bloom can't draw for {brand} yet: it is still being analyzed, needs a logo, or could not be set up.",
        (TRY_AGAIN, EDIT),
    ),
    "SESSION_MISSING_BRAND_IMAGE": (
        "Bloom hasn't finished setting up {brand}; /bloom brands says how it stands.",
        (TRY_AGAIN, EDIT),
    ),
    "TOO_MANY_REQUESTS": ("Bloom is getting too many requests right now; try again in a minute.", (TRY_AGAIN,)),
    "INVALID_URL": ("Bloom can't open that address; check that it is right and public.", (EDIT,)),
    "INVALID_LOGO": ("Bloom can't use that logo; try another file: PNG, JPEG, WebP, AVIF or SVG.", (EDIT,)),
    "INVALID_UPLOAD_TOKEN": ("That upload has expired or was used already; upload the file again.", ()),
    "DOWNLOAD_FAILED": ("Bloom couldn't download that image; check that anyone can open its link.", (EDIT,)),
    "FILE_TOO_LARGE": ("{File} is too large; Bloom takes up to 10 MB.", (EDIT,)),
    "IMAGE_TOO_SMALL": ("That image is too small to be turned into a vector; choose a larger one.", (EDIT,)),
    "UNSUPPORTED_FORMAT": ("Bloom can't read {file}; use PNG, JPEG, WebP or AVIF.", (EDIT,)),
    "IMAGE_NOT_COMPLETED": ("That image isn't finished yet; try again when it is.", (TRY_AGAIN,)),
    "IMAGE_NOT_RESIZABLE": ("Vector images can't be resized; choose one made of pixels.", ()),
    "IMAGE_NOT_VECTORIZABLE": ("That image is a vector already.", ()),
    "IMAGE_NOT_REMOVABLE_BACKGROUND": ("Vector images have no background to remove; choose one made of pixels.", ()),
    "SAME_ASPECT_RATIO": ("That image has this shape already; choose another shape.", (EDIT,)),
    "REFERENCE_LIMIT_EXCEEDED": ("That's too many reference images: Bloom takes 10, and 9 for an edit.", (EDIT,)),
    "EDIT_SUBJECT_NOT_COMPLETED": ("The image to edit isn't finished yet; try again when it is.", (TRY_AGAIN,)),
    "EDIT_SUBJECT_NO_STORAGE_PATH": ("Bloom has no file for that image, so it can't be edited.", (EDIT,)),
    "INVALID_CURSOR": ("That list has changed in the meantime; open it again.", ()),
    "INTERNAL_ERROR": (_BLOOM_BROKE, (TRY_AGAIN,)),
    "INTERNAL_SERVER_ERROR": (_BLOOM_BROKE, (TRY_AGAIN,)),
    FailureCode.RATE_LIMITED: ("Bloom was too busy to finish this; try again in a few minutes.", (TRY_AGAIN,)),
    FailureCode.IMAGE_FAILED: ("Bloom couldn't draw this.", (TRY_AGAIN, EDIT)),
    FailureCode.NOT_CONNECTED: (NOT_CONNECTED, (CONNECT, TRY_AGAIN)),
    FailureCode.UNAVAILABLE: ("Bloom isn't answering right now; try again in a few minutes.", (TRY_AGAIN,)),
    FailureCode.TIMED_OUT: (
        "Bloom took too long to finish this; what it still makes will be in your library at trybloom.ai.",
        (TRY_AGAIN,),
    ),
    FailureCode.SLACK: ("Slack didn't let me post this.", (TRY_AGAIN,)),
    FailureCode.REFERENCE_UNREADABLE: (
        "I can't open {file} in Slack. Invite me to where it was posted, with /invite @Bloom, and try again, or choose "
        "the file again.",
        (TRY_AGAIN, EDIT),
    ),
    FailureCode.NOT_MADE: ("Bloom never made this; try again to have it made now.", (TRY_AGAIN, EDIT)),
    OWNER_NEEDED: ("This account is in several Bloom workspaces: choose whose brand it is.", ()),
    FailureCode.UNINSTALLED: ("I was removed from this workspace before this was finished.", (TRY_AGAIN,)),
    NOT_ALLOWED: ("Only managers of Bloom can do that; /bloom connect says who they are.", ()),
    NEEDS_CONFIRMATION: ("This costs so much that somebody has to say yes to it first; use the form.", ()),
    CHANGED_MEANWHILE: ("Somebody else has changed this in the meantime; look at it again first.", ()),
    Limit.CHANNEL: ("Images can't be made in this channel; a manager of Bloom can change that.", ()),
    Limit.PERSON: ("Only some people here may make images; a manager of Bloom can change that.", ()),
    Limit.WORKSPACE_CREDITS: ("That's more than this workspace may still spend this month.", ()),
    Limit.PERSON_CREDITS: ("That's more than you may still spend this month.", ()),
    FailureCode.UNEXPECTED: ("Something went wrong on my side.", (TRY_AGAIN,)),
}

OF_DERIVED: dict[str, str] = {
    "BRAND_NOT_FOUND": _BRAND_AND_IMAGES_GONE,
    "SESSION_NOT_FOUND": _BRAND_AND_IMAGES_GONE,
    "IMAGE_NOT_FOUND": _SUBJECT_GONE,
    "EDIT_SUBJECT_NOT_FOUND": _SUBJECT_GONE,
    FailureCode.CONTENT_SAFETY: "Bloom's safety check stopped this.",
}
"""What else is to be said of what is made from an image: nobody can choose another one, or another brand, then."""
SUBJECT_CODES = frozenset(
    {
        "BRAND_NOT_FOUND",
        "SESSION_NOT_FOUND",
        "IMAGE_NOT_FOUND",
        "EDIT_SUBJECT_NOT_FOUND",
        "EDIT_SUBJECT_NO_STORAGE_PATH",
    }
)
"""What is wrong with the image to start from: no other words help."""
