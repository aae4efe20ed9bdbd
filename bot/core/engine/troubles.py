"""What goes wrong with a step of a generation: how long to wait before the next try, and when it is enough."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.core.clock import Clock
from bot.core.errors import BloomError, BloomRateLimited, BotError, SlackRefused, SlackUnavailable
from bot.core.journey.endings import ANSWER_PATIENCE
from bot.core.models import Failure, FailureCode, Generation, GenerationState
from bot.core.retrying import PAUSES

log = structlog.get_logger(__name__)

JITTER = 0.5
"""How much longer a pause may be, as a share of it: what failed together does not come back together."""
BLOOM_PATIENCE = timedelta(minutes=10)
"""How long Bloom may be away before the person is told."""
REFUSALS = 8
"""How often a POST is sent anew at least that Bloom answered with 429: who stands in line long is not yet refused."""
SLACK_PATIENCE = timedelta(hours=24)
"""How long Slack may be out of reach; there is nowhere else to tell anything."""
FAULT_LIMIT = 5
"""How many unexpected faults end a generation."""

Chance = Callable[[], float]
"""A source of chance between 0 and 1."""


class Troubles:
    """What went wrong with one step of a generation, and whether that is enough."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._chance = chance
        self._away_since = clock.now()
        self._away: type[BotError] | None = None
        """Who has been away since then."""
        self._last: Exception | None = None
        self.count = 0
        self._faults = 0

    @property
    def pause(self) -> float:
        """Return how many seconds to wait before the next try; the longest pause repeats."""
        usual = PAUSES[min(self.count, len(PAUSES)) - 1] * (1 + JITTER * self._chance())
        asked = self._last.retry_after if isinstance(self._last, SlackUnavailable) else None
        return max(usual, asked or 0.0)

    @property
    def left_nothing(self) -> bool:
        """Whether the last trouble was that Slack wants to be left alone: it surely did not do what it was told."""
        return isinstance(self._last, SlackUnavailable) and self._last.retry_after is not None

    def met(self, trouble: Exception, generation: Generation) -> bool:
        """Count and log a trouble, and tell whether it was one that nobody expects."""
        away = next((kind for kind in (BloomError, SlackUnavailable) if isinstance(trouble, kind)), None)
        if away is not self._away:
            self._away, self._away_since = away, self._clock.now()
        self.count += 1
        self._last = trouble
        if isinstance(trouble, BotError):
            log.warning("generation held up", id=generation.id, reason=repr(trouble))
            return False
        self._faults += 1
        log.error("generation broke", id=generation.id, exc_info=trouble)
        return True

    def eased(self) -> None:
        """Note that the step before goes next. It may go wrong as ever, so what was met until now still counts."""
        self._last = None

    def verdict(self, generation: Generation) -> Failure | None:
        """Return why to give up, or None to try again."""
        if isinstance(self._last, SlackRefused) and not isinstance(self._last, SlackUnavailable):
            return Failure(FailureCode.SLACK, self._last.error)
        if max(self._faults, generation.faults) >= FAULT_LIMIT:
            return Failure(FailureCode.UNEXPECTED, type(self._last).__name__ if self._last else "the bot died of it")
        if self._last and self._clock.now() - self._away_since > self._patience(self._last, generation):
            if isinstance(self._last, SlackUnavailable):
                unread = _unread(generation)
                return unread or Failure(FailureCode.SLACK, self._last.error)
            return Failure(_absence(generation), str(self._last))
        return None

    def _patience(self, trouble: Exception, generation: Generation) -> timedelta:
        """Return how long it may go wrong; of a picture that cannot be read, people can be told."""
        if isinstance(trouble, SlackUnavailable):
            return ANSWER_PATIENCE if trouble.answered or _unread(generation) else SLACK_PATIENCE
        is_line = isinstance(trouble, BloomRateLimited) and self.count < REFUSALS
        return BLOOM_PATIENCE if isinstance(trouble, BloomError) and not is_line else timedelta.max


def _absence(generation: Generation) -> FailureCode:
    """Return what Bloom's being away is to a generation; a batch waits until it is back, whatever its rows wait for."""
    is_drawn = generation.state is GenerationState.WAITING and generation.request.batch is None
    return FailureCode.TIMED_OUT if is_drawn else FailureCode.UNAVAILABLE


def _unread(generation: Generation) -> Failure | None:
    """Return what is wrong where a picture of Slack's is all that Slack is asked for."""
    attachments, number = generation.request.parameters.attachments, len(generation.gathered_ids)
    is_reading = generation.state is GenerationState.QUEUED and generation.place is not None
    unreadable = is_reading and number < len(attachments)
    return Failure(FailureCode.REFERENCE_UNREADABLE, attachments[number].name) if unreadable else None
