"""What Bloom said last of the credits that are left and of the workspaces that can pay.

A page shows it until Bloom says otherwise, and so often only that many generations which end at once leave Bloom's
request limit to the next ones.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.core.clock import Clock
from bot.core.errors import BotError
from bot.core.models import BloomWorkspace, Connection, Credits, Payer
from bot.core.services import Core
from bot.core.single_flight import SingleFlight

log = structlog.get_logger(__name__)

SHOWN_FOR = 900.0
"""Seconds that a balance is shown while nothing newer is known."""
EVERY = 15.0
"""Seconds at least between two looks at Bloom for pages that are only followed."""
PAUSE = 2.0
"""Seconds before such a look: whoever opens a page asks by themselves."""


@dataclass(frozen=True, slots=True)
class _Balance:
    connection_id: str
    payer: Payer
    credits: Credits
    seen_at: float


class BloomFacts:
    """Remembers by Slack workspace, and asks again behind."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core = core
        self._clock = clock
        self._balances: dict[str, _Balance] = {}
        self._workspaces: dict[str, tuple[str, tuple[BloomWorkspace, ...]]] = {}
        """With the id of the connection that sees them."""
        self._asked_at: dict[tuple[str, str], float] = {}
        self._asking: SingleFlight[tuple[str, str], None] = SingleFlight(core.tasks, "ask Bloom behind a page for")

    def credits(self, connection: Connection, payer: Payer | None) -> Credits | None:
        """Return what is left as last seen, and look again behind where that was not just now."""
        if payer is None:
            return None
        if known := self._core.usage.known_credits(connection.workspace_id, payer):
            seen = _Balance(connection.id, payer, known, self._clock.monotonic())
            self._balances[connection.workspace_id] = seen
            return known
        if not connection.is_broken:
            workspace_id = connection.workspace_id
            self._ask_behind(workspace_id, "credits", lambda: self._core.usage.credits(workspace_id, payer))
        return self._remembered(connection, payer)

    def workspaces(self, connection: Connection) -> tuple[BloomWorkspace, ...] | None:
        """Return what there is to choose from as last seen; None, and a look behind, while nobody has seen it."""
        known = self.known_workspaces(connection)
        if known is None and not connection.is_broken:
            self._ask_behind(connection.workspace_id, "workspaces", lambda: self.ask_workspaces(connection))
        return known

    def known_workspaces(self, connection: Connection) -> tuple[BloomWorkspace, ...] | None:
        """Return what there is to choose from as last seen; None while nobody has seen it."""
        connection_id, found = self._workspaces.get(connection.workspace_id, ("", ()))
        return found if connection_id == connection.id else None

    async def ask_workspaces(self, connection: Connection) -> tuple[BloomWorkspace, ...]:
        """Ask Bloom which workspaces there are. Raises BloomError or NotConnected."""
        found = await self._core.connections.workspaces(connection.workspace_id)
        self._workspaces[connection.workspace_id] = (connection.id, found)
        return found

    async def ask_credits(self, workspace_id: str) -> None:
        """Ask Bloom for the brands, and what is left for them. Raises BloomError or NotConnected."""
        known = await self._core.brands.refresh(workspace_id)
        await self._core.usage.credits(workspace_id, known.payer())

    def _remembered(self, connection: Connection, payer: Payer) -> Credits | None:
        seen = self._balances.get(connection.workspace_id)
        if seen is None or (seen.connection_id, seen.payer) != (connection.id, payer):
            return None
        return seen.credits if self._clock.monotonic() - seen.seen_at <= SHOWN_FOR else None

    def _ask_behind(self, workspace_id: str, what: str, ask: Callable[[], Awaitable[object]]) -> None:
        self._asking.begin((workspace_id, what), lambda: self._ask(workspace_id, what, ask))

    async def _ask(self, workspace_id: str, what: str, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask when it is time, and let what shows it know."""
        due = self._asked_at.get((workspace_id, what), float("-inf")) + EVERY
        await self._clock.sleep(max(PAUSE, due - self._clock.monotonic()))
        self._asked_at[workspace_id, what] = self._clock.monotonic()
        try:
            await ask()
        except BotError as error:  # who opens the page reads of it
            log.info("Bloom does not say it behind a page", what=what, reason=repr(error))
        else:
            self._core.changes.tell(workspace_id)
