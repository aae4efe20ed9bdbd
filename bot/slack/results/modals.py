"""Modals about an image: open at once with what is known, completed with its picture and with what Bloom has to say.

Slack fetches a picture before it takes a view, and a trigger holds for three seconds: so the picture comes later, and
where Slack refuses it the modal does without.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.models.blocks import ImageElement

from bot.core.derivations import Made
from bot.core.errors import BotError, SlackRefused
from bot.core.services import Core
from bot.slack.asking import complete
from bot.slack.form.contents import means_of
from bot.slack.opening import open_view
from bot.slack.views.form.cost import Means
from bot.slack.views.pictures import pictures
from bot.slack.views.results.subject import picture_of

log = structlog.get_logger(__name__)

Render = Callable[[Means, ImageElement | None], dict[str, Any]]
"""Draws a modal with what there is to spend, and with the picture where there is one."""


class Modals:
    """Opens and completes them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def open(self, args: AsyncArgs, made: Made, render: Render, *, is_paid: bool = True) -> None:
        """Open one, and complete it behind the person's back; it says what there is to spend if it ``is_paid``."""
        user_id = str(args.context.user_id)
        means = await self.means(made, user_id) if is_paid else Means()
        opened = await open_view(args, render(means, None))
        work = self._complete(args, made, opened, render, is_paid=is_paid)
        self._core.tasks.start(work, name="complete a modal")

    async def means(self, made: Made, user_id: str) -> Means:
        """Return what there is to spend for one like this, as far as it is known; nothing waits for Bloom."""
        workspace_id = made.generation.request.workspace_id
        limits = (await self._core.preferences.current(workspace_id)).limits
        known = await self._core.brands.known(workspace_id)
        payer = known.payer(made.order.brand_id)
        return await means_of(self._core, workspace_id, user_id, limits=limits, payer=payer)

    async def picture(self, made: Made) -> ImageElement | None:
        """Return the picture as Slack shows it already, if it does."""
        showings = await self._core.results.showings(made)
        return picture_of(made, showings[0] if showings else None)

    async def picture_in(self, made: Made, view: dict[str, Any]) -> ImageElement | None:
        """Return the picture for the same modal drawn anew: if it shows one now, Slack takes it again."""
        return await self.picture(made) if pictures(view) else None

    async def _complete(
        self, args: AsyncArgs, made: Made, opened: dict[str, Any], render: Render, *, is_paid: bool
    ) -> None:
        picture, means = await self.picture(made), Means()
        if is_paid:
            await self._ask_balance(made)
            means = await self.means(made, str(args.context.user_id))
        elif picture is None:
            return
        try:
            await complete(args, opened, render(means, picture))
        except SlackRefused as refusal:
            log.info("a modal shows no picture", error=refusal.error)
            if is_paid and picture is not None:
                await complete(args, opened, render(means, None))

    async def _ask_balance(self, made: Made) -> None:
        workspace_id = made.generation.request.workspace_id
        known = await self._core.brands.known(workspace_id)
        with suppress(BotError):  # the balance is left out then
            await self._core.usage.credits(workspace_id, known.payer(made.order.brand_id))
