"""Every failure as one helpful sentence and, where there is one, the next step as a button."""

from collections.abc import Callable

from slack_sdk.models.blocks import Block, ButtonElement

from bot.core.errors import (
    BloomRefused,
    BloomUnavailable,
    BloomUnreadable,
    BotError,
    ChangedMeanwhile,
    NeedsConfirmation,
    NotAllowed,
    NotConnected,
    OutsideLimits,
)
from bot.core.models import (
    Derivation,
    Failure,
    FailureCode,
    Generation,
    ImageModel,
    ImageSize,
    Operation,
    Parameters,
)
from bot.slack.views.buttons import ActionId, button, link_button, row
from bot.slack.views.error_codes import (
    CHANGED_MEANWHILE,
    EDIT,
    MAKE_2K,
    NEEDS_CONFIRMATION,
    NOT_ALLOWED,
    OF_DERIVED,
    SENTENCES,
    SUBJECT_CODES,
    TRY_AGAIN,
    TRY_STANDARD,
    Problem,
    Step,
)
from bot.slack.views.message import Message, escape, message, section, shorten, shorten_middle
from bot.slack.views.trouble import REFERENCE
from bot.slack.views.wording import PRICING_URL, brand_text, credits_text

CODE_LIMIT = 60
FILE_NAME_LIMIT = 60
ACTION_URL_LIMIT = 3000
REFERENCE_LENGTH = 8


def explain(failure: Failure, parameters: Parameters | None = None, brand_name: str = "") -> Problem:
    """Say what went wrong and what helps; ``parameters`` are what was asked for when it did."""
    problem = _explained(failure, parameters, brand_name)
    return _derived(failure, problem, parameters, brand_name) if parameters and parameters.subject_id else problem


def explain_of(generation: Generation, failure: Failure, part: Parameters | None = None) -> Problem:
    """Say what went wrong with a ``part`` of a generation, or all of it, and what helps."""
    request = generation.request
    problem = explain(failure, part or request.parameters, request.brand_name)
    if request.source and request.source.derivation is Derivation.ENLARGE:
        if failure.code == "REFERENCE_IMAGE_NOT_FOUND" and request.parameters.reference_ids == (
            request.source.image_id,
        ):
            return Problem(OF_DERIVED["IMAGE_NOT_FOUND"])  # nobody has chosen it as a reference
        steps = tuple(step for step in problem.steps if step is not MAKE_2K)  # in 2K there it is
        return Problem(problem.sentence, steps)
    return problem


def problem_of(generation: Generation) -> Problem:
    """Say why a generation failed and what helps."""
    failure = generation.failure or Failure(FailureCode.UNEXPECTED)
    if generation.is_unposted:
        return _unposted(failure, len(generation.pictures))
    return explain_of(generation, failure)


def _explained(failure: Failure, parameters: Parameters | None, brand_name: str) -> Problem:
    if special := _SPECIAL.get(failure.code):
        return special(failure, parameters)
    if failure.code not in SENTENCES:
        code = shorten(failure.code, CODE_LIMIT) or "no code"
        return Problem(f"Bloom refused this with an error I don't know ({code}).", (TRY_AGAIN, EDIT))
    sentence, steps = SENTENCES[failure.code]
    file = _file_of(failure, parameters)
    words = sentence.format(brand=brand_text(brand_name), file=file, File=f"{file[:1].upper()}{file[1:]}")
    return Problem(words, steps)


def _file_of(failure: Failure, parameters: Parameters | None) -> str:
    """Return the name of the file that is the reason: any other detail is not made for people."""
    is_name = failure.detail in {attachment.name for attachment in parameters.attachments} if parameters else False
    if (is_name or failure.code == FailureCode.REFERENCE_UNREADABLE) and failure.detail.strip():
        return f"“{shorten_middle(failure.detail, FILE_NAME_LIMIT)}”"
    return "that file"


def _derived(failure: Failure, problem: Problem, parameters: Parameters, brand_name: str) -> Problem:
    """Say it of what starts from an image: only an edit has words to change, and no other image can be chosen."""
    is_edit, steps = parameters.operation is Operation.EDIT, problem.steps
    if failure.code in SUBJECT_CODES or not is_edit:
        steps = tuple(step for step in steps if step not in (EDIT, TRY_STANDARD))
    if failure.code not in OF_DERIVED or (is_edit and failure.code == FailureCode.CONTENT_SAFETY):
        return Problem(problem.sentence, steps)
    return Problem(OF_DERIVED[failure.code].format(brand=brand_text(brand_name)), steps)


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
    if parameters and parameters.operation.is_in_words and parameters.size is ImageSize.SIZE_4K:
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
    NotAllowed: NOT_ALLOWED,
    NeedsConfirmation: NEEDS_CONFIRMATION,
    ChangedMeanwhile: CHANGED_MEANWHILE,
    NotConnected: FailureCode.NOT_CONNECTED,
    BloomUnavailable: FailureCode.UNAVAILABLE,
    BloomUnreadable: "INTERNAL_ERROR",
}

KNOWN_CODES = frozenset({*SENTENCES, *_SPECIAL})


def failure_of(error: BotError) -> Failure:
    """Return an exception as the failure that people are told."""
    if isinstance(error, BloomRefused):
        is_told = error.status < 500 or error.code in KNOWN_CODES
        return Failure(error.code if is_told else "INTERNAL_ERROR", error.message, error.action_url)
    if isinstance(error, OutsideLimits):
        return Failure(error.limit)
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), FailureCode.UNEXPECTED)
    return Failure(code, str(error))


def sentence_of(error: BotError) -> str:
    """Return the one sentence that people are told of an exception, in plain text."""
    return explain(failure_of(error)).sentence


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
