"""The form: what opens it, what people change in it, and sending it.

It opens at once with what is known; `open_forms` fills in what Bloom still has to say. Nothing about an open form is
kept in memory.
"""

from dataclasses import replace

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NeedsConfirmation, OutsideLimits, SlackRefused
from bot.core.services import Core
from bot.slack.connect import Connect
from bot.slack.form.contents import FormContents
from bot.slack.form.drafts import Draft, Origin, offering
from bot.slack.form.open_forms import OpenForm, OpenForms, drawn
from bot.slack.form.refusals import Refusals
from bot.slack.form.requests import Requests
from bot.slack.guard import guarded
from bot.slack.opening import open_view
from bot.slack.payloads import person_of, workspace_of
from bot.slack.views.buttons import MAKE_AN_IMAGE, Field
from bot.slack.views.form import answers
from bot.slack.views.form.subject import cannot_edit
from bot.slack.views.inputs import entry
from bot.slack.views.limits import why
from bot.slack.views.menus import brand_options

log = structlog.get_logger(__name__)


class Form:
    """Opens the form, keeps it true, and turns it into a generation."""

    def __init__(self, core: Core, connect: Connect, refusals: Refusals) -> None:
        self._core = core
        self._connect = connect
        self._refusals = refusals
        self._contents = FormContents(core)
        self._open_forms = OpenForms(core, self._contents)
        self._requests = Requests(core)

    async def open(self, args: AsyncArgs, draft: Draft, origin: Origin) -> None:
        """Open the form however slow Bloom is; in a workspace that is not connected, the way to connect.

        Whom a limit would refuse whatever they filled in reads that instead, and so does who would edit an image that
        cannot be edited (any more).
        """
        await args.ack()
        workspace_id, user_id = person_of(args)
        if await self._core.connections.current(workspace_id) is None:
            await self._connect.open(args)
            return
        if refused := await self._refusals.in_place_of_form(args, origin.channel_id, MAKE_AN_IMAGE):
            await open_view(args, refused)
            return
        draft, origin = offering(draft, origin)
        contents = await self._contents.look(workspace_id, user_id, draft, origin)
        if contents.subject and contents.subject.problem:
            await open_view(args, cannot_edit(contents.subject))
            return
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
        try:
            errors = await self._requests.start(args, draft, origin)
        except NeedsConfirmation as asked:
            await self._stay(args, confirmed=asked.credits)
        except OutsideLimits as met:
            refusal = await self._refusals.explained(args, met, channel_id=origin.channel_id, needed=draft.credits)
            await self._stay(args, refusal=why(refusal))
        else:
            await (args.ack(response_action="errors", errors=errors) if errors else args.ack())

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
        Origin.of_view(shown),
        channel_id=entry(shown, Field.CHANNEL).get("selected_conversation"),
        has_picker=answers.has_input(shown, Field.BRAND),
    )
