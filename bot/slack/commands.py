"""`/bloom` and everything that can follow it."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.brands import KnownBrands, named
from bot.core.models import Brand, BrandState, GenerationRequest
from bot.core.services import Core
from bot.slack.command_text import Generate, Misunderstood, OpenForm, Word, parse
from bot.slack.connect import Connect
from bot.slack.drafts import Draft, Origin
from bot.slack.guard import guarded, workspace_of
from bot.slack.modal import Form
from bot.slack.views.command_errors import ambiguous_brand, bad_command, brand_not_ready, unknown_brand
from bot.slack.views.connect import not_connected
from bot.slack.views.help import help_message
from bot.slack.views.message import Message, unescape


class Commands:
    """Answers the slash command; what goes wrong is told to the one person, with the text they typed."""

    def __init__(self, core: Core, form: Form, connect: Connect) -> None:
        self._core = core
        self._form = form
        self._connect = connect

    @guarded
    async def run(self, args: AsyncArgs) -> None:
        """Understand the text and hand it on."""
        text = args.body.get("text") or ""
        match parse(text):
            case Word(name="help"):
                await _say(args, help_message())
            case Word(name="connect"):
                await self._connect.open(args)
            case Misunderstood(problems, typed):
                await _say(args, bad_command(problems, typed))
            case _ if await self._core.connections.current(workspace_of(args)) is None:
                await _say(args, not_connected(unescape(text)))
            case OpenForm(draft):
                await self._form.open(args, draft, _origin(args, draft))
            case Generate(draft):
                await self._generate(args, draft, unescape(text))

    async def _generate(self, args: AsyncArgs, draft: Draft, typed: str) -> None:
        """Start at once when the brand is known, else open the form filled in."""
        known = await self._core.brands.known(workspace_of(args))
        match _meant(draft, known):
            case None:
                await self._form.open(args, draft, _origin(args, draft))
            case []:
                await _say(args, unknown_brand(draft.brand or "", known.brands, typed))
            case [brand] if brand.state is BrandState.READY:
                await self._core.generations.start(_request(args, draft, brand))
                await args.ack()
            case [brand]:
                await _say(args, brand_not_ready(brand, typed))
            case candidates:
                await _say(args, ambiguous_brand(draft.brand or "", candidates, typed))


def _meant(draft: Draft, known: KnownBrands) -> list[Brand] | None:
    """Return the brands that can be meant; None when the form has to ask."""
    if known.seen_at is None:
        return None
    if draft.brand is not None:
        return named(known.brands, draft.brand)
    return list(known.ready) if len(known.ready) == 1 else None


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
