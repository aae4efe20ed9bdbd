"""The images whose buttons people press: found by what the button carries, and looked at before anything is spent."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.derivations import Made
from bot.core.models import BrandState, Derivation, Source
from bot.core.removal import Deletion
from bot.core.results import request_from
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.guard import whisper
from bot.slack.served import is_served
from bot.slack.views.message import escape, mention
from bot.slack.views.trouble import note
from bot.slack.views.wording import brand_text, not_ready_sentence

GONE = "I no longer know this image. Start a new one with `/bloom`."
DELETED = "This image was deleted by {who}."
NOT_OF_THIS = "That can't be made of this image."
BRAND_GONE = "Bloom doesn't have {brand} any more, so nothing new can be made of this image. Nothing was charged."
WITHOUT_WORDS = frozenset({Derivation.RESIZE, Derivation.REMOVE_BACKGROUND, Derivation.VECTORIZE})
"""What Bloom does whatever it has learned of the brand so far."""


class PressedImages:
    """Finds the image of a button, or tells the person why there is none."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._leftovers: SingleFlight[str, Deletion] = SingleFlight(core.tasks, "take away image")

    async def find(self, args: AsyncArgs, image_id: str) -> Made | None:
        """Return an image that is there; else acknowledge, say so, and let Slack show it no more."""
        made = await self._core.results.made(image_id)
        if made is None or not await self._is_served(args, made):
            await refuse(args, GONE)
            return None
        if made.image.deleted_by is not None:
            await refuse(args, deleted(made))
            self._take_away(made)
            return None
        return made

    async def find_for(self, args: AsyncArgs, image_id: str, derivation: Derivation) -> Made | None:
        """Return an image of which this can be made; else acknowledge, and say why not. Raises NotConnected."""
        made = await self.find(args, image_id)
        if made is None:
            return None
        if trouble := await self.trouble(made, derivation):
            await refuse(args, trouble)
            return None
        return made

    async def trouble(self, made: Made | None, derivation: Derivation) -> str:
        """Return what keeps something from being made of an image, in mrkdwn; nothing if nothing is known to.

        Where nobody has looked at the brands yet, Bloom has the word. Raises NotConnected.
        """
        if made is None:
            return GONE
        if made.image.deleted_by is not None:
            return deleted(made)
        if not made.allows(derivation):
            return NOT_OF_THIS
        await self._core.connections.present(made.generation.request.workspace_id)
        return "" if derivation is Derivation.REFERENCE else await self._brand_trouble(made, derivation)

    async def _brand_trouble(self, made: Made, derivation: Derivation) -> str:
        known = await self._core.brands.known(made.generation.request.workspace_id)
        if known.lacks(made.order.brand_id):
            return BRAND_GONE.format(brand=escape(brand_text(made.generation.request.brand_name)))
        brand = known.get(made.order.brand_id)
        if brand is None or brand.state is BrandState.READY or derivation in WITHOUT_WORDS:
            return ""
        return escape(not_ready_sentence(brand))

    async def _is_served(self, args: AsyncArgs, made: Made) -> bool:
        if is_served(args, made.generation):
            return True
        showings = await self._core.results.showings(made)
        return is_served(args, made.generation, {showing.channel_id for showing in showings})

    def _take_away(self, made: Made) -> None:
        """Go on with a deletion that was interrupted, or that Slack refused: the button should not stand any more."""
        by = str(made.image.deleted_by)
        self._leftovers.begin(made.image.id, lambda: self._core.results.delete(made, by))


def deleted(made: Made) -> str:
    """Return that an image is deleted, and by whom, in mrkdwn."""
    return DELETED.format(who=mention(str(made.image.deleted_by)))


async def refuse(args: AsyncArgs, sentence: str) -> None:
    """Acknowledge a press, and tell the person why nothing comes of it; ``sentence`` is mrkdwn."""
    await args.ack()
    await whisper(args, note(sentence))


def source_of(args: AsyncArgs, made: Made, derivation: Derivation) -> Source:
    """Return the image, and the message in which its button was pressed: without a thread it is the root of its own."""
    container = args.body["container"]
    channel_id, message_id = str(container["channel_id"]), str(container["message_ts"])
    thread_id = container.get("thread_ts") or (args.body.get("message") or {}).get("thread_ts") or message_id
    return made.source(derivation, channel_id=channel_id, message_id=message_id, thread_id=str(thread_id))


def channel_of(args: AsyncArgs, made: Made, source: Source) -> str:
    """Return the channel whose limits bind what is derived from an image by this press."""
    user_id = str(args.context.user_id)
    return request_from(made, made.order, key="", user_id=user_id, source=source).channel_id


def key_of(args: AsyncArgs) -> str:
    """Return what names a press, however often Slack delivers it."""
    return f"press:{args.body['trigger_id']}"
