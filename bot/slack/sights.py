"""What somebody looks at: a page of the app, on the Home tab or in a modal, and how it is filtered."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class PageName(StrEnum):
    """The pages, in the order of their buttons."""

    OVERVIEW = "overview"
    BRANDS = "brands"
    HISTORY = "history"
    USAGE = "usage"
    SETTINGS = "settings"


class Sight(BaseModel):
    """Travels in the view's ``private_metadata`` (3,000 characters at most); holds no secret."""

    model_config = ConfigDict(frozen=True)

    page: PageName = PageName.OVERVIEW
    channel_id: str | None = None
    """Where it was asked for, by a command."""
    query: str = ""
    """What is looked for: a brand's name, words of a prompt."""
    brand_id: str | None = None
    user_id: str | None = None
    trail: tuple[str, ...] = ()
    """Where the earlier parts of a long list ended, the one before this last."""
    offset: int = 0
    """How many entries of a long list were shown before."""
    months_back: int = 0
    """Which month's figures: 0 is this one, 1 the last."""

    @classmethod
    def of(cls, view: Mapping[str, Any] | None) -> Self:
        """Return what a view shows; a page of another version of the bot is forgotten."""
        try:
            return cls.model_validate_json((view or {}).get("private_metadata") or "{}")
        except ValueError:
            return cls()

    def but(self, **changes: object) -> Self:
        """Return the same with some fields changed."""
        return self.model_copy(update=changes)
