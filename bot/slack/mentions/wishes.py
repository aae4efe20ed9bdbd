"""What becomes of a message to the bot: an edit of its thread's latest image, a new one, or a word of what is missing.

Nothing of it is remembered: the same message again comes to the same.
"""

from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.clock import Clock
from bot.core.derivations import Made
from bot.core.errors import OutsideLimits, SlackRefused
from bot.core.models import REFERENCE_LIMIT, Attachment, Derivation, Generation
from bot.core.services import Core
from bot.slack.commands.text import Generate, Misunderstood, OpenForm, Word
from bot.slack.form.drafts import Draft, Origin
from bot.slack.mentions.edits import Edits
from bot.slack.mentions.listening import Spoken
from bot.slack.mentions.outcomes import Outcome, Refused
from bot.slack.mentions.pictures import name_of, taken, wrong_with
from bot.slack.mentions.threads import Threads
from bot.slack.mentions.tickets import Ticket
from bot.slack.mentions.understanding import understood
from bot.slack.starting import BrandOpen, Starting, Wish, YesNeeded
from bot.slack.views import mentions as views
from bot.slack.views.command_errors import bad_command
from bot.slack.views.connect import not_connected
from bot.slack.views.help import help_message
from bot.slack.views.message import Message, is_direct


class Wishes:
    """Understands messages and starts what they ask for."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core = core
        self._starting = Starting(core)
        self._threads = Threads(clock)
        self._edits = Edits(core)

    async def begin(
        self, spoken: Spoken, client: AsyncWebClient, *, confirmed: int = 0, subject_id: str = ""
    ) -> Outcome:
        """Start what is asked for, or return what the person has to know. Raises StoreError."""
        match understood(spoken.text, spoken.bot_user_id):
            case Word(name):
                return help_message() if name == "help" else views.word(name)
            case Misunderstood(problems):
                return views.to_be_sent_again(bad_command(problems, ""))
            case _ if await self._core.connections.current(spoken.workspace_id) is None:
                return views.to_be_sent_again(not_connected())
            case OpenForm():
                return await self._hint(spoken)
            case Generate(draft):
                return _wrong_files(spoken) or await self._make(spoken, client, draft, confirmed, subject_id)

    async def form(self, spoken: Spoken, client: AsyncWebClient, *, subject_id: str = "") -> tuple[Draft, Origin]:
        """Return what a form about a message opens with. Of what was misunderstood it is nothing."""
        command = understood(spoken.text, spoken.bot_user_id)
        draft = command.draft if isinstance(command, Generate | OpenForm) else Draft()
        made = await self._core.results.made(subject_id) if subject_id else None
        if made is not None:
            return self._edits.form(spoken, made, draft)
        offered = await self._references(spoken, client)
        origin = Origin(channel_id=spoken.channel_id, thread_id=spoken.root_id, brand=draft.brand, offered=offered)
        return replace(draft, attachments=offered), origin

    async def _hint(self, spoken: Spoken) -> Message:
        """Ask for the words of somebody who said nothing else."""
        made, in_private = await self._latest(spoken), is_direct(spoken.channel_id)
        if made is not None and made.allows(Derivation.EDIT):
            return views.what_to_change(Ticket.of(spoken, subject_id=made.image.id).value, in_private=in_private)
        return views.what_to_make(Ticket.of(spoken).value, in_private=in_private)

    async def _make(
        self, spoken: Spoken, client: AsyncWebClient, draft: Draft, confirmed: int, subject_id: str
    ) -> Outcome:
        made = await self._latest(spoken, subject_id, is_answer=bool(confirmed))
        try:
            if made is not None:
                return await self._edits.start(spoken, made, draft, confirmed)
            with_references = replace(draft, attachments=await self._references(spoken, client))
            return await self._generate(spoken, with_references, confirmed)
        except OutsideLimits as met:
            return Refused(met, await self._starting.credits(spoken.workspace_id, spoken.channel_id, draft))
        except SlackRefused as refusal:
            return views.unread(refusal)

    async def _latest(self, spoken: Spoken, subject_id: str = "", *, is_answer: bool = False) -> Made | None:
        """Return the image that is to be edited; to an answer, what was the thread's latest when somebody was asked.

        Not one of another workspace, which may share the channel and would pay for it.
        """
        made = None
        if subject_id:
            made = await self._core.results.made(subject_id)
        elif spoken.thread_id is not None and not is_answer:
            made = await self._core.results.latest_in_thread(spoken.channel_id, spoken.thread_id)
        return made if made and made.generation.request.workspace_id == spoken.workspace_id else None

    async def _generate(self, spoken: Spoken, draft: Draft, confirmed: int) -> Outcome:
        wish = Wish(
            key=spoken.key,
            workspace_id=spoken.workspace_id,
            user_id=spoken.user_id,
            channel_id=spoken.channel_id,
            draft=draft,
            thread_id=spoken.root_id,
            confirmed=confirmed,
        )
        match await self._starting.start(wish):
            case Generation() as generation:
                return generation
            case BrandOpen():
                return views.which_brand(Ticket.of(spoken).value)
            case YesNeeded(_, credits):
                return views.confirm(credits, Ticket.of(spoken).asking(credits).value)
            case Message() as wrong:
                return views.to_be_sent_again(wrong)

    async def _references(self, spoken: Spoken, client: AsyncWebClient) -> tuple[Attachment, ...]:
        """Return the message's own pictures, and then its thread's, the newest first. Raises SlackRefused."""
        own = taken(spoken.files)
        if spoken.thread_id is None or len(own) >= REFERENCE_LIMIT:
            return own[:REFERENCE_LIMIT]
        found = {one.id: one for one in (*own, *await self._threads.pictures(client, spoken))}
        return tuple(found.values())[:REFERENCE_LIMIT]


def _wrong_files(spoken: Spoken) -> Message | None:
    """Say which of the message's own files cannot be references: nothing is paid for without them."""
    wrong = [(name_of(file), why) for file in spoken.files if (why := wrong_with(file))]
    return views.unusable(wrong) if wrong else None
