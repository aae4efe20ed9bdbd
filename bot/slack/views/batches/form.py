"""The form that a batch begins with: prompts or a table, and what holds for rows that don't say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from slack_sdk.models.blocks import Block, DividerBlock, InputBlock, PlainTextInputElement
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.core.models import ANY_RATIO, TABLE_LIMIT, ImageModel, ImageSize, RowDefaults
from bot.slack.views.batches.table_files import ENDINGS, TableFile, is_table, is_too_large, table_file
from bot.slack.views.buttons import ActionId, Field, button
from bot.slack.views.form.brand import BrandPicker, brand_blocks
from bot.slack.views.form.choices import VARIANTS, select_one
from bot.slack.views.inputs import chosen, entry, member
from bot.slack.views.menus import ANY_OR_RATIOS, MODELS, SHAPES, SIZES
from bot.slack.views.message import context, escape, modal, section
from bot.slack.views.wording import images_count

CALLBACK_ID = "batch"
TITLE = "Make a batch"
TEMPLATE_BLOCK = "template"
LINES_LIMIT = 3000
"""Characters that Slack lets people type."""

LINES_LABEL = "Prompts"
LINES_HINT = "One a line: up to {limit:,} lines and 3,000 characters. A table takes longer ones."
LINES_PLACEHOLDER = "A red bicycle against a brick wall\nA blue door at noon"
FILE_LABEL = "Or a table"
FILE_HINT = (
    "CSV or TSV, up to {limit:,} rows, with a column prompt and, if you like: brand, aspect_ratio, model, size, "
    "variants, note."
)
GIVEN = "*The table of the message:* {name}"
OTHER_FILE_LABEL = "Another table instead"
CUT = ":warning: Only the first lines of the message fit here. Put all of them into a table, one a row."
TEMPLATE = "A table to begin with, sent to you as a direct message."
SEND_TEMPLATE = "Send me a template"
DEFAULTS = "*For rows that don't say*"

NEITHER = "Type prompts here, or choose a table below."
NO_TABLE = "Choose a CSV or TSV file, or a text file with one prompt a line."
BOTH = "Take the prompts or the table, not both."
TABLE_TOO_LARGE = f"This file is larger than {TABLE_LIMIT // 1024**2} MB. Choose a smaller one."
UNREADABLE = "Slack doesn't have this file itself, so I can't read it. Upload it here."
TOO_MANY = "These are {count:,} prompts; a batch has {limit:,} at most."


class BatchOrigin(BaseModel):
    """Where the form was opened from. Travels in its ``private_metadata``; holds no secret."""

    model_config = ConfigDict(frozen=True)

    channel_id: str
    thread_id: str | None = None
    table: TableFile | None = None
    """The table of the message that it was opened from."""

    @classmethod
    def of_view(cls, view: Mapping[str, Any]) -> Self:
        """Return where a form was opened from."""
        return cls.model_validate_json(view["private_metadata"])


@dataclass(frozen=True, slots=True)
class BatchWish:
    """What was filled in: prompts, or a table of somebody's or of the message."""

    defaults: RowDefaults
    lines: str = ""
    table: TableFile | None = None


def form(
    origin: BatchOrigin, defaults: RowDefaults, *, picker: BrandPicker, row_limit: int, lines: str = ""
) -> dict[str, Any]:
    """Return the form, filled in with the words, or the table, of the message that it was opened from."""
    rows = [_given(origin.table), _file(OTHER_FILE_LABEL, row_limit)] if origin.table else _rows(lines, row_limit)
    return modal(
        CALLBACK_ID,
        TITLE,
        [*rows, _template(TEMPLATE), DividerBlock(), section(DEFAULTS), *_defaults(defaults, picker)],
        close="Cancel",
        submit="Check",
        private_metadata=origin.model_dump_json(exclude_defaults=True),
    )


def read(view: Mapping[str, Any]) -> BatchWish:
    """Return what was filled in; what is missing or unknown is as it is built in."""
    defaults = RowDefaults(
        brand_id=chosen(view, Field.BATCH_BRAND),
        shape=member(SHAPES, chosen(view, Field.BATCH_RATIO)),
        model=member(ImageModel, chosen(view, Field.BATCH_MODEL)),
        size=member(ImageSize, chosen(view, Field.BATCH_SIZE)),
        variants=int(member(VARIANTS, chosen(view, Field.BATCH_VARIANTS)) or 1),
    )
    file = _chosen_file(view)
    table = table_file(file) if file else BatchOrigin.of_view(view).table
    return BatchWish(defaults, str(entry(view, Field.BATCH_LINES).get("value") or ""), table)


