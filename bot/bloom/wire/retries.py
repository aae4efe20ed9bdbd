"""What may be sent again, apart from how.

Bloom has no idempotency key: a POST whose answer was lost may have been paid for, so only a refusal that Bloom
promises not to have acted on (429), or a request that certainly never arrived, is repeated.
"""

from bot.core.errors import BloomRateLimited, BloomUnavailable

LONGEST_PAUSE = 30.0
"""Seconds; whoever is told to stay away for longer hands the decision to the caller."""


def may_retry(error: BaseException, *, is_read: bool) -> bool | float:
    """Say whether to send the request again: no, yes, or yes after so many seconds."""
    if isinstance(error, BloomRateLimited):
        return _after(error.retry_after)
    return isinstance(error, BloomUnavailable) and (is_read or not error.sent)


def _after(seconds: float | None) -> bool | float:
    if seconds is None:
        return True
    return seconds if seconds <= LONGEST_PAUSE else False
