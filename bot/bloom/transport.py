"""The HTTP adapter: carries calls of `wire` to Bloom and brings answers back, and decides nothing itself.

A credential travels as an `httpx.Auth`, so that it stands in no repr, local variable or header default of ours.
Redirects are not followed and cookies are not kept: each would hand one credential's session to someone else.
"""

import re
from collections.abc import Generator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpx
import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
)

from bot.bloom.wire.answer import read, site_of
from bot.bloom.wire.call import Call
from bot.bloom.wire.problems import problem, seconds_until
from bot.bloom.wire.retries import may_retry
from bot.core.clock import Clock
from bot.core.errors import (
    BloomError,
    BloomRateLimited,
    BloomRefused,
    BloomTimeout,
    BloomUnauthorized,
    BloomUnavailable,
    BloomUnreadable,
)

T = TypeVar("T")

TIMEOUTS = httpx.Timeout(connect=5.0, read=20.0, write=20.0, pool=10.0)
LIMITS = httpx.Limits(max_connections=600, max_keepalive_connections=32, keepalive_expiry=5.0)
USER_AGENT = "bloom-for-slack"
HOLD_MARGIN = 15.0
"""Seconds that Bloom may take beyond the hold it was asked for."""
BACKOFF = wait_exponential_jitter(multiplier=0.5, max=8.0, jitter=1.0)
"""Seconds between attempts when Bloom does not say."""
RETRIES_END = 45.0
"""Seconds after which a failed attempt is the last one."""

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_log = structlog.get_logger(__name__)


class Credential(httpx.Auth):
    """An API key or an OAuth access token, shown to nobody but Bloom."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; raise BloomUnauthorized for what cannot be a credential, such as a pasted line."""
        if not re.fullmatch("[!-~]+", self._secret):
            raise BloomUnauthorized("UNAUTHORIZED", 401, "this is no credential of Bloom's")
        if self._secret.startswith("bloom_"):
            request.headers["x-api-key"] = self._secret
        else:
            request.headers["authorization"] = f"Bearer {self._secret}"
        yield request

    def redact(self, body: bytes) -> bytes:
        """Return an error's body without the credential, should it quote it."""
        return body.replace(self._secret.encode(), b"[credential]")


class Transport:
    """The connections to Bloom that all credentials share, and the way a call takes over them."""

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        attempts: int,
        timeouts: httpx.Timeout,
    ) -> None:
        self._clock = clock
        self._site = site_of(base_url)
        self._timeouts = timeouts
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"user-agent": USER_AGENT, "accept": "application/json"},
            limits=LIMITS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
        )
        self._stop = stop_after_attempt(attempts) | stop_after_delay(RETRIES_END)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def carry_out(self, call: Call[T], credential: Credential) -> T:
        """Send a call, again where that is safe, and return what was answered."""

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(lambda error: may_retry(error, is_read=call.is_read)),
            wait=_pause,
            stop=self._stop,
            before_sleep=_report,
            reraise=True,
        )
        return await retrying(self._attempt, call, credential)

    async def _attempt(self, call: Call[T], credential: Credential) -> T:
        request = self._request(call)
        try:
            response = await self._http.send(request, auth=credential)
        except httpx.HTTPError as error:
            raise _mishap(error, call) from error
        if response.is_success:
            return read(call.answer, response.content, self._site)
        raise problem(
            response.status_code,
            credential.redact(response.content),
            site=self._site,
            retry_after=seconds_until(response.headers.get("retry-after"), self._clock.now()),
        )

    def _request(self, call: Call[T]) -> httpx.Request:
        file = call.upload
        try:
            return self._http.build_request(
                call.method,
                call.path,
                params=call.query or None,
                json=call.json,
                data=file.fields if file else None,
                files={"file": (file.name, file.content, file.mime_type)} if file else None,
                timeout=allowed(self._timeouts, call.hold),
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise BloomRefused("BAD_REQUEST", 400, "the request cannot be written down") from error


def allowed(timeouts: httpx.Timeout, hold: int | None) -> httpx.Timeout:
    """Return how long a call may take, given for how long Bloom was asked to hold it."""
    if hold is None:
        return timeouts
    return httpx.Timeout(connect=timeouts.connect, read=hold + HOLD_MARGIN, write=timeouts.write, pool=timeouts.pool)


def _pause(attempt: RetryCallState) -> float:
    """Return seconds: what Bloom asked for, else longer from try to try."""
    error = attempt.outcome.exception() if attempt.outcome else None
    asked = error.retry_after if isinstance(error, BloomRateLimited) else None
    return asked if asked is not None else BACKOFF(attempt)


def _report(attempt: RetryCallState) -> None:
    call: Call[object] = attempt.args[0]
    error = attempt.outcome.exception() if attempt.outcome else None
    _log.info("trying Bloom again", method=call.method, path=call.path, reason=str(error), pause=attempt.upcoming_sleep)


def _mishap(error: httpx.HTTPError, call: Call[T]) -> BloomError:
    message = f"{call.method} {call.path}: {type(error).__name__}"
    if isinstance(error, httpx.DecodingError):
        return BloomUnreadable(message)
    kind = BloomTimeout if isinstance(error, httpx.TimeoutException) else BloomUnavailable
    return kind(message, sent=not isinstance(error, NEVER_SENT))
