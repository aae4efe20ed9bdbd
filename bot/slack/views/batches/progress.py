"""The message that starts a batch's thread: how far it is, why it waits, and how it is paused, stopped and resumed."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject, PlainTextObject

from bot.core.models import Batch, BatchState, Failure, FailureCode, Limit, Pause, PauseReason, Progress
from bot.slack.views.batches.wording import batch_images
from bot.slack.views.buttons import CANCEL, ActionId, button, row
from bot.slack.views.message import Message, context, escape, mention, message, section, shorten_middle
from bot.slack.views.problems import FILE_NAME_LIMIT, explain, step_buttons
from bot.slack.views.request import invitation
from bot.slack.views.wording import amount, counted, credits_text, wait_text

PAUSE, RESUME = "Pause", "Resume"
RETRY_FAILED, MAKE_THE_REST = "Retry the failed ones", "Make the rest after all"
BAR_WIDTH = 20
DONE, LEFT = "▰", "▱"
COSTS = "What Bloom has begun still comes, and is paid. What it hasn't begun is neither made nor paid."
"""True whenever it is read: Slack keeps the question as it was when the message was posted."""
STILL_COMES = "What Bloom has begun still comes."
SEE_THREAD = "The images, and a summary, are in the thread."
ON_THEIR_WAY = "Every row is through. The last images, a summary and the files are on their way to the thread."
_WHY = {
    PauseReason.CREDITS: "Bloom has no credits left for this, or waits for a payment. Once that is settled, {resume}.",
    PauseReason.NOT_CONNECTED: "Bloom isn't connected to this workspace any more. Once it is again, {resume}.",
    PauseReason.UNAVAILABLE: "Bloom isn't answering right now. In a few minutes, {resume}.",
}
_WHICH_LIMIT = {
    Limit.CHANNEL: "Images can't be made in this channel any more. A manager of Bloom can change that; then {resume}.",
    Limit.PERSON: "Only some people here may make images now. A manager of Bloom can change that; then {resume}.",
    Limit.WORKSPACE_CREDITS: (
        "The next row takes more than this workspace may still spend this month. A manager of Bloom can change that; "
        "then, or next month, {resume}."
    ),
    Limit.PERSON_CREDITS: (
        "The next row takes more than {who} may still spend this month. A manager of Bloom can change that; then, or "
        "next month, {resume}."
    ),
}
_STEPS = {
    PauseReason.CREDITS: "INSUFFICIENT_CREDITS",
    PauseReason.NOT_CONNECTED: FailureCode.NOT_CONNECTED,
}
"""The failures whose next steps help with a pause."""


def batch_message(batch: Batch, progress: Progress) -> Message:
    """Show a batch in its present state."""
    headline, is_over = _headline(batch, progress), batch.state is BatchState.FINISHED
    standing = _standing(progress, is_over=is_over)
    blocks: list[Block] = [section(headline)]
    if batch.title.strip():
        blocks.append(context(f"From “{escape(shorten_middle(batch.title, FILE_NAME_LIMIT))}”"))
    blocks.append(section(standing if is_over else f"{_bar(progress)}\n{standing}"))
    blocks += [context(line) for line in _notes(batch, progress)]
    if batch.state is BatchState.PAUSED and batch.pause is not None:
        blocks.append(section(_why(batch, batch.pause)))
    if buttons := _buttons(batch, progress):
        blocks.append(row(*buttons))
    return message(f"{headline} {standing}", *blocks)


def retry_button(batch_id: str, *, is_part_waiting: bool) -> ButtonElement:
    """Return the button that makes what is missing; ``is_part_waiting``: some rows were never begun."""
    label = MAKE_THE_REST if is_part_waiting else RETRY_FAILED
    return button(label, ActionId.RETRY_BATCH, value=batch_id)


def _standing(progress: Progress, *, is_over: bool) -> str:
    """Return "47 of 120 rows · 1 failed · 6 being made · 94 credits", or "112 of 120 rows made · 8 failed · …"."""
    rows = counted(progress.rows, "row")
    parts = [f"{amount(progress.made)} of {rows} made" if is_over else f"{amount(progress.settled)} of {rows}"]
    counts = ((progress.failed, "failed"), (progress.partly_made, "partly made"), (progress.under_way, "being made"))
    parts += [f"{amount(count)} {words}" for count, words in counts if count]
    return " · ".join([*parts, credits_text(progress.credits)])


def _headline(batch: Batch, progress: Progress) -> str:
    who, what = mention(batch.user_id), batch_images(batch)
    stopper = batch.stopped_by or batch.user_id
    cancelled = (
        f"{mention(stopper)} cancelled {what}{'' if stopper == batch.user_id else f' that {who} had asked for'}."
    )
    match batch.state:
        case BatchState.STOPPING:
            return f"{cancelled} {STILL_COMES}"
        case BatchState.FINISHED if batch.stopped_by and progress.waiting:
            return cancelled
        case BatchState.FINISHED:
            return f"{who} {_made(what, progress)}."
    doing = "is trying again what is missing of" if batch.round > 1 else "is making"
    return f"{who} {doing} {what}{': paused.' if batch.state is BatchState.PAUSED else '…'}"


def _made(what: str, progress: Progress) -> str:
    if progress.made == progress.rows:
        return f"made {what}"
    return f"made {amount(progress.images)} of {what}" if progress.images else f"couldn't get {what}"


def _bar(progress: Progress) -> str:
    """Return the bar and the percentage, which are full only once everything has come to its end."""
    share = progress.settled / progress.rows if progress.rows else 0.0
    done = int(BAR_WIDTH * share)
    return f"{DONE * done}{LEFT * (BAR_WIDTH - done)} {int(100 * share)}%"


def _notes(batch: Batch, progress: Progress) -> Iterator[str]:
    """Yield the small lines under the bar."""
    if _is_through(progress) and batch.state in (BatchState.RUNNING, BatchState.STOPPING):
        yield ON_THEIR_WAY
    elif batch.state is BatchState.RUNNING and progress.seconds_left is not None:
        yield f"About {wait_text(progress.seconds_left)} left"
    if batch.state is BatchState.FINISHED:
        yield SEE_THREAD
    if batch.place and batch.place.is_fallback:
        yield invitation(batch.channel_id)


def _is_through(progress: Progress) -> bool:
    """Whether there is nothing left to pause or to cancel."""
    return progress.settled == progress.rows


def _why(batch: Batch, pause: Pause) -> str:
    """Say why it waits, and what helps."""
    if pause.reason is PauseReason.ASKED:
        by = f" by {mention(pause.by)}" if pause.by else ""
        return f"*Paused*{by}. {STILL_COMES} To go on, press *{RESUME}*."
    limited = _WHICH_LIMIT[pause.limit or Limit.WORKSPACE_CREDITS]
    why = limited if pause.reason is PauseReason.LIMIT else _WHY[pause.reason]
    return f"*Paused*. {why.format(who=mention(batch.user_id), resume=f'press *{RESUME}*')}"


def _buttons(batch: Batch, progress: Progress) -> list[ButtonElement]:
    match batch.state:
        case BatchState.RUNNING if not _is_through(progress):
            return [button(PAUSE, ActionId.PAUSE_BATCH, value=batch.id), _cancel_button(batch.id)]
        case BatchState.PAUSED:
            resume = button(RESUME, ActionId.RESUME_BATCH, value=batch.id, primary=True)
            return [resume, *_steps(batch.pause), _cancel_button(batch.id)]
        case BatchState.FINISHED if progress.made < progress.rows:
            return [retry_button(batch.id, is_part_waiting=progress.waiting > 0)]
    return []


def _steps(pause: Pause | None) -> list[ButtonElement]:
    """Return what helps with a pause as buttons."""
    code = _STEPS.get(pause.reason) if pause else None
    return step_buttons(explain(Failure(code, action_url=pause.action_url))) if pause and code else []


def _cancel_button(batch_id: str) -> ButtonElement:
    """Return the button that stops a batch, once it is sure that this is meant."""
    sure = ConfirmObject(
        title="Cancel this batch?",
        text=PlainTextObject(text=COSTS),
        confirm="Yes, cancel",
        deny="Keep going",
        style="danger",
    )
    return ButtonElement(text=CANCEL, action_id=ActionId.CANCEL_BATCH, value=batch_id, confirm=sure)
