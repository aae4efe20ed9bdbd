"""How messages are edited: each one by one, few at once, and first of all those that somebody looks for.

Slack gives edits a share a minute, of all channels together (tier 3, about 50), and a busy bot wants more. So an edit
that still waits is replaced by a later one of the same message: only the latest state matters. What tells of a
cancelled or failed image goes before what only tidies up, and news of the line is dropped rather than kept waiting.

An edit that is on its way is never cut off: it could arrive all the same, after the one that is meant to be the last.
So its task belongs to nobody who waits for it, and who is cancelled leaves at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum

import structlog

from bot.core.clock import Clock
from bot.core.errors import SlackUnavailable
from bot.slack.posting.pacing import until

log = structlog.get_logger(__name__)

AT_ONCE = 4
"""Edits under way at once: few are refused when Slack's share is used up."""
END_PATIENCE = 2.0
"""Real seconds that the end of the process waits for edits that are under way."""

MessageKey = tuple[str, str]
"""A message's channel and id."""
Work = Callable[[], Awaitable[None]]


class Urgency(Enum):
    """Who goes first; among equals, who came first."""

    AWAITED = "awaited"
    """Somebody looks for it."""
    PATIENT = "patient"
    NEWS = "news"
    """Now or not at all."""


@dataclass(eq=False, slots=True)
class _Edit:
    """An edit, and what becomes of it for all who wait."""

    work: Work
    callers: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: Exception | None = None


class Edits:
    """The edits of one workspace."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._awaited: dict[MessageKey, _Edit] = {}
        self._patient: dict[MessageKey, _Edit] = {}
        """What waits, first come first served: for each message one edit, in one of the two lines."""
        self._running: dict[MessageKey, asyncio.Task[None]] = {}
        self._held_until = 0.0
        self._is_open = True

    def __len__(self) -> int:
        """Return how many edits wait."""
        return len(self._awaited) + len(self._patient)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is under way, and Slack takes edits."""
        return not len(self) and not self._running and self._held_until <= self._clock.monotonic()

    async def make(self, message: MessageKey, work: Work, urgency: Urgency) -> None:
        """Make an edit in its turn, or the later one that replaces it; raise what that raises.

        Raises SlackUnavailable at once when Slack wants to be left alone for too long.
        """
        if not self._is_open:
            raise _stopping()
        if urgency is Urgency.NEWS and not self._can_go_now(message):
            return
        edit = self._enter(message, work, urgency)
        self._start_next()
        edit.callers += 1
        try:
            await edit.ended.wait()
        finally:
            edit.callers -= 1
            if not edit.callers:
                self._withdraw(message, edit)
        if edit.trouble is not None:
            raise edit.trouble

    async def aclose(self) -> None:
        """Drop what waits; let what is under way end, for a moment, and cut off the rest."""
        self._is_open = False
        for line in (self._awaited, self._patient):
            while line:
                _end(line.popitem()[1], _stopping())
        if running := list(self._running.values()):
            _, late = await asyncio.wait(running, timeout=END_PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _can_go_now(self, message: MessageKey) -> bool:
        is_held = self._held_until > self._clock.monotonic()
        return not is_held and len(self._running) < AT_ONCE and message not in self._running

    def _enter(self, message: MessageKey, work: Work, urgency: Urgency) -> _Edit:
        """Stand in line; with the edit of this message that waits already, in the better of both places."""
        if urgency is Urgency.AWAITED and message in self._patient:
            self._awaited[message] = self._patient.pop(message)
        is_awaited = urgency is Urgency.AWAITED or message in self._awaited
        edit = (self._awaited if is_awaited else self._patient).setdefault(message, _Edit(work))
        edit.work = work
        return edit

    def _withdraw(self, message: MessageKey, edit: _Edit) -> None:
        """Take an edit back that nobody waits for and that is not under way."""
        for line in (self._awaited, self._patient):
            if line.get(message) is edit:
                del line[message]

    def _start_next(self) -> None:
        """Set going what may go."""
        while self._is_open and len(self._running) < AT_ONCE and (following := self._take()):
            message, edit = following
            task = asyncio.create_task(self._run(message, edit), name=f"edit of {message[1]}")
            self._running[message] = task

    def _take(self) -> tuple[MessageKey, _Edit] | None:
        for line in (self._awaited, self._patient):
            for message in line:
                if message not in self._running:
                    return message, line.pop(message)
        return None

    async def _run(self, message: MessageKey, edit: _Edit) -> None:
        trouble: Exception | None = _stopping()
        try:
            while self._held_until > self._clock.monotonic():
                await until(self._clock, self._held_until)
            await edit.work()
            trouble = None
        except Exception as exc:  # noqa: BLE001 - it is raised where it is waited for
            trouble = exc
            self._note(message, edit, exc)
        finally:
            _end(edit, trouble)
            del self._running[message]
            self._start_next()

    def _note(self, message: MessageKey, edit: _Edit, trouble: Exception) -> None:
        if isinstance(trouble, SlackUnavailable) and trouble.retry_after:
            self._held_until = max(self._held_until, self._clock.monotonic() + trouble.retry_after)
        if not edit.callers:
            log.warning("an edit that nobody waits for failed", message=message, reason=repr(trouble))


def _end(edit: _Edit, trouble: Exception | None) -> None:
    edit.trouble = trouble
    edit.ended.set()


def _stopping() -> SlackUnavailable:
    return SlackUnavailable("unreachable", "the bot stops")
