"""`/bloom` and everything that can follow it."""

from dataclasses import replace

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.errors import NeedsConfirmation, OutsideLimits
from bot.core.models import Brand, BrandState, GenerationRequest
from bot.core.services import Core
from bot.slack.commands.text import Generate, Misunderstood, OpenForm, Word, parse
from bot.slack.connect import Connect
from bot.slack.form.contents import meant
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.form.refusals import Refusals
from bot.slack.guard import guarded, whisper
from bot.slack.home.home import Home
from bot.slack.payloads import workspace_of
from bot.slack.sights import PageName, Sight
from bot.slack.views.command_errors import ambiguous_brand, bad_command, brand_not_ready, unknown_brand
from bot.slack.views.connect import not_connected
from bot.slack.views.help import help_message
from bot.slack.views.limits import refused
from bot.slack.views.message import Message, unescape

PAGES = {
    "brands": PageName.BRANDS,
    "credits": PageName.USAGE,
    "history": PageName.HISTORY,
    "settings": PageName.SETTINGS,
}


class Commands:
    """Answers the slash command; what goes wrong is told to the one person, with the text they typed."""

    def __init__(self, core: Core, form: Form, connect: Connect, home: Home, refusals: Refusals) -> None:
        self._core = core
        self._form = form
        self._connect = connect
        self._home = home
        self._refusals = refusals

    @guarded
    async def run(self, args: AsyncArgs) -> None:
        """Understand the text and hand it on."""
        text = args.body.get("text") or ""
        match parse(text):
            case Word(name="help"):
                await _say(args, help_message())
            case Word(name="connect"):
                await self._connect.open(args)
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
            refusal = await self._refusals.explained(
                args, met, channel_id=args.body["channel_id"], needed=draft.credits
            )
            await whisper(args, refused(refusal, typed))

    async def _generate(self, args: AsyncArgs, draft: Draft, typed: str) -> None:
        """Start at once when the brand is known, else open the form filled in. Raises OutsideLimits."""
        workspace_id, channel_id = workspace_of(args), args.body["channel_id"]
        known = await self._core.brands.known(workspace_id)
        defaults = (await self._core.preferences.current(workspace_id)).defaults_in(channel_id)
        match meant(known, draft, defaults.brand_id):
            case None:
                await self._core.policy.let_in(workspace_id, args.body["user_id"], channel_id)
                await self._form.open(args, draft, _origin(args, draft))
            case []:
                await _say(args, unknown_brand(draft.brand or "", known.brands, typed))
            case [brand] if brand.state is BrandState.READY:
                await self._start(args, draft.filled(defaults), brand)
            case [brand]:
                await _say(args, brand_not_ready(brand, typed))
            case candidates:
                await _say(args, ambiguous_brand(draft.brand or "", candidates, typed))

    async def _start(self, args: AsyncArgs, draft: Draft, brand: Brand) -> None:
        """Start, or open the form that asks whether it may cost so much."""
        try:
            await self._core.generations.start(_request(args, draft, brand))
        except NeedsConfirmation as asked:
            origin = Origin(channel_id=args.body["channel_id"], confirmed=asked.credits)
            await self._form.open(args, replace(draft, brand_id=brand.id), origin)
        else:
            await args.ack()


def _request(args: AsyncArgs, draft: Draft, brand: Brand) -> GenerationRequest:
    return GenerationRequest(
        key=f"command:{args.body['trigger_id']}",
        workspace_id=workspace_of(args),
        channel_id=args.body["channel_id"],
        user_id=args.body["user_id"],
        parameters=draft.parameters(brand.id),
        brand_name=brand.name,
    )


def _origin(args: AsyncArgs, draft: Draft) -> Origin:
    return Origin(channel_id=args.body["channel_id"], brand=draft.brand)


async def _say(args: AsyncArgs, message: Message) -> None:
    await args.ack(text=message.text, blocks=message.blocks)
