"""What the person who pressed Cancel is told when the request message does not say what came of it."""

from collections.abc import Sequence

from bot.core.models import Generation, GenerationState
from bot.slack.views.managers import only_theirs
from bot.slack.views.message import Message, escape
from bot.slack.views.problems import problem_of
from bot.slack.views.request import spent
from bot.slack.views.trouble import note

READY = "Too late to cancel: the result is {where}."
ON_ITS_WAY = "Too late to cancel: Bloom has finished, and the result is on its way{where}."
FAILED = "There is nothing left to cancel: this has failed already. {reason}"
AT_BLOOM = "Cancelling as soon as Bloom has answered."
AT_SLACK = "Cancelling as soon as Slack has answered."
CANCELLED = "Cancelled. {spent} Slack hasn't let me say so in the message yet."
CANCEL_THIS = "cancel this"


def outcome(generation: Generation) -> Message | None:
    """Say why a generation goes on or has ended otherwise; nothing when it is cancelled and everybody can see it."""
    is_preview = generation.request.is_preview
    match generation.state:
        case GenerationState.CANCELLED:
            return note(CANCELLED.format(spent=spent(generation))) if generation.is_stale else None
        case GenerationState.DELIVERED:
            return note(READY.format(where="here already" if is_preview else "in the thread"))
        case GenerationState.FAILED:
            return note(FAILED.format(reason=escape(problem_of(generation).sentence)))
        case GenerationState.FINISHED | GenerationState.POSTING:
            return note(ON_ITS_WAY.format(where="" if is_preview else " into the thread"))
        case GenerationState.QUEUED:
            return note(AT_SLACK)
    return note(AT_BLOOM)


def not_theirs(generation: Generation, managers: Sequence[str]) -> Message:
    """Say who can cancel it; ``managers`` may be the asker too, or nobody that is known."""
    return only_theirs(generation.request.user_id, managers, CANCEL_THIS)
