"""The table, for a terminal and for the README."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.contestants import OURS
from tests.bench.rows import Row
from tests.bench.samples import Outcome

MARKS = {True: "✔", False: "✘", None: ""}


@dataclass(frozen=True, slots=True)
class Finished:
    """A row with what came of it."""

    row: Row
    outcomes: Mapping[str, Outcome]

    def lines(self, contestants: Sequence[str]) -> list[list[str]]:
        """Return a line a measure: its name, everybody's figure, the target, and the mark."""
        return [self._line(number, contestants) for number in range(len(self.row.measures))]

    def verdicts(self) -> list[bool]:
        """Return whether ours reached each of the targets that there are."""
        if (ours := self.outcomes.get(OURS.name)) is None:
            return []
        found = [measure.verdict(ours, self.outcomes) for measure in self.row.measures]
        return [verdict for verdict in found if verdict is not None]

    @property
    def others_share(self) -> float:
        """Return which share of the machine others took while this row ran, at most."""
        return max((outcome.others_share or 0.0 for outcome in self.outcomes.values()), default=0.0)

    def _line(self, number: int, contestants: Sequence[str]) -> list[str]:
        measure = self.row.measures[number]
        shown = [self._shown(number, name) for name in contestants]
        ours = self.outcomes.get(OURS.name)
        mark = MARKS[measure.verdict(ours, self.outcomes)] if ours else ""
        return [measure.name, *shown, measure.target, mark]

    def _shown(self, number: int, contestant: str) -> str:
        if contestant in self.outcomes:
            return self.row.measures[number].shown(self.outcomes[contestant])
        return self.row.not_run.get(contestant, "not run") if number == 0 else ""


def terminal(finished: Sequence[Finished], contestants: Sequence[str]) -> str:
    """Return the table as plain text."""
    head = ["", *contestants, "target", ""]
    blocks = [(f"{each.row.number}. {each.row.title}", each.lines(contestants)) for each in finished]
    widths = [max(len(line[column]) for line in (head, *_all(blocks))) for column in range(len(head))]

    def write(line: Sequence[str]) -> str:
        name, *cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        return "  ".join((f"   {name}", *cells)).rstrip()

    texts = [write(head), *("\n".join((f"\n{title}", *map(write, lines))) for title, lines in blocks)]
    return "\n".join(texts)


def markdown(finished: Sequence[Finished], contestants: Sequence[str]) -> str:
    """Return the table for the README."""
    head = ["", *contestants, "target", ""]
    rows = [head, ["---"] * len(head)]
    for each in finished:
        rows.append([f"**{each.row.number}. {each.row.title}**", *[""] * (len(head) - 1)])
        rows += each.lines(contestants)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> str:
    """Return what it was measured on."""
    try:
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GB"
    except (ValueError, OSError):
        memory = ""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores{memory}, {system}, Python {platform.python_version()}"


def _all(blocks: Sequence[tuple[str, list[list[str]]]]) -> list[list[str]]:
    return [line for _, lines in blocks for line in lines]
