"""Trying again after fixed pauses, by the bot's own clock."""

from collections.abc import Callable, Sequence

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_chain, wait_fixed

from bot.core.clock import Clock
from bot.core.errors import SlackUnavailable, StoreError

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before another try at what may take long to pass."""


def after_pauses(clock: Clock, pauses: Sequence[float], *, when: Callable[[BaseException], bool]) -> AsyncRetrying:
    """Return what calls again after each of the pauses (seconds) while ``when`` says so, then raises the last error."""
    return AsyncRetrying(
        sleep=clock.sleep,
        wait=wait_chain(*map(wait_fixed, pauses)),
        stop=stop_after_attempt(len(pauses) + 1),
        retry=retry_if_exception(when),
        reraise=True,
    )


def slack_is_away(error: BaseException) -> bool:
    """Whether Slack may answer otherwise in a while."""
    return isinstance(error, SlackUnavailable)


def store_fails(error: BaseException) -> bool:
    """Whether the database may take it in a while."""
    return isinstance(error, StoreError)
