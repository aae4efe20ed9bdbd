"""What can become of a message to the bot."""

from dataclasses import dataclass

from bot.core.errors import OutsideLimits
from bot.core.models import Generation
from bot.slack.views.message import Message


@dataclass(frozen=True, slots=True)
class Refused:
    """A limit is in the way of something that takes so many credits."""

    met: OutsideLimits
    needed: int


Outcome = Generation | Refused | Message
"""What was started, or what the person has to know."""
