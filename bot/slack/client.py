"""Slack's Web API as the bot uses it: one session, Slack's own pauses respected, its errors in our words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.errors import SlackRefused, SlackUnavailable
from bot.slack.retries import handlers, pause_in

TIMEOUT = aiohttp.ClientTimeout(total=120, connect=30, sock_connect=10, sock_read=60)
"""For one attempt at a call; Slack fetches up to five large pictures before it answers a post. ``connect`` is for a
place among the session's connections as well, so that who waits there long knows that nothing was sent."""
SDK_LOGGER = logging.getLogger("slack_sdk")
SDK_LOGGER.setLevel(logging.WARNING)  # below that it writes out every call and answer: codes and tokens too
TOO_FAST = frozenset({"ratelimited", "rate_limited"})
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


def make_session() -> aiohttp.ClientSession:
    """Return the one session that all clients share; with a session of one's own its time-out is the one that holds."""
    return aiohttp.ClientSession(timeout=TIMEOUT)


@dataclass(frozen=True, slots=True)
class SlackApi:
    """Where Slack's Web API is, for whoever has a token."""

    url: str
    session: aiohttp.ClientSession
    clock: Clock

    def client(self, token: str | None = None, *, workspace_id: str | None = None) -> AsyncWebClient:
        """Return a client; it is cheap, so nobody keeps one for longer than its token holds.

        With a token that holds for a whole organisation, ``workspace_id`` says which of its workspaces is meant. What
        it repeats by itself, and when, stands in `retries`.
        """
        return AsyncWebClient(
            token=token,
            base_url=self.url,
            session=self.session,
            retry_handlers=handlers(self.clock),
            logger=SDK_LOGGER,
            team_id=workspace_id,
        )


@contextmanager
def slack_errors() -> Iterator[None]:
    """Raise SlackRefused, or SlackUnavailable for what may pass by itself, instead of the libraries' errors."""
    try:
        yield
    except SlackApiError as exc:
        raise _refusal(exc.response) from exc
    except AttributeError as exc:
        if not isinstance(exc.obj, str | list):  # the SDK takes every body for a dict
            raise
        raise SlackUnavailable("unreadable", "the SDK could not read an answer that is no JSON", answered=True) from exc
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise SlackUnavailable("unreachable", type(exc).__name__) from exc


def _refusal(response: Any) -> SlackRefused:
    """Read an error answer, which can also be the page of a proxy in front of Slack."""
    data = getattr(response, "data", None)
    answer: dict[str, Any] = data if isinstance(data, dict) else {}
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    error = str(answer.get("error") or "unreadable")
    detail = "; ".join((answer.get("response_metadata") or {}).get("messages") or ())
    if error in TOO_FAST or status == 429:
        return SlackUnavailable(error, detail, retry_after=pause_in(getattr(response, "headers", None) or {}))
    passing = error in PASSING or status >= 500 or "error" not in answer
    return SlackUnavailable(error, detail, answered=True) if passing else SlackRefused(error, detail)
