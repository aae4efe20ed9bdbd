"""Cookies by which a browser shows that it began what it comes back with, each for one state.

A name of its own for each lets several be under way side by side.
"""

import hashlib
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that goes along with one state: other sites cannot have it sent, except by leading people here."""

    name: str
    path: str
    seconds: int
    is_secure: bool

    def read(self, request: web.Request, state: str) -> str | None:
        """Return what this browser has for the state."""
        return request.cookies.get(self._name(state))

    def give(self, response: web.StreamResponse, state: str, value: str) -> None:
        """Have the browser keep it for the state."""
        response.set_cookie(
            self._name(state),
            value,
            path=self.path,
            max_age=self.seconds,
            secure=self.is_secure,
            httponly=True,
            samesite="Lax",
        )

    def take(self, response: web.StreamResponse, state: str) -> None:
        """Have the browser forget it."""
        response.del_cookie(self._name(state), path=self.path)

    def _name(self, state: str) -> str:
        return f"{self.name}_{hashlib.sha256(state.encode(errors='replace')).hexdigest()[:16]}"
