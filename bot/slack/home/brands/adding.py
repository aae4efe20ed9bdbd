"""Adding brands: the form opens at once, and Bloom's answer takes its place."""

from contextlib import suppress

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.brands.addresses import brand_address, file_address
from bot.core.clock import Clock
from bot.core.errors import BloomRefused, BloomUnavailable, BotError, NotAllowed
from bot.core.models import OWNER_NEEDED, NewBrand
from bot.core.services import Core
from bot.slack.asking import begin_asking, complete, end_asking
from bot.slack.guard import guarded
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.opening import open_view
from bot.slack.payloads import person_of, value_of, workspace_of
from bot.slack.views.brands import add_form as view
from bot.slack.views.buttons import Field
from bot.slack.views.message import bold
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

OWNER_GONE = "WORKSPACE_NOT_FOUND"
FIELDS = {
    "INVALID_URL": Field.ADDRESS,
    "INVALID_LOGO": Field.LOGO_ADDRESS,
    "DOWNLOAD_FAILED": Field.LOGO_ADDRESS,
    "UNSUPPORTED_FORMAT": Field.LOGO_ADDRESS,
    "FILE_TOO_LARGE": Field.LOGO_ADDRESS,
    OWNER_GONE: Field.BLOOM_WORKSPACE,
    OWNER_NEEDED: Field.BLOOM_WORKSPACE,
}
"""Which field each of the refusals is about."""
ABOUT_THE_OWNER = (OWNER_GONE, OWNER_NEEDED)
EITHER_ADDRESS = "Bloom can't open that address, or the logo's; check that both are right and public."


class AddBrand:
    """Asks what a brand is to be made from, and lets Bloom make it."""

    def __init__(self, core: Core, bloom: BloomFacts, clock: Clock) -> None:
        self._core = core
        self._bloom = bloom
        self._clock = clock

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form, with the address of the button."""
        await args.ack()
        workspace_id = workspace_of(args)
        await self._core.managers.require(*person_of(args))
        draft, owners = view.BrandDraft(address=value_of(args)), await self._owners(workspace_id)
        opened = await open_view(args, view.add_brand(draft, owners))
        if owners.chosen is None:
            self._core.tasks.start(self._offer_owners(args, draft, opened, owners), name="ask for Bloom's workspaces")

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Say at its field what cannot be; else show that Bloom is asked, then what came of it."""
        draft = view.read(args.body["view"])
        if found := view.errors(draft):
            await args.ack(response_action="errors", errors=found)
            return
        name = await begin_asking(args, view.asking(draft))
        self._core.tasks.start(self._add(args, draft, name), name="ask Bloom for a brand")

    async def _add(self, args: AsyncArgs, draft: view.BrandDraft, name: str) -> None:
        workspace_id, site = workspace_of(args), view.site_typed(draft)
        try:
            await self._core.managers.require(*person_of(args))
            owners = await self._owners(workspace_id)
            if owners.lack(draft.owner):
                raise BloomRefused(OWNER_GONE, 404)
            outcome = await self._ask(workspace_id, str(args.context.user_id), draft, owners)
        except BotError as error:
            log.warning("a brand is not added", reason=repr(error))
            await self._refuse(args, draft, name, error)
            return
        shown = view.told(outcome.format(site=bold(site)))
        await end_asking(args, self._clock, name, shown, outcome.format(site=site))

    async def _ask(self, workspace_id: str, user_id: str, draft: view.BrandDraft, owners: view.Owners) -> str:
        """Return the sentence about what came of it, with a place for the site."""
        wanted = NewBrand(
            url=brand_address(draft.address) or "",
            logo_url=file_address(draft.logo) if draft.logo else None,
            collect_images=draft.collects_images,
            bloom_workspace=owners.named(draft.owner),
        )
        try:
            await self._core.onboarding.add(workspace_id, user_id, wanted)
        except BloomUnavailable as away:
            if not away.sent:
                raise
            return view.FOLLOWED_UP
        return view.ADDED

    async def _refuse(self, args: AsyncArgs, draft: view.BrandDraft, name: str, error: BotError) -> None:
        """Show the form again, with what was typed and what is wrong with it."""
        owners = view.Owners()  # who is no manager any more does not see which there are
        code = error.code if isinstance(error, BloomRefused) else ""
        with suppress(BotError):  # not connected any more, or Bloom is away
            if not isinstance(error, NotAllowed):
                owners = await self._owners(workspace_of(args), asks_bloom=code in ABOUT_THE_OWNER)
        at = FIELDS.get(code)
        if at is Field.BLOOM_WORKSPACE and not owners.are_several:
            at = None
        sentence = EITHER_ADDRESS if at is Field.ADDRESS and draft.logo else sentence_of(error)
        again = view.add_brand(draft, owners, problem=sentence, at=at)
        await end_asking(args, self._clock, name, again, f"{view.site_typed(draft)}: {sentence}")

    async def _offer_owners(
        self, args: AsyncArgs, draft: view.BrandDraft, opened: dict[str, str], shown: view.Owners
    ) -> None:
        """Put the choice of Bloom's workspaces into the open form, where there is one that it does not show yet."""
        owners = await self._owners(workspace_of(args), asks_bloom=True)
        if owners.are_several and owners != shown:
            await complete(args, opened, view.add_brand(draft, owners))

    async def _owners(self, workspace_id: str, *, asks_bloom: bool = False) -> view.Owners:
        """Return who can own a brand, as last seen or as Bloom says now. Raises NotConnected or BloomError."""
        connection = await self._core.connections.present(workspace_id)
        if connection.bloom_workspace:
            return view.Owners(chosen=connection.bloom_workspace)
        if asks_bloom:
            return view.Owners(await self._bloom.ask_workspaces(connection))
        return view.Owners(self._bloom.known_workspaces(connection))
