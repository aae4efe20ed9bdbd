"""Giving brands logos: the form opens at once, and Bloom's answer takes its place."""

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.brands.addresses import file_address
from bot.core.clock import Clock
from bot.core.errors import BloomRefused, BotError, SlackRefused
from bot.core.models import FILE_LIMIT, BrandLogo
from bot.core.services import Core
from bot.slack.asking import begin_asking, end_asking
from bot.slack.downloads import NOT_READABLE, NOT_SLACKS, TOO_LARGE, download
from bot.slack.guard import guarded
from bot.slack.opening import open_view
from bot.slack.payloads import person_of, value_of, workspace_of
from bot.slack.views.brands import logo_form as view
from bot.slack.views.buttons import Field
from bot.slack.views.message import NAME_LIMIT, escape, shorten
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

ABOUT_THE_LOGO = frozenset({"INVALID_LOGO", "INVALID_URL", "DOWNLOAD_FAILED", "UNSUPPORTED_FORMAT", "FILE_TOO_LARGE"})
"""Bloom's refusals that another logo helps against."""
GONE = "BRAND_NOT_FOUND"
NOT_READ = "Slack didn't let me read the file. Choose it again, or give its address instead."
SLACK_AWAY = "Slack isn't answering right now; try again in a moment."
SLACKS_SENTENCES = {TOO_LARGE: view.TOO_LARGE, NOT_READABLE: NOT_READ, NOT_SLACKS: NOT_READ}


class GiveLogo:
    """Asks for a logo, and gives it to Bloom."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core = core
        self._clock = clock

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Open the form for the brand of the button."""
        await args.ack()
        workspace_id, brand_id = workspace_of(args), value_of(args)
        await self._core.managers.require(*person_of(args))
        await self._core.connections.present(workspace_id)
        brand = (await self._core.brands.known(workspace_id)).get(brand_id)
        name = shorten(brand.name, NAME_LIMIT) if brand else ""
        await open_view(args, view.give_logo(view.Subject(brand_id=brand_id, name=name)))

    @guarded
    async def submit(self, args: AsyncArgs) -> None:
        """Say at its field what cannot be; else show that Bloom is asked, then what came of it."""
        form = args.body["view"]
        subject, draft = view.subject_of(form), view.read(form)
        if found := view.errors(draft):
            await args.ack(response_action="errors", errors=found)
            return
        name = await begin_asking(args, view.asking(subject))
        self._core.tasks.start(self._give(args, subject, draft, name), name="give a brand a logo")

    async def _give(self, args: AsyncArgs, subject: view.Subject, draft: view.LogoDraft, name: str) -> None:
        workspace_id, user_id = person_of(args)
        try:
            await self._core.managers.require(workspace_id, user_id)
            logo = await _logo(args, draft)
            await self._core.onboarding.give_logo(workspace_id, user_id, subject.brand_id, logo)
        except BotError as error:
            log.warning("a brand gets no logo", reason=repr(error))
            await self._refuse(args, subject, draft, name, error)
            return
        await end_asking(args, self._clock, name, view.given(subject), view.GIVEN_PLAIN)

    async def _refuse(
        self, args: AsyncArgs, subject: view.Subject, draft: view.LogoDraft, name: str, error: BotError
    ) -> None:
        """Show the form again with what is wrong, or only that where another logo would not help."""
        sentence, at = _problem(draft, error)
        is_gone = isinstance(error, BloomRefused) and error.code == GONE
        again = view.give_logo(subject, draft, problem=sentence, at=at)
        outcome = view.told(subject, escape(sentence)) if is_gone else again
        await end_asking(args, self._clock, name, outcome, sentence)


async def _logo(args: AsyncArgs, draft: view.LogoDraft) -> str | BrandLogo:
    """Return the logo as Bloom takes it. Raises SlackRefused."""
    file = draft.file
    if file is None:
        return file_address(draft.address) or ""
    content = await download(args.client, file.url, at_most=FILE_LIMIT)
    return BrandLogo(file.name, content, file.bloom_type or "")


def _problem(draft: view.LogoDraft, error: BotError) -> tuple[str, Field | None]:
    """Return what is wrong, and with which field."""
    if isinstance(error, SlackRefused):
        return SLACKS_SENTENCES.get(error.error, SLACK_AWAY), Field.LOGO_FILE if draft.file else None
    if not isinstance(error, BloomRefused) or error.code not in ABOUT_THE_LOGO:
        return sentence_of(error), None
    if draft.file is None:
        return sentence_of(error), Field.LOGO_ADDRESS
    return f"{sentence_of(error)} {view.AGAIN}", Field.LOGO_FILE
