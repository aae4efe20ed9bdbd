"""The table to begin with, sent to whoever asks for it in the form."""

import structlog
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.core.batches.table.template import FILE_NAME, template
from bot.core.brands import labels
from bot.core.errors import SlackRefused
from bot.core.services import Core
from bot.slack.asking import complete
from bot.slack.guard import guarded
from bot.slack.payloads import person_of, workspace_of
from bot.slack.uploads import Uploads
from bot.slack.views.batches.form import with_template_note

log = structlog.get_logger(__name__)

COMMENT = "Fill it in, one row for each image, and upload it with `/bloom batch`. Only the column *prompt* is needed."
SENT = ":white_check_mark: Sent: it's in your messages from me."
NOT_SENT = ":warning: Slack didn't let me send it. Try again in a moment."


class Template:
    """Sends the template."""

    def __init__(self, core: Core, uploads: Uploads) -> None:
        self._core = core
        self._uploads = uploads

    @guarded
    async def press(self, args: AsyncArgs) -> None:
        """Acknowledge, and send the table by direct message: Slack takes a moment for a file."""
        await args.ack()
        self._core.tasks.start(self._send(args), name="send a template for a batch")

    async def _send(self, args: AsyncArgs) -> None:
        sentence = SENT
        try:
            table = template(await self._brand(args))
            await self._uploads.send(*person_of(args), FILE_NAME, table, COMMENT)
        except SlackRefused as refusal:
            log.warning("nobody gets a template for a batch", error=refusal.error)
            sentence = NOT_SENT
        form = args.body["view"]
        await complete(args, form, with_template_note(form, sentence))

    async def _brand(self, args: AsyncArgs) -> str:
        """Return the name of a brand that can stand in the table as it is; nothing where none is known."""
        known = await self._core.brands.known(workspace_of(args))
        return labels(known.brands)[known.ready[0].id] if known.ready else ""
