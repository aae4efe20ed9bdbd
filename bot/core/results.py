"""Images after they were made: found again, turned into others, shared, and deleted."""

from dataclasses import replace

from bot.core.audit import Audit
from bot.core.changes import Changes
from bot.core.connections import Connections
from bot.core.derivations import Made
from bot.core.generations import Generations
from bot.core.managers import Managers
from bot.core.models import Generation, GenerationRequest, Parameters, Showing, Source
from bot.core.ports import Messenger, Store


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
        audit: Audit,
        changes: Changes,
    ) -> None:
        self._store = store
        self._generations = generations
        self._connections = connections
        self._managers = managers
        self._messenger = messenger
        self._audit = audit
        self._changes = changes

    async def made(self, image_id: str) -> Made | None:
        """Return an image that was made here, also one that was deleted since; None: nobody knows it (any more)."""
        generation = await self._store.generation_of_image(image_id)
        image = next((one for one in generation.images if one.id == image_id), None) if generation else None
        return Made(generation, image) if generation and image else None

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
        """Show an image somewhere else, and write down where. Raises SlackRefused where the bot may not post."""
        raise NotImplementedError

    async def may_delete(self, made: Made, user_id: str) -> bool:
        """Whether somebody may delete it: who asked for it, and managers. Raises SlackRefused."""
        raise NotImplementedError

    async def delete(self, made: Made, user_id: str) -> None:
        """Delete an image at Bloom, and wherever we show it in Slack.

        Again after an interruption it goes on. Raises NotAllowed, BloomError, NotConnected, SlackRefused, StoreError.
        """
        raise NotImplementedError


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
