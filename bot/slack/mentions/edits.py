"""A message in a thread with an image: it says how the latest one is to be changed."""

from dataclasses import replace

from bot.core.derivations import Made, edited
from bot.core.errors import NeedsConfirmation, OutsideLimits
from bot.core.models import EDIT_REFERENCE_LIMIT, Derivation, Parameters, Source
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.mentions.listening import Spoken
from bot.slack.mentions.outcomes import Outcome, Refused
from bot.slack.mentions.pictures import taken
from bot.slack.mentions.tickets import Ticket
from bot.slack.mentions.understanding import of_no_use_for_edit
from bot.slack.views import mentions as views
from bot.slack.views.message import Message
from bot.slack.views.trouble import note


class Edits:
    """Starts edits. An image stays as it is: its brand, its shape, and, unless others are named, size and model."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def start(self, spoken: Spoken, made: Made, draft: Draft, confirmed: int) -> Outcome:
        """Start the edit that a message asks for, or return what the person has to know."""
        if wrong := await self._wrong(spoken, made, draft):
            return wrong
        parameters = _parameters(spoken, made, draft)
        try:
            return await self._core.results.derive(
                made,
                parameters,
                key=spoken.key,
                user_id=spoken.user_id,
                source=_source(spoken, made),
                confirmed=confirmed,
            )
        except NeedsConfirmation as asked:
            ticket = Ticket.of(spoken, subject_id=made.image.id).asking(asked.credits)
            return views.confirm(asked.credits, ticket.value)
        except OutsideLimits as met:
            return Refused(met, parameters.credits)

    def form(self, spoken: Spoken, made: Made, draft: Draft) -> tuple[Draft, Origin]:
        """Return what the form for an edit opens with."""
        own = taken(spoken.files)[:EDIT_REFERENCE_LIMIT]
        origin = Origin(
            channel_id=spoken.channel_id,
            thread_id=spoken.root_id,
            subject_id=made.image.id,
            source=_source(spoken, made),
            offered=own,
        )
        return replace(_as_it_is(made, draft), attachments=own), origin

    async def _wrong(self, spoken: Spoken, made: Made, draft: Draft) -> Message | None:
        """Say why an image cannot be edited like this; of brands that were never looked at, Bloom decides."""
        if flags := of_no_use_for_edit(draft):
            return views.edit_keeps(flags)
        if (count := len(taken(spoken.files))) > EDIT_REFERENCE_LIMIT:
            return views.too_many(count, EDIT_REFERENCE_LIMIT)
        if not made.allows(Derivation.EDIT):
            return note(views.DELETED if made.image.deleted_by else views.AS_IT_IS)
        known = await self._core.brands.known(spoken.workspace_id)
        return note(views.BRAND_IS_GONE) if known.lacks(made.order.brand_id) else None


def _as_it_is(made: Made, draft: Draft) -> Draft:
    return replace(draft, size=draft.size or made.order.size, model=draft.model or made.order.model)


def _parameters(spoken: Spoken, made: Made, draft: Draft) -> Parameters:
    size, model = draft.size or made.order.size, draft.model or made.order.model
    return edited(made, draft.prompt, size=size, model=model, attachments=taken(spoken.files))


def _source(spoken: Spoken, made: Made) -> Source:
    """Return where the image stands in the thread: as its reply, or, shared or previewed, as the thread's root."""
    generation, place = made.generation, made.generation.place
    is_reply = place is not None and (place.channel_id, place.thread_id) == (spoken.channel_id, spoken.root_id)
    message_id = generation.reply_id if is_reply and generation.reply_id else spoken.root_id
    root_id = spoken.root_id
    return made.source(Derivation.EDIT, channel_id=spoken.channel_id, message_id=message_id, thread_id=root_id)
