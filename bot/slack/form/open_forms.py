"""Forms on people's screens: drawn anew as they choose, and filled in when Bloom has said what they still lack.

Each rendering that shows something unfinished starts one follower with the draft and the hash it was rendered from.
When the person changes the form meanwhile, the follower's hash is stale, Slack refuses its update, and the newer
rendering's own follower goes on. A change itself goes without a hash: the person's choice is the newest there is.
An image that is to be edited is filled in as well: Slack fetches it before it takes the form, or refuses to.
"""

from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError, SlackRefused
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.form.contents import Contents, FormContents
from bot.slack.form.drafts import Draft, Origin
from bot.slack.opening import only_if_current
from bot.slack.views.form.brand import Loading, Ready, Unreachable
from bot.slack.views.form.form import form
from bot.slack.views.pictures import pictures
from bot.slack.views.problems import sentence_of

log = structlog.get_logger(__name__)

PICTURE_REFUSED = frozenset({"invalid_arguments", "invalid_blocks"})
"""Slack's words for a view with a picture that it cannot fetch, among others."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form on somebody's screen, as it was last rendered."""

    client: AsyncWebClient
    workspace_id: str
    user_id: str
    id: str
    hash: str | None
    draft: Draft
    origin: Origin
    channel_id: str | None = None
    """What is chosen in it, where it asks."""
    has_picker: bool = False


class OpenForms:
    """Draws them; one that was closed or changed in the meantime is let go of."""

    def __init__(self, core: Core, contents: FormContents) -> None:
        self._core = core
        self._contents = contents

    async def look(self, shown: OpenForm) -> Contents:
        """Return what the form shows as things are."""
        return await self._contents.look(
            shown.workspace_id,
            shown.user_id,
            shown.draft,
            shown.origin,
            channel_id=shown.channel_id,
            has_picker=shown.has_picker,
        )

    async def draw(self, shown: OpenForm) -> None:
        """Draw it as things are. Raises SlackRefused."""
        await self._draw(shown, await self.look(shown))

    async def reload(self, shown: OpenForm) -> None:
        """Show that Bloom is asked for the brands, and ask. Raises SlackRefused."""
        await self._draw(shown, replace(await self.look(shown), picker=Loading()))

    def follow(self, shown: OpenForm, contents: Contents) -> None:
        """See to it that what the form still lacks is filled in."""
        if contents.is_unfinished or _pictured(shown, contents) is not None:
            self._core.tasks.start(self._fill(shown, contents), name=f"fill form {shown.id}")

    async def _draw(self, shown: OpenForm, contents: Contents) -> None:
        with only_if_current():
            self.follow(await _update(shown, contents), contents)

    async def _fill(self, shown: OpenForm, contents: Contents) -> None:
        """Show the image that it is about, the brands when Bloom has named them, then what is left to spend."""
        with only_if_current():
            shown = await _with_picture(shown, contents)
            if isinstance(contents.picker, Loading):
                contents = await self._loaded(shown, contents)
                shown = await _update(shown, contents)
            known = await self._core.brands.known(shown.workspace_id)
            payer = known.payer(contents.draft.brand_id)
            if isinstance(contents.picker, Ready) and payer is not None:
                credits = await self._core.usage.credits(shown.workspace_id, payer)
                await _update(shown, replace(contents, means=replace(contents.means, credits=credits)))

    async def _loaded(self, shown: OpenForm, contents: Contents) -> Contents:
        try:
            await self._core.brands.refresh(shown.workspace_id)
        except BotError as error:
            return replace(contents, picker=Unreachable(sentence_of(error)))
        return await self.look(shown)


def drawn(contents: Contents, origin: Origin, refusal: str = "") -> dict[str, Any]:
    """Return the form; ``refusal``, in mrkdwn, says why it could not be sent as it is."""
    return form(
        contents.draft,
        origin,
        picker=contents.picker,
        means=contents.means,
        subject=contents.subject,
        known=contents.known,
        refusal=refusal,
    )


async def _with_picture(shown: OpenForm, contents: Contents) -> OpenForm:
    """Show the image that the form is about, if there is one that is not shown yet and that Slack takes."""
    pictured = _pictured(shown, contents)
    if pictured is None:
        return shown
    try:
        return await _update(pictured, contents)
    except SlackRefused as refusal:
        if refusal.error not in PICTURE_REFUSED:
            raise
        log.info("Slack does not show an image that is to be edited", error=refusal.error)
        return shown


def _pictured(shown: OpenForm, contents: Contents) -> OpenForm | None:
    """Return the form with the image that it lacks; None when it lacks none."""
    origin = shown.origin.model_copy(update={"is_pictured": True})
    lacks_one = contents.subject is not None and not shown.origin.is_pictured and pictures(drawn(contents, origin))
    return replace(shown, origin=origin) if lacks_one else None


async def _update(shown: OpenForm, contents: Contents) -> OpenForm:
    with slack_errors():
        answer = await shown.client.views_update(view_id=shown.id, hash=shown.hash, view=drawn(contents, shown.origin))
    return replace(shown, hash=answer["view"]["hash"])
