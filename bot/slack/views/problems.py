"""Every failure as one helpful sentence and, where there is one, the next step as a button."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ButtonElement

from bot.core.errors import (
    BloomRefused,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    NotConnected,
)
from bot.core.models import Failure, FailureCode, Generation, ImageModel, ImageSize, Parameters
from bot.slack.views.buttons import CONNECT_BLOOM, ActionId, button, link_button, row
from bot.slack.views.message import Message, escape, message, section, shorten
from bot.slack.views.trouble import REFERENCE
from bot.slack.views.wording import BLOOM_URL, PRICING_URL, brand_text, credits_text

CODE_LIMIT = 60
ACTION_URL_LIMIT = 3000
REFERENCE_LENGTH = 8


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

_BRAND_GONE = "Bloom doesn't know {brand} in this account any more; choose another brand."
_BLOOM_BROKE = "Bloom had a problem on its side; try again in a few minutes."

_SENTENCES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "UNAUTHORIZED": ("Bloom doesn't accept this workspace's key any more; connect again.", (CONNECT, TRY_AGAIN)),
    "ACCOUNT_BANNED": ("Bloom has suspended this account; only Bloom's support can help.", (CONTACT_SUPPORT,)),
    "BRAND_NOT_FOUND": (_BRAND_GONE, (EDIT,)),
    "SESSION_NOT_FOUND": (_BRAND_GONE, (EDIT,)),
    "IMAGE_NOT_FOUND": ("That image isn't at Bloom any more; it may have been deleted.", (EDIT,)),
    "REFERENCE_IMAGE_NOT_FOUND": ("A reference image isn't at Bloom any more; choose another.", (EDIT,)),
    "EDIT_SUBJECT_NOT_FOUND": ("The image to edit isn't at Bloom any more; choose another.", (EDIT,)),
    "WORKSPACE_NOT_FOUND": ("That Bloom workspace is gone, or this account isn't in it any more.", (CONNECT,)),
    "BRAND_NOT_READY": (
        "Bloom can't draw for {brand} yet: it is still being analyzed, needs a logo, or could not be set up.",
        (TRY_AGAIN, EDIT),
    ),
    "SESSION_MISSING_BRAND_IMAGE": (
        "Bloom hasn't finished setting up {brand}; look at it at trybloom.ai.",
        (TRY_AGAIN, EDIT),
    ),
    "TOO_MANY_REQUESTS": ("Bloom is getting too many requests right now; try again in a minute.", (TRY_AGAIN,)),
    "INVALID_URL": ("Bloom can't open that address; check that it is right and public.", (EDIT,)),
    "INVALID_LOGO": ("Bloom can't use that logo; try another file: PNG, JPEG, WebP, AVIF or SVG.", (EDIT,)),
    "INVALID_UPLOAD_TOKEN": ("That upload has expired or was used already; upload the file again.", ()),
    "DOWNLOAD_FAILED": ("Bloom couldn't download that image; check that anyone can open its link.", (EDIT,)),
    "FILE_TOO_LARGE": ("That file is too large; Bloom takes up to 10 MB.", (EDIT,)),
    "IMAGE_TOO_SMALL": ("That image is too small to be turned into a vector; choose a larger one.", (EDIT,)),
    "UNSUPPORTED_FORMAT": ("Bloom can't read that file; use PNG, JPEG, WebP or AVIF.", (EDIT,)),
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
    FailureCode.NOT_CONNECTED: ("Bloom isn't connected to this workspace yet.", (CONNECT, TRY_AGAIN)),
    FailureCode.UNAVAILABLE: ("Bloom isn't answering right now; try again in a few minutes.", (TRY_AGAIN,)),
    FailureCode.TIMED_OUT: (
        "Bloom took too long to finish this; what it still makes will be in your library at trybloom.ai.",
        (TRY_AGAIN,),
    ),
    FailureCode.SLACK: ("Slack didn't let me post this.", (TRY_AGAIN,)),
    FailureCode.UNEXPECTED: ("Something went wrong on my side.", (TRY_AGAIN,)),
}


def explain(failure: Failure, parameters: Parameters | None = None, brand_name: str = "") -> Problem:
    """Say what went wrong and what helps; ``parameters`` are what was asked for when it did."""
    if special := _SPECIAL.get(failure.code):
        return special(failure, parameters)
    if failure.code not in _SENTENCES:
        code = shorten(failure.code, CODE_LIMIT) or "no code"
        return Problem(f"Bloom refused this with an error I don't know ({code}).", (TRY_AGAIN, EDIT))
    sentence, steps = _SENTENCES[failure.code]
    return Problem(sentence.format(brand=brand_text(brand_name)), steps)


def problem_of(generation: Generation) -> Problem:
    """Say why a generation failed and what helps."""
    request = generation.request
    failure = generation.failure or Failure(FailureCode.UNEXPECTED)
    if generation.is_unposted:
        return _unposted(failure, len(generation.pictures))
    return explain(failure, request.parameters, request.brand_name)


def _unposted(failure: Failure, made: int) -> Problem:
    """Say that the images are there although nobody sees them; posting them costs nothing."""
    images, it = ("the image is", "it") if made == 1 else ("the images are", "them")
    why = "Slack didn't let me post this" if failure.code == FailureCode.SLACK else "Something went wrong on my side"
    return Problem(f"{why}, but {images} made; find {it} in your library at trybloom.ai.", (TRY_AGAIN,))


def _no_credits(failure: Failure, parameters: Parameters | None) -> Problem:
    needed = f"This takes {credits_text(parameters.credits)}" if parameters else "This takes more credits"
    left = "and fewer are left" if parameters else "than are left"
    return Problem(f"{needed} {left} at Bloom; nothing was charged.", (_to_pay(failure, "Top up"), TRY_AGAIN))


def _payment_required(failure: Failure, parameters: Parameters | None) -> Problem:
    sentence = "Your Bloom subscription is paused until a payment is completed; nothing was charged."
    return Problem(sentence, (_to_pay(failure, "Complete payment"), TRY_AGAIN))


def _not_in_plan(failure: Failure, parameters: Parameters | None) -> Problem:
    plans = _to_pay(failure, "See plans")
    if parameters and parameters.size is ImageSize.SIZE_4K:
        return Problem("Your Bloom plan doesn't include 4K; nothing was charged.", (MAKE_2K, plans))
    return Problem("Your Bloom plan doesn't include this.", (plans, EDIT))


def _unsafe(failure: Failure, parameters: Parameters | None) -> Problem:
    if parameters and parameters.model is ImageModel.STANDARD:
        return Problem("Bloom's safety check stopped this; try other words.", (EDIT,))
    sentence = "Bloom's safety check stopped this; try the standard model or other words."
    return Problem(sentence, (TRY_STANDARD, EDIT))


def _to_pay(failure: Failure, label: str) -> Step:
    url = failure.action_url or ""
    opens = url.startswith("https://") and len(url) <= ACTION_URL_LIMIT
    return Step(label, url=url if opens else PRICING_URL, name="top_up")


_SPECIAL: dict[str, Callable[[Failure, Parameters | None], Problem]] = {
    "INSUFFICIENT_CREDITS": _no_credits,
    "PAYMENT_REQUIRED": _payment_required,
    "FORBIDDEN": _not_in_plan,
    "FEATURE_NOT_ENTITLED": _not_in_plan,
    FailureCode.CONTENT_SAFETY: _unsafe,
}

_CODES: dict[type[BotError], str] = {
    NotConnected: FailureCode.NOT_CONNECTED,
    BloomUnavailable: FailureCode.UNAVAILABLE,
    BloomUnreadable: "INTERNAL_ERROR",
}

KNOWN_CODES = frozenset({*_SENTENCES, *_SPECIAL})


def failure_of(error: BotError) -> Failure:
    """Return an exception as the failure that people are told."""
    if isinstance(error, BloomRefused):
        is_told = error.status < 500 or error.code in KNOWN_CODES
        return Failure(error.code if is_told else "INTERNAL_ERROR", error.message, error.action_url)
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), FailureCode.UNEXPECTED)
    return Failure(code, str(error))


def reference(generation: Generation) -> str:
    """Return the line with which an admin finds a fault of ours in the log; nothing for what has a known reason."""
    if generation.failure is None or generation.failure.code != FailureCode.UNEXPECTED:
        return ""
    return REFERENCE.format(reference=generation.id[:REFERENCE_LENGTH])


def step_buttons(problem: Problem, generation_id: str | None = None) -> list[ButtonElement]:
    """Return the next steps as buttons; without a generation only those that need none."""
    buttons = []
    for step in problem.steps:
        if step.url:
            buttons.append(link_button(step.label, step.name, step.url))
        elif step.action and (generation_id or step.action is ActionId.CONNECT):
            buttons.append(button(step.label, step.action, value=generation_id))
    return buttons


def problem_message(problem: Problem) -> Message:
    """Tell one person about a problem that no generation has recorded."""
    sentence = escape(problem.sentence)
    blocks: list[Block] = [section(sentence)]
    if buttons := step_buttons(problem):
        blocks.append(row(*buttons))
    return message(sentence, *blocks)
