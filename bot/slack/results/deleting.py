"""Deleting images: for who asked for them and for managers, once it is sure that this is meant."""

from contextlib import suppress

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock, given
from bot.core.derivations import Made
from bot.core.errors import BotError, NotAllowed, SlackRefused
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.asking import begin_asking, end_asking
from bot.slack.guard import guarded, whisper
from bot.slack.payloads import value_of
from bot.slack.results.modals import Modals
from bot.slack.results.pressed import GONE, PressedImages, refuse
from bot.slack.views.message import Message, escape
from bot.slack.views.problems import sentence_of
from bot.slack.views.results import delete_form as view
from bot.slack.views.results.subject import Subject, subject_of
from bot.slack.views.trouble import note

log = structlog.get_logger(__name__)

PATIENCE = 1.0
"""Seconds of the three that a trigger holds: Slack may say who manages. It is asked again before anything goes."""


class Deleting:
    """Asks, and deletes."""

    def __init__(self, core: Core, images: PressedImages, modals: Modals, clock: Clock) -> None:
        self._core = core
        self._images = images
        self._modals = modals
        self._clock = clock
        self._deletions: SingleFlight[str, None] = SingleFlight(core.tasks, "delete image", is_vital=True)

    async def press(self, args: AsyncArgs, image_id: str) -> None:
        """Ask whether it is meant; whose image it is not reads whom to turn to."""
        made = await self._find(args, image_id)
        if made is None:
            return
        await args.ack()
        if not await self._may_as_far_as_known(made, str(args.context.user_id)):
            await whisper(args, await self._not_theirs(made))
            return
        subject = Subject(image_id=image_id)
        await self._modals.open(
            args, made, lambda _, picture: view.delete_form(made, subject, picture=picture), is_paid=False
        )

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Show that Bloom is asked, then what came of it."""
        image_id = subject_of(args.body["view"]).image_id
        name = await begin_asking(args, view.deleting())
        self._deletions.begin(name, lambda: self._delete(args, image_id, name))

    @guarded
    async def discard(self, args: AsyncArgs) -> None:
        """Delete a preview; its message says so, and what kept it from going is said here."""
        made = await self._find(args, value_of(args))
        if made is None:
            return
        await args.ack()
        self._deletions.begin(made.image.id, lambda: self._discard(args))

    async def _delete(self, args: AsyncArgs, image_id: str, name: str) -> None:
        made = await self._core.results.made(image_id)
        trouble = await self._trouble(made, str(args.context.user_id)) if made else GONE
        outcome = view.not_deleted(trouble) if trouble else view.deleted()
        await end_asking(args, self._clock, name, outcome, trouble or view.DELETED_PLAIN)

    @guarded
    async def _discard(self, args: AsyncArgs) -> None:
        made = await self._core.results.made(value_of(args))
        if made is not None and (trouble := await self._trouble(made, str(args.context.user_id))):
            await whisper(args, note(escape(trouble)))

    async def _trouble(self, made: Made, user_id: str) -> str:
        """Delete an image, and return what kept it from going, or from going everywhere, in plain text."""
        try:
            return view.shortfall(await self._core.results.delete(made, user_id))
        except NotAllowed:
            return view.NOT_YOURS if made.generation.state.is_final else view.BEING_POSTED
        except SlackRefused:
            return view.NOT_TOLD
        except BotError as error:
            log.warning("an image is not deleted", image=made.image.id, reason=repr(error))
            return sentence_of(error)

    async def _find(self, args: AsyncArgs, image_id: str) -> Made | None:
        made = await self._images.find(args, image_id)
        if made is not None and not made.generation.state.is_final:
            await refuse(args, view.BEING_POSTED)
            return None
        return made

    async def _may_as_far_as_known(self, made: Made, user_id: str) -> bool:
        """Whether somebody may delete it; while Slack does not say who manages, whoever presses may be asked."""
        may = True

        async def look() -> None:
            nonlocal may
            may = await self._core.results.may_delete(made, user_id)

        with suppress(SlackRefused):
            await given(self._clock, PATIENCE, look())
        return may

    async def _not_theirs(self, made: Made) -> Message:
        managers = await self._core.managers.to_ask(made.generation.request.workspace_id)
        return view.not_theirs(made, managers)
