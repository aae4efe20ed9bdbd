"""From what somebody typed to a generation: which brand is meant, and what is in the way.

`/bloom` and mentions share it; how people are asked for what is missing is theirs to say.
"""

from dataclasses import dataclass, replace

from bot.core.errors import NeedsConfirmation
from bot.core.models import Brand, BrandState, Defaults, Generation, GenerationRequest
from bot.core.services import Core
from bot.slack.form.contents import meant
from bot.slack.form.drafts import Draft
from bot.slack.views.command_errors import ambiguous_brand, brand_not_ready, unknown_brand
from bot.slack.views.message import Message, is_direct


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants what where. ``key`` names what Slack sent; ``typed`` is what the person is given back."""

    key: str
    workspace_id: str
    user_id: str
    channel_id: str
    draft: Draft
    thread_id: str | None = None
    typed: str = ""
    confirmed: int = 0
    """How many credits the person said yes to."""


@dataclass(frozen=True, slots=True)
class BrandOpen:
    """Nobody can tell which brand is meant: the person has to choose one."""


@dataclass(frozen=True, slots=True)
class YesNeeded:
    """It costs so many ``credits`` that the person has to say yes first, to the ``draft`` as it is by now."""

    draft: Draft
    credits: int


Answer = Generation | BrandOpen | YesNeeded | Message


class Starting:
    """Starts what somebody typed."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def start(self, wish: Wish) -> Answer:
        """Start when the brand is known; else return what is missing, or what is wrong. Raises OutsideLimits."""
        known = await self._core.brands.known(wish.workspace_id)
        defaults = (await self._core.preferences.current(wish.workspace_id)).defaults_in(wish.channel_id)
        typed_brand = wish.draft.brand or ""
        match meant(known, wish.draft, defaults.brand_id):
            case None:
                await self._core.policy.let_in(wish.workspace_id, wish.user_id, wish.channel_id)
                return BrandOpen()
            case []:
                return unknown_brand(typed_brand, known.brands, wish.typed)
            case [brand] if brand.state is BrandState.READY:
                return await self._start(wish, brand, defaults)
            case [brand]:
                return brand_not_ready(brand, wish.typed)
            case candidates:
                return ambiguous_brand(typed_brand, candidates, wish.typed)

    async def credits(self, workspace_id: str, channel_id: str, draft: Draft) -> int:
        """Return what a draft costs with what is usual in a channel."""
        preferences = await self._core.preferences.current(workspace_id)
        return draft.filled(preferences.defaults_in(channel_id)).credits

    async def _start(self, wish: Wish, brand: Brand, defaults: Defaults) -> Generation | YesNeeded:
        draft = replace(wish.draft.filled(defaults), brand_id=brand.id)
        try:
            return await self._core.generations.start(_request(wish, draft, brand), confirmed=wish.confirmed)
        except NeedsConfirmation as asked:
            return YesNeeded(draft, asked.credits)


def _request(wish: Wish, draft: Draft, brand: Brand) -> GenerationRequest:
    return GenerationRequest(
        key=wish.key,
        workspace_id=wish.workspace_id,
        channel_id=wish.channel_id,
        user_id=wish.user_id,
        parameters=draft.parameters(brand.id),
        brand_name=brand.name,
        thread_id=wish.thread_id,
        is_preview=draft.is_preview and not is_direct(wish.channel_id),  # there nobody else would see it anyway
    )
