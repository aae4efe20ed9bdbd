"""What somebody looks at: a page of the app, on the Home tab or in a modal, and how it is filtered."""

from enum import StrEnum

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
