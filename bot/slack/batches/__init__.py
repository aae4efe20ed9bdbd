"""Batches at Slack: the form, the preview, and the buttons of the batch message."""

from dataclasses import dataclass

from bot.core.clock import Clock
from bot.core.services import Core
from bot.slack.batches.buttons import BatchButtons
from bot.slack.batches.form import BatchForm
from bot.slack.batches.preview import Preview
from bot.slack.batches.template import Template
from bot.slack.connect import Connect
from bot.slack.form.refusals import Refusals
from bot.slack.uploads import Uploads


@dataclass(frozen=True, slots=True)
class BatchListeners:
    """Everything that listens to what people do with batches."""

    form: BatchForm
    preview: Preview
    buttons: BatchButtons
    template: Template


def make_batches(
    core: Core, clock: Clock, connect: Connect, refusals: Refusals, uploads: Uploads, *, row_limit: int
) -> BatchListeners:
    """Return them, joined."""
    form = BatchForm(core, connect, refusals, clock, row_limit=row_limit)
    return BatchListeners(form, Preview(core), BatchButtons(core), Template(core, uploads))
