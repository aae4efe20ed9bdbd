"""What a person sees when nothing better is known: a reference that stands in the log beside the traceback."""

from bot.slack.views.message import Message, escape, message, section

NOT_SHOWN = "Slack didn't let me show that. Please try again."
REFERENCE = "If it happens again, tell your admin this reference: {reference}"
BROKE = "Something went wrong on my side."
UNEXPECTED = f"{BROKE} {REFERENCE}"


def note(text: str) -> Message:
    """Say one sentence; ``text`` is escaped already."""
    return message(text, section(text))


def not_shown() -> Message:
    """Say that Slack refused what was to open."""
    return note(NOT_SHOWN)


def unexpected(reference: str) -> Message:
    """Own up to an unknown error."""
    return note(UNEXPECTED.format(reference=escape(reference)))
