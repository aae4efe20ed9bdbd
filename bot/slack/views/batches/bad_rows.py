"""Rows that cannot be made: every one is named, with its reason as far as a view has room for reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.core.models import BadRow
from bot.slack.views.batches.wording import row_names
from bot.slack.views.message import escape, in_sections, section, shorten

SECTIONS = 12
"""With reasons: a view may have 250 KB, and a character of a reason take six bytes."""
NAMES_LIMIT = 1000
REASON_LIMIT = 300
REST = "there is no room here to say why. Correct those above first."


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return self.text


def bad_rows(rows: Sequence[BadRow]) -> list[Block]:
    """Name them by number and reason, those with the same reasons together; where room ends, the rest by number."""
    sections = [*in_sections(_lines(rows))]
    left = [number for lines in sections[SECTIONS:] for line in lines for number in line.numbers]
    rest = in_sections(_of_one_reason(left, REST))
    return [section("\n".join(map(str, lines))) for lines in [*sections[:SECTIONS], *rest]]


def _lines(rows: Sequence[BadRow]) -> Iterator[_Line]:
    alike: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(row.reasons, []).append(row.number)
    for reasons, numbers in alike.items():
        yield from _of_one_reason(numbers, escape(shorten(" ".join(reasons), REASON_LIMIT)))


def _of_one_reason(numbers: Iterable[int], reason: str) -> Iterator[_Line]:
    """Return the rows with their reason; it is escaped already."""
    for name, named in row_names(numbers, NAMES_LIMIT):
        yield _Line(f"*{name}:* {reason}", named)
