"""Forms on people's screens: drawn anew as they choose, and filled in when Bloom has said what they still lack.

Each rendering that shows something unfinished starts one follower with the draft and the hash it was rendered from.
When the person changes the form meanwhile, the follower's hash is stale, Slack refuses its update, and the newer
rendering's own follower goes on. A change itself goes without a hash: the person's choice is the newest there is.
"""

from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError
from bot.core.services import Core
from bot.slack.client import slack_errors
from bot.slack.form.contents import Contents, FormContents
from bot.slack.form.drafts import Draft, Origin
from bot.slack.opening import only_if_current
from bot.slack.views.form.form import Loading, Ready, Unreachable, form
from bot.slack.views.problems import sentence_of


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
        if contents.is_unfinished:
            self._core.tasks.start(self._fill(shown, contents), name=f"fill form {shown.id}")

    async def _draw(self, shown: OpenForm, contents: Contents) -> None:
        with only_if_current():
            self.follow(await _update(shown, contents), contents)

    async def _fill(self, shown: OpenForm, contents: Contents) -> None:
        """Show the brands when Bloom has named them, then what is left to spend."""
        with only_if_current():
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
    return form(contents.draft, origin, picker=contents.picker, means=contents.means, refusal=refusal)


async def _update(shown: OpenForm, contents: Contents) -> OpenForm:
    with slack_errors():
        answer = await shown.client.views_update(view_id=shown.id, hash=shown.hash, view=drawn(contents, shown.origin))
    return replace(shown, hash=answer["view"]["hash"])
