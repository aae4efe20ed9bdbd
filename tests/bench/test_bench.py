"""The benchmark measures what it says: its figures from recorded samples, and every contestant for real, small."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.contestants import CONTESTANTS, NAIVE_ASYNC, OURS, Contestant, running
from tests.bench.figures import (
    added,
    admitted_before,
    most_in_flight,
    overtakings,
    per_window,
    percentile,
    refused,
    started_per_window,
)
from tests.bench.load import Load, run
from tests.bench.measures import Measure, a_minute, cpu_each, delivered, memory, order, singles, slack_refusals, windows
from tests.bench.rows import ROWS, SINGLE, batch, burst, evenly, saturation
from tests.bench.samples import Asked, Outcome, Sample, Usage
from tests.bench.table import Finished, markdown, terminal

MEGABYTE = 1024 * 1024


def sample(number: int = 1, person: str = "Mia", **moments: float) -> Sample:
    return Sample(number, person, moments.pop("sent", 0.0), ack_seconds=0.01, is_acked=True, **moments)  # type: ignore[arg-type]


def done(number: int, started: float, delivered: float, person: str = "Mia") -> Sample:
    return sample(number, person, started=started, ready=delivered, delivered=delivered, replies=1)


def outcome(*samples: Sample, contestant: str = "ours", **other: object) -> Outcome:
    paid = sum(each.started is not None for each in samples)
    blank = Outcome(contestant, samples, (), paid, 1.0, Usage(1.0, 100 * MEGABYTE), 0.1, 0.001, 0.02)
    return replace(blank, **other)  # type: ignore[arg-type]


def verdict(measure: Measure, ours: Outcome, *others: Outcome) -> bool | None:
    return measure.verdict(ours, {each.contestant: each for each in (ours, *others)})


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.001, 1)])
def test_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(reversed(range(1, 101)), share) == expected


def test_nothing_has_no_percentile() -> None:
    assert percentile([], 0.5) is None


def test_added_leaves_out_what_bloom_took_for_this_image_and_images_that_never_came() -> None:
    came = sample(sent=100.0, started=100.2, ready=107.2, delivered=107.5)
    never = sample(sent=100.0, started=100.2, ready=107.2)
    assert added([came, never]) == [pytest.approx(0.5)]


def test_steady_state_leaves_out_the_first_window_and_what_comes_after_the_last_start() -> None:
    first = [done(n, started=0.0, delivered=1.0 + n) for n in range(10)]
    second = [done(n, started=12.0, delivered=13.0 + n / 10) for n in range(6)]
    third = [done(n, started=24.5, delivered=25.0 + n / 10) for n in range(8)]
    last = [done(99, started=36.5, delivered=38.0)]
    assert per_window([*first, *second, *third, *last], 12.0) == 7


def test_generations_count_when_bloom_accepts_them_not_when_they_are_posted() -> None:
    samples = [done(n, started=float(n), delivered=36.0) for n in range(36)]
    assert started_per_window([*samples, done(99, 36.5, 38.0)], 12.0) == 12
    assert per_window(samples, 12.0) == 0


def test_too_short_for_a_steady_state_is_measured_over_everything() -> None:
    assert per_window([done(n, started=0.0, delivered=24.0) for n in range(10)], 12.0) == 5
    assert per_window([sample()], 12.0) is None


def test_budget_of_a_wait_is_what_bloom_let_in_meanwhile() -> None:
    seen = ((0.5, 202), (1.5, 202), (1.6, 429), (1.7, 200), (1.99, 202), (2.1, 202))
    asked = [Asked(at, status) for at, status in seen]
    assert admitted_before(sample(sent=0.1, announced=1.0, started=2.0), asked) == 2
    assert admitted_before(sample(announced=1.0, started=1.2), asked) == 0
    assert admitted_before(sample(announced=1.0), asked) is None
    assert refused(asked) == 1


def test_in_flight_counts_images_that_overlap() -> None:
    spans = [(0.0, 10.0), (5.0, 15.0), (9.0, 11.0), (10.0, 12.0)]
    assert most_in_flight(sample(started=begin, ready=end) for begin, end in spans) == 3


def test_overtaken_is_who_comes_after_a_later_command_of_the_same_person() -> None:
    said = [(1, "Mia", 1.0), (2, "Sam", 5.0), (3, "Mia", 3.0), (4, "Mia", 2.0), (5, "Sam", 6.0)]
    samples = [replace(done(number, at, at, person), announced=at) for number, person, at in said]
    assert overtakings([*samples, sample(6)]) == 1
    assert verdict(order(), outcome(*samples)) is False
    assert verdict(order(), outcome(*samples[:3])) is True
    assert verdict(order(), outcome(*samples[:2], sample(3))) is False


def test_pace_in_one_channel_is_told_with_what_slack_refused() -> None:
    two = outcome(done(1, 0.0, 2.0), done(2, 0.0, 4.0), too_fast=1)
    assert a_minute().shown(two) == "30"
    assert (slack_refusals().shown(two), verdict(slack_refusals(), two)) == ("1", False)
    assert verdict(slack_refusals(), replace(two, too_fast=0)) is True


def test_single_that_never_started_misses_the_target_however_short_the_others_waited() -> None:
    budget, clock = singles(SINGLE, 2.0, at_most=2.0)
    fast, never = replace(done(1, 0.5, 1.0, SINGLE), announced=0.05), sample(2, SINGLE)
    asked = tuple(Asked(0.1 * n, 202) for n in range(1, 5))
    good, bad = outcome(fast, asked=asked), outcome(fast, never, asked=asked)
    assert (budget.shown(good), clock.shown(good), verdict(budget, good)) == ("1.5 s", "0.5 s", True)
    assert (budget.shown(bad), verdict(budget, bad)) == ("some never started", False)


def test_image_that_was_paid_or_answered_twice_misses_the_target_and_is_told() -> None:
    once, measure = done(1, 0.0, 1.0), delivered()
    assert verdict(measure, outcome(once)) is True
    assert verdict(measure, outcome(once, paid=2)) is False
    twice = outcome(replace(once, replies=2))
    assert (measure.shown(twice), verdict(measure, twice)) == ("1 of 1, 1 answered twice", False)


def test_collapse_is_told_in_numbers() -> None:
    shown = delivered().shown(outcome(done(1, 0.0, 1.0), sample(2, reported=1.0), sample(3, started=1.0)))
    assert shown == "1 of 3, 1 told of a failure, 2 paid"


def test_targets_compare_ours_with_limits_and_with_peers() -> None:
    ours, peer = outcome(done(1, 0.0, 1.0)), outcome(done(1, 0.0, 1.0), contestant=NAIVE_ASYNC.name)
    cheap = replace(peer, usage=Usage(0.5, MEGABYTE))
    assert verdict(cpu_each(no_more_than=NAIVE_ASYNC.name), ours, peer) is True
    assert verdict(cpu_each(no_more_than=NAIVE_ASYNC.name), ours, cheap) is False
    assert verdict(memory(at_most=100 * MEGABYTE), ours) is True
    assert verdict(memory(at_most=99 * MEGABYTE), ours) is False
    assert verdict(memory(at_most=100 * MEGABYTE), outcome(done(1, 0.0, 1.0), sample(2))) is False
    assert verdict(windows(12.0, at_least=110, of=120), ours) is False


def test_load_is_what_the_row_says() -> None:
    assert [command.at for command in evenly(4, 2.0, ("Mia",), start=1.0)] == [1.0, 1.5, 2.0, 2.5]
    row = saturation(quick=False)
    assert len(row.load.commands) == 600
    assert sum(command.person == SINGLE for command in row.load.commands) == 10
    assert [command.at for command in row.load.commands] == sorted(command.at for command in row.load.commands)
    assert [make(quick=False).number for make in ROWS] == [1, 2, 3, 4, 5, 6]


async def test_every_contestant_brings_every_image_once() -> None:
    load = Load(tuple(evenly(4, 0.2)), (0.2, 0.3), patience=15.0, paced=False)
    outcomes = await asyncio.gather(*(run(contestant, load) for contestant in CONTESTANTS))
    for each in outcomes:
        assert len(each.delivered) == each.paid == 4, each
        assert all(one.is_acked and one.replies == 1 for one in each.samples), each
        assert all(0 < time < 10 for time in added(each.samples)), each
        assert each.usage is None or each.usage.peak > 20 * MEGABYTE
    row = burst(quick=True)
    table = [Finished(row, {each.contestant: each for each in outcomes})]
    names = [contestant.name for contestant in CONTESTANTS]
    assert "4 of 4" in terminal(table, names)
    assert 0 < Finished(row, {"ours": outcome(done(1, 0.0, 1.0))}).others_share < 0.05
    assert all(line.count("|") == len(names) + 4 for line in markdown(table, names).splitlines())


async def test_batch_brings_every_row_once_and_single_requests_beside() -> None:
    row = batch(quick=True)
    brought = await run(OURS, row.load)
    assert len(brought.delivered) == len(brought.samples) == brought.paid == 15
    assert all(one.is_acked and one.replies == 1 for one in brought.samples)
    assert refused(brought.asked) == brought.too_fast == 0


async def test_limit_that_is_overrun_shows_in_the_figures() -> None:
    load = Load(tuple(evenly(6, 0.1)), (0.1, 0.1), rate_limit=(4, 60.0), second=0.01, patience=3.0, paced=False)
    greedy = await run(NAIVE_ASYNC, load)
    assert refused(greedy.asked) > 0
    assert greedy.paid <= 4
    assert len(greedy.delivered) < 6


async def test_messages_that_slack_refuses_for_their_pace_show_in_the_figures() -> None:
    load = Load(tuple(evenly(3, 0.1)), (0.1, 0.1), has_one_channel=True, patience=0.5)
    hasty = await run(NAIVE_ASYNC, load)
    assert hasty.too_fast > 0
    assert len(hasty.delivered) < 3


async def test_contestant_that_cannot_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    broken = Contestant("broken", ("-c", "raise SystemExit('no tokens')"))
    with pytest.raises(RuntimeError, match=r"(?s)broken did not start:.*no tokens"):
        async with running(broken, {}, tmp_path):
            pass
