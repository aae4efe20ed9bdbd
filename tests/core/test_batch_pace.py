"""How long the rest of a batch takes, as far as anybody can tell."""

import pytest

from bot.core.batches.pace import Pace


class TestPace:
    def test_rest_takes_as_long_as_at_the_present_rate(self) -> None:
        pace = Pace()
        for second in range(31):
            pace.note(float(second), second * 2)
        assert pace.seconds_left(30.0, 60) == pytest.approx(30.0)

    def test_nobody_can_tell_at_first_or_when_nothing_moves(self) -> None:
        pace = Pace()
        pace.note(0.0, 0)
        pace.note(5.0, 10)
        assert pace.seconds_left(5.0, 60) is None
        assert pace.seconds_left(20.0, 60) is not None
        assert pace.seconds_left(200.0, 60) is None

    def test_what_was_long_ago_is_not_the_present_rate(self) -> None:
        pace = Pace()
        for second in range(0, 1000, 10):
            pace.note(float(second), second // 10)
        for second in range(1000, 1200, 10):
            pace.note(float(second), 100 + (second - 1000))
        assert pace.seconds_left(1190.0, 100) == pytest.approx(100.0, rel=0.1)
