"""What all of Bloom's answers have in common, and how tolerantly they are read.

Bloom may add fields and values at any time, so only what the bot cannot do without is required (ids, a balance, the
distance of a match); a missing or odd decoration (a size, a date, a font) is left out instead of failing the answer.
So is an item of a page: one that cannot be read must not keep the others from whoever paid for them.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urljoin, urlsplit

import structlog
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

from bot.core.errors import BloomUnreadable
from bot.core.models import Page

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

log = structlog.get_logger(__name__)


def site_of(api_url: str) -> str:
    """Return the root of the site that an API URL stands on, where Bloom's relative links start."""
    return urljoin(api_url, "/")


def absolute_link(link: object, site: str) -> str | None:
    """Return the link as an absolute http(s) URL, or None when it is no such thing."""
    if not isinstance(link, str) or not link:
        return None
    try:
        url = urljoin(site, link)
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def _nothing(_: object) -> None:
    return None


def _or_none(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    try:
        return handler(value)
    except ValidationError:
        return None


def _absolute(value: object, info: ValidationInfo[dict[str, str]]) -> str | None:
    return absolute_link(value, info.context["site"])


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _readable(items: tuple[T | None, ...], info: ValidationInfo) -> tuple[T, ...]:
    found = tuple(item for item in items if item is not None)
    if len(found) < len(items):
        if not found:
            raise ValueError("no item can be read")
        log.warning("left out what cannot be read of Bloom's answer", of=info.field_name, items=len(items) - len(found))
    return found


Lenient = Annotated[T | Annotated[None, BeforeValidator(_nothing)], Field(union_mode="left_to_right")]
"""A field that is None when it cannot be read: tried in this order, so that pydantic calls Python for odd ones only."""

Items = Annotated[tuple[Annotated[T, WrapValidator(_or_none)], ...], AfterValidator(_readable)]
"""The items of a page, without those that cannot be read; if none can, neither can the page."""

Id = Annotated[str, Field(min_length=1)]
Link = Annotated[str, BeforeValidator(_absolute)]
Moment = Annotated[datetime, AfterValidator(_aware)]


class Answer(BaseModel, Generic[T]):
    """The data of one answer. What was sent stays out of validation errors, which end up in logs."""

    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)

    def core(self) -> T:
        """Return the core's noun for it."""
        raise NotImplementedError


class Done(Answer[None]):
    """An answer that says no more than that it was done."""

    def core(self) -> None:
        return None


class Started(Answer[str]):
    """The one brand or image that Bloom began to work on."""

    id: Id

    def core(self) -> str:
        return self.id


class Listing(Answer[Page[T]], Generic[T]):
    """One page of something."""

    next_cursor: Lenient[str] = None
    has_more: Lenient[bool] = None

    def page(self, items: tuple[T, ...]) -> Page[T]:
        """Return the items with where the next page starts."""
        is_last = self.has_more is False or not self.next_cursor
        return Page(items=items, next_cursor=None if is_last else self.next_cursor)


class _Envelope(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    data: Any


def read(answer: type[Answer[T]], body: bytes, site: str) -> T:
    """Read a success; raise BloomUnreadable when it is not what Bloom documents."""
    try:
        data = validated(_Envelope, body, site).data
        return answer.model_validate(data, context={"site": site}).core()
    except ValueError as error:
        raise BloomUnreadable(f"Bloom's answer is not what {answer.__name__} expects") from error


def validated(model: type[M], body: bytes, site: str) -> M:
    """Read JSON, mended if need be; raise ValueError when that does not help."""
    context = {"site": site}
    try:
        return model.model_validate_json(body, context=context)
    except ValidationError:
        return model.model_validate_json(_mended(body), context=context)


def _mended(body: bytes) -> str:
    """Return JSON with U+FFFD for what is no character.

    JavaScript cuts texts within an emoji and writes the half down, which pydantic refuses.
    """
    try:
        text = json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("the JSON is too deep") from error
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
