"""What people do on the page of history: look for images, turn its pages, and make one like it."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.guard import guarded, whisper
from bot.slack.home.home import Home
from bot.slack.home.search import narrowed
from bot.slack.payloads import action_of, sight_of, value_of, workspace_of
from bot.slack.views.buttons import ActionId
from bot.slack.views.trouble import note

GONE = "I no longer know this image. Start a new one with `/bloom`."
TRAIL_LIMIT = 60
"""Pages that can be turned back one by one; from further on it is a leap to the newest."""


class HistoryActions:
    """Thin listeners."""

    def __init__(self, core: Core, home: Home, form: Form) -> None:
        self._core = core
        self._home = home
        self._form = form

    @guarded
    async def search(self, args: AsyncArgs) -> None:
        """Show what fits what was typed, on this page or another that has the same field."""
        await args.ack()
        await self._home.show(args, sight=narrowed(args))

    @guarded
    async def narrow(self, args: AsyncArgs) -> None:
        """Show the images of one brand, or of one person."""
        await args.ack()
        action = action_of(args)
        if action["action_id"] == ActionId.HISTORY_BRAND:
            chosen = {"brand_id": (action.get("selected_option") or {}).get("value")}
        else:
            chosen = {"user_id": action.get("selected_user")}
        await self._home.show(args, sight=narrowed(args, **chosen))

    @guarded
    async def clear(self, args: AsyncArgs) -> None:
        """Show all images."""
        await args.ack()
        await self._home.show(args, sight=narrowed(args, query="", brand_id=None, user_id=None))

    @guarded
    async def turn(self, args: AsyncArgs) -> None:
        """Show older images, after the one that the button names, or turn back."""
        await args.ack()
        action, sight = action_of(args), sight_of(args)
        if action["action_id"] == ActionId.HISTORY_OLDER:
            trail = (*sight.trail, str(action["value"]))[-TRAIL_LIMIT:]
        else:
            trail = sight.trail[:-1]
        await self._home.show(args, sight=sight.but(trail=trail))

    @guarded
    async def use_again(self, args: AsyncArgs) -> None:
        """Open the form with everything that was asked for then."""
        generation = await self._core.generations.get(value_of(args))
        if generation is None or generation.request.workspace_id != workspace_of(args):
            await args.ack()
            await whisper(args, note(GONE))
            return
        origin = Origin(suggested_channel=generation.request.channel_id)
        await self._form.open(args, Draft.of(generation.request.parameters), origin)
