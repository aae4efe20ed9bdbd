"""Sharing an image elsewhere: by a form, or by one press where a preview was asked for."""

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.clock import Clock
from bot.core.derivations import Made
from bot.core.errors import BotError, NotAllowed, SlackRefused, SlackUnavailable
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.asking import begin_asking, end_asking
from bot.slack.guard import guarded, whisper
from bot.slack.payloads import value_of
from bot.slack.results.modals import Modals
from bot.slack.results.pressed import GONE, PressedImages
from bot.slack.views.message import channel, escape, is_direct
from bot.slack.views.problems import sentence_of
from bot.slack.views.results import share_form as view
from bot.slack.views.results.subject import Subject, subject_of
from bot.slack.views.trouble import note

log = structlog.get_logger(__name__)

NOT_MEMBER = frozenset({"not_in_channel", "channel_not_found"})
ARCHIVED = "is_archived"
RESTRICTED = ("restricted_action", "no_permission", "access_denied", "team_access_not_granted")
DELETED = "This image is deleted by now."


class Sharing:
    """Asks where to, and posts it there."""

    def __init__(self, core: Core, images: PressedImages, modals: Modals, clock: Clock) -> None:
        self._core = core
        self._images = images
        self._modals = modals
        self._clock = clock
        self._shares: SingleFlight[str, None] = SingleFlight(core.tasks, "share image", is_vital=True)
        """By form, or by image and channel: pressed twice or delivered twice, it is posted once."""

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form; of a preview with the channel that it was asked for in."""
        made = await self._images.find(args, value_of(args))
        if made is None:
            return
        await args.ack()
        asked = made.generation.request
        is_suggested = asked.is_preview and not is_direct(asked.channel_id)
        draft = view.ShareDraft(asked.channel_id if is_suggested else None)
        subject = Subject(image_id=made.image.id)
        await self._modals.open(
            args,
            made,
            lambda _, picture: view.share_form(made, subject, draft, picture=picture),
            is_paid=False,
        )

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Say at its field what is missing; else show that Slack is asked, then what came of it."""
        draft = view.read(args.body["view"])
        if found := view.errors(draft):
            await args.ack(response_action="errors", errors=found)
            return
        name = await begin_asking(args, view.sharing(draft))
        self._shares.begin(name, lambda: self._share(args, draft, name))

    async def _share(self, args: AsyncArgs, draft: view.ShareDraft, name: str) -> None:
        subject, channel_id = subject_of(args.body["view"]), str(draft.channel_id)
        made = await self._core.results.made(subject.image_id)
        if made is None:
            await end_asking(args, self._clock, name, view.not_shared(GONE), GONE)
            return
        try:
            await self._core.results.share(made, channel_id=channel_id, by=str(args.context.user_id), note=draft.note)
        except BotError as error:
            await self._tell_refusal(args, made, draft, name, error)
        else:
            await end_asking(args, self._clock, name, view.shared(channel_id), view.SHARED_PLAIN)

    async def _tell_refusal(
        self, args: AsyncArgs, made: Made, draft: view.ShareDraft, name: str, error: BotError
    ) -> None:
        """Show the form again with what is wrong, or only that where no other channel would help."""
        log.warning("an image is not shared", reason=repr(error))
        plain, shown = _problem(error, str(draft.channel_id))
        again = view.share_form(made, subject_of(args.body["view"]), draft, problem=shown)
        outcome = again if isinstance(error, SlackRefused) else view.not_shared(plain)
        await end_asking(args, self._clock, name, outcome, plain)

    @guarded
    async def press_here(self, args: AsyncArgs) -> None:
        """Share a preview where it was asked for, once."""
        made = await self._images.find(args, value_of(args))
        if made is None:
            return
        await args.ack()
        key = f"{made.image.id} in {made.generation.request.channel_id}"
        self._shares.begin(key, lambda: self._share_here(args))

    @guarded
    async def _share_here(self, args: AsyncArgs) -> None:
        made = await self._core.results.made(value_of(args))
        if made is None:
            return
        asked = made.generation.request
        shown = await self._core.results.showings(made)
        if any(one.shared_by and one.channel_id == asked.channel_id for one in shown):
            await whisper(args, note(view.ALREADY.format(channel=channel(asked.channel_id))))
            return
        by = str(args.context.user_id)
        try:
            await self._core.results.share(made, channel_id=asked.channel_id, thread_id=asked.thread_id, by=by)
        except (SlackRefused, NotAllowed) as error:
            log.warning("a preview is not shared", reason=repr(error))
            await whisper(args, note(_problem(error, asked.channel_id)[1]))


def _problem(error: BotError, channel_id: str) -> tuple[str, str]:
    """Return what kept an image from being shared, in plain text and in mrkdwn."""
    if isinstance(error, SlackRefused) and error.error in NOT_MEMBER:
        return view.NOT_MEMBER_PLAIN, view.NOT_MEMBER.format(channel=channel(channel_id))
    sentence = _sentence(error)
    return sentence, escape(sentence)


def _sentence(error: BotError) -> str:
    if isinstance(error, NotAllowed):
        return DELETED
    if not isinstance(error, SlackRefused):
        return sentence_of(error)
    if error.error == ARCHIVED:
        return view.ARCHIVED
    if error.error.startswith(RESTRICTED):
        return view.RESTRICTED
    return view.SLACK_AWAY if isinstance(error, SlackUnavailable) else view.REFUSED
