"""Making something of an image by a press: at once where the press says all, else in the form."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.models.blocks import ImageElement

from bot.core import derivations
from bot.core.derivations import Made
from bot.core.errors import NeedsConfirmation, OutsideLimits
from bot.core.models import Derivation, Parameters
from bot.core.results import request_from
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.payloads import value_of
from bot.slack.results.modals import Modals, Render
from bot.slack.results.pressed import PressedImages, channel_of, key_of, source_of
from bot.slack.views.form.cost import Means
from bot.slack.views.limits import Refusal, refused, why
from bot.slack.views.results import confirm_form as view
from bot.slack.views.results.subject import Wish, wish_of

AT_ONCE: Mapping[Derivation, Callable[[Made], Parameters]] = {
    Derivation.VARY: derivations.varied,
    Derivation.ENLARGE: derivations.enlarged,
    Derivation.REMOVE_BACKGROUND: derivations.without_background,
    Derivation.VECTORIZE: derivations.vectorized,
}
"""What a press says all about."""


class Deriving:
    """Starts it, and asks for a yes where it costs much."""

    def __init__(self, core: Core, images: PressedImages, modals: Modals, form: Form, refusals: Refusals) -> None:
        self._core = core
        self._images = images
        self._modals = modals
        self._form = form
        self._refusals = refusals

    @guarded
    async def vary(self, args: AsyncArgs) -> None:
        """Make one more with the same settings."""
        await self.start(args, value_of(args), Derivation.VARY)

    @guarded
    async def edit(self, args: AsyncArgs) -> None:
        """Open the form that asks what should change."""
        made = await self._images.find_for(args, value_of(args), Derivation.EDIT)
        if made is not None:
            order = made.order
            draft = Draft(brand_id=order.brand_id, shapes=(), size=order.size, model=order.model)
            await self._open_form(args, made, Derivation.EDIT, draft)

    async def refer(self, args: AsyncArgs, image_id: str) -> None:
        """Open the form with all that was asked for then, and the image as a reference."""
        made = await self._images.find_for(args, image_id, Derivation.REFERENCE)
        if made is not None:
            await self._open_form(args, made, Derivation.REFERENCE, Draft.of(derivations.referring(made)))

    async def start(self, args: AsyncArgs, image_id: str, derivation: Derivation) -> None:
        """Start what a press says all about; its request message in the thread is the answer.

        The press is acknowledged when that is on disk.
        """
        made = await self._images.find_for(args, image_id, derivation)
        if made is None:
            return
        wish = Wish(source=source_of(args, made, derivation), key=key_of(args))
        try:
            await self._derive(args, made, wish)
        except NeedsConfirmation as asked:
            await args.ack()
            await self._modals.open(args, made, _asking(made, wish, asked))
        except OutsideLimits as met:
            await args.ack()
            await whisper(args, refused(await self._explained(args, made, wish, met)))
        else:
            await args.ack()

    @guarded
    async def confirm(self, args: AsyncArgs) -> None:
        """Start what somebody has said yes to, unless something else keeps it from being made by now."""
        wish = wish_of(args.body["view"])
        made = await self._core.results.made(wish.source.image_id)
        trouble = await self._images.trouble(made, wish.source.derivation)
        if made is None or trouble:
            await args.ack(response_action="update", view=view.refused(wish, trouble))
            return
        try:
            await self._derive(args, made, wish)
        except OutsideLimits as met:
            sentence = why(await self._explained(args, made, wish, met))
            await args.ack(response_action="update", view=view.refused(wish, sentence))
        else:
            await args.ack()

    async def _derive(self, args: AsyncArgs, made: Made, wish: Wish) -> None:
        await self._core.results.derive(
            made,
            AT_ONCE[wish.source.derivation](made),
            key=wish.key,
            user_id=str(args.context.user_id),
            source=wish.source,
            confirmed=wish.confirmed,
        )

    async def _explained(self, args: AsyncArgs, made: Made, wish: Wish, met: OutsideLimits) -> Refusal:
        channel_id, needed = channel_of(args, made, wish.source), AT_ONCE[wish.source.derivation](made).credits
        return await self._refusals.explained(args, met, channel_id=channel_id, needed=needed)

    async def _open_form(self, args: AsyncArgs, made: Made, derivation: Derivation, draft: Draft) -> None:
        """Open the form for where it would be asked for: of a preview it is one too."""
        source = source_of(args, made, derivation)
        request = request_from(made, made.order, key="", user_id=str(args.context.user_id), source=source)
        subject_id = made.image.id if derivation is Derivation.EDIT else None
        origin = Origin(
            channel_id=request.channel_id, thread_id=request.thread_id, subject_id=subject_id, source=source
        )
        await self._form.open(args, replace(draft, is_preview=request.is_preview), origin)


def _asking(made: Made, wish: Wish, asked: NeedsConfirmation) -> Render:
    def render(means: Means, picture: ImageElement | None) -> dict[str, Any]:
        return view.confirm_form(made, wish, means, credits=asked.credits, above=asked.above, picture=picture)

    return render
