"""Everything that can go wrong, as one tree.

    BotError
    ├── BloomError                 Bloom, as it was met
    │   ├── BloomUnavailable         not reached, or a 5xx; `sent` says whether it may have acted all the same
    │   │   └── BloomTimeout           no answer in time
    │   ├── BloomRefused             an error answer: code, status, action_url
    │   │   ├── BloomUnauthorized      the credential does not hold (any more)
    │   │   ├── BloomRateLimited       429; `retry_after` in seconds when Bloom said it
    │   │   └── BrandNotReady          the brand cannot generate yet
    │   └── BloomUnreadable          an answer that is not what Bloom documents
    ├── SlackRefused               Slack answered with an error
    │   └── SlackUnavailable         Slack could not be reached; `retry_after` in seconds when Slack said it
    ├── NotConnected               the Slack workspace has no Bloom account yet
    ├── NotAllowed                 somebody asked for what is not theirs to do
    │   ├── SignInExpired            a sign-in at Bloom that nobody began, or that is over
    │   ├── TooManyBatches           somebody has `limit` batches that are not finished
    │   └── OutsideLimits            the workspace's limits do not allow it; `limit` says which
    ├── NeedsConfirmation          it costs so much that the person has to say yes first
    ├── ChangedMeanwhile           somebody else has changed the same settings, `fields`, meanwhile
    ├── TableUnreadable            a table that somebody gave, of which nothing can be made; said in one sentence
    ├── LeaseLost                  another worker has the generation now
    ├── StoreError                 the database
    └── ConfigError                a setting, said in one line

Wrapped where the outside world is met (`raise … from exc`), told to people in `slack/views/problems.py`.
"""

from collections.abc import Mapping

from bot.core.models import Limit, Preferences


class BotError(Exception):
    """Anything the bot expects to go wrong."""


class BloomError(BotError):
    """Bloom, as it was met."""


class BloomUnavailable(BloomError):
    """Bloom could not be reached or broke down.

    ``sent`` is False only when the request certainly never arrived: then a POST may be repeated without a look.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class BloomTimeout(BloomUnavailable):
    """Bloom did not answer in time."""


class BloomRefused(BloomError):
    """An error answer of Bloom's. Branch on ``code``, never on the message."""

    def __init__(self, code: str, status: int, message: str = "", *, action_url: str | None = None) -> None:
        super().__init__(f"{code} ({status}) {message}".strip())
        self.code = code
        self.status = status
        self.message = message
        self.action_url = action_url


class BloomUnauthorized(BloomRefused):
    """The credential does not hold (any more)."""


class BloomRateLimited(BloomRefused):
    """Too many requests; the request was not carried out."""

    retry_after: float | None = None


class BrandNotReady(BloomRefused):
    """The brand is still analyzing, needs a logo, or failed."""


class BloomUnreadable(BloomError):
    """An answer that is not what Bloom documents."""


class SlackRefused(BotError):
    """Slack answered with an error; ``error`` is Slack's own word for it."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(f"{error} {detail}".strip())
        self.error = error
        self.detail = detail


class SlackUnavailable(SlackRefused):
    """Slack could not be reached, or not in time, or wants to be left alone for `retry_after` seconds.

    ``answered`` is True when it answered with an error that may pass by itself, but may be the message's own fault.
    """

    def __init__(
        self, error: str, detail: str = "", *, answered: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(error, detail)
        self.answered = answered
        self.retry_after = retry_after


class NotConnected(BotError):
    """The Slack workspace has no Bloom account yet."""


class NotAllowed(BotError):
    """Somebody asked for what is not theirs to do."""


class SignInExpired(NotAllowed):
    """A sign-in at Bloom that nobody began, that took too long, or that was finished before."""


class TooManyBatches(NotAllowed):
    """Somebody has as many batches that are not finished as one may have, ``limit``."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} batches are not finished yet")
        self.limit = limit


class OutsideLimits(NotAllowed):
    """The workspace's limits do not allow a generation; ``left`` is how many credits are, where credits are meant."""

    def __init__(self, limit: Limit, *, left: int | None = None) -> None:
        super().__init__(limit.value)
        self.limit = limit
        self.left = left


class NeedsConfirmation(BotError):
    """A generation costs ``credits``, more than ``above`` from which on the person has to say yes first."""

    def __init__(self, credits: int, above: int) -> None:
        super().__init__(f"{credits} credits are more than {above}")
        self.credits = credits
        self.above = above


class ChangedMeanwhile(BotError):
    """Somebody else has changed the same settings meanwhile: ``fields`` by name, ``current`` as they are now.

    ``merged`` is what they would be if what was wanted replaced it, ``by`` who changed the fields last.
    """

    def __init__(
        self,
        fields: frozenset[str],
        current: Preferences,
        *,
        merged: Preferences | None = None,
        by: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(", ".join(sorted(fields)))
        self.fields = fields
        self.current = current
        self.merged = merged or current
        self.by = by or {}


class TableUnreadable(BotError):
    """A table that somebody gave, of which nothing can be made; the message is a sentence for them, plain text."""


class LeaseLost(BotError):
    """Another worker has the generation now: nothing more may be done about it here."""


class StoreError(BotError):
    """The database failed this statement."""


class ConfigError(BotError):
    """A setting is wrong or missing, said in one line."""
