"""Somebody who uploads a table instead of typing commands: `/bloom batch`, the file, the preview, and Start."""

import csv
import io
import time
from collections.abc import Sequence

from bot.slack.views.buttons import Field
from tests.bench.samples import Sample
from tests.bench.stage import Stage, prompt

FORM, PREVIEW = "batch", "batch_preview"
"""The callback ids of what is filled in, and of what is looked at before anything is spent."""
PATIENCE = 15.0


async def upload(stage: Stage, numbers: Sequence[int], name: str, channel: str) -> None:
    """Have a row made for each of these numbers; what becomes of one is observed from the last click on."""
    person = stage.slack.person(name)
    await person.command(channel, "/bloom", "batch")
    form = await person.wait_for_view(FORM, seconds=PATIENCE)
    await person.submit(form, {Field.BATCH_FILE: person.upload("bench.csv", table(numbers))})
    preview = await person.wait_for_view(PREVIEW, seconds=PATIENCE)
    clicked = time.monotonic()
    for number in numbers:
        stage.observed.samples[number] = Sample(number, name, clicked)
    answer = await person.submit(preview)
    for number in numbers:
        sample = stage.observed.samples[number]
        sample.ack_seconds, sample.is_acked = answer.seconds, answer.ok


def table(numbers: Sequence[int]) -> bytes:
    """Return a spreadsheet with a prompt for each of these numbers."""
    written = io.StringIO()
    csv.writer(written).writerows([["prompt"], *([prompt(number)] for number in numbers)])
    return written.getvalue().encode()
