"""Bringing an image into other shapes: the modal that asks which, kept true, and sent."""

from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.derivations import Made, resized
from bot.core.errors import NeedsConfirmation, OutsideLimits, SlackRefused
from bot.core.models import Derivation
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.opening import only_if_current
from bot.slack.payloads import value_of
from bot.slack.results.modals import Modals
from bot.slack.results.pressed import PressedImages, channel_of, key_of, source_of
from bot.slack.views.limits import Refusal, refused, why
from bot.slack.views.results import resize_form as view
from bot.slack.views.results.subject import Wish, wish_of

log = structlog.get_logger(__name__)


class Resizing:
    """Asks for shapes and starts one set of them."""

    def __init__(self, core: Core, images: PressedImages, modals: Modals, refusals: Refusals) -> None:
        self._core = core
        self._images = images
        self._modals = modals
        self._refusals = refusals

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form, for whom no limit would refuse whatever they choose."""
        made = await self._images.find_for(args, value_of(args), Derivation.RESIZE)
        if made is None:
            return
        await args.ack()
        wish = Wish(source=source_of(args, made, Derivation.RESIZE), key=key_of(args))
        channel_id = channel_of(args, made, wish.source)
        try:
            workspace_id = made.generation.request.workspace_id
            await self._core.policy.let_in(workspace_id, str(args.context.user_id), channel_id)
        except OutsideLimits as met:
            await whisper(args, refused(await self._refusals.explained(args, met, channel_id=channel_id)))
            return
        await self._modals.open(args, made, lambda means, picture: view.resize_form(made, wish, means, picture=picture))

    @guarded
    async def change(self, args: AsyncArgs) -> None:
        """Bring the cost line up to a choice that the person just made; a line that cannot be redrawn is no news."""
        await args.ack()
        shown = args.body["view"]
        wish = wish_of(shown)
        made = await self._core.results.made(wish.source.image_id)
        if made is None:
            return
        rendered = await self._drawn(args, made, wish)
        try:
            with only_if_current(), slack_errors():
                await args.client.views_update(view_id=shown["id"], view=rendered)
        except SlackRefused as refusal:
            log.warning("a form could not be redrawn", error=refusal.error)

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Say at the field what cannot be, else start; what a limit refuses is said above it."""
        shown = args.body["view"]
        wish, ratios = wish_of(shown), view.read(shown)
        made = await self._core.results.made(wish.source.image_id)
        trouble = await self._images.trouble(made, Derivation.RESIZE)
        if made is None or trouble:
            await args.ack(response_action="update", view=view.refused(trouble))
        elif found := view.errors(made, ratios):
            await args.ack(response_action="errors", errors=found)
        else:
            await self._start(args, made, wish)

    async def _start(self, args: AsyncArgs, made: Made, wish: Wish) -> None:
        wanted, user_id = resized(made, view.read(args.body["view"])), str(args.context.user_id)
        try:
            await self._core.results.derive(
                made, wanted, key=wish.key, user_id=user_id, source=wish.source, confirmed=wish.confirmed
            )
        except NeedsConfirmation as asked:
            confirmed = wish.model_copy(update={"confirmed": asked.credits})
            await args.ack(response_action="update", view=await self._drawn(args, made, confirmed))
        except OutsideLimits as met:
            refusal = await self._explained(args, made, wish, met, needed=wanted.credits)
            drawn = await self._drawn(args, made, wish, refusal=why(refusal))
            await args.ack(response_action="update", view=drawn)
        else:
            await args.ack()

    async def _drawn(self, args: AsyncArgs, made: Made, wish: Wish, *, refusal: str = "") -> dict[str, Any]:
        """Return the form as it is filled in, drawn anew."""
        shown = args.body["view"]
        means = await self._modals.means(made, str(args.context.user_id))
        picture = await self._modals.picture_in(made, shown)
        return view.resize_form(made, wish, means, view.read(shown), picture=picture, refusal=refusal)

    async def _explained(self, args: AsyncArgs, made: Made, wish: Wish, met: OutsideLimits, *, needed: int) -> Refusal:
        channel_id = channel_of(args, made, wish.source)
        return await self._refusals.explained(args, met, channel_id=channel_id, needed=needed)
