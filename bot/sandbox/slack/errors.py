"""The two ways to be told no: Slack refuses a call of the app, or Slack's own screen refuses a person."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


class SlackRefusal(Exception):
    """Slack's answer ``ok: false``, with the places that are wrong where Slack names them."""

    def __init__(
        self, error: str, messages: Sequence[str] = (), *, retry_after: int | None = None, **details: Any
    ) -> None:
        super().__init__(": ".join((error, *messages)))
        self.error = error
        self.messages = tuple(messages)
        self.retry_after = retry_after
        self._details = details

    @property
    def status(self) -> int:
        """Return the HTTP status: Slack says 200 to everything but a rate limit."""
        return 200 if self.retry_after is None else 429

    def body(self) -> Json:
        """Return the JSON that Slack would answer."""
        body: Json = {"ok": False, "error": self.error, **self._details}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        if self.messages and self.error == "invalid_blocks":
            body["errors"] = list(self.messages)
        return body


class PersonCannot(Exception):
    """Slack's screen would not have let a person do this; ``fields`` says what is wrong in a form, by block_id."""

    def __init__(self, problem: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(problem)
        self.fields = dict(fields or {})


class NoLongerThere(PersonCannot):
    """What they wanted to act on has gone from the screen."""
