"""The listeners of messages to the bot, and of the buttons under its answers.

Bolt acknowledges an event before its listener runs. So `hear` is a middleware of the listener, which runs before that:
what is acknowledged is on disk. What the person is told, `answer` tells them afterwards.
"""

from collections import deque

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse

from bot.core.clock import Clock, done_within, given
from bot.core.errors import SlackUnavailable
from bot.core.models import Generation
from bot.core.services import Core
from bot.core.single_flight import SingleFlight
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.mentions.listening import Spoken, is_said_by_person, spoken, spoken_in
from bot.slack.mentions.outcomes import Outcome, Refused
from bot.slack.mentions.threads import NOT_IN_TIME, Threads
from bot.slack.mentions.tickets import Ticket
from bot.slack.mentions.wishes import Wishes
from bot.slack.payloads import value_of
from bot.slack.views.limits import refused
from bot.slack.views.mentions import GONE, UNDER_WAY, to_be_sent_again
from bot.slack.views.message import Message
from bot.slack.views.trouble import note

log = structlog.get_logger(__name__)

PATIENCE = 2.5
"""Seconds until Slack is left without an answer, whose own patience ends at three: then it tells of the event again."""
FORM_PATIENCE = 1.5
"""Seconds for all that a form is filled with; it holds for three, and who may have one is to be asked still."""
REMEMBERED = 500
"""Events whose outcome was told, so that nobody is told twice when only Slack's answer was lost."""
HEARD = "heard"


class Mentions:
    """Answers what is said to the bot."""

    def __init__(self, core: Core, form: Form, refusals: Refusals, clock: Clock) -> None:
        self._wishes = Wishes(core, clock)
        self._threads = Threads(clock)
        self._form = form
        self._refusals = refusals
        self._clock = clock
        self._hearings: SingleFlight[str, Outcome | Exception] = SingleFlight(core.tasks, "hear")
        """By event: told of again while it is being worked on, it is the same piece of work."""
        self._told: deque[str] = deque(maxlen=REMEMBERED)

    async def hear(self, args: AsyncArgs) -> BoltResponse | None:
        """Get on disk what is asked for, before Slack is told that it has arrived; in time, or not at all."""
        said = spoken_in(args)
        if said is None:
            return await args.ack()
        hearing = self._hearings.begin(said.event_id, lambda: self._attempt(said, args))
        if not await done_within(self._clock, PATIENCE, hearing):
            log.warning("a message takes too long; Slack will tell of it again", event_id=said.event_id)
            return BoltResponse(status=503)
        if said.event_id in self._told:
            return await args.ack()
        self._told.append(said.event_id)
        args.context[HEARD] = hearing.result()
        await args.next()
        return None

    @guarded
    async def answer(self, args: AsyncArgs) -> None:
        """Tell the person what is missing or wrong; what was started answers for itself."""
        await self._tell(args, args.context[HEARD])

    @guarded
    async def confirm(self, args: AsyncArgs) -> None:
        """Start what somebody said yes to."""
        await args.ack()
        ticket, said = await self._message(args)
        if said is None:
            await whisper(args, note(GONE))
            return
        outcome = await self._wishes.begin(said, args.client, confirmed=ticket.credits, subject_id=ticket.subject_id)
        if isinstance(outcome, Generation) and outcome.place is not None:
            await whisper(args, note(UNDER_WAY))
        await self._tell(args, outcome)

    @guarded
    async def open_form(self, args: AsyncArgs) -> None:
        """Open the form with all that the message says."""
        await args.ack()
        draft, origin = Draft(), Origin(channel_id=args.context.channel_id)

        async def read() -> None:
            nonlocal draft, origin
            ticket, said = await self._message(args)
            if said is not None:
                draft, origin = await self._wishes.form(said, args.client, subject_id=ticket.subject_id)

        if not await given(self._clock, FORM_PATIENCE, read()):
            raise SlackUnavailable(NOT_IN_TIME)
        await self._form.open(args, draft, origin)

    async def _attempt(self, said: Spoken, args: AsyncArgs) -> Outcome | Exception:
        """Return what came of it, or the trouble for `answer` to tell: nobody else waits for this piece of work."""
        try:
            return await self._wishes.begin(said, args.client)
        except Exception as error:  # noqa: BLE001 - raised in `answer`, where it is told and logged
            return error

    async def _tell(self, args: AsyncArgs, outcome: Outcome | Exception) -> None:
        match outcome:
            case Exception():
                raise outcome
            case Refused(met, needed):
                refusal = await self._refusals.explained(args, met, channel_id=args.context.channel_id, needed=needed)
                await whisper(args, to_be_sent_again(refused(refusal)))
            case Message():
                await whisper(args, outcome)

    async def _message(self, args: AsyncArgs) -> tuple[Ticket, Spoken | None]:
        """Return the message of a button as it stands now, if it is there still and theirs. Raises SlackRefused."""
        ticket = Ticket.read(value_of(args))
        message = await self._threads.message(args.client, ticket)
        is_theirs = message is not None and message.get("user") == args.context.user_id
        if message is None or not is_theirs or not is_said_by_person(message, own=args.context.bot_user_id):
            return ticket, None
        return ticket, spoken(args, message, event_id=ticket.event_id, channel_id=ticket.channel_id)
