"""Images after they were made: found again, turned into others, shared, and deleted."""

from collections.abc import Awaitable
from dataclasses import replace

import structlog

from bot.core.audit import Audit
from bot.core.batches.redrawing import Redrawing
from bot.core.changes import Changes
from bot.core.connections import Connections
from bot.core.derivations import Made
from bot.core.errors import NotAllowed, SlackRefused, StoreError
from bot.core.generations import Generations
from bot.core.managers import Managers
from bot.core.models import AuditAction, Generation, GenerationRequest, Parameters, Showing, Source
from bot.core.overtaking import until_unchanged
from bot.core.ports import Messenger, Store
from bot.core.removal import Deletion, delete_at_bloom

log = structlog.get_logger(__name__)

ELSEWHERE = "in Slack only: not in the Bloom account connected then"
"""What the record says of an image that may be left in another account."""


class Results:
    """Works on images that were made."""

    def __init__(
        self,
        store: Store,
        generations: Generations,
        connections: Connections,
        managers: Managers,
        messenger: Messenger,
        *,
        redrawing: Redrawing,
        audit: Audit,
        changes: Changes,
    ) -> None:
        self._store = store
        self._generations = generations
        self._connections = connections
        self._managers = managers
        self._messenger = messenger
        self._redrawing = redrawing
        self._audit = audit
        self._changes = changes

    async def made(self, image_id: str) -> Made | None:
        """Return an image that was made here, also one that was deleted since; None: nobody knows it (any more)."""
        generation = await self._store.generation_of_image(image_id)
        image = next((one for one in generation.images if one.id == image_id), None) if generation else None
        return Made(generation, image) if generation and image else None

    async def showings(self, made: Made) -> tuple[Showing, ...]:
        """Return the messages that show an image: the reply first, then in the order of posting."""
        shown = await self._store.showings(made.generation.id)
        return tuple(showing for showing in shown if showing.image_id == made.image.id)

    async def latest_in_thread(self, channel_id: str, thread_id: str) -> Made | None:
        """Return the image that a thread shows last, if it shows one that is there still."""
        found = await self._store.latest_in_thread(channel_id, thread_id)
        return await self.made(found[1]) if found else None

    async def derive(
        self, made: Made, parameters: Parameters, *, key: str, user_id: str, source: Source, confirmed: int = 0
    ) -> Generation:
        """Start what somebody wants made of an image, in the thread where they said so.

        Of a preview it is a preview too. In a direct message that stood in for a channel it is asked for where the
        image was. Raises OutsideLimits, NeedsConfirmation.
        """
        return await self._generations.start(
            request_from(made, parameters, key=key, user_id=user_id, source=source), confirmed=confirmed
        )

    async def share(
        self, made: Made, *, channel_id: str, by: str, thread_id: str | None = None, note: str = ""
    ) -> Showing:
        """Show an image somewhere else, and write down where.

        Raises SlackRefused where the bot may not post, NotAllowed for an image that is deleted by then, and StoreError;
        with nothing left there, as far as Slack takes it away again.
        """
        generation, image_id = made.generation, made.image.id
        await self._require_present(image_id)
        showing = await self._messenger.share(
            generation, image_id, channel_id=channel_id, thread_id=thread_id, by=by, note=note
        )
        try:
            await self._store.add_showings(generation.id, (showing,))
            await self._require_present(image_id)
        except (NotAllowed, StoreError):  # what is not on record, nobody could delete with its image
            if refusal := await _refusal(self._messenger.withdraw(generation.request.workspace_id, showing)):
                log.warning("a share could not be taken back", image=image_id, error=refusal.error)
            raise
        await self._audit.record(
            generation.request.workspace_id, by, AuditAction.IMAGE_SHARED, image_id, f"to {showing.channel_id}"
        )
        await self._show_shared(generation)
        return showing

    async def may_delete(self, made: Made, user_id: str) -> bool:
        """Whether somebody may delete it: who asked for it, and managers. Raises SlackUnavailable."""
        request = made.generation.request
        return user_id == request.user_id or await self._managers.is_manager(request.workspace_id, user_id)

    async def delete(self, made: Made, user_id: str) -> Deletion:
        """Delete an image at Bloom, and wherever we show it in Slack; tell what is left of it.

        After an interruption it goes on where it was; what is deleted already, anybody may have taken away in Slack.
        Raises NotAllowed, also while its reply is being posted; BloomError, NotConnected, StoreError; and SlackRefused
        where Slack does not say who may, with nothing deleted.
        """
        generation, at_bloom = made.generation, True
        if made.image.deleted_by is None:
            if not generation.state.is_final or not await self.may_delete(made, user_id):
                raise NotAllowed(f"{user_id} may not delete {made.image.id}")
            at_bloom = await delete_at_bloom(self._connections, made)
            generation = await self._mark(made, user_id, "" if at_bloom else ELSEWHERE)
        return Deletion(at_bloom, await self._take_away(generation, made.image.id))

    async def _mark(self, made: Made, user_id: str, detail: str) -> Generation:
        """Write down that it is gone, and who did it: of two at once the first."""
        workspace_id = made.generation.request.workspace_id
        marked = await self._store.mark_deleted(made.generation.id, made.image.id, user_id) or made.generation
        if any(image.id == made.image.id and image.deleted_by == user_id for image in marked.images):
            await self._audit.record(workspace_id, user_id, AuditAction.IMAGE_DELETED, made.image.id, detail)
        self._changes.tell(workspace_id)
        return marked

    async def _take_away(self, generation: Generation, image_id: str) -> SlackRefused | None:
        """Let no message show it any more. What Slack refuses keeps nothing else from going."""
        troubles = [await self._redraw(generation)]
        for one in await self._store.showings(generation.id):
            if one.image_id == image_id and (one.shared_by or one.file_id or one.vector_id):
                taken = self._messenger.withdraw(generation.request.workspace_id, one)
                troubles.append(await _refusal(taken))
        lag = next(filter(None, troubles), None)
        if lag is not None:
            log.warning("Slack lags behind a deletion", image=image_id, error=lag.error)
        return lag

    async def _show_shared(self, generation: Generation) -> None:
        """Let a preview say where it was shared; it is shared, whether or not that can be said."""
        if generation.request.is_preview and (refusal := await self._redraw(generation)):
            log.warning("a preview does not say where it was shared", generation=generation.id, error=refusal.error)

    async def _redraw(self, generation: Generation) -> SlackRefused | None:
        """Draw the messages as things are now, until they are.

        What was shared of a deleted one is left out: that goes as a whole. Images of a batch stand in its messages.
        """
        if generation.request.batch is not None:
            return await _refusal(self._redrawing.redraw(generation))
        drawing = until_unchanged(lambda: self._as_it_is(generation), lambda now: self._messenger.redraw(*now))
        return await _refusal(drawing)

    async def _as_it_is(self, generation: Generation) -> tuple[Generation, tuple[Showing, ...]]:
        current = await self._store.generation(generation.id) or generation
        showings = await self._store.showings(generation.id)
        deleted = {image.id for image in current.images if image.deleted_by}
        return current, tuple(one for one in showings if one.image_id not in deleted or one.shared_by is None)

    async def _require_present(self, image_id: str) -> None:
        made = await self.made(image_id)
        if made is None or not made.is_present:
            raise NotAllowed(f"{image_id} is deleted")


async def _refusal(act: Awaitable[object]) -> SlackRefused | None:
    """Do something at Slack, and return what it was refused with."""
    try:
        await act
    except SlackRefused as refusal:
        return refusal
    return None


def request_from(made: Made, parameters: Parameters, *, key: str, user_id: str, source: Source) -> GenerationRequest:
    """Return the request for what is derived from an image where somebody said so."""
    asked = made.generation.request
    is_direct = source.channel_id.startswith("D")
    is_stand_in = is_direct and source.channel_id != asked.channel_id
    request = GenerationRequest(
        key=key,
        workspace_id=asked.workspace_id,
        channel_id=source.channel_id,
        user_id=user_id,
        parameters=parameters,
        brand_name=asked.brand_name,
        thread_id=source.thread_id,
        source=source,
        is_preview=is_direct and asked.is_preview,
    )
    return replace(request, channel_id=asked.channel_id, thread_id=asked.thread_id) if is_stand_in else request
