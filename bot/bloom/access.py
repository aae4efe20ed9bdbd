"""One credential's way to Bloom: every attempt has a slot of the budget, and is repeated where that is safe."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_exponential_jitter,
)

from bot.bloom.budget import Budget, NotInTime, Priority, Slot
from bot.bloom.transport import Signature, Transport
from bot.bloom.wire.call import Call
from bot.bloom.wire.retries import may_retry
from bot.core.clock import Clock
from bot.core.errors import BloomError, BloomRateLimited, BloomUnauthorized, BloomUnavailable
from bot.core.ports import Credential

T = TypeVar("T")

BACKOFF = wait_exponential_jitter(multiplier=0.5, max=8.0, jitter=1.0)
"""Seconds between attempts; after a 429 the budget itself pauses."""
RETRIES_END = 45.0
"""Seconds after which a failed attempt is the last one."""
REFUSALS = 8
"""429s that one call waits out: each costs a pause that the whole credential takes, and nobody else sees it."""
PATIENCE = {Priority.PERSON: 6.0, Priority.NEW: math.inf, Priority.WAIT: 60.0}
"""Seconds that a call waits for a slot: a modal cannot wait, a generation can."""

_log = structlog.get_logger(__name__)


class Access:
    """Bloom with one credential, within the budget of all who show the same."""

    def __init__(
        self, transport: Transport, credential: Credential, budget: Budget, *, clock: Clock, attempts: int
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._attempts = attempts
        self.credential = credential
        self.budget = budget

    async def carry_out(self, call: Call[T], priority: Priority, *, asker: str = "", slot: Slot | None = None) -> T:
        """Send a call, again where that is safe, and return what was answered.

        Who brings the slot has written down that it is used, and for what: to send it again is theirs. But nothing was
        done for a secret that is refused, so where there is a newer one the call goes once more, before the others.
        """
        may_repeat = slot is None
        signature = await self.sign(slot)
        try:
            return await self._try(call, signature, priority, asker, slot, may_repeat=may_repeat)
        except BloomUnauthorized:
            if not await self.renewed(signature):
                raise
        _log.info("showing Bloom a newer credential", method=call.method, path=call.path)
        ahead = priority if may_repeat else Priority.PERSON
        return await self._try(call, await self.sign(), ahead, asker, may_repeat=may_repeat)

    async def sign(self, slot: Slot | None = None) -> Signature:
        """Return what to show now; where that cannot be had, the slot is given back, for it is not spent."""
        try:
            with _beforehand():
                return Signature(await self.credential.secret())
        except BaseException:
            if slot:
                self.budget.give_back(slot)
            raise

    async def renewed(self, refused: Signature) -> bool:
        """Tell whether there is something else to show than what Bloom refused."""
        with _beforehand():
            return await self.credential.renewed(refused.secret)

    async def _try(
        self,
        call: Call[T],
        signature: Signature,
        priority: Priority,
        asker: str,
        slot: Slot | None = None,
        *,
        may_repeat: bool,
    ) -> T:
        async def attempt(call: Call[T]) -> T:
            taken = slot or await self.budget.slot(priority, asker, patience=PATIENCE[priority])
            return await self.attempt(call, taken, signature)

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(lambda error: may_repeat and _may_repeat(error, call, priority)),
            wait=_pause,
            stop=Tries(self._clock, self._attempts).are_over,
            before_sleep=_report,
            reraise=True,
        )
        return await retrying(attempt, call)

    async def attempt(self, call: Call[T], slot: Slot, signature: Signature) -> T:
        """Send a call once, with this slot, which counts only from when there is a connection."""
        try:
            seat = await self._transport.seat(call)
        except BaseException:
            self.budget.give_back(slot)
            raise
        with seat:
            await self.budget.sending(slot, held=call.hold is not None)
            return await self._send(call, slot, signature)

    async def _send(self, call: Call[T], slot: Slot, signature: Signature) -> T:
        try:
            answer = await self._transport.send(call, signature)
        except BloomRateLimited as refusal:
            self.budget.refused(slot, refusal.retry_after)
            raise
        except BloomUnavailable as trouble:
            (self.budget.answered if trouble.sent else self.budget.give_back)(slot)
            raise
        except BloomError:
            self.budget.answered(slot)
            raise
        except BaseException:
            self.budget.abandoned(slot)
            raise
        self.budget.answered(slot)
        return answer


@contextmanager
def _beforehand() -> Iterator[None]:
    """Say of what fails before a request that this one was not sent, whatever became of the renewal of a credential."""
    try:
        yield
    except BloomUnavailable as trouble:
        if not trouble.sent:
            raise
        raise type(trouble)(str(trouble), sent=False) from trouble


class Tries:
    """The failed attempts of one call; what Bloom refuses for its rate limit is counted apart."""

    def __init__(self, clock: Clock, attempts: int) -> None:
        self._clock = clock
        self._attempts = attempts
        self._end = clock.monotonic() + RETRIES_END
        self._failed = self._refused = 0

    def are_over(self, attempt: RetryCallState) -> bool:
        """Count one more failure, and tell whether it was the last."""
        if isinstance(_error(attempt), BloomRateLimited):
            self._refused += 1
            return self._refused >= REFUSALS
        self._failed += 1
        return self._failed >= self._attempts or self._clock.monotonic() >= self._end


def _may_repeat(error: BaseException, call: Call[T], priority: Priority) -> bool:
    """Say whether to try again; only a person has no time to wait out what Bloom asks for after a 429."""
    if not isinstance(error, BloomRateLimited):
        return may_retry(error, call)
    if isinstance(error, NotInTime):
        return False
    return priority is not Priority.PERSON or may_retry(error, call)


def _error(attempt: RetryCallState) -> BaseException | None:
    return attempt.outcome.exception() if attempt.outcome else None


def _pause(attempt: RetryCallState) -> float:
    return 0.0 if isinstance(_error(attempt), BloomRateLimited) else BACKOFF(attempt)


def _report(attempt: RetryCallState) -> None:
    call: Call[object] = attempt.args[0]
    reason = str(_error(attempt))
    _log.info("trying Bloom again", method=call.method, path=call.path, reason=reason, pause=attempt.upcoming_sleep)
