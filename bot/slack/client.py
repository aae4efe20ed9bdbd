"""Slack's Web API as the bot uses it: one session, Slack's own pauses respected, its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackRefused, SlackUnavailable

TIMEOUT = 15
"""Seconds for one call of the Web API."""
PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)


def make_client(token: str | None, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client on a shared session. Calls that Slack did not carry out are repeated, others never."""
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=TIMEOUT,
        session=session,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=1, error_types=[aiohttp.ClientConnectorError]),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        ],
    )


@contextmanager
def slack_errors() -> Iterator[None]:
    """Raise SlackRefused, or SlackUnavailable for what may pass by itself, instead of the libraries' errors."""
    try:
        yield
    except SlackApiError as exc:
        error = str(exc.response.get("error", "unknown_error"))
        detail = "; ".join(exc.response.get("response_metadata", {}).get("messages", ()))
        passing = error in PASSING or exc.response.status_code >= 500
        raise (SlackUnavailable if passing else SlackRefused)(error, detail) from exc
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise SlackUnavailable("unreachable", type(exc).__name__) from exc
