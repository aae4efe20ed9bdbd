"""Failures that a test orders of the Web API: refusals, lost answers, and Slack being down."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.sandbox.slack.errors import SlackRefusal

OutageKind = Literal["html", "text", "broken"]
OUTAGES: Final[dict[OutageKind, tuple[str, str]]] = {
    "html": ("text/html", "<html>Slack is down</html>"),
    "text": ("text/plain", "upstream connect error or disconnect/reset before headers"),
    "broken": ("application/json", '{"ok": fal'),
}
"""What stands in for Slack's JSON when Slack, or something in front of it, is down."""


class Outage(Exception):
    """Slack itself is down: an HTTP error with something else than JSON."""

    def __init__(self, status: int, kind: OutageKind) -> None:
        super().__init__(status)
        self.status = status
        self.content_type, self.text = OUTAGES[kind]


@dataclass
class PlannedFailure:
    """A failure that a test ordered, for one workspace or (None) for all.

    ``lose_answer`` does the work and then drops the connection.
    """

    error: str
    times: int
    retry_after: int | None = None
    messages: tuple[str, ...] = ()
    lose_answer: bool = False
    status: int | None = None
    outage: OutageKind = "html"
    team_id: str | None = None

    def refusal(self) -> SlackRefusal:
        wait = self.retry_after if self.error == "ratelimited" else None
        return SlackRefusal(self.error, self.messages, retry_after=wait)


class Plans:
    """What is still to go wrong, in its order for each method."""

    def __init__(self) -> None:
        self._planned: dict[str, list[PlannedFailure]] = {}

    def add(self, method: str, failure: PlannedFailure) -> None:
        self._planned.setdefault(method, []).append(failure)

    def fail(self, method: str, team_id: str | None) -> None:
        """Raise the next failure of a method in a workspace, if it is one that keeps the call from being done."""
        planned = self._take(method, team_id, lost=False)
        if planned is not None and planned.status is not None:
            raise Outage(planned.status, planned.outage)
        if planned is not None:
            raise planned.refusal()

    def loses_answer(self, method: str, team_id: str | None) -> bool:
        """Return whether the call is done and its answer is to be lost."""
        return self._take(method, team_id, lost=True) is not None

    def _take(self, method: str, team_id: str | None, *, lost: bool) -> PlannedFailure | None:
        """Take the next failure, if it is of this sort; what belongs to no workspace fails as planned for any."""
        planned = self._planned.get(method, [])
        following = next((one for one in planned if team_id is None or one.team_id in (None, team_id)), None)
        if following is None or following.lose_answer is not lost:
            return None
        following.times -= 1
        if following.times <= 0:
            planned.remove(following)
        return following
