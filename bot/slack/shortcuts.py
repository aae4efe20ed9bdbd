"""The form from anywhere: Slack's shortcut menu, and the menu of a message."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.models import FILE_LIMIT, PROMPT_LIMIT, REFERENCE_LIMIT, Attachment
from bot.core.services import Core
from bot.slack.form.drafts import Draft, Origin
from bot.slack.form.form import Form
from bot.slack.guard import guarded
from bot.slack.payloads import workspace_of
from bot.slack.views.buttons import ActionId
from bot.slack.views.form.picture_files import attachment, is_picture
from bot.slack.views.message import plain
from bot.slack.views.slack_files import size_of

IMAGE_BUTTONS = frozenset(
    {
        ActionId.VARY,
        ActionId.EDIT_IMAGE,
        ActionId.RESIZE,
        ActionId.SHARE,
        ActionId.SHARE_HERE,
        ActionId.DISCARD,
    }
)
"""Those whose value is an image's id."""


class Shortcuts:
    """Opens the form."""

    def __init__(self, core: Core, form: Form) -> None:
        self._core = core
        self._form = form

    @guarded
    async def make_image(self, args: AsyncArgs) -> None:
        """Open an empty form that asks for the channel."""
        await self._form.open(args, Draft(), Origin())

    @guarded
    async def make_image_from_message(self, args: AsyncArgs) -> None:
        """Open the form with the message's words and pictures; the image comes in its thread."""
        await self._form.open(args, *await self.filled(args))

    async def filled(self, args: AsyncArgs) -> tuple[Draft, Origin]:
        """Return what the form of a message begins with.

        Of a message of ours the pictures are the images that it shows, as they are at Bloom, and the words what was
        asked for: what stands around them is ours. Raises StoreError.
        """
        message, channel_id = args.body["message"], args.body["channel"]["id"]
        shown = await self._core.references.shown_in(
            workspace_of(args), channel_id, message["ts"], list(_images_with_buttons(message))
        )
        made = await self._core.results.made(shown[0]) if shown else None
        prompt = made.order.prompt if made else plain(message.get("text") or "")
        draft = Draft(
            prompt=prompt[:PROMPT_LIMIT],
            reference_ids=shown[:REFERENCE_LIMIT],
            attachments=() if shown else pictures_of(message)[:REFERENCE_LIMIT],
        )
        return draft, Origin(channel_id=channel_id, thread_id=message.get("thread_ts") or message["ts"])


def pictures_of(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """Return the files of a message that Bloom takes, each once; all others are left alone."""
    fitting = (file for file in message.get("files") or () if (size_of(file) or 0) <= FILE_LIMIT)
    files = (attachment(file) for file in fitting if is_picture(file))
    return tuple({one.id: one for one in files if one}.values())


def _images_with_buttons(message: Mapping[str, Any]) -> Iterator[str]:
    """Return what may be images of ours: whether the message shows them, the database knows."""
    for block in message.get("blocks") or ():
        for element in block.get("elements") or () if block.get("type") == "actions" else ():
            if element.get("action_id") in IMAGE_BUTTONS:
                yield str(element.get("value") or "")
