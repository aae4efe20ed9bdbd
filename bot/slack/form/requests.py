"""A form that was sent: checked, and turned into a generation of a new image or into the edit of one."""

from typing import Any

from pydantic import ValidationError
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.derivations import Made, edited
from bot.core.models import Brand, BrandState, Derivation, GenerationRequest, ImageModel, ImageSize, Parameters, Source
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.subjects import Subjects
from bot.slack.payloads import workspace_of
from bot.slack.views.buttons import Field
from bot.slack.views.form import answers
from bot.slack.views.wording import BRAND_GONE

Errors = dict[str, str]
"""A sentence for each input that keeps the form from being sent."""


class Requests:
    """Starts what forms ask for."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._subjects = Subjects(core)

    async def start(self, args: AsyncArgs, draft: Draft, origin: Origin) -> Errors:
        """Start it, or return what is wrong at which field. Raises NeedsConfirmation, OutsideLimits."""
        if origin.subject_id is not None:
            return await self._edit(args, draft, origin, origin.subject_id)
        return await self._make(args, draft, origin)

    async def _make(self, args: AsyncArgs, draft: Draft, origin: Origin) -> Errors:
        brand = (await self._core.brands.known(workspace_of(args))).get(draft.brand_id)
        errors = _errors(args.body["view"], draft, origin, brand)
        if errors or brand is None:
            return errors
        await self._core.generations.start(_request(args, draft, origin, brand), confirmed=origin.confirmed)
        return {}

    async def _edit(self, args: AsyncArgs, draft: Draft, origin: Origin, subject_id: str) -> Errors:
        view = args.body["view"]
        subject = await self._subjects.look(await self._core.brands.known(workspace_of(args)), subject_id)
        if subject.made is None or subject.problem:
            return {Field.PROMPT: subject.problem}
        errors = answers.draft_errors(view, draft, origin)
        try:
            parameters = _change(subject.made, draft)
        except ValidationError as invalid:
            return answers.field_errors(invalid, view) | errors
        if errors:
            return errors
        await self._core.results.derive(
            subject.made,
            parameters,
            key=_key(args),
            user_id=str(args.context.user_id),
            source=origin.source or _source(subject.made),
            confirmed=origin.confirmed,
        )
        return {}


def _errors(view: dict[str, Any], draft: Draft, origin: Origin, brand: Brand | None) -> Errors:
    errors: Errors = {}
    if origin.channel_id is None:
        errors[Field.CHANNEL] = answers.MISSING_CHANNEL
    if brand is not None and brand.state is not BrandState.READY:
        errors |= answers.brand_refusal(brand)
    try:
        draft.parameters(brand.id if brand else "")
    except ValidationError as invalid:
        errors |= answers.field_errors(invalid, view)
    if brand is None and draft.brand_id:
        errors[Field.BRAND] = BRAND_GONE
    return errors | answers.draft_errors(view, draft, origin)


def _request(args: AsyncArgs, draft: Draft, origin: Origin, brand: Brand) -> GenerationRequest:
    parameters = draft.parameters(brand.id)
    return GenerationRequest(
        key=_key(args),
        workspace_id=workspace_of(args),
        channel_id=str(origin.channel_id),
        user_id=str(args.context.user_id),
        parameters=parameters,
        brand_name=brand.name,
        thread_id=origin.thread_id,
        source=origin.source_of(parameters),
        is_preview=draft.is_preview,
    )


def _change(made: Made, draft: Draft) -> Parameters:
    """Raises pydantic's ValidationError, naming the field."""
    return edited(
        made,
        draft.prompt,
        size=draft.size or ImageSize.SIZE_2K,
        model=draft.model or ImageModel.PRO,
        reference_ids=draft.reference_ids,
        attachments=draft.attachments,
    )


def _source(made: Made) -> Source:
    """Return an image as the source of its edit where nobody pressed a button under it: it stands in its own thread."""
    request, place = made.generation.request, made.generation.place
    channel_id = place.channel_id if place else request.channel_id
    thread_id = place.thread_id if place else request.thread_id or ""
    message_id = made.generation.reply_id or thread_id
    return made.source(Derivation.EDIT, channel_id=channel_id, message_id=message_id, thread_id=thread_id)


def _key(args: AsyncArgs) -> str:
    """Name the form, so that one that is delivered again is the same generation."""
    return f"view:{args.body['view']['id']}"
