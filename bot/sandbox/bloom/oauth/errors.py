"""Refusals in the words of the standards, each with the status it has as JSON."""

from typing import Final

STATUSES: Final = {
    "invalid_request": 400,
    "invalid_client": 401,
    "invalid_grant": 400,
    "invalid_scope": 400,
    "unauthorized_client": 400,
    "unsupported_grant_type": 400,
    "unsupported_response_type": 400,
    "access_denied": 400,
    "invalid_redirect_uri": 400,
    "invalid_client_metadata": 400,
    "server_error": 500,
    "temporarily_unavailable": 503,
}


class OAuthRefused(Exception):
    """The rules say no; ``description`` is for developers, in ASCII, and repeats nothing of what was sent."""

    def __init__(self, code: str, description: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.description = description

    @property
    def status(self) -> int:
        return STATUSES[self.code]

    @property
    def fields(self) -> dict[str, str]:
        """Return what the client is told, in JSON or in the address it is sent back to."""
        described = {"error_description": self.description} if self.description else {}
        return {"error": self.code, **described}
