"""The form: what opens it, what people change in it, and sending it.

It opens at once with what is known; `open_forms` fills in what Bloom still has to say. Nothing about an open form is
kept in memory.
"""

from dataclasses import replace
from typing import Any

import structlog
from pydantic import ValidationError
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NeedsConfirmation, OutsideLimits, SlackRefused
from bot.core.models import Brand, BrandState, GenerationRequest
from bot.core.services import Core
from bot.slack.connect import Connect
from bot.slack.form.contents import FormContents
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.open_forms import OpenForm, OpenForms, drawn
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded
from bot.slack.opening import open_view
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views.buttons import Field
from bot.slack.views.form import answers
from bot.slack.views.inputs import entry
from bot.slack.views.limits import refused_form, why
from bot.slack.views.menus import brand_options
from bot.slack.views.wording import BRAND_GONE

log = structlog.get_logger(__name__)


class Form:
    """Opens the form, keeps it true, and turns it into a generation."""

    def __init__(self, core: Core, connect: Connect, refusals: Refusals) -> None:
        self._core = core
        self._connect = connect
        self._refusals = refusals
        self._contents = FormContents(core)
        self._open_forms = OpenForms(core, self._contents)

    async def open(self, args: AsyncArgs, draft: Draft, origin: Origin) -> None:
        """Open the form however slow Bloom is; in a workspace that is not connected, the way to connect.

        Whom a limit would refuse whatever they filled in reads that instead.
        """
        await args.ack()
        workspace_id, user_id = person_of(args)
        if await self._core.connections.current(workspace_id) is None:
            await self._connect.open(args)
            return
        try:
            await self._core.policy.let_in(workspace_id, user_id, origin.channel_id)
        except OutsideLimits as met:
            refusal = await self._refusals.explained(args, met, channel_id=origin.channel_id)
            await open_view(args, refused_form(refusal))
            return
        contents = await self._contents.look(workspace_id, user_id, draft, origin)
        opened = await open_view(args, drawn(contents, origin))
        shown = OpenForm(args.client, workspace_id, user_id, opened["id"], opened["hash"], contents.draft, origin)
        self._open_forms.follow(shown, contents)

    @guarded
    async def change(self, args: AsyncArgs) -> None:
        """Bring the cost line up to a choice that the person just made; a line that cannot be redrawn is no news."""
        await args.ack()
        try:
            await self._open_forms.draw(replace(_shown(args), hash=None))
        except SlackRefused as refusal:
            log.warning("a form could not be redrawn", error=refusal.error)

    @guarded
    async def reload(self, args: AsyncArgs) -> None:
        """Ask Bloom for the brands once more."""
        await args.ack()
        await self._open_forms.reload(_shown(args))

    @guarded
    async def brand_options(self, args: AsyncArgs) -> None:
        """Offer the brands that match what is typed into the picker."""
        known = await self._core.brands.known(workspace_of(args))
        await args.ack(brand_options(known.brands, args.body.get("value") or ""))

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Check the form and start; what is wrong is said at its field, and what a limit refuses above them all."""
        draft, origin = answers.read(args.body["view"])
        known = await self._core.brands.known(workspace_of(args))
        brand = known.get(draft.brand_id)
        errors = _field_errors(args.body["view"], draft, origin, brand)
        if errors or brand is None:
            await args.ack(response_action="errors", errors=errors)
            return
        try:
            await self._core.generations.start(_request(args, draft, origin, brand), confirmed=origin.confirmed)
        except NeedsConfirmation as asked:
            await self._stay(args, confirmed=asked.credits)
        except OutsideLimits as met:
            refusal = await self._refusals.explained(args, met, channel_id=origin.channel_id, needed=draft.credits)
            await self._stay(args, refusal=why(refusal))
        else:
            await args.ack()

    async def _stay(self, args: AsyncArgs, *, confirmed: int | None = None, refusal: str = "") -> None:
        """Answer a form with itself, filled in as it was sent, and with what the person has to know."""
        shown = _shown(args)
        if confirmed is not None:
            shown = replace(shown, origin=shown.origin.model_copy(update={"confirmed": confirmed}))
        contents = await self._open_forms.look(shown)
        await args.ack(response_action="update", view=drawn(contents, shown.origin, refusal))


def _shown(args: AsyncArgs) -> OpenForm:
    shown = args.body["view"]
    draft, _ = answers.read(shown)
    return OpenForm(
        args.client,
        workspace_of(args),
        str(args.context.user_id),
        shown["id"],
        shown["hash"],
        draft,
        answers.opened_from(shown),
        channel_id=entry(shown, Field.CHANNEL).get("selected_conversation"),
        has_picker=answers.has_input(shown, Field.BRAND),
    )


def _field_errors(shown: dict[str, Any], draft: Draft, origin: Origin, brand: Brand | None) -> dict[str, str]:
    errors: dict[str, str] = {}
    if origin.channel_id is None:
        errors[Field.CHANNEL] = answers.MISSING_CHANNEL
    if brand is not None and brand.state is not BrandState.READY:
        errors |= answers.brand_refusal(brand)
    try:
        draft.parameters(brand.id if brand else "")
    except ValidationError as invalid:
        errors |= answers.field_errors(invalid, shown)
    if brand is None and draft.brand_id:
        errors[Field.BRAND] = BRAND_GONE
    return errors


def _request(args: AsyncArgs, draft: Draft, origin: Origin, brand: Brand) -> GenerationRequest:
    return GenerationRequest(
        key=f"view:{args.body['view']['id']}",
        workspace_id=workspace_of(args),
        channel_id=str(origin.channel_id),
        user_id=str(args.context.user_id),
        parameters=draft.parameters(brand.id),
        brand_name=brand.name,
        thread_id=origin.thread_id,
    )
