"""What of a call to Slack is repeated, and when: slack_sdk's handlers, told what they may repeat, on the bot's clock.

A call that Slack refused for its pace was not carried out: any call is repeated when Slack says so. A call that was
lost on the way, or at which Slack broke down, may have been carried out: only what is the same done twice is repeated.
Posting is not. There the caller looks for the message by its metadata first.
"""

from collections.abc import Mapping, Sequence
from random import random
from typing import Any

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.core.clock import Clock

REPEATABLE = frozenset(
    {
        "chat.update",
        "conversations.history",
        "conversations.join",
        "conversations.open",
        "conversations.replies",
        "users.info",
        "users.list",
        "views.open",  # its trigger opens one view, however often it is sent
        "views.publish",
        "views.push",
        "views.update",
    }
)
"""What does no more when called twice. What the start calls (auth.test, apps.connections.open) has tries of its own."""
BY_TRIGGER = frozenset({"views.open", "views.push"})
LONGEST_PAUSE = 60.0
"""Seconds; when Slack asks for more, the call fails, and who made it decides."""
TRIGGER_PAUSE = 1.0
"""The same for what a person looks at: a trigger is good for three seconds."""
DEFAULT_PAUSE = 1
PACE_TRIES, TROUBLE_TRIES = 4, 2


def handlers(clock: Clock) -> list[AsyncRetryHandler]:
    """Return the handlers of a client. They keep nothing, so all clients may share them."""
    return [ConnectionErrors(clock), PaceErrors(clock), ServerErrors(clock)]


class _OnOurClock(AsyncRetryHandler):
    """Pauses by the bot's clock: slack_sdk's own handlers sleep by the machine's."""

    tries = TROUBLE_TRIES

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_retry_count=self.tries)
        self._clock = clock

    async def prepare_for_next_attempt_async(
        self, *, state: RetryState, response: HttpResponse | None = None, **rest: Any
    ) -> None:
        state.next_attempt_requested = True
        await self._clock.sleep(self._pause(state, response))
        state.increment_current_attempt()

    def _pause(self, state: RetryState, response: HttpResponse | None) -> float:
        return min(LONGEST_PAUSE, self.interval_calculator.calculate_sleep_duration(state.current_attempt))


class PaceErrors(_OnOurClock, AsyncRateLimitErrorRetryHandler):
    """Waits as long as Slack says after a 429, unless that is too long for whoever waits."""

    tries = PACE_TRIES

    async def _can_retry_async(
        self, *, request: HttpRequest, response: HttpResponse | None = None, **rest: Any
    ) -> bool:
        too_fast = await super()._can_retry_async(request=request, response=response, **rest)
        longest = TRIGGER_PAUSE if _method(request) in BY_TRIGGER else LONGEST_PAUSE
        return too_fast and response is not None and pause_in(response.headers) <= longest

    def _pause(self, state: RetryState, response: HttpResponse | None) -> float:
        asked = pause_in(response.headers if response else {})
        return asked + random()  # noqa: S311 - so that not everybody comes back at once


class ServerErrors(_OnOurClock, AsyncServerErrorRetryHandler):
    """Repeats what may be repeated when Slack broke down."""

    async def _can_retry_async(self, *, request: HttpRequest, **rest: Any) -> bool:
        broken = await super()._can_retry_async(request=request, **rest)
        return broken and _method(request) in REPEATABLE


class ConnectionErrors(_OnOurClock, AsyncConnectionErrorRetryHandler):
    """Repeats any call that found no connection; one that lost it on the way, only where it may be repeated."""

    async def _can_retry_async(self, *, request: HttpRequest, error: Exception | None = None, **rest: Any) -> bool:
        if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
            return True
        lost = await super()._can_retry_async(request=request, error=error, **rest)
        return lost and _method(request) in REPEATABLE


def _method(request: HttpRequest) -> str:
    return request.url.rpartition("/")[2]


def pause_in(headers: Mapping[str, str | Sequence[str]]) -> int:
    """Return the seconds that Slack asks for in the headers of a 429; slack_sdk's lists of values will do as well."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    said = said if isinstance(said, str) else said[0]
    return int(said) if said.isdecimal() else DEFAULT_PAUSE
