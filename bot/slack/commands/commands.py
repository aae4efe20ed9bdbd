"""`/bloom` and everything that can follow it."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import OutsideLimits
from bot.core.models import Generation
from bot.core.services import Core
from bot.slack.batches.form import BatchForm
from bot.slack.commands.text import Generate, Misunderstood, OpenForm, Word, parse
from bot.slack.connect import Connect
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.home.home import Home
from bot.slack.payloads import workspace_of
from bot.slack.sights import PageName, Sight
from bot.slack.starting import BrandOpen, Starting, Wish, YesNeeded
from bot.slack.views.batches.form import BatchOrigin
from bot.slack.views.command_errors import bad_command
from bot.slack.views.connect import not_connected
from bot.slack.views.help import help_message
from bot.slack.views.limits import refused
from bot.slack.views.message import Message, is_direct, unescape
from bot.slack.views.request import FIRST_TO_YOU
from bot.slack.views.trouble import note

PAGES = {
    "brands": PageName.BRANDS,
    "credits": PageName.USAGE,
    "history": PageName.HISTORY,
    "settings": PageName.SETTINGS,
}


class Commands:
    """Answers the slash command; what goes wrong is told to the one person, with the text they typed."""

    def __init__(
        self, core: Core, form: Form, connect: Connect, home: Home, refusals: Refusals, *, batches: BatchForm
    ) -> None:
        self._core = core
        self._form = form
        self._connect = connect
        self._home = home
        self._refusals = refusals
        self._batches = batches
        self._starting = Starting(core)

    @guarded
    async def run(self, args: AsyncArgs) -> None:
        """Understand the text and hand it on."""
        text = args.body.get("text") or ""
        match parse(text):
            case Word(name="help"):
                await _say(args, help_message())
            case Word(name="connect"):
                await self._connect.open(args)
            case Word(name="batch"):
                await self._batches.open(args, BatchOrigin(channel_id=args.body["channel_id"]))
            case Word(name):
                await self._home.open_modal(args, Sight(page=PAGES[name], channel_id=args.body["channel_id"]))
            case Misunderstood(problems, typed):
                await _say(args, bad_command(problems, typed))
            case _ if await self._core.connections.current(workspace_of(args)) is None:
                await _say(args, not_connected(unescape(text)))
            case OpenForm(draft):
                await self._form.open(args, draft, _origin(args, draft))
            case Generate(draft):
                await self._generate_within_limits(args, draft, unescape(text))

    async def _generate_within_limits(self, args: AsyncArgs, draft: Draft, typed: str) -> None:
        """Generate, or acknowledge and say which limit is in the way: whom to ask, Slack may have to say."""
        try:
            await self._generate(args, draft, typed)
        except OutsideLimits as met:
            await args.ack()
            channel_id = args.body["channel_id"]
            needed = await self._starting.credits(workspace_of(args), channel_id, draft)
            refusal = await self._refusals.explained(args, met, channel_id=channel_id, needed=needed)
            await whisper(args, refused(refusal, typed))

    async def _generate(self, args: AsyncArgs, draft: Draft, typed: str) -> None:
        """Start at once when the brand is known, else open the form filled in. Raises OutsideLimits."""
        match await self._starting.start(_wish(args, draft, typed)):
            case Generation(request=request):
                is_elsewhere = request.is_preview and not is_direct(request.channel_id)
                await (_say(args, note(FIRST_TO_YOU)) if is_elsewhere else args.ack())
            case BrandOpen():
                await self._form.open(args, draft, _origin(args, draft))
            case YesNeeded(filled, credits):
                await self._form.open(args, filled, Origin(channel_id=args.body["channel_id"], confirmed=credits))
            case Message() as wrong:
                await _say(args, wrong)


def _wish(args: AsyncArgs, draft: Draft, typed: str) -> Wish:
    return Wish(
        key=f"command:{args.body['trigger_id']}",
        workspace_id=workspace_of(args),
        user_id=args.body["user_id"],
        channel_id=args.body["channel_id"],
        draft=draft,
        typed=typed,
    )


def _origin(args: AsyncArgs, draft: Draft) -> Origin:
    return Origin(channel_id=args.body["channel_id"], brand=draft.brand)


async def _say(args: AsyncArgs, message: Message) -> None:
    await args.ack(text=message.text, blocks=message.blocks)
