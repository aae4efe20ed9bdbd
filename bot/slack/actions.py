"""The buttons under messages. They carry the id of a generation and nothing else, so they work for ever."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NotAllowed, OutsideLimits
from bot.core.models import Generation, ImageModel, ImageSize
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.payloads import action_of, value_of
from bot.slack.served import is_served
from bot.slack.views.buttons import ActionId
from bot.slack.views.cancel import not_theirs, outcome
from bot.slack.views.limits import refused
from bot.slack.views.message import Message
from bot.slack.views.trouble import note

CHANGES: dict[str, dict[str, object]] = {
    ActionId.MAKE_2K: {"size": ImageSize.SIZE_2K},
    ActionId.TRY_STANDARD: {"model": ImageModel.STANDARD},
    ActionId.TRY_AGAIN: {},
}
UNDER_WAY = "On it. The result comes in the thread of the request."
TRIED = "That was tried already; the outcome is further down in the thread of the request."
LONG_PATIENCE = 900.0
"""Seconds that whoever pressed Cancel is told in what came of it after all; Slack takes an answer for longer."""
GONE = "I no longer know this request. Start a new one with `/bloom`."


class Actions:
    """What a press of a button does."""

    def __init__(self, core: Core, form: Form, refusals: Refusals) -> None:
        self._core = core
        self._form = form
        self._refusals = refusals
        self._cancellings: SingleFlight[tuple[str, str], None] = SingleFlight(core.tasks, "cancellation of")
        """By generation and who pressed: however often somebody does, one task waits for what comes of it."""

    @guarded
    async def again(self, args: AsyncArgs) -> None:
        """Start a failed generation again, with the one change the button names."""
        failed = await self._generation(args)
        if failed is None:
            await args.ack()
            await whisper(args, note(GONE))
            return
        changes = CHANGES[action_of(args)["action_id"]]
        try:
            tried = await self._core.generations.again(failed, str(args.context.user_id), **changes)
        except OutsideLimits as met:
            await args.ack()
            await whisper(args, await self._refused(args, failed, met))
        else:
            await args.ack()
            await whisper(args, note(_answer(tried)))

    async def _refused(self, args: AsyncArgs, failed: Generation, met: OutsideLimits) -> Message:
        return refused(await self._refusals.explained(args, met, channel_id=_thread_of(failed).channel_id))

    @guarded
    async def cancel(self, args: AsyncArgs) -> None:
        """Acknowledge, and stop a generation: that may wait for an answer of Bloom's that is on its way."""
        await args.ack()
        wish = (value_of(args), str(args.context.user_id))
        self._cancellings.begin(wish, lambda: self._cancel(args))

    @guarded
    async def _cancel(self, args: AsyncArgs) -> None:
        """Stop a generation for whoever may. Its request message tells everybody; only why it goes on is said here."""
        generation = await self._generation(args)
        if generation is None:
            await whisper(args, note(GONE))
            return
        try:
            ended = await self._core.generations.cancel(generation.id, str(args.context.user_id))
        except NotAllowed:
            managers = await self._core.managers.to_ask(generation.request.workspace_id)
            await whisper(args, not_theirs(generation, managers))
            return
        await self._tell_outcome(args, ended)
        if ended.is_undecided:
            await self._tell_late_outcome(args, ended)

    async def _tell_outcome(self, args: AsyncArgs, ended: Generation) -> None:
        if answer := outcome(ended):
            await whisper(args, answer)

    async def _tell_late_outcome(self, args: AsyncArgs, wished: Generation) -> None:
        """Tell what came of a wish to cancel that Bloom or Slack took long to answer."""
        user_id = str(args.context.user_id)
        ended = await self._core.generations.cancel(wished.id, user_id, patience=LONG_PATIENCE)
        if not ended.is_undecided:
            await self._tell_outcome(args, ended)

    @guarded
    async def edit_request(self, args: AsyncArgs) -> None:
        """Open the form with everything the person had asked for."""
        generation = await self._generation(args)
        if generation is None:
            await args.ack()
            await whisper(args, note(GONE))
            return
        asked = generation.request
        draft = Draft.of(asked.parameters, is_preview=asked.is_preview)
        await self._form.open(args, draft, Origin.of(generation))

    @guarded
    async def open_form(self, args: AsyncArgs) -> None:
        """Open an empty form, for the channel of the button if it stands in one."""
        await self._form.open(args, Draft(), Origin(channel_id=args.context.channel_id))

    @guarded
    async def follow_link(self, args: AsyncArgs) -> None:
        """Acknowledge a button that only leads to a page."""
        await args.ack()

    async def _generation(self, args: AsyncArgs) -> Generation | None:
        """Return the generation of a button, unless it is none of the workspace's that is served."""
        generation = await self._core.generations.get(value_of(args))
        return generation if generation and is_served(args, generation) else None


def _answer(tried: Generation) -> str:
    return TRIED if tried.state.is_final else UNDER_WAY


def _thread_of(generation: Generation) -> Origin:
    place = generation.place
    if place is None:
        return Origin(channel_id=generation.request.channel_id, thread_id=generation.request.thread_id)
    return Origin(channel_id=place.channel_id, thread_id=place.thread_id)
