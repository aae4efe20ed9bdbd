"""What a person sees when nothing better is known: a reference that stands in the log beside the traceback."""

from bot.slack.views.message import Message, escape, message, section

UNEXPECTED = "Something went wrong on my side. If it happens again, tell your admin this reference: {reference}"


def unexpected(reference: str) -> Message:
    """Own up to an unknown error."""
    text = UNEXPECTED.format(reference=escape(reference))
    return message(text, section(text))
