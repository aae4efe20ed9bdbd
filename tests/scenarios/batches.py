"""How scenarios work with batches: tables are handed in, the preview is read, and what Slack shows of a batch is taken
apart again, row by row and file by file.

Nothing here asks the bot what it thinks: what was made is told by the messages, the files and Bloom's stand-in.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from bot.sandbox.slack import Message, Person, SlackFile, SlackStandIn, View
from bot.slack.views.buttons import ActionId, Field
from tests.scenarios.results import Thread, image_ids, send
from tests.scenarios.world import World, shows, words

PATIENCE = 30.0
ROW = re.compile(r"Row (\d+)\n")
FILES = 3
"""Of each round: the table of results, the contact sheet and the images."""


def table(rows: Sequence[Sequence[object]], *, delimiter: str = ",") -> str:
    """Return rows, the heading first, as a spreadsheet writes them."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue()


async def batch_form(world: World, person: Person, channel: str = "general") -> View:
    """Type the command, and return the form with its brand picker loaded."""
    answer = await person.command(channel, "/bloom", "batch")
    assert answer.ok, answer
    return await loaded(world, person)


async def loaded(world: World, person: Person) -> View:
    """Wait for the form, and for the brands in it."""
    view = await person.wait_for_view("batch")
    await world.slack.wait_until(lambda: shows(view, Field.BATCH_BRAND))
    return view


async def preview_of(world: World, person: Person, form: View, **values: Any) -> View:
    """Fill in and send the form, and return the window above it once the rows are checked."""
    await send(person, form, **values)
    preview = await world.slack.wait_until(lambda: person.open_view if person.open_view is not form else None)
    return await world.slack.wait_until(lambda: preview if "Checking" not in words(preview) else None)


async def preview_of_table(world: World, person: Person, content: str | bytes, **values: Any) -> View:
    """Hand in a table by the form, and return the preview."""
    file = csv_file(person, content)
    return await preview_of(world, person, await batch_form(world, person), batch_file=[file], **values)


def csv_file(person: Person, content: str | bytes, name: str = "spring.csv") -> SlackFile:
    """Let somebody pick a table from their disk."""
    return person.upload(name, content if isinstance(content, bytes) else content.encode())


async def started(world: World, person: Person, preview: View, channel: str = "general") -> "BatchInSlack":
    """Say yes to a preview, and return the batch once its message stands."""
    before = {message.ts for message in world.posted(channel)}
    await send(person, preview)

    def found() -> Message | None:
        return next((one for one in world.posted(channel) if one.ts not in before and not one.is_reply), None)

    return BatchInSlack(world.slack, await world.slack.wait_until(found, seconds=10))


async def batch_of(world: World, person: Person, *prompts: str, **values: Any) -> "BatchInSlack":
    """Start a batch of prompts, one a line, for Acme unless something else is said."""
    form = await batch_form(world, person)
    filled = {"batch_lines": "\n".join(prompts), "batch_brand": "Acme", **values}
    return await started(world, person, await preview_of(world, person, form, **filled))


@dataclass(frozen=True)
class ShownRow:
    """A row as one message shows it."""

    number: int
    said: str
    image_ids: tuple[str, ...]


def rows_in(message: Message) -> list[ShownRow]:
    """Return the rows that a message tells of, from top to bottom."""
    found: list[Message] = []
    for block in message.blocks:
        part = Message(message.channel_id, message.ts, "", "", [block])
        if block["type"] == "rich_text" and ROW.match(words(part)):
            found.append(part)
        elif found:
            found[-1].blocks.append(block)
    return [_row_of(part) for part in found]


def _row_of(part: Message) -> ShownRow:
    said = words(part)
    named = ROW.match(said)
    assert named is not None
    return ShownRow(int(named[1]), said, tuple(image_ids(part)))


class BatchInSlack:
    """A batch as the people see it who read its thread."""

    def __init__(self, slack: SlackStandIn, message: Message) -> None:
        self._slack = slack
        self.message = message
        self.thread = Thread(slack, message)
        assert message.metadata is not None
        self.id = str(message.metadata["event_payload"]["batch_id"])
        """By what the bot knows it again."""

    @property
    def said(self) -> str:
        """Return what the batch message says at the moment."""
        return words(self.message)

    @property
    def results(self) -> list[Message]:
        """Return the messages with rows, the oldest first."""
        return [one for one in self.thread.said if one.is_reply and rows_in(one)]

    @property
    def rows(self) -> list[ShownRow]:
        """Return the rows whose results stand in the thread, in the order in which they stand there."""
        return [row for message in self.results for row in rows_in(message)]

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of these rows."""
        return [row.number for row in self.rows]

    @property
    def summaries(self) -> list[Message]:
        """Return what the thread says at the end of each round."""
        return [one for one in self.thread.said if one.is_reply and "your batch of" in words(one)]

    def row(self, number: int) -> ShownRow:
        """Return the latest result of a row."""
        return [row for row in self.rows if row.number == number][-1]

    @property
    def file_count(self) -> int:
        """Return how many files stand in the thread."""
        return sum(len(message.files) for message in self.thread.said)

    def files(self) -> dict[str, bytes]:
        """Return the files in the thread by their names; none of them stands there twice."""
        ids = [file["id"] for message in self.thread.said for file in message.files]
        found = [file for file_id in ids if (file := self._slack.file(file_id)) is not None]
        assert len({file.name for file in found}) == len(found), [file.name for file in found]
        return {file.name: file.data or b"" for file in found}

    def file(self, part: str, round_: int = 1) -> bytes:
        """Return the file of a round that has this in its name."""
        found = [data for name, data in self.files().items() if part in name]
        return found[round_ - 1]

    def csv(self, round_: int = 1) -> list[dict[str, str]]:
        """Return the table of results of a round, cell by cell."""
        text = self.file(".csv", round_).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def zipped(self, round_: int = 1) -> dict[str, bytes]:
        """Return what is in the ZIP of a round, by name; nothing in it is damaged."""
        with zipfile.ZipFile(io.BytesIO(self.file(".zip", round_))) as opened:
            assert opened.testzip() is None
            return {name: opened.read(name) for name in opened.namelist()}

    async def press(self, person: Person, action: ActionId, message: Message | None = None) -> None:
        """Press a button of the batch, saying yes where Slack asks."""
        shown = message or self.message
        (control,) = [one for one in shown.controls if one.place[1] == action]
        answer = await person.click(shown, control.place, confirm=True)
        assert answer.ok, answer

    def offers(self, action: ActionId) -> bool:
        """Whether the batch message has a button that does this."""
        return any(control.place[1] == action for control in self.message.controls)

    async def until(self, holds: Callable[["BatchInSlack"], object]) -> None:
        """Wait until something holds of the batch."""
        await self._slack.wait_until(lambda: holds(self), seconds=PATIENCE)

    async def ended(self, rounds: int = 1) -> None:
        """Wait until a round is over: its files stand, and the batch message says so."""
        await self.until(lambda one: one.file_count == FILES * rounds and "a summary, are in the thread" in one.said)
        assert len(self.summaries) == rounds


async def finished(world: World, batch: BatchInSlack) -> None:
    """Wait until the end is on record, which comes after people read of it: until then nothing is tried again."""
    while (on_record := await world.bot.core.batches.get(batch.id)) is None or on_record.state.is_open:
        await world.clock.sleep(0.2)


def picture_in(content: bytes) -> tuple[str, tuple[int, int]]:
    """Return what kind of picture a file holds, and its size; it is one from the first byte to the last."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        return str(opened.format), opened.size