def errors(view: Mapping[str, Any], row_limit: int) -> dict[str, str]:
    """Return a sentence at the input of which no batch can be made, as far as that shows before anything is read."""
    wish, file = read(view), _chosen_file(view)
    count = sum(1 for line in wish.lines.splitlines() if line.strip())
    if file and (problem := _problem(file, has_lines=count > 0)):
        return {Field.BATCH_FILE: problem}
    if wish.table is None and not count:
        return {Field.BATCH_LINES: NEITHER}
    return {Field.BATCH_LINES: TOO_MANY.format(count=count, limit=row_limit)} if count > row_limit else {}


def with_template_note(view: Mapping[str, Any], sentence: str) -> dict[str, Any]:
    """Return the form as it is on the screen, but for what came of sending a template; ``sentence`` is escaped."""
    parts = ("type", "callback_id", "title", "close", "submit", "private_metadata")
    said = _template(sentence).to_dict()
    blocks = [said if block.get("block_id") == TEMPLATE_BLOCK else block for block in view["blocks"]]
    return {part: view[part] for part in parts} | {"blocks": blocks}


def _rows(lines: str, row_limit: int) -> list[Block]:
    element = PlainTextInputElement(
        action_id=Field.BATCH_LINES,
        multiline=True,
        max_length=LINES_LIMIT,
        placeholder=LINES_PLACEHOLDER,
        initial_value=_whole_lines(lines) or None,
    )
    hint = LINES_HINT.format(limit=row_limit)
    typed = InputBlock(block_id=Field.BATCH_LINES, label=LINES_LABEL, element=element, hint=hint, optional=True)
    cut = [context(CUT)] if len(lines) > LINES_LIMIT else []
    return [typed, *cut, _file(FILE_LABEL, row_limit)]


def _whole_lines(text: str) -> str:
    """Return as many whole lines as fit; of a first line that does not, the beginning."""
    if len(text) <= LINES_LIMIT:
        return text
    return text[: LINES_LIMIT + 1].rpartition("\n")[0] or text[:LINES_LIMIT]


def _file(label: str, row_limit: int) -> InputBlock:
    element = FileInputElement(action_id=Field.BATCH_FILE, filetypes=list(ENDINGS), max_files=1)
    hint = FILE_HINT.format(limit=row_limit)
    return InputBlock(block_id=Field.BATCH_FILE, label=label, element=element, hint=hint, optional=True)


def _given(table: TableFile) -> Block:
    return section(GIVEN.format(name=escape(table.name)))


def _template(sentence: str) -> Block:
    return section(sentence, TEMPLATE_BLOCK, accessory=button(SEND_TEMPLATE, ActionId.BATCH_TEMPLATE))


def _defaults(defaults: RowDefaults, picker: BrandPicker) -> list[Block]:
    counts = {number: images_count(int(number)) for number in VARIANTS}
    return [
        *brand_blocks(picker, Field.BATCH_BRAND, defaults.brand_id, is_optional=True, follows=False),
        select_one(Field.BATCH_RATIO, "Shape", ANY_OR_RATIOS, defaults.shape or ANY_RATIO),
        select_one(Field.BATCH_MODEL, "Model", MODELS, defaults.model or ImageModel.PRO),
        select_one(Field.BATCH_SIZE, "Size", SIZES, defaults.size or ImageSize.SIZE_2K),
        select_one(Field.BATCH_VARIANTS, "How many of each", counts, str(defaults.variants)),
    ]


def _chosen_file(view: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next(iter(entry(view, Field.BATCH_FILE).get("files") or ()), None)


def _problem(file: Mapping[str, Any], *, has_lines: bool) -> str | None:
    if has_lines:
        return BOTH
    if not is_table(file):
        return NO_TABLE
    if is_too_large(file):
        return TABLE_TOO_LARGE
    return None if table_file(file) else UNREADABLE
