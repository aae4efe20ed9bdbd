"""What a batch says is said however long that takes, and given up only when Slack will never have it."""

import pytest

from bot.core.batches.best_effort import FAULT_LIMIT, BestEffort
from bot.core.errors import SlackRefused, SlackUnavailable, StoreError
from bot.core.journey.endings import ANSWER_PATIENCE
from tests.fakes.clock import ManualClock


class Slack:
    """Answers everything with one error, until there is none."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def post(self) -> str:
        if self.error:
            raise self.error
        return "1.1"


async def is_not_given_up(best_effort: BestEffort, slack: Slack) -> bool:
    try:
        return await best_effort.run("rows", slack.post) is not None
    except Exception:
        return True


class TestGivingUp:
    async def test_what_slack_refuses_is_given_up_at_once(self) -> None:
        assert not await is_not_given_up(BestEffort("b", ManualClock()), Slack(SlackRefused("msg_too_long")))

    async def test_slack_that_is_away_is_waited_for_and_the_database_is_none_of_slacks(self) -> None:
        clock = ManualClock()
        best_effort = BestEffort("b", clock)
        for error in (SlackUnavailable("unreachable"), StoreError("locked")):
            for _ in range(FAULT_LIMIT + 1):
                assert await is_not_given_up(best_effort, Slack(error))
                await clock.advance(ANSWER_PATIENCE.total_seconds())

    async def test_message_that_slack_breaks_on_is_given_up_after_a_while(self) -> None:
        clock, slack = ManualClock(), Slack(SlackUnavailable("internal_error", answered=True))
        best_effort = BestEffort("b", clock)
        assert await is_not_given_up(best_effort, slack)
        await clock.advance(ANSWER_PATIENCE.total_seconds())
        assert await is_not_given_up(best_effort, slack)
        await clock.advance(1)
        assert not await is_not_given_up(best_effort, slack)

    @pytest.mark.parametrize("times", [1, 2])
    async def test_what_breaks_for_no_known_reason_is_tried_a_few_times_each_time(self, times: int) -> None:
        best_effort = BestEffort("b", ManualClock())
        for _ in range(times):
            assert [await is_not_given_up(best_effort, Slack(ZeroDivisionError())) for _ in range(FAULT_LIMIT)] == [
                *[True] * (FAULT_LIMIT - 1),
                False,
            ]
