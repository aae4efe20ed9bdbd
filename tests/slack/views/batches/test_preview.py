"""The preview of a batch: what it comes to, what is left then, and every row that cannot be made, at its largest."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import BadRow, Batch, BatchRow, ImageSize, Outlook, Parameters
from bot.slack.views.batches.preview import batch_of, checking, nothing_started, preview
from tests.slack.views.judge import approve_view, said
from tests.slack.views.samples import HOSTILE, NOW

VIEW_LIMIT = 250_000
"""Bytes of JSON."""


def row(number: int, brand_name: str = "Acme", **parameters: Any) -> BatchRow:
    asked = Parameters(prompt="a cat", brand_id="b1", **parameters)
    return BatchRow(number=number, parameters=asked, brand_name=brand_name)


def bad(*numbers: int, reason: str = "It has no prompt.") -> tuple[BadRow, ...]:
    return tuple(BadRow(number=number, prompt="", reasons=(reason,)) for number in numbers)


def shown(
    rows: Iterable[BatchRow] = (),
    bad_rows: tuple[BadRow, ...] = (),
    *,
    channel_id: str = "C123",
    ignored: tuple[str, ...] = (),
    **outlook: Any,
) -> dict[str, Any]:
    batch = Batch("b" * 32, "T1", "U1", channel_id, NOW, tuple(rows), bad_rows=bad_rows, ignored_columns=ignored)
    return approve_view(preview(batch, Outlook(**{"seconds": 240.0} | outlook) if batch.rows else None))


def named(view: dict[str, Any]) -> list[int]:
    """Return the numbers of all rows that are said to be bad."""
    found: list[int] = []
    for names in re.findall(r"^\*Rows? ([\d, –]+):\*", said(view), re.MULTILINE):
        for run in names.split(", "):
            first, _, last = run.partition("–")
            found += range(int(first), int(last or first) + 1)
    return found


def test_it_says_what_the_batch_comes_to_and_what_is_left() -> None:
    two = row(3, "Beta", variants=4, size=ImageSize.SIZE_4K)
    view = shown([row(2), two], credits_left=1000, cap_left=500)
    credits = row(2).parameters.credits + two.parameters.credits
    assert f"*2 rows* · 5 images · {credits} credits · about 4 min" in said(view)
    assert f"You have 1,000 credits at Bloom; {1000 - credits} will be left." in said(view)
    assert f"This month you may spend 500 credits more; {500 - credits} will be left." in said(view)
    assert "For *Acme* and *Beta*. The results come in <#C123>, in a thread." in said(view)
    assert (view["title"]["text"], view["submit"]["text"]) == ("2 rows", "Start")
    assert batch_of(view) == "b" * 32


def test_it_warns_of_what_will_not_do() -> None:
    words = said(shown([row(2)], credits_left=0, cap_left=0, channel_id="D123"))
    assert ":warning: You have no credits at Bloom, fewer than this takes. It will pause when they run out." in words
    assert ":warning: This month you may spend no credits more, fewer than this takes. It will pause there." in words
    assert "in a direct message" in words


def test_what_is_not_known_is_left_out() -> None:
    words = said(shown([row(2)], seconds=None))
    assert "about" not in words
    assert "left" not in words


@pytest.mark.parametrize(
    ("ignored", "sentence"),
    [(("<b>",), "I don't know the column “&lt;b&gt;”,"), (("a", "b"), "I don't know the columns “a” and “b”,")],
)
def test_columns_that_nobody_understood_are_named(ignored: tuple[str, ...], sentence: str) -> None:
    assert sentence in said(shown([row(2)], ignored=ignored))


def test_rows_with_the_same_reason_stand_together() -> None:
    wrong = (*bad(7, 9, *range(12, 21)), *bad(8, reason="No brand is called Acmee."))
    words = said(shown([row(2)], wrong))
    assert "*12 rows can't be made.*" in words
    assert "*Rows 7, 9, 12–20:* It has no prompt.\n*Row 8:* No brand is called Acmee." in words
    assert "*1 row can't be made.* Start without it" in said(shown([row(2)], bad(3)))


@pytest.mark.parametrize("reason", ["&" * 300, "ü" * 300, HOSTILE * 9])
@pytest.mark.parametrize("step", [1, 2, 5001])
def test_thousand_bad_rows_of_different_reasons_are_all_named(reason: str, step: int) -> None:
    numbers = range(2, 2 + 1000 * step, step)
    wrong = tuple(one for number in numbers for one in bad(number, reason=f"{number} {reason}"))
    rows = [row(1, f"{number}{'&' * 300}") for number in range(20)]
    view = shown(rows, wrong, ignored=("&" * 300,) * 300, credits_left=10**9, cap_left=10**9)
    assert sorted(named(view)) == [*numbers]
    assert len(json.dumps(view)) < VIEW_LIMIT


def test_two_hundred_rows_as_people_get_them_wrong_all_have_their_reason() -> None:
    wrong = tuple(one for number in range(200) for one in bad(number, reason=f"No brand is called “Acme {number}”."))
    words = said(shown([], wrong))
    assert all(f"“Acme {number}”" in words for number in range(200))


@settings(max_examples=50)
@given(st.dictionaries(st.integers(1, 10**6), st.sampled_from(["a", "b"]) | st.text(max_size=400), min_size=1))
def test_whatever_is_wrong_with_them_all_are_named_and_nobody_is_called(reasons: dict[int, str]) -> None:
    wrong = tuple(one for number, reason in sorted(reasons.items()) for one in bad(number, reason=reason))
    assert sorted(named(shown([], wrong))) == sorted(reasons)


def test_what_stands_there_meanwhile_and_instead_is_what_slack_takes() -> None:
    approve_view(checking())
    assert approve_view(nothing_started("Nothing &amp; nobody."))["close"]["text"] == "Go back"
