"""The form. It opens at once with what is known; what Bloom still has to say is filled in when it comes.

Each rendering that shows something unfinished starts one follower with the draft and the hash it was rendered from.
When the person changes the form meanwhile, the follower's hash is stale, Slack refuses its update, and the newer
rendering's own follower goes on. A change itself goes without a hash: the person's choice is the newest there is.
Nothing about an open form is kept in memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import ValidationError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.brands import KnownBrands, named
from bot.core.errors import BotError, SlackRefused
from bot.core.models import Brand, BrandState, Credits, GenerationRequest
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.connect import Connect
from bot.slack.drafts import Draft, Origin
from bot.slack.guard import guarded, workspace_of
from bot.slack.opening import open_view
from bot.slack.views import form as view
from bot.slack.views import form_answers as answers
from bot.slack.views.buttons import Field
from bot.slack.views.command_errors import ambiguous_brand_note, unknown_brand_note
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

OUTDATED = ("hash_conflict", "not_found", "view_not_found")


@dataclass(frozen=True, slots=True)
class OpenView:
    """A form on somebody's screen, as it was last rendered."""

    client: AsyncWebClient
    workspace_id: str
    id: str
    hash: str | None
    draft: Draft
    origin: Origin
    has_picker: bool = False


class Form:
    """Opens the form, keeps it true, and turns it into a generation."""

    def __init__(self, core: Core, connect: Connect) -> None:
        self._core = core
        self._connect = connect

    async def open(self, args: AsyncArgs, draft: Draft, origin: Origin) -> None:
        """Open the form however slow Bloom is; in a workspace that is not connected, the way to connect."""
        await args.ack()
        workspace_id = workspace_of(args)
        if await self._core.connections.current(workspace_id) is None:
            await self._connect.open(args)
            return
        known = await self._core.brands.known(workspace_id)
        picker, draft = _picker(known, draft, origin)
        credits = self._known_credits(workspace_id, known, draft)
        rendered = view.form(draft, origin, picker=picker, credits=credits)
        opened = await open_view(args, rendered)
        shown = OpenView(args.client, workspace_id, opened["id"], opened["hash"], draft, origin)
        self._follow(shown, picker, credits)

    @guarded
    async def change(self, args: AsyncArgs) -> None:
        """Bring the cost line up to a choice that the person just made; a line that cannot be redrawn is no news."""
        await args.ack()
        try:
            await self._render(replace(_shown(args), hash=None))
        except SlackRefused as refusal:
            log.warning("a form could not be redrawn", error=refusal.error)

    @guarded
    async def reload(self, args: AsyncArgs) -> None:
        """Ask Bloom for the brands once more."""
        await args.ack()
        with only_if_current():
            self._follow(await self._update(_shown(args), view.Loading(), None), view.Loading(), None)

    @guarded
    async def brand_options(self, args: AsyncArgs) -> None:
        """Offer the brands that match what is typed into the picker."""
        known = await self._core.brands.known(workspace_of(args))
        await args.ack(view.brand_options(known.brands, args.body.get("value") or ""))

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Check the form and start; what is wrong is said at its field."""
        draft, origin = answers.read(args.body["view"])
        known = await self._core.brands.known(workspace_of(args))
        brand = known.get(draft.brand_id)
        errors = _field_errors(args.body["view"], draft, origin, brand)
        if errors or brand is None:
            await args.ack(response_action="errors", errors=errors)
            return
        await self._core.generations.start(_request(args, draft, origin, brand))
        await args.ack()

    async def _render(self, shown: OpenView) -> None:
        known = await self._core.brands.known(shown.workspace_id)
        picker, draft = _picker(known, shown.draft, shown.origin)
        if shown.has_picker:
            draft = shown.draft  # Slack would show a brand preselected now, and yet miss it when the form is sent
        credits = self._known_credits(shown.workspace_id, known, draft)
        with only_if_current():
            self._follow(await self._update(replace(shown, draft=draft), picker, credits), picker, credits)

    def _follow(self, shown: OpenView, picker: view.BrandPicker, credits: Credits | None) -> None:
        if isinstance(picker, view.Loading) or credits is None:
            self._core.tasks.start(self._fill(shown, picker, credits), name=f"fill form {shown.id}")

    async def _fill(self, shown: OpenView, picker: view.BrandPicker, credits: Credits | None) -> None:
        """Show the brands when Bloom has named them, then what is left to spend."""
        with only_if_current():
            if isinstance(picker, view.Loading):
                picker, draft = await self._loaded(shown)
                shown = await self._update(replace(shown, draft=draft), picker, credits)
            known = await self._core.brands.known(shown.workspace_id)
            payer = known.payer(shown.draft.brand_id)
            if isinstance(picker, view.Ready) and payer is not None:
                await self._update(shown, picker, await self._core.usage.credits(shown.workspace_id, payer))

    async def _loaded(self, shown: OpenView) -> tuple[view.BrandPicker, Draft]:
        try:
            known = await self._core.brands.refresh(shown.workspace_id)
        except BotError as error:
            return view.Unreachable(sentence_of(error)), shown.draft
        return _picker(known, shown.draft, shown.origin)

    async def _update(self, shown: OpenView, picker: view.BrandPicker, credits: Credits | None) -> OpenView:
        rendered = view.form(shown.draft, shown.origin, picker=picker, credits=credits)
        with slack_errors():
            answer = await shown.client.views_update(view_id=shown.id, hash=shown.hash, view=rendered)
        return replace(shown, hash=answer["view"]["hash"])

    def _known_credits(self, workspace_id: str, known: KnownBrands, draft: Draft) -> Credits | None:
        return self._core.usage.known_credits(workspace_id, known.payer(draft.brand_id))


@contextmanager
def only_if_current() -> Iterator[None]:
    """Let go of a form that was closed or changed in the meantime."""
    try:
        yield
    except SlackRefused as refusal:
        if refusal.error not in OUTDATED:
            raise


def _picker(known: KnownBrands, draft: Draft, origin: Origin) -> tuple[view.BrandPicker, Draft]:
    """Return the picker in its state, and the draft with the brand it shows as chosen."""
    if known.seen_at is None:
        return view.Loading(), draft
    if not known.brands:
        return view.Empty(), draft
    typed = draft.brand or origin.brand or ""
    if draft.brand_id:
        candidates = [brand] if (brand := known.get(draft.brand_id)) else []
    else:
        candidates = named(known.brands, typed) if typed else list(known.ready)
    if len(candidates) == 1:
        return view.Ready(known.brands), replace(draft, brand_id=candidates[0].id)
    note = ambiguous_brand_note if candidates else unknown_brand_note
    return view.Ready(known.brands, note(typed) if typed else None), replace(draft, brand_id=None)


def _shown(args: AsyncArgs) -> OpenView:
    shown = args.body["view"]
    draft, _ = answers.read(shown)
    origin = answers.opened_from(shown)
    has_picker = answers.has_input(shown, Field.BRAND)
    return OpenView(args.client, workspace_of(args), shown["id"], shown["hash"], draft, origin, has_picker)


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
        errors[Field.BRAND] = answers.BRAND_GONE
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
