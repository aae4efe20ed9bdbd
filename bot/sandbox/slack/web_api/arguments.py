"""The arguments of a Web API call, whether they came as JSON, as a form or in the query."""

import base64
import binascii
import json
from typing import Any, Final

from aiohttp import web

from bot.sandbox.slack.errors import Json, SlackRefusal

TRUE: Final = (True, 1, "1", "true", "True")


class Arguments:
    """Reads arguments the way Slack does: structures may be JSON within a string."""

    def __init__(self, values: Json, authorization: str = "") -> None:
        self.values = values
        self._scheme, _, self._given = authorization.partition(" ")

    @property
    def token(self) -> str:
        """Return the token, from the header or else from among the arguments."""
        return self._given.strip() if self._scheme.lower() == "bearer" else self.text("token")

    @property
    def client(self) -> tuple[str, str]:
        """Return the app's id and secret, by HTTP Basic or else from among the arguments."""
        if self._scheme.lower() != "basic":
            return self.text("client_id"), self.text("client_secret")
        try:
            client_id, _, secret = base64.b64decode(self._given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client_id, secret

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return an argument that must be there and not be empty."""
        if not self.text(name):
            raise SlackRefusal("invalid_arguments", [f"missing required field: {name}"])
        return self.text(name)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str) -> bool:
        return self.values.get(name) in TRUE

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise SlackRefusal("invalid_arguments", [f"must provide a number: {name}"]) from None

    def moment(self, name: str, default: float) -> float:
        """Return a message time stamp as a number."""
        try:
            return float(self.text(name) or default)
        except ValueError:
            raise SlackRefusal(f"invalid_ts_{name}") from None

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, or a string of JSON; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackRefusal(error) from None

    def __contains__(self, name: str) -> bool:
        return name in self.values


async def read(request: web.Request) -> Json:
    """Return the arguments of a request; a body of another kind than Slack reads is refused."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackRefusal("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackRefusal("json_not_object")
        return arguments | body
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            return arguments | dict(await request.post())
        except ValueError:
            raise SlackRefusal("invalid_form_data") from None
    if request.can_read_body and await request.read():
        raise SlackRefusal("invalid_post_type")
    return arguments
