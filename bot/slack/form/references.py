"""The menus of references: what fits what somebody types, in time for Slack, which waits for three seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.candidates import Candidate
from bot.core.errors import BotError
from bot.core.services import Core
from bot.slack.directory.names import SlackNames
from bot.slack.directory.seeing import readable_in_time
from bot.slack.form.drafts import Origin
from bot.slack.guard import guarded
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views.buttons import Field
from bot.slack.views.inputs import chosen
from bot.slack.views.menus import option, options

log = structlog.get_logger(__name__)

PATIENCE = 1.0
"""Real seconds that Slack may take to say who may see what."""
ALL_PATIENCE = 2.5
"""Real seconds after which the menu stays empty, whatever it waits for."""


class References:
    """Answers the menus; what cannot be found out offers nothing, and the log says why."""

    def __init__(self, core: Core, names: SlackNames) -> None:
        self._core = core
        self._names = names

    @guarded
    async def library_options(self, args: AsyncArgs) -> None:
        """Offer what resembles the typed words in the library of the brand that is chosen at that moment."""
        await _answer(args, self._library)

    @guarded
    async def result_options(self, args: AsyncArgs) -> None:
        """Offer the images made here whose prompts hold the typed words: those that the person may look back at."""
        await _answer(args, self._results)

    async def _library(self, args: AsyncArgs) -> Sequence[Candidate]:
        brand_id = await self._brand(args)
        return await self._core.references.search_library(workspace_of(args), brand_id, _typed(args))

    async def _results(self, args: AsyncArgs) -> Sequence[Candidate]:
        workspace_id, user_id = person_of(args)
        readable = await readable_in_time(self._names, workspace_id, user_id, PATIENCE)
        return await self._core.references.search_results(workspace_id, user_id, _typed(args), readable or ())

    async def _brand(self, args: AsyncArgs) -> str:
        """Return the brand that is chosen, or that of the image that is edited; nothing if there is none."""
        view = args.body.get("view") or {}
        subject_id = Origin.of_view(view).subject_id
        if subject_id is None:
            return chosen(view, Field.BRAND) or ""
        made = await self._core.results.made(subject_id)
        is_here = made is not None and made.generation.request.workspace_id == workspace_of(args)
        return made.generation.request.parameters.brand_id if made and is_here else ""


async def _answer(args: AsyncArgs, search: Callable[[AsyncArgs], Awaitable[Sequence[Candidate]]]) -> None:
    found: Sequence[Candidate] = ()
    try:
        async with asyncio.timeout(ALL_PATIENCE):
            found = await search(args)
    except TimeoutError:
        log.warning("a menu of references was not filled in time")
    except BotError as error:
        log.warning("a menu of references stays empty", reason=repr(error))
    await args.ack(options([option(one.id, one.label) for one in found]))


def _typed(args: AsyncArgs) -> str:
    return str(args.body.get("value") or "").strip()
