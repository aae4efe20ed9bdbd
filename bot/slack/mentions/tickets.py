"""What a button under an answer carries: where the message stands that it answers.

The message itself stays in Slack and is read again when somebody presses: nothing is kept that a restart could lose.
"""

from dataclasses import dataclass, replace
from typing import Self

from bot.slack.mentions.listening import Spoken


@dataclass(frozen=True, slots=True)
class Ticket:
    """Names a message to the bot, the image that it is about, and how many credits somebody is asked to agree to."""

    event_id: str
    channel_id: str
    thread_id: str
    message_id: str
    subject_id: str = ""
    credits: int = 0

    @classmethod
    def of(cls, spoken: Spoken, *, subject_id: str = "") -> Self:
        """Return what finds a message again."""
        return cls(spoken.event_id, spoken.channel_id, spoken.root_id, spoken.message_id, subject_id)

    def asking(self, credits: int) -> Self:
        """Return the same for so many credits."""
        return replace(self, credits=credits)

    @property
    def value(self) -> str:
        """Return it as the value of a button, which has room for 150 characters."""
        parts = (self.event_id, self.channel_id, self.thread_id, self.message_id, self.subject_id, self.credits)
        return ":".join(str(part) for part in parts)

    @classmethod
    def read(cls, value: str) -> Self:
        """Return the ticket of a button. Raises ValueError for one of another version of the bot."""
        event_id, channel_id, thread_id, message_id, subject_id, credits = value.split(":")
        return cls(event_id, channel_id, thread_id, message_id, subject_id, int(credits))
