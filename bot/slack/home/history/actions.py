"""What people do on the page of history: look for images, turn its pages, and make one like it."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import Generation
from bot.core.services import Core
from bot.slack.directory.names import SlackNames
from bot.slack.directory.seeing import readable_in_time
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.guard import guarded, whisper
from bot.slack.home.home import Home
from bot.slack.home.search import narrowed
from bot.slack.payloads import action_of, sight_of, value_of, workspace_of
from bot.slack.views.buttons import ActionId
from bot.slack.views.trouble import note

GONE = "I no longer know this image. Start a new one with `/bloom`."
NOT_TOLD = "Slack doesn't say just now whether you may see this image. Please try again in a minute."
PATIENCE = 1.0
"""Real seconds of the three that Slack waits for the form: it may have to be asked who may see an image."""
TRAIL_LIMIT = 60
"""Pages that can be turned back one by one; from further on it is a leap to the newest."""


class HistoryActions:
    """Thin listeners."""

    def __init__(self, core: Core, home: Home, form: Form, names: SlackNames) -> None:
        self._core = core
        self._home = home
        self._form = form
        self._names = names

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
        """Open the form with everything that was asked for then, for whoever may see what came of it."""
        await args.ack()
        generation = await self._core.generations.get(value_of(args))
        if generation is None or generation.request.workspace_id != workspace_of(args):
            await whisper(args, note(GONE))
            return
        may_see = await self._may_see(generation, str(args.context.user_id))
        if not may_see:
            await whisper(args, note(NOT_TOLD if may_see is None else GONE))
            return
        asked, origin = generation.request, Origin.of(generation)
        if origin.subject_id is None:  # an edit belongs into the thread of the image
            origin = Origin(suggested_channel=asked.channel_id, source=asked.source)
        await self._form.open(args, Draft.of(asked.parameters, is_preview=asked.is_preview), origin)

    async def _may_see(self, generation: Generation, user_id: str) -> bool | None:
        """Tell whether the page of history shows it to somebody; None where Slack does not say in time."""
        workspace_id, place = generation.request.workspace_id, generation.place
        if generation.request.user_id == user_id:
            return True
        readable = await readable_in_time(self._names, workspace_id, user_id, PATIENCE)
        channel_id = place.channel_id if place else generation.request.channel_id
        return None if readable is None else channel_id in readable
