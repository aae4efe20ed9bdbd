"""What may be sent again, apart from how.

Bloom has no idempotency key: a POST whose answer was lost may have been paid for, so only a refusal that Bloom
promises not to have acted on (429), or a request that certainly never arrived, is repeated. A held read that was cut
is not repeated blindly either: how long the network lets requests be held is learnt in `waiting`.
"""

from typing import Any

from bot.bloom.wire.call import Call
from bot.core.errors import BloomRateLimited, BloomUnavailable

LONGEST_PAUSE = 30.0
"""Seconds; whoever is told to stay away for longer hands the decision to the caller."""


def may_retry(error: BaseException, call: Call[Any]) -> bool:
    """Say whether to send the request again."""
    if isinstance(error, BloomRateLimited):
        return error.retry_after is None or error.retry_after <= LONGEST_PAUSE
    return isinstance(error, BloomUnavailable) and ((call.is_read and call.hold is None) or not error.sent)
