"""Trying again after pauses of the bot's own clock."""

import pytest

from bot.core.errors import BotError, SlackRefused, SlackUnavailable
from bot.core.retrying import after_pauses
from tests.fakes.clock import SwiftClock

PAUSES = (1.0, 3.0, 10.0)
AWAY, REFUSED = SlackUnavailable("unreachable"), SlackRefused("invalid_auth")


def passes(error: BaseException) -> bool:
    return isinstance(error, SlackUnavailable)


class Work:
    """Fails in the given ways, one after the other, and then succeeds."""

    def __init__(self, *errors: BotError) -> None:
        self._errors = iter(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        for error in self._errors:
            raise error
        return "done"


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
async def test_each_pause_leads_to_one_more_try(failures: int) -> None:
    clock, work = SwiftClock(), Work(*[AWAY] * failures)
    assert await after_pauses(clock, PAUSES, when=passes)(work) == "done"
    assert clock.slept == list(PAUSES[:failures])
    assert work.tries == failures + 1


async def test_last_error_itself_is_raised_when_the_pauses_are_used_up() -> None:
    clock = SwiftClock()
    last = SlackUnavailable("still away")
    work = Work(AWAY, AWAY, AWAY, last)
    with pytest.raises(SlackUnavailable) as raised:
        await after_pauses(clock, PAUSES, when=passes)(work)
    assert raised.value is last
    assert clock.slept == list(PAUSES)


@pytest.mark.parametrize("failures", [0, 2])
async def test_error_that_does_not_pass_is_raised_at_once(failures: int) -> None:
    clock, work = SwiftClock(), Work(*[AWAY] * failures, REFUSED, AWAY)
    with pytest.raises(SlackRefused) as raised:
        await after_pauses(clock, PAUSES, when=passes)(work)
    assert raised.value is REFUSED
    assert clock.slept == list(PAUSES[:failures])
