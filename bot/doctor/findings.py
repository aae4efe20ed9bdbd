"""What a check found, and how it is said."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

AT_ONCE = 5
"""Workspaces asked about at the same time."""


class Mark(StrEnum):
    """Whether something is as it should be."""

    GOOD = "✔"
    BAD = "✘"
    OPEN = "–"
    """It is not needed, or cannot be known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, and a second one where there is something to do."""

    mark: Mark
    what: str
    detail: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.mark} {self.what}: {self.detail}" + (f"\n    → {self.advice}" if self.advice else "")


def good(what: str, detail: str, advice: str = "") -> Finding:
    return Finding(Mark.GOOD, what, detail, advice)


def bad(what: str, detail: str, advice: str) -> Finding:
    return Finding(Mark.BAD, what, detail, advice)


def unknown(what: str, detail: str, advice: str = "") -> Finding:
    return Finding(Mark.OPEN, what, detail, advice)


Check = tuple[str, Callable[[], Awaitable[Finding]]]
"""What is checked, and how."""


def at_once(finding: Finding) -> Check:
    """Return what is known already, as a check."""

    async def known() -> Finding:
        return finding

    return finding.what, known


async def several(patience: float, checks: Sequence[Check]) -> list[Finding]:
    """Make checks, some at a time, and return their findings in order."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(check: Check) -> Finding:
        async with places:
            return await _within(patience, check)

    return list(await asyncio.gather(*map(one, checks)))


async def _within(patience: float, check: Check) -> Finding:
    """Give a check so many seconds; whatever happens to it, there is a finding."""
    what, look = check
    try:
        async with asyncio.timeout(patience):
            return await look()
    except TimeoutError:
        return bad(what, f"no answer within {patience:g} s", "Look at the network between here and there.")
    except Exception as exc:  # noqa: BLE001 -- one check that breaks must not keep the others' findings
        return bad(what, f"the check itself failed ({type(exc).__name__})", "That is a fault of the bot: report it.")
