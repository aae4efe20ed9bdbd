"""What people do on the page of brands: look for some, look at one, use it, and for managers prefer or delete it."""

from dataclasses import replace

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import BotError, ChangedMeanwhile
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.guard import guarded
from bot.slack.home.home import Home
from bot.slack.payloads import person_of, sight_of, value_of, workspace_of
from bot.slack.sights import PageName, Sight
from bot.slack.views.home.frame import CALLBACK_ID
from bot.slack.views.message import bold, escape
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

DELETING = "Asking Bloom to delete {brand}…"
DELETED = "{brand} is deleted."
NOT_DELETED = ":warning: {brand} is not deleted. {reason}"
PREFERRED = "{brand} is now the default brand of this workspace. Channels with a default of their own keep it."
OVERTAKEN = "Somebody else has just chosen another default. Press again if it should be this brand all the same."
BRAND_GONE = "Bloom doesn't have this brand any more, so it doesn't become the default."
THIS_BRAND = "The brand"


class BrandActions:
    """Presses on the list and on one brand."""

    def __init__(self, core: Core, home: Home, form: Form) -> None:
        self._core = core
        self._home = home
        self._form = form

    @guarded
    async def show_details(self, args: AsyncArgs) -> None:
        """Show one brand: in the modal that the person looks at, else in one over what they look at."""
        sight = sight_of(args).but(page=PageName.BRANDS, brand_id=value_of(args))
        if (args.body.get("view") or {}).get("callback_id") != CALLBACK_ID:
            await self._home.open_modal(args, sight)
            return
        await args.ack()
        await self._home.show(args, sight=sight)

    @guarded
    async def show_all(self, args: AsyncArgs) -> None:
        """Return from one brand to the part of the list that it was found in; from there, to the whole list."""
        await args.ack()
        sight = sight_of(args)
        whole = Sight(page=PageName.BRANDS, channel_id=sight.channel_id)
        await self._home.show(args, sight=sight.but(brand_id=None) if sight.brand_id else whole)

    @guarded
    async def turn(self, args: AsyncArgs) -> None:
        """Show another part of the list."""
        await args.ack()
        await self._home.show(args, sight=sight_of(args).but(offset=int(value_of(args))))

    @guarded
    async def make(self, args: AsyncArgs) -> None:
        """Open the form with the brand, for the channel where somebody asked for the page, if they did."""
        await self._form.open(args, Draft(brand_id=value_of(args)), Origin(channel_id=sight_of(args).channel_id))

    @guarded
    async def make_default(self, args: AsyncArgs) -> None:
        """Make it what forms open with in the workspace."""
        await args.ack()
        await self._home.show(args, await self._prefer(args))

    @guarded
    async def delete(self, args: AsyncArgs) -> None:
        """Acknowledge, and delete the brand at Bloom."""
        await args.ack()
        await self._core.managers.require(*person_of(args))
        self._core.tasks.start(self._delete(args), name="delete a brand")

    async def _prefer(self, args: AsyncArgs) -> str:
        """Return what came of it, escaped."""
        workspace_id, user_id, brand_id = workspace_of(args), str(args.context.user_id), value_of(args)
        try:
            await self._core.managers.require(workspace_id, user_id)
            if (await self._core.brands.known(workspace_id)).get(brand_id) is None:
                return BRAND_GONE
            now = await self._core.preferences.current(workspace_id)
            wanted = now.but(defaults=replace(now.defaults, brand_id=brand_id))
            await self._core.preferences.change(workspace_id, user_id, wanted)
        except ChangedMeanwhile:
            return OVERTAKEN
        except BotError as error:
            log.warning("a brand does not become the default", reason=repr(error))
            return escape(sentence_of(error))
        return PREFERRED.format(brand=await self._name(workspace_id, brand_id))

    @guarded
    async def _delete(self, args: AsyncArgs) -> None:
        workspace_id, brand_id = workspace_of(args), value_of(args)
        name = await self._name(workspace_id, brand_id)
        await self._home.show(args, DELETING.format(brand=name))
        try:
            await self._core.onboarding.delete(workspace_id, str(args.context.user_id), brand_id)
        except BotError as error:
            log.warning("a brand is not deleted", reason=repr(error))
            await self._home.show(args, NOT_DELETED.format(brand=name, reason=escape(sentence_of(error))))
            return
        gone = sight_of(args).but(brand_id=None)
        await self._home.show(args, DELETED.format(brand=name), sight=gone)

    async def _name(self, workspace_id: str, brand_id: str) -> str:
        """Return what a brand is called, escaped."""
        brand = (await self._core.brands.known(workspace_id)).get(brand_id)
        return (bold(brand.name) if brand else "") or THIS_BRAND
