"""What the app answered to a delivery, and how long it took."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.slack.errors import Json


@dataclass(frozen=True)
class Answer:
    """The app's acknowledgement; ``error`` is None when Slack is content with it.

    ``status`` is the HTTP status (0 when nothing came, 200 for an ack over Socket Mode), ``seconds`` the
    real time until the ack, ``problems`` what is wrong with the content, where Slack would not show it.
    """

    status: int
    body: Json | str | None
    seconds: float
    error: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors by block_id that the app answered to a view submission."""
        match self.body:
            case {"response_action": "errors", "errors": dict(errors)}:
                return errors
            case _:
                return {}


@dataclass(frozen=True)
class Delivery:
    """One thing Slack tells the app, in the words of its own payloads."""

    kind: str
    payload: Json
    retried: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def accepts_response(self) -> bool:
        """Return whether the ack may carry content: the app cannot answer an event or a click with words."""
        answerable = ("view_submission", "block_suggestion")
        return self.kind == "slash_commands" or self.payload.get("type") in answerable


@dataclass(frozen=True)
class Exchange:
    """A delivery with its answer and the way it went: what an inspector shows."""

    number: int
    delivery: Delivery
    answer: Answer
    transport: Literal["HTTP", "Socket Mode"]


def failed(error: str, seconds: float, status: int = 0, body: Any = None) -> Answer:
    """Build the answer for an app that did not acknowledge."""
    return Answer(status, body, seconds, error)
